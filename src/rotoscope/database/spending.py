"""The ledger as records, with what the jobs say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from rotoscope.database.engine import Database
from rotoscope.database.tables import JobRecord, LedgerRow
from rotoscope.errors import ServiceError


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One piece of work that was paid for."""

    client_id: str
    key_id: str | None
    """With which it was asked for; None: not over HTTP."""
    job_id: str | None
    """None: a picture that was painted while somebody waited."""
    operation: str
    filter: str
    """What was painted with, such as ``lineart + great-wave``; empty where the job names none."""
    step: str
    part: str
    cpu_seconds: float
    """Processor time; what is charged for."""
    gpu_seconds: float
    """On the clock, with a GPU; likewise."""
    elapsed_seconds: float
    """On the clock."""
    frames: int
    video_seconds: float | None
    """How much of a video that is; None for pictures."""
    cost_micros: int
    created: datetime


def open_ledger(url: str) -> Database:
    """The database of a service, to read what its work has cost.

    Raises:
        ServiceError: no service has worked there, or it cannot be reached.
    """
    place = url.removeprefix("sqlite:///")
    if place != url and not Path(place).exists():
        raise ServiceError(
            f"There is no ledger: no service has worked with {url} yet. Start one with "
            "rotoscope serve, or name its folder with ROTOSCOPE_DATA_DIR."
        )
    database = Database(url)
    database.migrate()
    return database


def ledger_entries(
    database: Database,
    *,
    client_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[LedgerEntry]:
    """Rows of the ledger by time, with what their jobs say.

    Args:
        database: at its newest migration.
        client_id: of this client alone.
        since: from this moment on.
        until: before this moment.
    """
    query = select(LedgerRow, JobRecord).outerjoin(JobRecord, LedgerRow.job_id == JobRecord.id)
    if client_id is not None:
        query = query.where(LedgerRow.client_id == client_id)
    if since is not None:
        query = query.where(LedgerRow.created >= since)
    if until is not None:
        query = query.where(LedgerRow.created < until)
    with database.reading() as session:
        rows = session.execute(query.order_by(LedgerRow.created, LedgerRow.id)).all()
        return [_entry(row, job) for row, job in rows]


def filters_of(params: Mapping[str, Any]) -> str:
    """The filters that a job's parameters name, in their order: ``lineart + great-wave``, or nothing."""
    look: Any = params.get("look")
    named: list[Any] = []
    if isinstance(look, Mapping):
        layers: Any = cast("Mapping[str, Any]", look).get("layers") or ()
        named = [layer.get("filter") for layer in layers]
    else:
        named = [params.get("filter")]
    flat = [spec for one in named if one for spec in ([one] if isinstance(one, str) else one)]
    return told_filters(map(str, flat))


def told_filters(specs: Iterable[str]) -> str:
    """Filters as people type them, without options and each once: ``lineart + great-wave``."""
    return " + ".join(dict.fromkeys(spec.partition(":")[0] for spec in specs))


def _entry(row: LedgerRow, job: JobRecord | None) -> LedgerEntry:
    return LedgerEntry(
        client_id=row.client_id,
        key_id=row.key_id,
        job_id=row.job_id,
        operation=row.step if job is None else job.operation,
        filter=row.filter or "" if job is None else filters_of(job.params),
        step=row.step,
        part=row.part,
        cpu_seconds=row.cpu_seconds,
        gpu_seconds=row.gpu_seconds,
        elapsed_seconds=row.elapsed_seconds,
        frames=row.frames,
        video_seconds=row.video_seconds,
        cost_micros=row.cost_micros,
        created=row.created,
    )
