"""What an optimization tells while it runs and at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from rotoscope.optimize.stages import Stage


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One iteration."""

    stage: int
    """Counted from 1, coarse to fine."""
    width: int
    height: int
    iteration: int
    """Within the stage, counted from 1."""
    seconds: float
    """Spent since the start, over all sessions of a run that was resumed."""
    total: float
    """The objective of the picture before the iteration."""
    losses: Mapping[str, float]
    """What each loss adds to it."""


@dataclass(frozen=True, slots=True)
class OptimizeProgress:
    """Where an optimization stands, told after every iteration."""

    row: TraceRow
    stages: int
    iterations: int
    """Of this stage."""
    fraction: float
    """Part of the work that is done, 0..1, counted in pixels."""
    seconds_left: float | None
    """At the mean pace so far; None while it cannot be told."""
    picture: Callable[[], Tensor]
    """The picture as it is, (1, 3, h, w) float32 of 0..1 and beyond, of the stage's size."""


ProgressCallback: TypeAlias = Callable[[OptimizeProgress], None]


class Meter:
    """What part of the work is done, and how long the rest will take."""

    def __init__(self, stages: Sequence[Stage], *, seconds: float) -> None:
        """Begin.

        Args:
            stages: all of them.
            seconds: spent by earlier sessions.
        """
        self._stages = stages
        self._total = sum(stage.work for stage in stages)
        self._before = seconds
        self._first: tuple[float, float] | None = None

    def fraction(self, index: int, iteration: int) -> float:
        """After so many iterations of the stage of that index."""
        done = sum(stage.work for stage in self._stages[:index])
        stage = self._stages[index]
        return (done + stage.height * stage.width * iteration) / self._total

    def seconds_left(self, fraction: float, seconds: float) -> float | None:
        """At the pace since this session's first iteration."""
        if self._first is None:
            self._first = (fraction, seconds)
            return None
        done = fraction - self._first[0]
        return (1 - fraction) * (seconds - self._first[1]) / done if done > 0 else None
