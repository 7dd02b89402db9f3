"""The book of jobs: what was asked for, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import Event, JobRecord, SegmentRecord
from rotoscope.errors import IllegalTransition, InvalidOptions, JobNotFound
from rotoscope.jobs.happenings import happened
from rotoscope.jobs.job import FINAL_STATES, Job, JobProgress, JobSegment, JobState
from rotoscope.jobs.rows import job_of, segment_of, told_of

DEFAULT_PRIORITY: Final = 100
PRIORITIES: Final = range(1, 1000)
"""Lower goes first."""
STOPPABLE: Final = frozenset({"train"})
"""Operations that can end with what there is."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it is handed on."""

    sequence: int
    """Rises; ask for those after one."""
    id: str
    type: str
    subject: str
    data: dict[str, Any]
    created: Any
    """Aware datetime, UTC."""


class JobBook:
    """Jobs in the database. Usable from any thread, and by several processes at once."""

    def __init__(self, database: Database, *, on_change: Callable[[str], None] | None = None) -> None:
        """Use a database whose tables are made.

        Args:
            database: where jobs are kept.
            on_change: told the id of a job for which there is something to do now; jobs for which nobody was
                told are found all the same, a little later.
        """
        self._database = database
        self._on_change = on_change

    def create(
        self,
        client_id: str,
        operation: str,
        params: dict[str, Any],
        *,
        priority: int = DEFAULT_PRIORITY,
        budget_micros: int | None = None,
        once: str | None = None,
        key_id: str | None = None,
    ) -> Job:
        """Accept a job; its parameters were checked by its operation.

        Args:
            client_id: whose job it is.
            operation: a name in :data:`~rotoscope.jobs.operations.registry.OPERATIONS`.
            params: its parameters, as JSON.
            priority: lower goes first.
            budget_micros: what it may cost, in millionths of the rate's currency.
            once: what it is made for; where the client has a job for that already, it is given instead.
            key_id: of the key with which it was asked for.

        Raises:
            InvalidOptions: a priority or a budget outside what is allowed.
        """
        _require_order(priority, budget_micros)
        row = JobRecord(
            id=new_id("job"),
            client_id=client_id,
            key_id=key_id,
            operation=operation,
            params=params,
            state="queued",
            priority=priority,
            budget_micros=budget_micros,
            cost_micros=0,
            attempt=1,
            cancel_asked=False,
            once=once,
            progress=asdict(JobProgress()),
            created=now(),
        )
        with self._database.writing() as session:
            before = None if once is None else _made_for(session, client_id, once)
            if before is not None:
                return job_of(before)
            session.add(row)
            job = job_of(row)
            happened(session, client_id, "job.queued", job.id, told_of(job))
        self._changed(job.id)
        return job

    def get(self, client_id: str, job_id: str) -> Job:
        """One job of a client.

        Raises:
            JobNotFound: the client has none of that id.
        """
        with self._database.reading() as session:
            return job_of(_row(session, client_id, job_id))

    def list(
        self,
        client_id: str,
        *,
        states: Sequence[JobState] = (),
        operation: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """Jobs of a client, the newest first; ``before`` is the id of the last one seen."""
        query = select(JobRecord).where(JobRecord.client_id == client_id)
        if states:
            query = query.where(JobRecord.state.in_(states))
        if operation is not None:
            query = query.where(JobRecord.operation == operation)
        if before is not None:
            query = query.where(JobRecord.id < before)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(JobRecord.id.desc()).limit(limit))
            return [job_of(row) for row in rows]

    def segments(
        self, client_id: str, job_id: str, *, after: int = -1, limit: int | None = None
    ) -> list[JobSegment]:
        """The segments of a job, in order; none before it was probed, and none where it has none.

        Args:
            client_id: whose job it is.
            job_id: of the job.
            after: the number of the last one seen; they are counted from 0.
            limit: how many at most; None: all.

        Raises:
            JobNotFound: the client has no such job.
        """
        query = select(SegmentRecord).where(SegmentRecord.job_id == job_id, SegmentRecord.number > after)
        query = query.order_by(SegmentRecord.number).limit(limit)
        with self._database.reading() as session:
            _row(session, client_id, job_id)
            return [segment_of(row) for row in session.scalars(query)]

    def cancel(self, client_id: str, job_id: str) -> Job:
        """Stop a job. It is cancelled from now on; what is at work on it notices within a second.

        Raises:
            JobNotFound: the client has no such job.
            IllegalTransition: it has ended otherwise already.
        """
        with self._database.writing() as session:
            row = _row(session, client_id, job_id, lock=True)
            if row.state == "cancelled":
                return job_of(row)
            if row.state in FINAL_STATES:
                raise IllegalTransition(
                    f"The job {job_id} has {row.state} already, so there is nothing to cancel."
                )
            row.cancel_asked, row.state, row.ended = True, "cancelled", now()
            job = job_of(row)
            happened(session, client_id, "job.cancelled", job_id, told_of(job))
            return job

    def stop(self, client_id: str, job_id: str) -> Job:
        """Ask a job to end with what there is, where its operation can: a training writes its filter.

        Raises:
            JobNotFound: the client has no such job.
            IllegalTransition: it is not at work, or has nothing that could be kept.
        """
        with self._database.writing() as session:
            row = _row(session, client_id, job_id, lock=True)
            if row.operation not in STOPPABLE or row.state != "running":
                raise IllegalTransition(
                    f"The job {job_id} ({row.operation}, {row.state}) cannot be stopped with what there is; "
                    f"{' and '.join(sorted(STOPPABLE))} can, while running. Cancel it instead."
                )
            row.stop_asked = True
            return job_of(row)

    def retry(self, client_id: str, job_id: str, *, budget_micros: int | None = None) -> Job:
        """Try a job again that failed or was cancelled; what was done of it is not done again.

        Args:
            client_id: whose job it is.
            job_id: which one.
            budget_micros: a new budget; None keeps the old one.

        Raises:
            JobNotFound: the client has no such job.
            IllegalTransition: it is at work or has succeeded.
        """
        with self._database.writing() as session:
            row = _row(session, client_id, job_id, lock=True)
            if row.state not in ("failed", "cancelled"):
                raise IllegalTransition(
                    f"The job {job_id} is {row.state}; one can be tried again that failed or was cancelled."
                )
            _require_order(row.priority, budget_micros)
            if (row.error or {}).get("code") == "machine-differs":  # such as after an upgrade: plan anew
                row.plan = None
                session.execute(delete(SegmentRecord).where(SegmentRecord.job_id == job_id))
            row.state, row.cancel_asked, row.error, row.ended = "queued", False, None, None
            row.stop_asked = False
            row.attempt += 1
            row.budget_micros = row.budget_micros if budget_micros is None else budget_micros
            session.execute(
                update(SegmentRecord)
                .where(SegmentRecord.job_id == job_id, SegmentRecord.state == "running")
                .values(state="queued", frames_done=0)
            )
            job = job_of(row)
            happened(session, client_id, "job.queued", job_id, told_of(job))
        self._changed(job_id)
        return job

    def events_after(
        self, client_id: str, sequence: int, *, subject: str | None = None, limit: int = 200
    ) -> list[Happening]:
        """What happened after an event, in order.

        Args:
            client_id: whose events.
            sequence: number of the last one seen; 0 for all.
            subject: of one job only.
            limit: at most so many.
        """
        query = select(Event).where(Event.client_id == client_id, Event.sequence > sequence)
        if subject is not None:
            query = query.where(Event.subject == subject)
        with self._database.reading() as session:
            rows = session.scalars(query.order_by(Event.sequence).limit(limit))
            return [
                Happening(row.sequence, row.id, row.type, row.subject, row.data, row.created) for row in rows
            ]

    def sequence_of(self, client_id: str, event_id: str) -> int | None:
        """The number of an event of a client; None where there is none of that id."""
        query = select(Event.sequence).where(Event.client_id == client_id, Event.id == event_id)
        with self._database.reading() as session:
            return session.scalar(query)

    def last_sequence(self, client_id: str) -> int:
        """The number of a client's latest event; 0 where there is none."""
        query = select(func.max(Event.sequence)).where(Event.client_id == client_id)
        with self._database.reading() as session:
            return session.scalar(query) or 0

    def _changed(self, job_id: str) -> None:
        if self._on_change is not None:
            self._on_change(job_id)


def _row(session: Session, client_id: str, job_id: str, *, lock: bool = False) -> JobRecord:
    row = session.get(JobRecord, job_id, with_for_update=lock)
    if row is None or row.client_id != client_id:
        raise JobNotFound(f"There is no job {job_id!r}. Ask for the list of jobs.")
    return row


def _made_for(session: Session, client_id: str, once: str) -> JobRecord | None:
    return session.scalar(select(JobRecord).where(JobRecord.client_id == client_id, JobRecord.once == once))


def _require_order(priority: int, budget_micros: int | None) -> None:
    if priority not in PRIORITIES:
        raise InvalidOptions(
            f"The priority is {priority}; it is a number from {PRIORITIES.start} to {PRIORITIES.stop - 1}, "
            "and lower goes first."
        )
    if budget_micros is not None and budget_micros < 1:
        raise InvalidOptions(
            f"The budget is {budget_micros} millionths; it is at least 1, or left out for none."
        )
