"""Measures engines on pairs whose flow is known, and how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from bench.flow.truths import Truth
from bench.quality.results import rounded
from rotoscope.motion.engines import FlowEngine, resized

_RUNS = 7
"""The quickest counts: others were disturbed."""


class EngineFigures(BaseModel):
    """What one engine measures."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    engine: str
    identity: str
    errors: dict[str, float]
    """Mean end-point error by scene, pixels."""
    milliseconds: float
    """Of one search between two pictures of the flight."""


class Report(BaseModel):
    """One run."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    machine: str
    size: tuple[int, int]
    """(width, height) of the pictures that time was taken on."""
    rows: tuple[EngineFigures, ...]


def measure_engine(
    engine: FlowEngine,
    scenes: Mapping[str, Sequence[Truth]],
    timed: Truth,
    *,
    size: tuple[int, int],
    runs: int = _RUNS,
) -> EngineFigures:
    """One engine's row.

    Args:
        engine: any.
        scenes: pairs by the name of their scene.
        timed: the pair whose search is timed.
        size: (width, height) that it is timed at.
        runs: how often; the quickest counts.
    """
    errors = {
        name: rounded(fmean(truth.end_point_error(engine.find(truth.here, truth.there)) for truth in truths))
        for name, truths in scenes.items()
    }
    here, there = resized(timed.here, size), resized(timed.there, size)
    seconds = min(_seconds(lambda: engine.find(here, there)) for _ in range(runs))
    return EngineFigures(
        engine=engine.name, identity=engine.identity, errors=errors, milliseconds=rounded(1000 * seconds)
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
