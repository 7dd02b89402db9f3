"""Between rows of the database and what whoever asks is given."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from rotoscope.database.tables import JobRecord, SegmentRecord
from rotoscope.jobs.job import Job, JobFault, JobProgress, JobSegment, JobState


def job_of(row: JobRecord) -> Job:
    """A job's row as a job."""
    return Job(
        id=row.id,
        client_id=row.client_id,
        key_id=row.key_id,
        operation=row.operation,
        params=row.params,
        state=cast("JobState", row.state),
        priority=row.priority,
        budget_micros=row.budget_micros,
        cost_micros=row.cost_micros,
        progress=JobProgress(**row.progress),
        result=row.result,
        fault=None if row.error is None else JobFault(**row.error),
        attempt=row.attempt,
        cancel_asked=row.cancel_asked,
        created=row.created,
        started=row.started,
        ended=row.ended,
    )


def segment_of(row: SegmentRecord) -> JobSegment:
    """A segment's row as a segment."""
    return JobSegment(
        number=row.number,
        first=row.first,
        stop=row.stop,
        state=cast("Any", row.state),
        frames_done=row.frames_done,
        seconds=row.seconds,
        worker=row.worker,
    )


def told_of(job: Job) -> dict[str, Any]:
    """What an event says of a job."""
    return {
        "job": job.id,
        "operation": job.operation,
        "state": job.state,
        "attempt": job.attempt,
        "progress": asdict(job.progress),
        "cost_micros": job.cost_micros,
        "result": job.result,
        "error": None if job.fault is None else asdict(job.fault),
    }
