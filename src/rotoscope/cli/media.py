"""``rotoscope inspect`` and ``rotoscope check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json

if TYPE_CHECKING:
    from fractions import Fraction

    from rotoscope.media.info import MediaInfo

TECHNICAL_TAGS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
"""Tags about the file rather than the clip; --json has them."""

INSPECT_HELP = """Tell what is in a video, GIF, still or folder of stills.

Example:

  rotoscope inspect drone.mp4
"""

CHECK_HELP = """Hold a result against its source: what was kept, converted, dropped, and why.

Exit code 1 when something was lost that the output could have held.

Examples:

  rotoscope check drone.mp4 painted.mp4

  rotoscope check drone.mp4 unpainted.mp4 --unpainted
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("inspect", help=flow(INSPECT_HELP))(inspect)
    app.command("check", help=flow(CHECK_HELP))(check)


def inspect(source: options.Source, *, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.media.probe import inspect_media  # noqa: PLC0415 - see cli.main

    info = inspect_media(Path(source))
    if as_json:
        print_json(info)
        return
    for name, value in describe(info):
        typer.echo(f"{name:<14} {value}")


def check(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="What went in.")],
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="What came out.")],
    *,
    unpainted: Annotated[
        bool,
        typer.Option("--unpainted", help="Nothing was painted (strength 0): compare some pictures, too."),
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media import fidelity  # noqa: PLC0415

    report = fidelity.check(source, result, unpainted=unpainted)
    if as_json:
        print_json(report)
    else:
        width = max(len(row.name) for row in report.rows)
        for row in report.rows:
            why = f"  ({row.why})" if row.why else ""
            typer.echo(f"{row.verdict:<10} {row.name:<{width}}  {row.source} -> {row.result}{why}")
        typer.echo("nothing was lost" if not report.lost else f"{len(report.lost)} lost")
        if any(row.name == "frame count" for row in report.lost):
            typer.echo("(a result that is a part of its source, or at another rate, counts as a loss)")
    if report.lost:
        raise typer.Exit(1)


def describe(info: MediaInfo) -> list[tuple[str, str]]:
    """The facts as rows of a name and a sentence."""
    video = info.video
    rows = [
        ("file", f"{info.path} ({human_size(info.size_bytes)}, {info.kind}, {info.container})"),
        ("frames", _frames(info)),
        ("size", _size(info)),
        ("rate", _rate(info)),
        ("duration", _duration(video.duration_seconds_from_header, video.duration_seconds_from_content)),
        ("picture", f"{video.codec}, {video.pixel_format}, {video.bit_depth} bits a component"),
        ("color", _color(info)),
    ]
    rows += [
        (
            f"sound {track.index}",
            f"{track.codec}, {track.sample_rate} Hz, {track.layout}"
            + (f", {track.language}" if track.language else ""),
        )
        for track in info.audio
    ]
    rows += [(f"{other.kind} {other.index}", other.codec or "unknown codec") for other in info.others]
    rows += [
        ("chapter", f"{float(c.start_seconds):.3f} to {float(c.end_seconds):.3f} s: {c.title or 'untitled'}")
        for c in info.chapters
    ]
    from rotoscope.render.recipe_line import RECIPE_KEY, recipe_of  # noqa: PLC0415

    recipe = recipe_of(info)
    hidden = TECHNICAL_TAGS if recipe is None else TECHNICAL_TAGS | {RECIPE_KEY, RECIPE_KEY.lower()}
    rows += [("tag", f"{key}: {value}") for key, value in info.metadata.items() if key not in hidden]
    if recipe is not None:
        names = ", ".join(recipe.filters)
        coherence = "" if recipe.coherence is None else f", coherence {recipe.coherence}"
        rows += [("painted with", f"{names} by Rotoscope {recipe.version}{coherence} (--like repeats it)")]
    rows += [("PROBLEM", problem) for problem in info.problems]
    return rows


def _frames(info: MediaInfo) -> str:
    header, content = info.video.frame_count_from_header, info.video.frame_count_from_content
    claimed = "" if header is None or header == content else f" (the header claims {header})"
    return f"{'unknown' if content is None else content}{claimed}"


def _size(info: MediaInfo) -> str:
    video = info.video
    width, height = video.frame_size
    turned = f", stored {video.coded_size[0]}x{video.coded_size[1]}, turned {video.rotation_degrees}°"
    parts = [f"{width}x{height}", turned if video.rotation_degrees else ""]
    parts.append(", mirrored" if video.is_mirrored else "")
    parts.append(f", pixel aspect {video.sample_aspect_ratio}" if video.sample_aspect_ratio != 1 else "")
    parts.append(", interlaced" if video.is_interlaced else "")
    return "".join(parts)


def _rate(info: MediaInfo) -> str:
    rate = info.video.average_rate
    shown = "unknown" if rate is None else f"{float(rate):.3f} frames a second"
    kinds = {True: ", variable", False: ", constant", None: ""}
    return shown + kinds[info.video.is_variable_rate]


def _duration(header: Fraction | None, content: Fraction | None) -> str:
    def seconds(value: Fraction | None) -> str:
        return "unknown" if value is None else f"{float(value):.3f} s"

    return f"{seconds(content)} (header: {seconds(header)})"


def _color(info: MediaInfo) -> str:
    color = info.video.color
    facts = {
        "primaries": color.primaries,
        "transfer": color.transfer,
        "matrix": color.matrix,
        "range": color.range,
    }
    tagged = ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
    return (tagged or "untagged") + (", with alpha" if info.video.has_alpha else "")
