"""``rotoscope scout``: which of many pictures would make a good filter."""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import typer

from rotoscope.cli import train_options
from rotoscope.cli.bar import scouting_bar
from rotoscope.cli.feature_network import FeatureChoice, Running, require_torch
from rotoscope.cli.grouping import Without, grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration, human_size, print_json, print_notes
from rotoscope.cli.train import make_content
from rotoscope.plain import to_plain

if TYPE_CHECKING:
    from rotoscope.media.output import WriteReport
    from rotoscope.training.scouting.scout import Place, ScoutResult

HELP = """Say which of many pictures would make good filters, best first, on a sheet.

Every picture is sketched: a filter is trained on it for half a minute, and paints the same photographs.
Sketches are filters: they are kept, paint at once, and a longer training can start from them. The same
command goes on after an interruption.

Needs the extra "train" (pip install "rotoscope[train]") and the weights of a feature network: fetched from
torchvision's server the first time, or given with --feature-weights.

Examples:

  rotoscope scout paintings/ -o sheet.html

  rotoscope scout paintings/ -o sheet.png --seconds 10 --photo portrait.jpg --photo drone.mp4

  rotoscope scout a.jpg b.jpg c.jpg -o sheet.png --content holiday-photos/ --keep sketches/
"""

_SHOWN: Final = 10
"""Places that are printed; the sheet and --json have all."""

Sources: TypeAlias = Annotated[
    list[Path],
    typer.Argument(metavar="INPUT...", help="Pictures to make filters of, or folders of them."),
]
Sheet: TypeAlias = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="FILE", help="sheet.html, sheet.png or sheet.jpg."),
]
Seconds: TypeAlias = Annotated[float, typer.Option(min=0.1, help="Training of each sketch.")]
Photographs: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="What to paint: a photograph, or a clip, of which one frame is taken; repeat. Default: "
        "three pictures that are rendered.",
    ),
]
QuickFeatures: TypeAlias = Annotated[
    Literal["squeezenet1_1", "vgg19", "vgg16"],
    typer.Option(help="Feature network; SqueezeNet shows the most within a short time."),
]
Kept: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where sketches are kept; default: beside the sheet."),
]
PaintedSize: TypeAlias = Annotated[
    int, typer.Option(min=64, metavar="PX", help="Short side to paint at; smaller photographs stay.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("scout", help=flow(HELP))(grouped(scout))


def scout(
    sources: Sources,
    *,
    output: Sheet = Path("scouting.html"),
    seconds: Seconds = 30.0,
    content: train_options.Content = None,
    photo: Photographs = None,
    features: QuickFeatures = "squeezenet1_1",
    network: Annotated[FeatureChoice, Without("features")],
    keep: Kept = None,
    size: PaintedSize = 360,
    running: Annotated[Running, Without("device")],
) -> None:
    """Parse, call, present."""
    require_torch()
    from rotoscope.render.candidates import read_pictures  # noqa: PLC0415 - torch is heavy, and only needed here
    from rotoscope.render.sheet_file import require_output  # noqa: PLC0415
    from rotoscope.settings import load_settings  # noqa: PLC0415
    from rotoscope.training.scouting import scout as scouting  # noqa: PLC0415
    from rotoscope.training.scouting.candidates import find_candidates  # noqa: PLC0415
    from rotoscope.training.scouting.sheet import write_scouting  # noqa: PLC0415
    from rotoscope.training.scouting.sketches import SketchSettings, sketch_recipe  # noqa: PLC0415

    candidates, notes = find_candidates(sources)
    require_output(output, [one.path for one in candidates], overwrite=running.overwrite)
    folder = sketches_folder(output, keep)
    recipe = sketch_recipe(features)
    with _saying_what_is_kept(folder), scouting_bar(shown=running.is_shown) as on_progress:
        settings = SketchSettings(
            recipe,
            make_content(content, recipe),
            network.for_training(recipe, load_settings(os.environ).cache_dir),
            seconds,
            threads=running.threads,
        )
        result = scouting.scout(
            candidates,
            settings,
            folder=folder,
            photographs=read_pictures(photo, frames=1, size=size) if photo else None,
            size=size,
            notes=notes,
            overwrite=running.overwrite,
            on_progress=on_progress,
        )
    report = write_scouting(result, output, overwrite=running.overwrite)
    if running.as_json:
        print_json(_record(result, report))
    elif not running.quiet:
        _present(result, report)


@contextmanager
def _saying_what_is_kept(folder: Path) -> Generator[None]:
    """Ctrl-C ends the command; it says what is left to go on from."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped. Finished sketches are kept in {folder}; the same command goes on with the others.",
            err=True,
        )
        raise typer.Exit(130) from None


def sketches_folder(output: Path, keep: Path | None) -> Path:
    """Where sketches are kept: as was said, or beside the sheet: ``sheet-sketches`` for ``sheet.png``."""
    return keep or output.with_name(f"{output.stem}-sketches")


def _present(result: ScoutResult, report: WriteReport) -> None:
    shown = result.places[:_SHOWN]
    width = max(len(place.candidate.name) for place in shown)
    for place in shown:
        score = place.merit.shown("score")
        typer.echo(f"{place.rank:>3}  {place.candidate.name:<{width}}  {score:>3}  {place.reason}")
    count, made = len(result.places), result.sketched
    sketched = " sketched" if made == count else f", {made} sketched now"
    typer.echo(
        f"{report.path}: {count} {'picture' if count == 1 else 'pictures'}{sketched}, "
        f"{human_size(report.size_bytes)}, in {human_duration(result.elapsed_seconds)}"
    )
    best = result.places[0]
    typer.echo(f"sketches: {result.folder}")
    typer.echo(f"paint with one: {paint_command(best)}")
    typer.echo(f"go on from one: {train_command(best)}")
    print_notes((*result.notes, *report.notes))


def paint_command(place: Place) -> str:
    """What to type to paint with a sketch."""
    return shlex.join(["rotoscope", "stylize", "photo.jpg", "painted.png", "--filter", str(place.sketch)])


def train_command(place: Place) -> str:
    """What to type to make a filter of a sketch."""
    name = place.candidate.name
    picture, sketch = str(place.candidate.path), str(place.sketch)
    return shlex.join(["rotoscope", "train", picture, "--name", name, "--init-from", sketch])


def _record(result: ScoutResult, report: WriteReport) -> dict[str, object]:
    """Everything but the pixels."""
    return {
        "output": str(report.path),
        "size_bytes": report.size_bytes,
        "folder": str(result.folder),
        "seconds": result.seconds,
        "features": result.features,
        "photographs": [picture.name for picture in result.photographs],
        "places": [_place_record(place) for place in result.places],
        "sketched": result.sketched,
        "elapsed_seconds": result.elapsed_seconds,
        "notes": [*result.notes, *report.notes],
    }


def _place_record(place: Place) -> dict[str, object]:
    return {
        "rank": place.rank,
        "name": place.candidate.name,
        "picture": str(place.candidate.path),
        "sketch": str(place.sketch),
        "score": place.merit.score,
        "terms": to_plain(place.merit),
        "figures": to_plain(place.row.figures),
        "reason": place.reason,
        "like": place.like,
        "steps": place.card.metrics.get("training_steps"),
        "train_command": train_command(place),
    }
