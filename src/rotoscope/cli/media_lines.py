"""What is in a source, and what became of it, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rotoscope.cli.present import human_size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from rotoscope.media.fidelity_rows import Row
    from rotoscope.media.info import MediaInfo

TECHNICAL_TAGS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})
"""Tags about the file rather than the clip; --json has them."""


def lines_of_rows(rows: Sequence[Row]) -> list[str]:
    """What became of every property, a line each, and how many were lost."""
    width = max(len(row.name) for row in rows)
    whys = [f"  ({row.why})" if row.why else "" for row in rows]
    lines = [
        f"{row.verdict:<10} {row.name:<{width}}  {row.source} -> {row.result}{why}"
        for row, why in zip(rows, whys, strict=True)
    ]
    lost = [row for row in rows if row.is_loss]
    lines.append(f"{len(lost)} lost" if lost else "nothing was lost")
    if any(row.name == "frame count" for row in lost):
        lines.append("(a result that is a part of its source, or at another rate, counts as a loss)")
    return lines


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
