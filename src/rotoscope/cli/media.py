"""``rotoscope inspect`` and ``rotoscope check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rotoscope.cli import options
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.media_lines import describe, lines_of_rows
from rotoscope.cli.present import print_json
from rotoscope.cli.remote.running import remotely

INSPECT_HELP = """Tell what is in a video, GIF, still or folder of stills.

Example:

  rotoscope inspect drone.mp4
"""

CHECK_HELP = """Hold a result against its source: what was kept, converted, dropped, and why.

Exit code 1 when something was lost that the output could have held.

Examples:

  rotoscope check drone.mp4 painted.mp4

  rotoscope check drone.mp4 unpainted.mp4 --unpainted
"""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("inspect", help=flow(INSPECT_HELP))(grouped(remotely(inspect)))
    app.command("check", help=flow(CHECK_HELP))(grouped(remotely(check)))


def inspect(source: options.Source, *, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    from rotoscope.media.credentials import read_signature  # noqa: PLC0415 - see cli.main
    from rotoscope.media.info import MediaKind  # noqa: PLC0415
    from rotoscope.media.probe import inspect_media  # noqa: PLC0415

    info = inspect_media(Path(source))
    if as_json:
        print_json(info)
        return
    signature = read_signature(info.path) if info.kind is MediaKind.STILL else None
    for name, value in [*describe(info), *([("signed by", signature)] if signature else [])]:
        typer.echo(f"{name:<14} {value}")


def check(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="What went in.")],
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="What came out.")],
    *,
    unpainted: Annotated[
        bool,
        typer.Option("--unpainted", help="Nothing was painted (strength 0): compare some pictures, too."),
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.media import fidelity  # noqa: PLC0415

    report = fidelity.check(source, result, unpainted=unpainted)
    if as_json:
        print_json(report)
    else:
        for line in lines_of_rows(report.rows):
            typer.echo(line)
    if report.lost:
        raise typer.Exit(1)
