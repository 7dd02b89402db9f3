"""``rotoscope join``: recordings that a camera cut into several files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_size, print_json

HELP = """Join the files of one recording, before it is painted: nothing is encoded anew.

Of a GoPro's recording the first file is enough: those that go on from it are found by their names.

Examples:

  rotoscope join GX010123.MP4 flight.mp4

  rotoscope join DJI_0001.MP4 DJI_0002.MP4 flight.mp4
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("join", help=flow(HELP))(join)


def join(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="PART... OUTPUT", help="The parts in their order, then the result."),
    ],
    *,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.parts import following_parts, join_parts  # noqa: PLC0415 - see cli.main

    if len(files) < 2:
        raise typer.BadParameter("give one part or more, and then the name of the result.")
    *parts, output = files
    found = following_parts(parts[0]) if len(parts) == 1 else tuple(parts)
    report = join_parts(found, output, overwrite=overwrite)
    if as_json:
        print_json(
            {"output": output, "parts": found, "frames": report.frames, "size_bytes": report.size_bytes}
        )
    elif not quiet:
        names = ", ".join(part.name for part in found)
        typer.echo(f"{output}: {report.frames} frames of {names}, {human_size(report.size_bytes)}")
