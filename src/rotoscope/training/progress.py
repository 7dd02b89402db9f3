"""What a training run is told to do for how long, and what it tells while it runs and at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from rotoscope.errors import InvalidOptions

DEFAULT_BUDGET_MINUTES = 30.0
"""How long a run takes when nothing is said."""


@dataclass(frozen=True, slots=True)
class Budget:
    """When a run is complete: after a number of steps, or after a time."""

    steps: int | None = None
    minutes: float | None = None
    """Time spent training, over all sessions of a run that was resumed. Exactly one of the two is given."""

    def __post_init__(self) -> None:
        """Refuse both, neither and nothing."""
        if (self.steps is None) == (self.minutes is None):
            raise InvalidOptions("a budget is a number of steps or a number of minutes; give exactly one.")
        if (self.steps is not None and self.steps < 1) or (self.minutes is not None and not self.minutes > 0):
            given = f"{self.minutes} minutes" if self.steps is None else f"{self.steps} steps"
            raise InvalidOptions(f"a budget of {given} trains nothing; give a number above 0.")

    @classmethod
    def of(cls, *, steps: int | None = None, minutes: float | None = None) -> Budget:
        """The budget asked for, or DEFAULT_BUDGET_MINUTES when neither is given."""
        if steps is None and minutes is None:
            return cls(minutes=DEFAULT_BUDGET_MINUTES)
        return cls(steps=steps, minutes=minutes)

    def fraction(self, *, steps: int, seconds: float) -> float:
        """How much of it is used, 0..1."""
        if self.steps is not None:
            return min(1.0, steps / self.steps)
        return min(1.0, seconds / (60 * self._minutes))

    def seconds_left(self, seconds: float) -> float:
        """Of a budget of minutes, what is left of it after so many seconds."""
        return max(0.0, 60 * self._minutes - seconds)

    @property
    def _minutes(self) -> float:
        assert self.minutes is not None, "__post_init__ sees to it"
        return self.minutes


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses before their weights; means over some steps, or of one. See :mod:`rotoscope.networks.losses`."""

    style: float
    content: float
    total_variation: float
    range: float
    lattice: float
    stability: float | None
    """None where no step of these had the stability loss."""
    color: float | None = None
    """None where the style's colors are learned."""

    @classmethod
    def mean(cls, losses: Iterable[Losses]) -> Losses:
        """Mean of one or more; of the stability loss, over those that have it."""
        items = tuple(losses)
        values: dict[str, float | None] = {}
        for field in fields(cls):
            known = [v for v in (getattr(item, field.name) for item in items) if v is not None]
            values[field.name] = sum(known) / len(known) if known else None
        return cls(**values)  # pyright: ignore[reportArgumentType]  # only the last two are ever None

    def known(self) -> dict[str, float]:
        """The losses by name, without what is None."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LossRecord:
    """Mean losses over the steps up to and with ``step``."""

    step: int
    seconds: float
    """Time spent training until then."""
    losses: Losses


class StopReason(StrEnum):
    """Why a run ended."""

    BUDGET = "budget"
    """Its steps or minutes are used up: it is complete."""
    FLAT = "flat"
    """Its losses no longer fell, and it ended before its budget: it is complete."""
    REQUEST = "request"
    """``should_stop`` said so."""


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a run stands, told after every step."""

    step: int
    """Steps done, counted over all sessions."""
    fraction: float
    """Part of the run that is done, 0..1: of its budget, or once its losses are flat of what remains."""
    seconds: float
    """Time spent training, over all sessions."""
    seconds_left: float
    """At the mean pace so far."""
    losses: Losses | None
    """Means over the last steps (up to 100); None while no step had finite losses."""
    preview: Path | None = None
    """Set when a preview picture was just written there."""


ProgressCallback: TypeAlias = Callable[[TrainingProgress], None]
