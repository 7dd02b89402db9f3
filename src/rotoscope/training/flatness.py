"""When a run has learned what it can: its losses are flat, and it ends before its budget.

Losses are noisy: each step sees another photograph. So a line is laid through their means by least squares,
and the losses count as flat only where even a line steeper by two standard errors would fall too little. If
they are so noisy that this cannot be told, more of them are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rotoscope.training.progress import Losses
from rotoscope.training.recipe import Recipe

FEWEST_MEANS = 10
"""A line through fewer says too little of how steep it may be."""
TAIL_SHARE = 0.1
"""Length of a tail, as a share of the steps before it."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a run whose losses are flat: some more steps, in which the learning rate falls to 0."""

    first_step: int
    """Steps done when it began."""
    first_fraction: float
    """Part of the budget that was used by then, 0..1."""

    @property
    def steps(self) -> int:
        """How many it takes."""
        return max(1, round(TAIL_SHARE * self.first_step))

    @property
    def last_step(self) -> int:
        """Steps done at its end."""
        return self.first_step + self.steps

    def fraction(self, step: int) -> float:
        """How far the run is, 0..1: what was left of it is spread over the tail."""
        left = max(0, self.last_step - step) / self.steps
        return 1 - (1 - self.first_fraction) * left


def is_flat(totals: Sequence[float], *, span: int, least_fall: float) -> bool:
    """Whether losses have stopped falling.

    Args:
        totals: what the losses add up to, means over equally many steps each, oldest first.
        span: how many of the last are looked at, three or more. Where two standard errors are more than
            ``least_fall``, twice as many, and so on.
        least_fall: how much they must fall over ``span`` to count as falling, as a share of their mean.

    Returns:
        True where they certainly fall less: by two standard errors. False also where that cannot be told.
    """
    while span <= len(totals):
        fall, margin = _fall(np.asarray(totals[-span:], np.float64))
        if margin <= least_fall:
            return fall + margin < least_fall
        span, least_fall = 2 * span, 2 * least_fall
    return False


def watched_total(losses: Losses, recipe: Recipe) -> float:
    """What the losses add up to with the recipe's weights.

    The stability loss is left out: it sets in during the run, and the sum would jump.
    """
    return (
        recipe.style_weight * losses.style
        + recipe.color_weight * (losses.color or 0)
        + recipe.content_weight * losses.content
        + recipe.total_variation_weight * losses.total_variation
        + recipe.range_weight * losses.range
        + recipe.lattice_weight * losses.lattice
    )


def _fall(values: NDArray[np.float64]) -> tuple[float, float]:
    """How much the line that fits best falls from end to end, and two standard errors of that.

    Both as shares of the mean; where that is 0 there is nothing to fall: (0, infinity).
    """
    count, mean = len(values), float(values.mean())
    if mean <= 0:
        return 0.0, math.inf
    places = np.arange(count) - (count - 1) / 2
    spread = float(places @ places)
    slope = float(places @ values) / spread
    residuals = values - mean - slope * places
    error = math.sqrt(float(residuals @ residuals) / (count - 2) / spread)
    return -slope * count / mean, 2 * error * count / mean
