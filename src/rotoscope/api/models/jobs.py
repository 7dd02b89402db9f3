"""Jobs, as they are shown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.jobs.job import Job, JobSegment, JobState

BudgetMicros = Annotated[
    int | None,
    Field(
        ge=1,
        le=1_000_000_000_000_000,
        description="The most that it may cost, in millionths of the currency; then it stops cleanly, and "
        "can be tried again with more.",
    ),
]


class ProgressView(BaseModel):
    """How far a job is."""

    step: str = Field(
        description="What is at work: `probe`, `stylize`, `assemble` …; empty before the first."
    )
    frames_done: int
    frames_expected: int | None
    segments_done: int
    segments_expected: int | None
    frames_per_second: float | None
    remaining_seconds: float | None = Field(description="Null while it cannot be told.")
    steps_done: int | None = Field(description="Of a training; null of what takes no steps.")
    losses: dict[str, float] | None = Field(
        description="Of a training, by name, before their weights: means over its last steps. Its events "
        "tell how they fell."
    )
    previews: int = Field(
        description="Pictures of how it is going, shown in this attempt; `/preview` gives the latest."
    )


class FaultView(BaseModel):
    """Why a job failed."""

    code: str = Field(description="As in problem documents.", examples=["open-error"])
    message: str = Field(description="For people.")
    retryable: bool = Field(description="Whether the same job may succeed when it is tried again.")


class JobView(BaseModel):
    """A job as it stands."""

    id: str = Field(examples=["job_01kb2v6c9tq1x8m4z7r5w3n0pd"])
    key_id: str | None = Field(description="Of the key with which it was asked for.")
    operation: str = Field(examples=["renders"])
    params: dict[str, Any] = Field(description="What was asked for.")
    state: JobState
    priority: int = Field(description="Lower goes first.")
    budget_micros: int | None
    cost_micros: int = Field(description="Of what was done so far, in millionths of the currency.")
    currency: str = Field(examples=["USD"])
    progress: ProgressView
    result: dict[str, Any] | None = Field(description="URIs, counts and notes, once it has succeeded.")
    error: FaultView | None
    attempt: int = Field(description="1, and one more with each retry.")
    created: datetime
    started: datetime | None
    ended: datetime | None

    @classmethod
    def of(cls, job: Job, currency: str) -> JobView:
        """The view of a job."""
        return cls(
            id=job.id,
            key_id=job.key_id,
            operation=job.operation,
            params=job.params,
            state=job.state,
            priority=job.priority,
            budget_micros=job.budget_micros,
            cost_micros=job.cost_micros,
            currency=currency,
            progress=ProgressView(**asdict(job.progress)),
            result=job.result,
            error=None if job.fault is None else FaultView(**asdict(job.fault)),
            attempt=job.attempt,
            created=job.created,
            started=job.started,
            ended=job.ended,
        )


class SegmentView(BaseModel):
    """One segment of a job."""

    number: int
    first: int = Field(description="Index of its first frame.")
    stop: int = Field(description="Index after its last one.")
    state: Literal["queued", "running", "succeeded"]
    frames_done: int
    seconds: float | None = Field(description="That its painting took.")
    worker: str | None

    @classmethod
    def of(cls, segment: JobSegment) -> SegmentView:
        """The view of a segment."""
        return cls.model_validate(segment, from_attributes=True)


class RetryRequest(RequestBody):
    """How a job is tried again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"budget_micros": 500_000}]})

    budget_micros: BudgetMicros = None
