"""``rotoscope score``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow as as_paragraphs
from rotoscope.cli.present import print_json, print_notes
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.score_lines import lines_of

HELP = """Measure how much a painted clip flickers.

Motion is taken out, and what still changes is the flicker: short between neighbors, long over 8 frames; the
source has some, too. --base is the same filter frame by frame: then it is told which share of the flicker is
left, and what of sharpness and style is kept, because a blur would be steady as well.

Examples:

  rotoscope score drone.mp4 painted.mp4

  rotoscope score drone.mp4 painted.mp4 --base frame-by-frame.mp4

  rotoscope score drone.mp4 painted.mp4 --frames 24 --skip 12 --json
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("score", help=as_paragraphs(HELP))(grouped(remotely(score)))


def score(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="What went in.")],
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="What came out.")],
    *,
    base: Annotated[
        Path | None,
        typer.Option(metavar="OFF", help="The same filter frame by frame, without any steadying."),
    ] = None,
    frames: Annotated[int, typer.Option(min=2, help="How many are measured.")] = 48,
    skip: Annotated[int, typer.Option(min=0, help="How many are left out before: drift shows late.")] = 0,
    width: Annotated[
        int, typer.Option(min=32, metavar="PX", help="Width that flicker is measured at.")
    ] = 480,
    style: Annotated[
        Path | None,
        typer.Option(metavar="IMAGE", help="The style image; default: the filter's, where it is at hand."),
    ] = None,
    feature_weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="VGG-19's, to measure style: .safetensors, or torchvision's .pth; default: what a training "
            "has fetched.",
        ),
    ] = None,
    normalization: Annotated[
        Literal["torchvision", "caffe"] | None,
        typer.Option(help="What the weights expect, for files that do not say."),
    ] = None,
    as_json: options.AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Parse, call, present."""
    from rotoscope import standard  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        found = standard.score(
            source,
            result,
            base=base,
            frames=frames,
            skip=skip,
            width=width,
            style=style,
            feature_weights=feature_weights,
            normalization=normalization,
            on_progress=on_progress,
        )
    if as_json:
        print_json(found)
        return
    for line in lines_of(found):
        typer.echo(line)
    print_notes(found.notes)
