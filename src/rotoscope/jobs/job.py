"""What a job is, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

JobState: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]
"""The last three are final; ``retry`` leads from ``failed`` and ``cancelled`` back to ``queued``."""
FINAL_STATES: Final = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is."""

    step: str = ""
    """The step at work: ``probe``, ``stylize``, ``assemble`` …; empty before the first."""
    frames_done: int = 0
    frames_expected: int | None = None
    segments_done: int = 0
    segments_expected: int | None = None
    frames_per_second: float | None = None
    remaining_seconds: float | None = None
    """None while it cannot be told."""
    steps_done: int | None = None
    """Of a training, over all attempts; None of what takes no steps."""
    losses: dict[str, float] | None = None
    """Of a training, by name, before their weights: means over its last steps. None while there are none."""
    previews: int = 0
    """Pictures of how it is going that were shown in this attempt; the latest one can be had."""


@dataclass(frozen=True, slots=True)
class JobFault:
    """Why a job failed."""

    code: str
    """The error's class in kebab-case, such as ``open-error`` or ``budget-exhausted``."""
    message: str
    """For people."""
    retryable: bool
    """Whether the same job may succeed when it is tried again."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands."""

    id: str
    client_id: str
    key_id: str | None
    """With which it was asked for; None: not over HTTP."""
    operation: str
    params: dict[str, Any]
    state: JobState
    priority: int
    """Lower goes first."""
    budget_micros: int | None
    cost_micros: int
    """Of what was done so far, in millionths of the rate's currency."""
    progress: JobProgress
    result: dict[str, Any] | None
    fault: JobFault | None
    attempt: int
    cancel_asked: bool
    created: datetime
    started: datetime | None
    ended: datetime | None

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in FINAL_STATES


@dataclass(frozen=True, slots=True)
class JobSegment:
    """One segment of a job."""

    number: int
    first: int
    """Index of its first frame."""
    stop: int
    """Index after its last one."""
    state: Literal["queued", "running", "succeeded"]
    frames_done: int
    seconds: float | None
    worker: str | None
