"""How a picture is changed, given the gradient of an objective: L-BFGS and Adam.

Neither evaluates more than once a step. Both are made of tensors of the picture's size and a few numbers, so
that a run can be kept and gone on with (:meth:`Stepper.state`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

_FIRST_STEP = 1 / 255
"""Root mean square of the first change: enough to tell the curvature, too little to harm."""
_CAUTION = 1 / 4
"""After each return, the first change is so much smaller: the same one again would lead to the same place."""
_LOWEST_FREQUENCY = 0.01
"""Waves a pixel: what is coarser is moved no further."""
_LONGEST_STEP = 0.5
"""Most that a pixel changes in one step."""


class Stepper(Protocol):
    """Changes a picture step by step."""

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """The next picture.

        Args:
            picture: (1, 3, H, W) float32, as it is.
            gradient: of the objective there, the same shape.
        """
        ...

    def forget(self) -> None:
        """Begin anew: the next picture is not one that it made."""
        ...

    def state(self) -> dict[str, Tensor]:
        """All it remembers."""
        ...

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Remember what :meth:`state` gave."""
        ...


class LimitedMemory:
    """L-BFGS (Nocedal 1980; Liu and Nocedal 1989) without a line search.

    Each step is the whole quasi-Newton step, cut where a pixel would change by more than half of its range.
    Objectives may rise now and then; whoever calls it tells it to forget where they rise for good.
    """

    def __init__(self, history: int, *, spectrum: float = 1.0) -> None:
        """Remember nothing yet.

        Args:
            history: how many steps to remember.
            spectrum: exponent of the spatial frequency that the first guess at the inverse curvature falls
                with. Gradients of feature losses are grain above all, which has little to gain; with 1, what
                is coarse is moved as many times further as it is coarser. 0: no guess, as in the papers.
        """
        self._history = history
        self._spectrum = spectrum
        self._gains: Tensor | None = None
        self._first_step = _FIRST_STEP
        self._steps: list[Tensor] = []
        self._changes: list[Tensor] = []
        self._last: tuple[Tensor, Tensor] | None = None

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """See :class:`Stepper`."""
        if self._last is not None:
            self._remember(picture - self._last[0], gradient - self._last[1])
        direction = self._direction(gradient)
        largest = float(direction.abs().max())
        if largest > _LONGEST_STEP:
            direction = direction * (_LONGEST_STEP / largest)
        self._last = (picture.clone(), gradient.clone())
        return picture + direction

    def forget(self) -> None:
        """See :class:`Stepper`; the next first change is smaller than the one before."""
        self._first_step *= _CAUTION
        self._steps.clear()
        self._changes.clear()
        self._last = None

    def state(self) -> dict[str, Tensor]:
        """See :class:`Stepper`."""
        kept = {f"step.{index:03}": step for index, step in enumerate(self._steps)}
        kept |= {f"change.{index:03}": change for index, change in enumerate(self._changes)}
        kept["first"] = torch.tensor(self._first_step, dtype=torch.float64)
        if self._last is not None:
            kept |= {"last.picture": self._last[0], "last.gradient": self._last[1]}
        return kept

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See :class:`Stepper`."""
        self._steps = [state[name] for name in sorted(state) if name.startswith("step.")]
        self._changes = [state[name] for name in sorted(state) if name.startswith("change.")]
        self._first_step = float(state["first"]) if "first" in state else _FIRST_STEP
        self._last = (state["last.picture"], state["last.gradient"]) if "last.picture" in state else None

    def _remember(self, step: Tensor, change: Tensor) -> None:
        # Where the objective curves downwards the pair would turn the direction around.
        if float((step * change).sum()) <= 1e-10 * float(change.square().sum()):
            return
        self._steps.append(step)
        self._changes.append(change)
        del self._steps[: -self._history], self._changes[: -self._history]

    def _direction(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion."""
        if not self._steps:
            first = self._guessed(-gradient)
            return first * (self._first_step / first.square().mean().sqrt().clamp_min(1e-30))
        direction = -gradient
        pairs = list(zip(self._steps, self._changes, strict=True))
        shares: list[tuple[Tensor, Tensor]] = []
        for step, change in reversed(pairs):
            inverse = 1 / (step * change).sum()
            share = inverse * (step * direction).sum()
            direction = direction - share * change
            shares.append((share, inverse))
        step, change = pairs[-1]
        curvature = (step * change).sum() / (change * self._guessed(change)).sum()
        direction = self._guessed(direction) * curvature
        for (step, change), (share, inverse) in zip(pairs, reversed(shares), strict=True):
            direction = direction + (share - inverse * (change * direction).sum()) * step
        return direction

    def _guessed(self, vector: Tensor) -> Tensor:
        """The first guess at the inverse curvature, times a vector: symmetric and positive."""
        if not self._spectrum:
            return vector
        height, width = vector.shape[2:]
        if self._gains is None:
            down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
            frequencies = (down.square() + across.square()).sqrt().clamp_min(_LOWEST_FREQUENCY)
            self._gains = (0.5 / frequencies).pow(self._spectrum).to(vector.device)
        return torch.fft.irfft2(torch.fft.rfft2(vector) * self._gains, s=(height, width))


class Adaptive:
    """Adam (Kingma and Ba 2015) with its own authors' constants."""

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = learning_rate
        self._count = 0
        self._mean: Tensor | None = None
        self._square: Tensor | None = None

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """See :class:`Stepper`."""
        if self._mean is None or self._square is None:
            self._mean, self._square = torch.zeros_like(gradient), torch.zeros_like(gradient)
        self._count += 1
        self._mean = self._mean.lerp(gradient, 0.1)
        self._square = self._square.lerp(gradient.square(), 0.001)
        mean = self._mean / (1 - 0.9**self._count)
        square = self._square / (1 - 0.999**self._count)
        return picture - self._learning_rate * mean / (square.sqrt() + 1e-12)

    def forget(self) -> None:
        """See :class:`Stepper`."""
        self._count, self._mean, self._square = 0, None, None

    def state(self) -> dict[str, Tensor]:
        """See :class:`Stepper`."""
        if self._mean is None or self._square is None:
            return {}
        return {"mean": self._mean, "square": self._square, "count": torch.tensor(self._count)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """See :class:`Stepper`."""
        self.forget()
        if state:
            self._mean, self._square = state["mean"], state["square"]
            self._count = int(state["count"])
