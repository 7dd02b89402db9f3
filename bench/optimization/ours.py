"""Rotoscope's procedure on the classic objective: from coarse to fine, until a goal is reached."""

from __future__ import annotations

import time
from collections.abc import Callable

from torch import Tensor

from bench.optimization.record import Record
from bench.optimization.yardstick import CONTENT_LAYER, STYLE_FACTOR, STYLE_LAYERS, Yardstick
from rotoscope.optimize.progress import OptimizeProgress
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.run import optimize
from rotoscope.optimize.subject import Style, Subject


def classic_recipe(yardstick: Yardstick, **values: object) -> OptimizeRecipe:
    """The recipe whose objective is the yardstick's, with its own way to get there."""
    weights = {layer: STYLE_FACTOR / yardstick.grams[layer].shape[0] ** 2 for layer in STYLE_LAYERS}
    return OptimizeRecipe.of_values(
        scale="absolute",
        style_layers=weights,
        content_layers={CONTENT_LAYER: 1},
        style_weight=1,
        content_weight=1,
        range_weight=0,
        **values,
    )


def ours(
    yardstick: Yardstick,
    photograph: Tensor,
    style: Tensor,
    *,
    goal: float,
    recipe: OptimizeRecipe,
    tell: Callable[[str], None] = lambda _: None,
) -> Record:
    """Optimize until the objective of a picture of the full size is at most ``goal``.

    Args:
        yardstick: what measures the result.
        photograph: (1, 3, H, W) float32 sRGB 0..1.
        style: likewise, of any size.
        goal: an objective.
        recipe: as :func:`classic_recipe` makes it; its iterations are the most that are done.
        tell: told a line every tenth iteration.
    """
    objectives: list[float] = []
    wall, processor = time.perf_counter(), time.process_time()

    def note(event: OptimizeProgress) -> None:
        if event.row.stage == event.stages:
            objectives.append(event.row.total)
        if event.row.iteration % 10 == 0:
            size = f"{event.row.width}x{event.row.height}"
            tell(f"ours: {event.row.iteration} iterations at {size}, objective {event.row.total:.6g}")

    outcome = optimize(
        Subject.of_photograph(photograph, [Style(style)]),
        photograph,
        encoder=yardstick.network,
        recipe=recipe,
        on_progress=note,
        should_stop=lambda: bool(objectives) and objectives[-1] <= goal,
    )
    return Record(
        seconds=time.perf_counter() - wall,
        processor_seconds=time.process_time() - processor,
        objectives=objectives,
        final=yardstick.measured(outcome.picture),
        picture=outcome.picture,
    )
