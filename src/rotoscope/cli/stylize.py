"""``rotoscope stylize``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.arguments import PREVIEW_MIDDLE
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render
from rotoscope.cli.requests import make_look, make_selection, make_time

HELP = """Paint a video, a GIF, a still or a folder of stills.

The output's kind follows its name: painted.mp4 (also mov, mkv, webm, avi, ts), painted.gif, painted.webp,
painted/%05d.png or a folder (numbered stills), painted.jpg (one still). Timing, sound, subtitles, chapters,
rotation and color come along.

Examples:

  rotoscope stylize drone.mp4 painted.mp4 --filter great-wave

  rotoscope stylize drone.mp4 look.png --filter great-wave --preview 0:12

  rotoscope stylize drone.mp4 loop.gif --filter lineart --start 5 --stop 8 --fps 12 --width 480

  rotoscope stylize drone.mp4 painted.mp4 --look dusk.yaml

  rotoscope stylize other.mp4 like-it.mp4 --like painted.mp4

  rotoscope stylize photos/ painted/ --filter posterize:levels=4 --filter great-wave --strength 0.6
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("stylize", help=flow(HELP))(stylize)


def stylize(
    source: options.Source,
    output: options.Output,
    *,
    filter_names: options.Filters = None,
    look_file: options.LookFile = None,
    like: Annotated[
        Path | None,
        typer.Option(metavar="RESULT", help="Paint as this result was painted; its tags say how."),
    ] = None,
    strength: options.Strength = 1.0,
    stroke_scale: options.StrokeScale = None,
    colors: options.Colors = "style",
    size: options.Size = None,
    start: options.Start = None,
    stop: options.Stop = None,
    every: options.Every = None,
    fps: options.Rate = None,
    quality: options.Quality = None,
    codec: options.Codec = None,
    preset: options.Preset = None,
    width: Annotated[
        int | None, typer.Option(min=16, metavar="PX", help="Width of a GIF or animated WebP.")
    ] = None,
    loop: Annotated[int, typer.Option(min=0, help="How often a GIF or animated WebP plays; 0: forever.")] = 0,
    preview: Annotated[
        str | None,
        typer.Option(
            metavar="[TIME]",
            help="Paint one frame as a picture, the one at TIME or the middle; a video's name stands for the "
            "same name with .png.",
        ),
    ] = None,
    on_truncated: options.OnTruncated = "fail",
    threads: options.Threads = None,
    precision: options.Precision = "auto",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415 - see cli.main
    from rotoscope.render import preview as previewing  # noqa: PLC0415
    from rotoscope.render import stylize as stylizing  # noqa: PLC0415

    look = make_look(
        filter_names or (),
        look_file,
        like,
        strength=strength,
        stroke_scale=stroke_scale,
        colors=colors,
        size=size,
        threads=threads,
        precision=precision,
    )
    selection = make_selection(start, stop, every, fps)
    encoder = EncoderOptions(codec=codec, quality=quality, preset=preset, width=width, loop=loop)
    if preview is not None:
        at = None if preview == PREVIEW_MIDDLE else make_time(preview)
        result = previewing.preview(source, output, look, at=at, selection=selection, overwrite=overwrite)
    else:
        with progress_bar(shown=not (quiet or as_json)) as on_progress:
            result = stylizing.stylize(
                source,
                output,
                look,
                selection=selection,
                encoder=encoder,
                overwrite=overwrite,
                on_truncated=on_truncated,
                on_progress=on_progress,
            )
    present_render(result, as_json=as_json, quiet=quiet)
