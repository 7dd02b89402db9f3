"""The loop: one picture of one size, changed until its iterations are used up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from rotoscope.errors import OptimizationError
from rotoscope.optimize.objective import Evaluate, Evaluation
from rotoscope.optimize.steps import Stepper

_WORST_RISE = 2.0
"""An objective so many times the best one yet is no step on a way down."""
_MOST_RETURNS = 10
"""So often a descent goes back to its best picture before it is given up."""


@dataclass(slots=True)
class _Best:
    total: float
    picture: Tensor


class Descent:
    """An optimization at one size while it goes on."""

    def __init__(
        self, objective: Evaluate, picture: Tensor, stepper: Stepper, *, averaged: int = 0, last: int = 0
    ) -> None:
        """Begin.

        Args:
            objective: what to lower.
            picture: (1, 3, H, W) float32 sRGB 0..1, where to start.
            stepper: how.
            averaged: how many of the last pictures the result is the mean of; 0 and 1: the last one alone.
            last: the number of the last iteration, which says when averaging begins.
        """
        self._objective = objective
        self._stepper = stepper
        self._picture = picture.detach().clone(memory_format=torch.contiguous_format)
        self._best: _Best | None = None
        self._returns = 0
        self._average: tuple[Tensor, int] | None = None
        self._averaged_from = last - averaged + 1 if averaged > 1 else None
        self.iterations = 0
        """Done so far."""

    @property
    def picture(self) -> Tensor:
        """As it is now, (1, 3, H, W) float32, not clipped: the mean where pictures are averaged."""
        return self._picture if self._average is None else self._average[0]

    def step(self) -> Evaluation:
        """One iteration; gives the evaluation of the picture before it.

        Raises:
            OptimizationError: the objective does not come down however often the descent goes back.
        """
        evaluation = self._objective(self._picture)
        if self._is_lost(evaluation):
            return self._go_back(evaluation)
        if self._best is None or evaluation.total < self._best.total:
            self._best = _Best(evaluation.total, self._picture)
        self._picture = self._stepper.step(self._picture, evaluation.gradient)
        self.iterations += 1
        self._add_to_average()
        return evaluation

    def state(self) -> dict[str, Tensor]:
        """All of it but what it was made with."""
        kept = {f"stepper.{name}": tensor for name, tensor in self._stepper.state().items()}
        kept |= {"picture": self._picture, "counts": torch.tensor([self.iterations, self._returns])}
        if self._best is not None:
            kept |= {
                "best.picture": self._best.picture,
                "best.total": torch.tensor(self._best.total, dtype=torch.float64),
            }
        if self._average is not None:
            kept |= {"average": self._average[0], "averaged": torch.tensor(self._average[1])}
        return kept

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what :meth:`state` gave.

        Raises:
            KeyError: it is of something else.
        """
        prefix = "stepper."
        self._stepper.restore(
            {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
        )
        self._picture = state["picture"]
        self.iterations, self._returns = (int(count) for count in state["counts"])
        if "best.picture" in state:
            self._best = _Best(float(state["best.total"]), state["best.picture"])
        if "average" in state:
            self._average = (state["average"], int(state["averaged"]))

    def _is_lost(self, evaluation: Evaluation) -> bool:
        if not math.isfinite(evaluation.total):
            return True
        return self._best is not None and evaluation.total > _WORST_RISE * self._best.total

    def _go_back(self, evaluation: Evaluation) -> Evaluation:
        self._returns += 1
        if self._best is None or self._returns > _MOST_RETURNS:
            raise OptimizationError(
                f"The optimization diverged after {self.iterations} iterations: its objective is "
                f"{evaluation.total:g}. Give another style weight or content weight, a smaller learning "
                f"rate, or the other method (lbfgs, adam)."
            )
        self._picture = self._best.picture
        self._stepper.forget()
        self.iterations += 1
        return evaluation

    def _add_to_average(self) -> None:
        if self._averaged_from is None or self.iterations < self._averaged_from:
            return
        mean, count = self._average or (torch.zeros_like(self._picture), 0)
        self._average = (mean + (self._picture - mean) / (count + 1), count + 1)
