"""``rotoscope stylize``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.arguments import PREVIEW_MIDDLE
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.batches import Reading, run_batch
from rotoscope.cli.cache import kept_segments
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render
from rotoscope.cli.requests import make_look, make_selection, make_time

HELP = """Paint a video, a GIF, a still, a folder of stills, or a library of them all.

The output's kind follows its name: painted.mp4 (also mov, mkv, webm, avi, ts), painted.gif, painted.webp,
painted/%05d.png or a folder (numbered stills), painted.jpg (one still). Timing, sound, subtitles, chapters,
rotation and color come along.

A video is painted in segments, and finished ones are kept: whatever stops it, the same command goes on from
there, and another look at a part of the timeline paints that part only.

A folder of videos and photographs is painted item by item into a folder, folders in it too. The same
command again goes on where it stopped.

Examples:

  rotoscope stylize drone.mp4 painted.mp4 --filter great-wave

  rotoscope stylize drone.mp4 look.png --filter great-wave --preview 0:12

  rotoscope stylize drone.mp4 loop.gif --filter lineart --start 5 --stop 8 --fps 12 --width 480

  rotoscope stylize drone.mp4 painted.mp4 --look dusk.yaml

  rotoscope stylize other.mp4 like-it.mp4 --like painted.mp4

  rotoscope stylize photos/ painted/ --filter posterize:levels=4 --filter great-wave --strength 0.6

  rotoscope stylize library/ painted-library/ --filter great-wave --on-error stop
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
    width: options.Width = None,
    loop: options.Loop = 0,
    preview: Annotated[
        str | None,
        typer.Option(
            metavar="[TIME]",
            help="Paint one frame as a picture, the one at TIME or the middle; a video's name stands for the "
            "same name with .png.",
        ),
    ] = None,
    to_sdr: Annotated[
        bool,
        typer.Option(
            "--to-sdr",
            help="Convert HDR (PQ, HLG) to standard range; default: HDR in, HDR out where it fits.",
        ),
    ] = False,
    wrap: Annotated[
        bool | None,
        typer.Option(
            "--wrap/--no-wrap",
            help="The left edge continues the right one, as in 360° video; default: if the source says so.",
        ),
    ] = None,
    on_truncated: options.OnTruncated = "fail",
    on_corrupt: options.OnCorrupt = "fail",
    workers: options.Workers = 1,
    no_cache: options.NoCache = False,
    on_error: options.OnError = "continue",
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
    from rotoscope.render.photographs import are_photographs  # noqa: PLC0415

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
    reading: Reading = {
        "on_truncated": on_truncated,
        "on_corrupt": on_corrupt,
        "to_sdr": to_sdr,
        "wrap": wrap,
    }
    if preview is not None:
        at = None if preview == PREVIEW_MIDDLE else make_time(preview)
        with progress_bar(shown=not (quiet or as_json)):  # of a large picture's tiles
            result = previewing.preview(source, output, look, at=at, selection=selection, overwrite=overwrite)
    elif are_photographs(Path(source), output, selection):
        run_batch(
            Path(source),
            output,
            look,
            encoder=encoder,
            overwrite=overwrite,
            reading=reading,
            no_cache=no_cache,
            workers=workers,
            on_error=on_error,
            as_json=as_json,
            quiet=quiet,
        )
        return
    else:
        with progress_bar(shown=not (quiet or as_json)) as on_progress, kept_segments(no_cache) as store:
            result = stylizing.stylize(
                source,
                output,
                look,
                selection=selection,
                encoder=encoder,
                overwrite=overwrite,
                **reading,
                store=store,
                workers=workers,
                on_progress=on_progress,
            )
    present_render(result, as_json=as_json, quiet=quiet)
