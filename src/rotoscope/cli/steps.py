"""``rotoscope separate`` and ``rotoscope assemble``: the outer steps by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.requests import make_selection

SEPARATE_HELP = """Write a clip's frames as stills, with a manifest of their exact times.

Examples:

  rotoscope separate drone.mp4 frames/

  rotoscope separate drone.mp4 frames/ --every 1s --format jpg

  rotoscope stylize frames/ painted/ --filter great-wave

  rotoscope assemble painted/ painted.mp4 --source drone.mp4
"""

ASSEMBLE_HELP = """Make a clip of a folder's frames again, with its exact timing and the source's sound.

Examples:

  rotoscope assemble painted/ painted.mp4 --source drone.mp4
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("separate", help=flow(SEPARATE_HELP))(grouped(remotely(separate)))
    app.command("assemble", help=flow(ASSEMBLE_HELP))(grouped(remotely(assemble)))


def separate(
    source: options.Source,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it is missing.")],
    *,
    start: options.Start = None,
    stop: options.Stop = None,
    every: options.Every = None,
    fps: options.Rate = None,
    picture_format: Annotated[
        Literal["png", "jpg", "webp", "tiff"], typer.Option("--format", help="png is lossless.")
    ] = "png",
    quality: options.Quality = None,
    on_truncated: options.OnTruncated = "fail",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render import separate as separating  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = separating.separate(
            source,
            folder,
            selection=make_selection(start, stop, every, fps),
            picture_format=picture_format,
            quality=quality,
            overwrite=overwrite,
            on_truncated=on_truncated,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)


def assemble(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Frames and their manifest.")],
    output: options.Output,
    *,
    source: Annotated[
        Path | None,
        typer.Option(metavar="CLIP", help="The clip the frames came from: its sound comes along."),
    ] = None,
    quality: options.Quality = None,
    codec: options.Codec = None,
    preset: options.Preset = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415 - see cli.main
    from rotoscope.render import assemble as assembling  # noqa: PLC0415

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = assembling.assemble(
            folder,
            output,
            source=source,
            encoder=EncoderOptions(codec=codec, quality=quality, preset=preset),
            overwrite=overwrite,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)
