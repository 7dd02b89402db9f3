"""``rotoscope jobs``: the jobs of a server."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from rotoscope.cli import options
from rotoscope.cli.grouping import grouped
from rotoscope.cli.help_text import flow
from rotoscope.cli.present import print_json
from rotoscope.cli.remote.following import follow as follow_job
from rotoscope.cli.remote.following import job_facts
from rotoscope.cli.remote.presenting import present_job
from rotoscope.cli.remote.server import ServerChoice

if TYPE_CHECKING:
    from rotoscope.client import Job

HELP = """Jobs of a server: what it does, did, and is to do.

The server is named with --server or by ROTOSCOPE_SERVER, its key by --key-file or ROTOSCOPE_API_KEY.
"""

LIST_HELP = """List jobs, the newest first.

Examples:

  rotoscope jobs list

  rotoscope jobs list --state running --server http://127.0.0.1:8000
"""

SHOW_HELP = """Tell how a job is: its state, its progress, its result or why it failed.

Example:

  rotoscope jobs show job_01kb2v6c9tq1x8m4z7r5w3n0pd
"""

FOLLOW_HELP = """Wait for a job's end behind a bar, and tell its result.

Example:

  rotoscope jobs follow job_01kb2v6c9tq1x8m4z7r5w3n0pd
"""

CANCEL_HELP = """Stop jobs. What was done until then is kept, should they be tried again.

Example:

  rotoscope jobs cancel job_01kb2v6c9tq1x8m4z7r5w3n0pd
"""

RETRY_HELP = """Go on with a job that failed or was cancelled: what is done of it is not done again.

Examples:

  rotoscope jobs retry job_01kb2v6c9tq1x8m4z7r5w3n0pd

  rotoscope jobs retry job_01kb2v6c9tq1x8m4z7r5w3n0pd --budget-micros 500000
"""

JobId: TypeAlias = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.")]
State: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help=flow(HELP), rich_markup_mode="rich")
    group.command("list", help=flow(LIST_HELP))(grouped(list_jobs))
    group.command("show", help=flow(SHOW_HELP))(grouped(show))
    group.command("follow", help=flow(FOLLOW_HELP))(grouped(follow))
    group.command("cancel", help=flow(CANCEL_HELP))(grouped(cancel))
    group.command("retry", help=flow(RETRY_HELP))(grouped(retry))
    app.add_typer(group, name="jobs")


def list_jobs(
    *,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of this operation, such as renders.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many, at most.")] = 20,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        found = list(islice(client.jobs.list(states=[state] if state else [], operation=operation), count))
    if as_json:
        print_json(found)
        return
    for job in found:
        typer.echo(line_of(job))
    if not found:
        typer.echo("no jobs")


def show(job_id: JobId, *, at: ServerChoice, as_json: options.AsJson = False) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        job = client.jobs.get(job_id)
        segments = client.jobs.segments(job_id)
    if as_json:
        print_json({"job": job, "segments": segments})
        return
    for name, value in rows_of(job):
        typer.echo(f"{name:<10} {value}")
    done = sum(segment.state == "succeeded" for segment in segments)
    if segments:
        typer.echo(f"{'segments':<10} {done} of {len(segments)} done")


def follow(
    job_id: JobId, *, at: ServerChoice, as_json: options.AsJson = False, quiet: options.Quiet = False
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        job = follow_job(client, client.jobs.get(job_id), shown=not (quiet or as_json), as_json=as_json)
    present_job(job, output=None, as_json=as_json, quiet=quiet)


def cancel(
    job_ids: Annotated[list[str], typer.Argument(metavar="JOB…", help="Ids of the jobs.")],
    *,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        found = [client.jobs.cancel(job_id) for job_id in job_ids]
    _present(found, as_json=as_json)


def retry(
    job_id: JobId,
    *,
    budget_micros: Annotated[
        int | None,
        typer.Option(min=1, help="The most that it may cost, in millionths of the server's currency."),
    ] = None,
    at: ServerChoice,
    as_json: options.AsJson = False,
) -> None:
    """Parse, call, present."""
    with at.connect() as client:
        job = client.jobs.retry(job_id, budget_micros=budget_micros)
    _present([job], as_json=as_json)


def line_of(job: Job) -> str:
    """A job in a list: ``job_01k… renders running 2026-11-27 01:45 stylize · 48/96 frames …``."""
    told = {
        "running": lambda: job_facts(job),
        "succeeded": lambda: str((job.result or {}).get("output") or (job.result or {}).get("filter") or ""),
        "failed": lambda: "" if job.error is None else job.error.message,
    }.get(job.state, str)()
    return f"{job.id}  {job.operation:<9} {job.state:<9} {job.created:%Y-%m-%d %H:%M}  {told}".rstrip()


def rows_of(job: Job) -> list[tuple[str, str]]:
    """A job as rows of a name and a fact."""
    rows = [("job", job.id), ("operation", job.operation), ("state", job.state)]
    rows += [(name, str(job.params[name])) for name in ("source", "output") if name in job.params]
    if not job.is_final:
        rows.append(("progress", job_facts(job)))
    rows += [] if job.error is None else [("error", job.error.message)]
    if job.cost_micros:
        rows.append(("cost", f"{job.cost_micros / 1_000_000:.6f} {job.currency}"))
    moments = {"created": job.created, "started": job.started, "ended": job.ended}
    rows += [(name, f"{moment:%Y-%m-%d %H:%M:%S}") for name, moment in moments.items() if moment is not None]
    return rows


def _present(found: list[Job], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for job in found:
        typer.echo(line_of(job))
