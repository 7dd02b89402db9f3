"""``rotoscope worker``."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from rotoscope.cli.help_text import flow
from rotoscope.errors import InvalidOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rotoscope.jobs.operations.base import QueueName

HELP = """Work on jobs of a service that several machines share.

All of them reach the same PostgreSQL database (ROTOSCOPE_DATABASE_URL) and the same store (ROTOSCOPE_STORE).
A worker that dies is replaced by the others within half a minute; one that is started again under its name
goes on at once. SIGTERM lets it finish what is at hand, at most half a minute, and ends it.

Examples:

  rotoscope worker

  rotoscope worker --queues stylize,probe --id gpu-0
"""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("worker", help=flow(HELP))(worker)


def worker(
    *,
    queues: Annotated[
        str | None,
        typer.Option(metavar="QUEUE,QUEUE…", help="Whose work is done; default: all of them."),
    ] = None,
    id: Annotated[
        str | None, typer.Option("--id", metavar="NAME", help="Unique; default: this machine's name.")
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], typer.Option(help="What is trained and optimized on.")
    ] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Parse, call, present."""
    from rotoscope.jobs.service import open_service  # noqa: PLC0415 - see cli.main
    from rotoscope.settings import load_settings  # noqa: PLC0415

    settings = load_settings(os.environ)
    if id is not None:
        settings = replace(settings, worker_id=id)
    wanted = parse_queues(queues)
    faulthandler.register(signal.SIGUSR1)  # tells what every thread is at, should one stand still
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    with open_service(settings, queues=wanted, device=device):
        if not quiet:
            typer.echo(f"worker {settings.worker_id}: {', '.join(wanted)}; Ctrl-C ends it")
        ended.wait()
        if not quiet:
            typer.echo("finishing what is at hand")
    end_process()


def parse_queues(text: str | None) -> Sequence[QueueName]:
    """Names joined by commas; all queues where nothing is said.

    Raises:
        InvalidOptions: one that is none.
    """
    from rotoscope.jobs.tasks import QUEUES  # noqa: PLC0415 - see cli.main

    if text is None:
        return QUEUES
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in QUEUES]
    if unknown or not names:
        raise InvalidOptions(
            f"--queues was {text!r}; it names one or more of {', '.join(QUEUES)}, joined by commas."
        )
    return cast("Sequence[QueueName]", names)


def end_process() -> None:
    """End at once.

    A task that took too long to be finished is still at work in a thread, for which Python would wait; it is
    done again by whoever takes it over.
    """
    os._exit(0)
