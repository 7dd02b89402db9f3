"""``rotoscope stylize``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from rotoscope.cli import options
from rotoscope.cli.arguments import PREVIEW_MIDDLE
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.batches import run_batch
from rotoscope.cli.cache import kept_segments
from rotoscope.cli.grouping import grouped
from rotoscope.cli.groups import Arithmetic, Encoding, LookChoice, Rendering, Telling
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.requests import make_look, make_selection, make_time

HELP = """Paint a video, a GIF, a still, a folder of stills, or a library of them all.

The output's kind follows its name: painted.mp4 (also mov, mkv, webm, avi, ts), painted.gif, painted.webp,
painted/%05d.png or a folder (numbered stills), painted.jpg (one still). Timing, sound, subtitles, chapters,
rotation and color come along. A still says how it was made: filters, style images, source, look.

A video is painted in segments, and finished ones are kept: whatever stops it, the same command goes on from
there, and another look at a part of the timeline paints that part only.

A folder of videos and photographs is painted item by item into a folder, folders in it too. The same
command again goes on where it stopped.

Examples:

  rotoscope stylize drone.mp4 painted.mp4 --filter great-wave

  rotoscope stylize drone.mp4 look.png --filter great-wave --preview 0:12

  rotoscope stylize drone.mp4 loop.gif --filter lineart --start 5 --stop 8 --fps 12 --width 480

  rotoscope stylize drone.mp4 painted.mp4 --look dusk.yaml

  rotoscope stylize drone.mp4 steady.mp4 --filter great-wave --coherence flow

  rotoscope stylize photo.jpg painted.jpg --filter great-wave --credentials cert.pem --key key.pem

  rotoscope stylize other.mp4 like-it.mp4 --like painted.mp4

  rotoscope stylize photos/ painted/ --filter posterize:levels=4 --filter great-wave --strength 0.6

  rotoscope stylize library/ painted-library/ --filter great-wave --on-error stop

  rotoscope stylize drone.mp4 painted.mp4 --filter great-wave --server http://127.0.0.1:8000
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("stylize", help=flow(HELP))(grouped(remotely(stylize)))


def stylize(
    source: options.Source,
    output: options.Output,
    *,
    look: LookChoice,
    start: options.Start = None,
    stop: options.Stop = None,
    every: options.Every = None,
    fps: options.Rate = None,
    encoding: Encoding,
    preview: options.Preview = None,
    rendering: Rendering,
    telling: Telling,
    no_cache: options.NoCache = False,
    on_error: options.OnError = "continue",
    arithmetic: Arithmetic,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render import preview as previewing  # noqa: PLC0415 - see cli.main
    from rotoscope.render import stylize as stylizing  # noqa: PLC0415
    from rotoscope.render.photographs import are_photographs  # noqa: PLC0415

    made = make_look(**look.arguments(arithmetic))
    selection = make_selection(start, stop, every, fps)
    where: dict[str, Any] = {"selection": selection, "overwrite": overwrite}
    render_options = replace(rendering.made(look.like), **telling.made())
    is_shown = not (quiet or as_json)
    if preview is not None:
        at = None if preview == PREVIEW_MIDDLE else make_time(preview)
        with progress_bar(shown=is_shown):  # of a large picture's tiles
            result = previewing.preview(source, output, made, at=at, options=render_options, **where)
    elif are_photographs(Path(source), output, selection):
        run_batch(
            Path(source),
            output,
            made,
            encoder=encoding.made(),
            overwrite=overwrite,
            options=render_options,
            no_cache=no_cache,
            on_error=on_error,
            as_json=as_json,
            quiet=quiet,
        )
        return
    else:
        with progress_bar(shown=is_shown) as on_progress, kept_segments(no_cache) as store:
            result = stylizing.stylize(
                source,
                output,
                made,
                encoder=encoding.made(),
                options=replace(render_options, store=store),
                on_progress=on_progress,
                **where,
            )
    present_render(result, as_json=as_json, quiet=quiet)
