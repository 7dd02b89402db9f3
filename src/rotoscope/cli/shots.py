"""``rotoscope shots``: where a clip is cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json, print_notes

if TYPE_CHECKING:
    from rotoscope.render.shots_sheet import ShotsReport

HELP = """Find the cuts of a clip, and list its shots: number, times from the first frame, frames.

The times fit --start and --stop of other commands. Fades are not taken for cuts.

Examples:

  rotoscope shots drone.mp4

  rotoscope shots drone.mp4 -o shots.png
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("shots", help=flow(HELP))(shots)


def shots(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A video, GIF or folder of frames.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A sheet, such as shots.png: the first and the middle frame of each shot.",
        ),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.shots_sheet import list_shots  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        report = list_shots(clip, output, overwrite=overwrite, on_progress=on_progress)
    if as_json:
        print_json(report)
    elif not quiet:
        _present(report)


def _present(report: ShotsReport) -> None:
    from rotoscope.media.timecode import format_time  # noqa: PLC0415

    for shot in report.shots:
        start, stop = format_time(shot.start_seconds), format_time(shot.stop_seconds)
        seconds = float(shot.stop_seconds - shot.start_seconds)
        typer.echo(
            f"{shot.index + 1:>4}  {start:>11} to {stop:>11}  {shot.frames:>6} frames  {seconds:>9.3f} s"
        )
    if report.sheet is not None:
        typer.echo(f"{report.sheet.path}: {human_size(report.sheet.size_bytes)}")
    print_notes(report.problems)
