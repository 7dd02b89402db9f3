"""``rotoscope doctor``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import share_bar
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotoscope.safekeeping.doctor.examination import Examination

HELP = """Say what is wrong with this installation, and what to do.

Looked at are: Python and packages, the libraries for video, painting and flow (each does one tiny thing),
PyTorch and GPU, bundled filters, variables, folders and disks, the clock, the database, the store, and the
server that ROTOSCOPE_SERVER names. Ends with 1 where something is a fault.

Examples:

  rotoscope doctor

  rotoscope doctor --json
"""
_COLORS = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "fault": typer.colors.RED}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("doctor", help=flow(HELP))(doctor)


def doctor(*, as_json: options.AsJson = False, quiet: options.Quiet = False) -> None:
    """Parse, call, present."""
    from rotoscope.safekeeping.doctor.examination import examine  # noqa: PLC0415 - see cli.main

    with share_bar("looking", shown=not (quiet or as_json)) as update:
        found = examine(os.environ, on_check=_teller(update))
    if as_json:
        print_json({"passed": found.passed, "examination": found})
    elif not quiet:
        _present(found)
    if not found.passed:
        raise typer.Exit(1)


def _present(found: Examination) -> None:
    for one in found.findings:
        color = _COLORS[one.state] if sys.stdout.isatty() else None
        typer.echo(f"{typer.style(f'{one.state:<8}', fg=color)} {one.check:<13} {one.told}")
        if one.advice:
            typer.echo(f"{'':<22} {one.advice}")
    faults, warnings = found.count("fault"), found.count("warning")
    if faults or warnings:
        told = [
            f"{count} {word}{'s' if count > 1 else ''}"
            for count, word in ((faults, "fault"), (warnings, "warning"))
            if count
        ]
        typer.echo(", ".join(told))
    else:
        typer.echo("all is well")


def _teller(update: Callable[[float, str], None] | None) -> Callable[[str, float], None] | None:
    return None if update is None else lambda name, share: update(share, name)
