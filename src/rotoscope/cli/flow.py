"""``rotoscope flow``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow as as_paragraphs
from rotoscope.cli.present import present_render
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.requests import make_selection

HELP = """Show where everything in a clip moves: the direction is the hue, the speed how far it is from white.

Right is red, down yellow, left between cyan and blue, up violet. The scale is the same all over the clip.
The result has the times and the sound of the source; its kind follows its name, as for stylize.

Examples:

  rotoscope flow drone.mp4 flow.mp4

  rotoscope flow drone.mp4 flow.mp4 --occlusions --size 360

  rotoscope flow drone.mp4 flow.gif --start 5 --stop 8 --size 240 --engine farneback

  rotoscope flow drone.mp4 flow.mkv --export flow/ --max-speed 12
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("flow", help=as_paragraphs(HELP))(grouped(remotely(flow)))


def flow(
    source: options.Source,
    output: options.Output,
    *,
    engine: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="dis (quick), dis-fine, farneback, or the path of a flow network (.onnx) such as RAFT.",
        ),
    ] = "dis",
    occlusions: Annotated[
        bool, typer.Option("--occlusions", help="What cannot be followed is black.")
    ] = False,
    max_speed: Annotated[
        float | None,
        typer.Option(metavar="PX", help="Pixels a frame that have full color; default: as the clip has it."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Also write the flow of each frame as a .flo file.")
    ] = None,
    start: options.Start = None,
    stop: options.Stop = None,
    size: options.Size = None,
    quality: options.Quality = None,
    on_truncated: options.OnTruncated = "fail",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media.encoders import EncoderOptions  # noqa: PLC0415 - see cli.main
    from rotoscope.motion.network import open_engine  # noqa: PLC0415
    from rotoscope.render.flow_clip import show_flow  # noqa: PLC0415

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        result = show_flow(
            source,
            output,
            engine=open_engine(engine),
            selection=make_selection(start, stop, None, None),
            size=size,
            max_speed=max_speed,
            occlusions=occlusions,
            export=export,
            encoder=EncoderOptions(quality=quality),
            overwrite=overwrite,
            on_truncated=on_truncated,
            on_progress=on_progress,
        )
    present_render(result, as_json=as_json, quiet=quiet)
