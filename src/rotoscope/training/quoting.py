"""What a training will take, found by a training of a few steps."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from rotoscope.economics.estimates import Estimate, Sample, extrapolated
from rotoscope.economics.plans import Plan
from rotoscope.economics.quotes import Quote, priced
from rotoscope.economics.rates import Rates
from rotoscope.economics.usage import Usage
from rotoscope.machine import cpu_seconds
from rotoscope.networks.features import Encoder
from rotoscope.optimize.style_source import StyleSource
from rotoscope.training.content import ContentSet
from rotoscope.training.progress import Budget, TrainingProgress
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import SessionOptions
from rotoscope.training.trainer import train_filter

STEPS: Final = 26
"""Of the training that is a sample. It goes through all that a long one does, in so many steps."""
_WARMING: Final = 2
"""Steps that are slower than others, and belong to the beginning."""
_GROUP: Final = 4
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class _Mark:
    cpu: float
    clock: float


def quote_training(
    styles: Sequence[StyleSource],
    *,
    name: str,
    recipe: Recipe,
    content: ContentSet,
    encoder: Encoder,
    budget: Budget,
    rates: Rates,
    plan: Plan | None = None,
    options: SessionOptions | None = None,
    steps: int = STEPS,
) -> Quote:
    """Train for a few steps, and say what a training by this budget takes and costs.

    What is charged for is processor time and hours on the clock, at whatever rates there are for each. By
    minutes, the clock is known and the steps are not; by steps, the clock is as busy as the machine is now. A
    training whose losses are flat ends sooner, and costs less.

    Args:
        styles: what would be trained; as for :func:`rotoscope.training.trainer.train_filter`, likewise:
        name: of the filter.
        recipe: every number of the run.
        content: photographs to learn on.
        encoder: feature network for the losses.
        budget: how long it would be trained.
        rates: what things cost.
        plan: how they are sold; None: at cost.
        options: device and threads.
        steps: of the sample; 6 or more.

    Raises:
        RotoscopeError: what the training would raise.
    """
    began = _mark()
    marks: list[_Mark] = []

    def told(progress: TrainingProgress) -> None:
        if len(marks) < progress.step:
            marks.append(_mark())

    with tempfile.TemporaryDirectory(prefix="rotoscope-quote-") as folder:
        train_filter(
            styles,
            name=name,
            recipe=recipe,
            content=content,
            encoder=encoder,
            output=Path(folder) / f"{name}.onnx",
            budget=Budget(steps=steps),
            options=options,
            on_progress=told,
        )
    return _extrapolated(name, (began, *marks, _mark()), budget, steps, rates, plan)


def _extrapolated(
    name: str, marks: Sequence[_Mark], budget: Budget, steps: int, rates: Rates, plan: Plan | None
) -> Quote:
    """From the steps of a sample, and what lies around them, to the whole of a training.

    Args:
        name: of the filter.
        marks: before all, after each step, after all.
        budget: how long it would be trained.
        steps: of the sample.
        rates: what things cost.
        plan: how they are sold.
    """
    began, *marks, ended = marks
    groups = list(pairwise(marks[_WARMING - 1 :: _GROUP]))
    samples = [Sample(_GROUP, after.cpu - before.cpu) for before, after in groups]
    pace = sum(after.clock - before.clock for before, after in groups) / (_GROUP * len(groups))
    around = ended.cpu - began.cpu - (marks[-1].cpu - marks[_WARMING - 1].cpu)
    clock_around = ended.clock - began.clock - (marks[-1].clock - marks[_WARMING - 1].clock)
    clock = 60 * budget.minutes if budget.minutes is not None else pace * (budget.steps or 0)
    cpu = extrapolated(around, samples, clock / pace)
    return _quote(name, cpu, clock + clock_around, clock / _HOUR, steps, rates, plan)


def _quote(
    name: str,
    cpu: Estimate,
    elapsed_seconds: float,
    hours: float,
    sampled: int,
    rates: Rates,
    plan: Plan | None,
) -> Quote:
    prices = priced(cpu, lambda seconds: Usage(cpu_seconds=seconds, training_hours=hours), rates, plan)
    return Quote(
        work=f"training of {name}",
        look="",
        frames=0,
        video_seconds=0.0,
        sampled_frames=0,
        cpu_seconds=cpu,
        elapsed_seconds=elapsed_seconds,
        currency=rates.currency,
        cost=prices.cost,
        retail=prices.retail,
        wholesale=prices.wholesale,
        plan=None if plan is None else plan.name,
        notes=(f"{sampled} steps were trained to know",),
    )


def _mark() -> _Mark:
    return _Mark(cpu_seconds(), time.monotonic())
