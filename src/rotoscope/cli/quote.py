"""``rotoscope quote``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import Without, grouped
from rotoscope.cli.groups import Arithmetic, Encoding, LookChoice, Rendering
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json, print_notes
from rotoscope.cli.quote_lines import lines_of
from rotoscope.cli.remote.running import remotely
from rotoscope.cli.requests import make_look, make_selection

HELP = """Say what painting takes and costs, before it is done.

A few frames of this source are painted with this look, decoded and encoded as all of them would be. What is
metered is processor time, which depends little on what else the machine does; the likely value has a range.
Prices come of the rates file that ROTOSCOPE_RATES names, or of ROTOSCOPE_RATE, the price of an hour.

Examples:

  rotoscope quote drone.mp4 --filter great-wave

  rotoscope quote drone.mp4 loop.gif --filter lineart --start 5 --stop 8 --width 480

  rotoscope quote library/ --filter great-wave --size 480 --json

  rotoscope quote drone.mp4 --filter great-wave --server http://127.0.0.1:8000
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("quote", help=flow(HELP))(grouped(remotely(quote)))


def quote(
    source: options.Source,
    output: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUTPUT]",
            help="The name that the result would have, which decides its kind; default: the source's own "
            "kind. Nothing is written.",
        ),
    ] = None,
    *,
    look: LookChoice,
    start: options.Start = None,
    stop: options.Stop = None,
    every: options.Every = None,
    fps: options.Rate = None,
    encoding: Encoding,
    rendering: Annotated[Rendering, Without("workers", "score")],
    arithmetic: Arithmetic,
    plan: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A plan of the rates file; default: the only one, or at cost."),
    ] = None,
    as_json: options.AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Parse, call, present."""
    from rotoscope import standard  # noqa: PLC0415 - see cli.main

    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        found = standard.quote(
            source,
            make_look(**look.arguments(arithmetic)),
            output=output,
            selection=make_selection(start, stop, every, fps),
            encoder=encoding.made(),
            options=rendering.made(look.like),
            plan=plan,
            on_progress=on_progress,
        )
    if as_json:
        print_json(found)
        return
    for line in lines_of(found):
        typer.echo(line)
    print_notes(found.notes)
