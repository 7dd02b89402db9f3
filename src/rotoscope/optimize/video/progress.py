"""What an optimization of a clip tells while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rotoscope.optimize.progress import OptimizeProgress
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.stages import plan_stages
from rotoscope.optimize.video.plan import Step
from rotoscope.optimize.video.recipe import VideoRecipe


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """Where an optimization of a clip stands, told after every iteration of every frame."""

    step: Step
    """The frame at hand."""
    frames: int
    """Of the clip."""
    parts: int
    """How often each is painted."""
    done: int
    """Paintings of frames that are finished, those found included."""
    found: int
    """Those of an earlier run."""
    fraction: float
    """Part of the work that is done, 0..1, counted in pixels and iterations."""
    seconds_left: float | None
    """At the mean pace of this run; None while it cannot be told."""
    frame: OptimizeProgress
    """Where the frame at hand stands."""


ProgressCallback: TypeAlias = Callable[[VideoProgress], None]


class VideoMeter:
    """Counts work: pixels times iterations."""

    def __init__(
        self,
        steps: Sequence[Step],
        size: tuple[int, int],
        *,
        recipe: OptimizeRecipe,
        video: VideoRecipe,
        on_progress: ProgressCallback | None = None,
    ) -> None:
        """Begin.

        Args:
            steps: all of them.
            size: (height, width) of the paintings.
            recipe: of a still.
            video: of the clip.
            on_progress: told after every iteration.
        """
        self.frame_size = (size[1], size[0])
        """(width, height) of the paintings."""
        self._frames = len({step.index for step in steps})
        self._parts = video.parts
        self._alone = _work(size, recipe)
        self._following = _work(size, video.following(recipe))
        self._total = sum(self._work_of(step) for step in steps)
        self._found_work = self._done_work = 0.0
        self._on_progress = on_progress
        self._began = time.monotonic()
        self.done = 0
        self.found = 0

    def found_one(self, step: Step) -> None:
        """A painting of an earlier run is used."""
        self._found_work += self._work_of(step)
        self.found += 1
        self.done += 1

    def painted_one(self, step: Step) -> None:
        """One more was painted."""
        self._done_work += self._work_of(step)
        self.done += 1

    def tell(self, step: Step, frame: OptimizeProgress) -> None:
        """Within a frame."""
        if self._on_progress is None:
            return
        own = self._done_work + frame.fraction * self._work_of(step)
        seconds = time.monotonic() - self._began
        left = (self._total - self._found_work - own) * seconds / own if own else None
        fraction = (self._found_work + own) / self._total
        self._on_progress(
            VideoProgress(step, self._frames, self._parts, self.done, self.found, fraction, left, frame)
        )

    def _work_of(self, step: Step) -> int:
        return self._alone if step.is_alone else self._following


def _work(size: tuple[int, int], recipe: OptimizeRecipe) -> int:
    stages = plan_stages(
        *size,
        iterations=recipe.iterations,
        coarse_iterations=recipe.coarse_iterations,
        levels=recipe.levels,
    )
    return sum(stage.work for stage in stages)
