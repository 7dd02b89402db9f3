"""The classic procedure: one size, from the photograph on, L-BFGS, 500 iterations.

As in Gatys' example for PyTorch and in pystiche's: :class:`torch.optim.LBFGS` with its own defaults (a
history of 100, no line search), one evaluation an iteration, on pixels of 0..255.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import Tensor

from bench.optimization.record import Record
from bench.optimization.yardstick import Yardstick

ITERATIONS = 500


def classic(
    yardstick: Yardstick,
    photograph: Tensor,
    *,
    iterations: int = ITERATIONS,
    tell: Callable[[str], None] = lambda _: None,
) -> Record:
    """Optimize; the record holds the objective before each iteration.

    Args:
        yardstick: the objective.
        photograph: (1, 3, H, W) float32 sRGB 0..1.
        iterations: evaluations of the objective.
        tell: told a line every tenth iteration.
    """
    pixels = (photograph * 255).requires_grad_()
    optimizer = torch.optim.LBFGS([pixels], max_iter=1, tolerance_grad=0, tolerance_change=0)
    objectives: list[float] = []
    wall, processor = time.perf_counter(), time.process_time()

    def evaluate() -> Tensor:
        optimizer.zero_grad()
        objective = yardstick(pixels / 255)
        objective.backward()
        return objective.detach()

    for number in range(1, iterations + 1):
        objectives.append(float(optimizer.step(evaluate)))
        if number % 10 == 0:
            tell(f"classic: {number} iterations, objective {objectives[-1]:.6g}")
    return Record(
        seconds=time.perf_counter() - wall,
        processor_seconds=time.process_time() - processor,
        objectives=objectives,
        final=yardstick.measured(pixels.detach() / 255),
        picture=pixels.detach() / 255,
    )
