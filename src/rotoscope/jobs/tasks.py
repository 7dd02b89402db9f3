"""Tasks: what waits in the queues. A job is done by one task after another, or many side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rotoscope.jobs.operations.base import QueueName

Step: TypeAlias = Literal["plan", "work", "segment", "join", "deliver", "webhook"]
"""``plan`` looks at a source and cuts it into segments; ``segment`` paints one; ``join`` makes the result of
all of them; ``work`` does what has no segments; ``deliver`` brings a result to where it was asked for;
``webhook`` sends an event."""

QUEUES: Final[tuple[QueueName, ...]] = (
    "probe", "separate", "stylize", "assemble", "train", "optimize", "deliver", "webhook",
)  # fmt: skip
ROUND: Final = 8
"""Segments of one job, about a minute's work, that may go before those of jobs that came later."""
_MOST_ROUNDS: Final = (1 << 20) - 1


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work that waits in a queue."""

    queue: QueueName
    step: Step
    subject: str
    """Id of a job; of a delivery for ``webhook``."""
    attempt: int
    """Of the job or delivery: a new attempt has new tasks."""
    part: int = 0
    """Number of a segment."""
    revived: int = 0
    """Tells a task from one that was lost, and that it stands for."""

    @property
    def id(self) -> str:
        """The same for the same task: it is not put into a queue twice."""
        return f"{self.subject}.{self.attempt}.{self.step}.{self.part}.{self.revived}"

    def rank(self, priority: int) -> int:
        """Its place in its queue; lower goes first.

        Jobs of one priority go in their order, but a long one lets the others go ahead after each round of
        its segments: a short job is not kept waiting by a long one that came before it.
        """
        return (priority << 20) + min(self.part // ROUND, _MOST_ROUNDS)
