"""``rotoscope demo``: see it work, without footage of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import present_render

HELP = """Render a flight over a landscape, paint it, and show frames before and after on one sheet.

Example:

  rotoscope demo demo/
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("demo", help=flow(HELP))(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the results go.")] = Path("demo"),
    *,
    filter_name: Annotated[
        str, typer.Option("--filter", "-f", metavar="NAME", help="What to paint with.")
    ] = "great-wave",
    seconds: Annotated[float, typer.Option(min=0.25, max=60, help="Length of the flight.")] = 4.0,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render.demo import make_demo  # noqa: PLC0415 - see cli.main
    from rotoscope.render.look import Look  # noqa: PLC0415
    from rotoscope.standard import load_filter  # noqa: PLC0415

    look = Look([load_filter(filter_name)])
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        made = make_demo(folder, look, seconds=seconds, overwrite=overwrite, on_progress=on_progress)
    present_render(made.result, as_json=as_json, quiet=quiet)
    if not (as_json or quiet):
        typer.echo(f"source: {made.source}\npainted: {made.result.output}\nbefore and after: {made.sheet}")
