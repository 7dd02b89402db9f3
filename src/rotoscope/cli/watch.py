"""``rotoscope watch``."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rotoscope.cli import options
from rotoscope.cli.bar import progress_bar
from rotoscope.cli.grouping import Without, grouped
from rotoscope.cli.groups import Arithmetic, Encoding, LookChoice, Rendering
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import human_duration
from rotoscope.cli.requests import make_look
from rotoscope.plain import to_plain

if TYPE_CHECKING:
    from rotoscope.render.batch import BatchItem
    from rotoscope.render.isolated import IsolationLimits

HELP = """Watch a folder, and paint what is dropped into it into another folder.

A file is painted when it has stood still for a while, in a process of its own, under limits. One that cannot
be painted is named in OUTBOX/failed, with the reason. Ctrl-C ends it.

Examples:

  rotoscope watch inbox/ outbox/ --filter great-wave

  rotoscope watch inbox/ outbox/ --filter lineart --size 720 --once
"""

_GIGA = 1_000_000_000


@dataclass(frozen=True)
class Isolation:
    """What one item may take."""

    max_file: Annotated[float, typer.Option(min=0, metavar="GB", help="Largest file that is read.")] = 16.0
    max_frames: Annotated[int, typer.Option(min=1, help="Longest clip that is painted.")] = 1_000_000
    max_pixels: Annotated[int, typer.Option(min=1, help="Largest picture, width times height.")] = 120_000_000
    max_minutes: Annotated[float, typer.Option(min=0.01, help="Longest time for one item.")] = 1440.0
    max_memory: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="GB", help="Most memory for one item, on Linux; default: no limit."),
    ] = None

    def made(self) -> IsolationLimits:
        """For the library."""
        from rotoscope.render.isolated import IsolationLimits  # noqa: PLC0415 - see cli.main

        return IsolationLimits(
            file_bytes=round(self.max_file * _GIGA),
            max_pixels=self.max_pixels,
            max_frames=self.max_frames,
            seconds=60 * self.max_minutes,
            memory_bytes=None if self.max_memory is None else round(self.max_memory * _GIGA),
        )


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("watch", help=flow(HELP))(grouped(watch))


def watch(
    inbox: Annotated[Path, typer.Argument(metavar="INBOX", help="A folder; what is in it stays.")],
    outbox: Annotated[Path, typer.Argument(metavar="OUTBOX", help="Made if it is missing.")],
    *,
    look: Annotated[LookChoice, Without("like")],
    encoding: Encoding,
    once: Annotated[bool, typer.Option("--once", help="Paint what is there, and end.")] = False,
    interval: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Between two looks.")] = 2.0,
    settle: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="How long size and time of a file must stand still."),
    ] = 5.0,
    isolation: Isolation,
    rendering: Annotated[Rendering, Without("to_sdr", "wrap", "on_corrupt", "workers", "score")],
    arithmetic: Arithmetic,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.render import watch as watching  # noqa: PLC0415 - see cli.main
    from rotoscope.render.isolated import LookRequest  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _interrupt)
    is_good = True
    with progress_bar(shown=not (quiet or as_json)) as on_progress:
        for item in watching.watch(
            inbox,
            outbox,
            LookRequest(make_look, look.arguments(arithmetic)),
            watching=watching.WatchOptions(settle, interval, once),
            encoder=encoding.made(),
            overwrite=overwrite,
            options=rendering.made(),
            limits=isolation.made(),
            on_progress=on_progress,
        ):
            is_good = is_good and item.is_good
            _present(item, as_json=as_json, quiet=quiet)
    if not is_good:
        raise typer.Exit(1)


def _interrupt(number: int, frame: object) -> NoReturn:
    """End as Ctrl-C does where a service is told to end."""
    raise KeyboardInterrupt


def _present(item: BatchItem, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        typer.echo(json.dumps(to_plain(item), ensure_ascii=False))
    elif item.message is not None:
        typer.echo(f"{item.state.value}: {item.source}: {item.message}", err=True)
    elif not quiet and item.result is not None:
        typer.echo(f"{item.source} -> {item.result.output}, in {human_duration(item.result.elapsed_seconds)}")
