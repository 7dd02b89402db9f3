"""Following a job: a bar, its end, and Ctrl-C."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from rotoscope.cli.bar import facts, minutes_left, share_bar
from rotoscope.cli.present import print_json

if TYPE_CHECKING:
    from rotoscope.cli.remote.places import Result
    from rotoscope.client import Client, Job

_COUNT_HUNDREDTHS = frozenset({"optimize", "publish", "texture", "train"})
"""Operations whose progress has no frames."""


def follow(
    client: Client, job: Job, *, shown: bool, as_json: bool = False, result: Result | None = None
) -> Job:
    """Wait for a job's end behind a bar. Ctrl-C leaves the job at work, or cancels it where one says so.

    Raises:
        JobFailed, JobCancelled: it ended without its result.
        ApiError, ServerUnreachable: the server refuses, or stays away too long.
        typer.Exit: with 130, after Ctrl-C.
    """
    with share_bar(job.operation, shown=shown) as update:

        def tell(now: Job) -> None:
            if update is not None:
                done, expected = now.progress.frames_done, now.progress.frames_expected
                update(done / expected if expected else 0.0, job_facts(now))

        try:
            return client.jobs.wait(job.id, on_progress=tell)
        except KeyboardInterrupt:
            pass
    leave(client, job, as_json=as_json, result=result)
    raise typer.Exit(130)


def job_facts(job: Job) -> str:
    """What stands beside the bar, e.g. ``stylize · 48/96 frames · 24.1 fps · 2 s left``."""
    from rotoscope.render.progress import Progress  # noqa: PLC0415 - see cli.main

    now = job.progress
    if job.state == "queued":
        return "waits for its turn"
    if job.operation in _COUNT_HUNDREDTHS:
        left = "" if now.remaining_seconds is None else f" · {minutes_left(now.remaining_seconds)} left"
        return f"{now.frames_done} %{left}"
    if not now.frames_done or not now.frames_per_second:
        return now.step or "preparing"
    seconds = now.frames_done / now.frames_per_second
    return f"{now.step} · {facts(Progress(now.step, now.frames_done, now.frames_expected, seconds))}"


def leave(client: Client, job: Job, *, as_json: bool, result: Result | None) -> None:
    """Say what becomes of a job that is not waited for any more; ask, where somebody can answer."""
    if not as_json and sys.stdin.isatty() and sys.stderr.isatty() and _wants_end(job):
        client.jobs.cancel(job.id)
        typer.echo(
            f"The job {job.id} was cancelled; rotoscope jobs retry {job.id} goes on with it.", err=True
        )
        return
    if as_json:
        print_json({"job": job.id, "state": "running"})
    at = f"--server {client.url}"
    typer.echo(f"The job {job.id} goes on at the server. What you can do:", err=True)
    typer.echo(f"  rotoscope jobs follow {job.id} {at}", err=True)
    typer.echo(f"  rotoscope jobs cancel {job.id} {at}", err=True)
    if result is not None and result.local is not None:
        typer.echo(f"  rotoscope files get {result.uri} {result.local} {at}  (when it is done)", err=True)


def _wants_end(job: Job) -> bool:
    try:
        return typer.confirm(f"Cancel the job {job.id}? Otherwise it goes on", default=False, err=True)
    except (typer.Abort, KeyboardInterrupt):
        return False
