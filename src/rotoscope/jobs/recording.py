"""Writing down how far a job is, what it cost, and how it ended: every change in one transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import JobRecord, SegmentRecord
from rotoscope.errors import (
    BudgetExhausted,
    EncodeError,
    JobCancelled,
    JobError,
    RotoscopeError,
    StorageError,
    StoreUnavailable,
    WorkerLost,
)
from rotoscope.jobs.charging import Charges, Took
from rotoscope.jobs.happenings import happened
from rotoscope.jobs.job import FINAL_STATES, JobFault, JobProgress
from rotoscope.jobs.prices import RatesBook
from rotoscope.jobs.rows import job_of, told_of
from rotoscope.jobs.tasks import Task
from rotoscope.render.segments.plan import Segment

_RETRYABLE: Final = (StoreUnavailable, WorkerLost, EncodeError, BudgetExhausted)
"""Errors after which the same job may well succeed another time."""


class Recorder:
    """Writes jobs' rows, for those who do the work."""

    def __init__(self, database: Database, prices: RatesBook, worker_id: str) -> None:
        self._database = database
        self._charges = Charges(prices)
        self._worker_id = worker_id

    def begin(self, task: Task) -> JobRecord | None:
        """The job of a task, now running; None where there is nothing to do for it any more."""
        with self._database.writing() as session:
            row = session.get(JobRecord, task.subject, with_for_update=True)
            if row is None or row.state in FINAL_STATES or row.attempt != task.attempt:
                return None
            if row.state == "queued":
                row.state, row.started = "running", row.started or now()
                _tell(session, row, "job.running")
            return row

    def is_stop_asked(self, job_id: str) -> bool:
        """Whether somebody asked that it end with what there is."""
        with self._database.reading() as session:
            return bool(session.scalar(select(JobRecord.stop_asked).where(JobRecord.id == job_id)))

    def planned(self, task: Task, plan: dict[str, Any], segments: list[tuple[Segment, str]]) -> None:
        """A source was looked at: this is how its job is done."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is None or "segments" in (row.plan or {}):
                return
            row.plan = plan
            for segment, key in segments:
                session.add(
                    SegmentRecord(
                        job_id=row.id,
                        number=segment.number,
                        first=segment.first,
                        stop=segment.stop,
                        key=key,
                        state="queued",
                        frames_done=0,
                    )
                )
            frames = segments[-1][0].stop if segments else plan.get("frames")
            row.progress = {
                **row.progress,
                "frames_expected": frames,
                "segments_expected": len(segments) or None,
            }

    def progressed(self, task: Task, progress: JobProgress) -> None:
        """So far is a task without segments."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is not None:
                row.progress = asdict(progress)
                _tell(session, row, "job.progressed")

    def segment_progressed(self, task: Task, frames_done: int) -> None:
        """So many frames of a segment are painted."""
        with self._database.writing() as session:
            row = _locked(session, task)
            segment = session.get(SegmentRecord, (task.subject, task.part))
            if row is None or segment is None or segment.state == "succeeded":
                return
            segment.state, segment.frames_done, segment.worker = "running", frames_done, self._worker_id
            row.progress = asdict(_with_segments(session, row))
            _tell(session, row, "job.progressed")

    def segment_finished(self, task: Task, took: Took) -> bool:
        """A segment is painted and put where all find it; gives whether it was the last one of its job.

        Raises:
            BudgetExhausted: it has used up a budget, and there is more to do.
        """
        with self._database.writing() as session:
            row = _locked(session, task)
            segment = session.get(SegmentRecord, (task.subject, task.part))
            if row is None or segment is None:
                return False
            if segment.state != "succeeded":
                segment.state, segment.seconds, segment.ended = "succeeded", took.elapsed_seconds, now()
                segment.frames_done, segment.worker = segment.stop - segment.first, self._worker_id
                self._charges.add(session, row, task, segment.key, took)
                row.progress = asdict(_with_segments(session, row))
                _tell(session, row, "job.segment_finished")
            left = session.scalar(
                select(func.count())
                .select_from(SegmentRecord)
                .where(SegmentRecord.job_id == row.id, SegmentRecord.state != "succeeded")
            )
        if left:
            self.require_wanted(task, Took())
        return not left

    def charge(self, task: Task, took: Took) -> None:
        """A step has used so much; it is charged once, however often it was done."""
        with self._database.writing() as session:
            row = session.get(JobRecord, task.subject, with_for_update=True)
            if row is not None:
                self._charges.add(session, row, task, "", took)

    def require_wanted(self, task: Task, took: Took) -> None:
        """Go on with a task that has used so much, or stop.

        Raises:
            JobCancelled: nobody wants its job any more.
            BudgetExhausted: a budget is used up, by what was charged and what this task will be.
        """
        with self._database.reading() as session:
            row = session.get(JobRecord, task.subject)
            if row is None or row.state in FINAL_STATES or row.attempt != task.attempt:
                raise JobCancelled(f"The job {task.subject} was cancelled.")
            self._charges.require_within(session, row, took)

    def promise(self, task: Task, digests: Mapping[str, str]) -> Mapping[str, str]:
        """Say what will be put where, by URI; gives what an earlier run of this task had said."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is None:
                raise JobCancelled(f"The job {task.subject} was cancelled.")
            before = (row.plan or {}).get("promised", {})
            row.plan = {**(row.plan or {}), "promised": {**digests, **before}}
            return before

    def parked(self, task: Task, parked: list[dict[str, Any]], result: dict[str, Any]) -> None:
        """The work is done, and what came of it waits to be delivered."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is not None:
                row.plan = {**(row.plan or {}), "parked": parked, "result": result}
                row.progress = {**row.progress, "step": "deliver"}

    def promised(self, task: Task) -> bool:
        """Whether an earlier run of a task had begun to deliver."""
        with self._database.reading() as session:
            row = session.get(JobRecord, task.subject)
        return row is not None and "promised" in (row.plan or {})

    def succeeded(self, task: Task, result: dict[str, Any]) -> None:
        """The job is done."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is not None:
                row.state, row.result, row.ended = "succeeded", result, now()
                done = row.progress.get("frames_expected") or row.progress["frames_done"]
                row.progress = {**row.progress, "frames_done": done, "remaining_seconds": 0.0}
                _tell(session, row, "job.succeeded")

    def failed(self, task: Task, fault: JobFault) -> None:
        """The job cannot be done."""
        with self._database.writing() as session:
            row = _locked(session, task)
            if row is not None:
                row.state, row.error, row.ended = "failed", asdict(fault), now()
                _tell(session, row, "job.failed")


def fault_of(error: Exception) -> JobFault:
    """What a job's record says of an error."""
    if not isinstance(error, RotoscopeError):
        told = (
            f"{type(error).__name__} where nobody expected it. The worker's log has the details; try again."
        )
        return JobFault("internal-error", told, retryable=True)
    retryable = isinstance(error, _RETRYABLE) and type(error) not in (StorageError, JobError)
    return JobFault(code_of(type(error)), str(error), retryable)


def code_of(error: type[RotoscopeError]) -> str:
    """An error's class in kebab-case: ``open-error``, ``stored-file-not-found``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", error.__name__).lower()


def _locked(session: Session, task: Task) -> JobRecord | None:
    row = session.get(JobRecord, task.subject, with_for_update=True)
    if row is None or row.state in FINAL_STATES or row.attempt != task.attempt:
        return None
    return row


def _with_segments(session: Session, row: JobRecord) -> JobProgress:
    """A job's progress, counted anew from its segments."""
    session.flush()
    query = select(
        func.sum(SegmentRecord.frames_done),
        func.sum(SegmentRecord.stop - SegmentRecord.first),
        func.count(),
    ).where(SegmentRecord.job_id == row.id)
    done, expected, count = session.execute(query).one()
    finished = select(func.count()).where(SegmentRecord.job_id == row.id, SegmentRecord.state == "succeeded")
    passed = (now() - row.started).total_seconds() if row.started else 0.0
    rate = int(done) / passed if passed > 0 else None
    return replace(
        JobProgress(**row.progress),
        step="stylize",
        frames_done=int(done),
        frames_expected=int(expected),
        segments_done=int(session.scalar(finished) or 0),
        segments_expected=int(count),
        frames_per_second=rate,
        remaining_seconds=(int(expected) - int(done)) / rate if rate else None,
    )


def _tell(session: Session, row: JobRecord, type: str) -> None:
    happened(session, row.client_id, type, row.id, told_of(job_of(row)))
