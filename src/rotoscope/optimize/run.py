"""An optimization from its first size to its last: the engine, which knows of no files but its checkpoint."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from rotoscope.networks.device import occupied
from rotoscope.networks.features import Encoder
from rotoscope.optimize.building import build_objective
from rotoscope.optimize.checkpoint import Checkpoint, CheckpointFile
from rotoscope.optimize.colors import with_luma
from rotoscope.optimize.descent import Descent
from rotoscope.optimize.memory import Memory, tiling_for
from rotoscope.optimize.pictures import resized, resized_around
from rotoscope.optimize.progress import Meter, OptimizeProgress, ProgressCallback, TraceRow
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.stages import Stage, plan_stages
from rotoscope.optimize.steps import Adaptive, LimitedMemory, Stepper
from rotoscope.optimize.subject import Subject, digest_of
from rotoscope.render.interrupt import StopCallback

_CHECKPOINT_SECONDS = 30.0
"""So often a run is kept on the disk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A picture, and how it came about."""

    picture: Tensor
    """(1, 3, H, W) float32 sRGB, not clipped, of the subject's size."""
    trace: tuple[TraceRow, ...]
    seconds: float
    """Over all sessions."""
    is_complete: bool
    """Whether all iterations were done; otherwise it was asked to stop."""


def optimize(
    subject: Subject,
    start: Tensor,
    *,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    memory: Memory | None = None,
    checkpoint_dir: Path | None = None,
    restart: bool = False,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> Outcome:
    """Change a picture until its features fit (Gatys, Ecker and Bethge 2016), from coarse to fine.

    Args:
        subject: what is painted, and of what; on the encoder's device.
        start: (1, 3, h, w) float32 sRGB 0..1, of any size: the picture to begin with.
        encoder: feature maps; it gives all of the recipe's layers.
        recipe: every number.
        memory: how much feature maps may take; None: as :class:`~rotoscope.optimize.memory.Memory` has it.
        checkpoint_dir: a folder, in which the run is kept every half minute, and from which it goes on if it
            was interrupted; what is kept is removed when all is done. None: nothing is kept.
        restart: begin anew, whatever is kept.
        on_progress: told after every iteration. What it raises stops the run.
        should_stop: asked after every iteration; the picture is then given as it is by then.

    Raises:
        InvalidOptions: the picture is too small, the encoder lacks a layer, or a mask is empty.
        OptimizationError: it diverged, or its checkpoint is damaged.
        EncodeError: the checkpoint cannot be written.
    """
    stages = plan_stages(
        subject.height,
        subject.width,
        iterations=recipe.iterations,
        coarse_iterations=recipe.coarse_iterations,
        levels=recipe.levels,
    )
    run = _Run(subject, stages, encoder, recipe, memory or Memory(), on_progress, should_stop)
    kept = None
    if checkpoint_dir is not None:
        run.file = CheckpointFile(checkpoint_dir, _identity(subject, start, encoder, recipe))
        kept = None if restart else run.file.read()
    with occupied(start.device):
        outcome = run.all_stages(start, kept)
    if run.file is not None and outcome.is_complete:
        run.file.remove()
    return outcome


def _identity(subject: Subject, start: Tensor, encoder: Encoder, recipe: OptimizeRecipe) -> str:
    """SHA-256 (hex) of what makes two runs the same."""
    told = (recipe.digest, subject.digest, digest_of(start), encoder.identity)
    return hashlib.sha256(repr(told).encode()).hexdigest()


@dataclass(slots=True)
class _Run:
    subject: Subject
    stages: tuple[Stage, ...]
    encoder: Encoder
    recipe: OptimizeRecipe
    memory: Memory
    on_progress: ProgressCallback | None
    should_stop: StopCallback | None
    file: CheckpointFile | None = None
    trace: list[TraceRow] = field(default_factory=list[TraceRow])
    began: float = field(default_factory=time.monotonic)
    kept_at: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def all_stages(self, start: Tensor, kept: Checkpoint | None) -> Outcome:
        first = 0
        if kept is not None:
            first, self.trace = kept.stage, list(kept.trace)
            self.began -= kept.seconds
        meter = Meter(self.stages, seconds=0 if kept is None else kept.seconds)
        picture, is_complete = start, True
        for index in range(first, len(self.stages)):
            stage = self.stages[index]
            descent = self._descent(index, self._enlarged(picture, stage))
            if kept is not None and index == first:
                descent.restore(kept.tensors)
            is_complete = self._descend(index, descent, meter)
            picture = descent.picture
            if not is_complete:
                break
        last = resized(picture, self.subject.height, self.subject.width)
        return Outcome(self._colored(last), tuple(self.trace), self.seconds, is_complete)

    def _enlarged(self, picture: Tensor, stage: Stage) -> Tensor:
        """A picture at a stage's size; what a smaller one cannot hold comes from the photograph.

        Begun so, a stage of 192 pixels came as far in 24 iterations as in 30 from what is enlarged alone.
        """
        size = (stage.height, stage.width)
        if self.subject.wraps:
            return resized_around(picture, *size)
        larger = resized(picture, *size)
        content = self.subject.content
        if content is None or not self.recipe.content_weight or picture.shape[2] >= stage.height:
            return larger
        photograph = resized(content, *size)
        return larger + photograph - resized(resized(photograph, *picture.shape[2:]), *size)

    def _descent(self, index: int, picture: Tensor) -> Descent:
        stage, recipe = self.stages[index], self.recipe
        tiling = tiling_for(self.encoder, stage, self.memory)
        of_one = build_objective(self.subject, stage, encoder=self.encoder, recipe=recipe, tiling=tiling)
        change = self.subject.of_objective
        objective = of_one if change is None else change(of_one)
        is_last = index == len(self.stages) - 1
        averaged = round(recipe.averaged * stage.iterations) if is_last else 0
        stepper: Stepper
        if recipe.method == "lbfgs":
            stepper = LimitedMemory(self.memory.history_for(stage, recipe.history), spectrum=recipe.spectrum)
        else:
            stepper = Adaptive(recipe.learning_rate)
        return Descent(objective, picture, stepper, averaged=averaged, last=stage.iterations)

    def _descend(self, index: int, descent: Descent, meter: Meter) -> bool:
        """To the end of a stage; gives whether it was reached."""
        stage = self.stages[index]
        while descent.iterations < stage.iterations:
            evaluation = descent.step()
            row = TraceRow(
                index + 1,
                stage.width,
                stage.height,
                descent.iterations,
                self.seconds,
                evaluation.total,
                dict(evaluation.losses),
            )
            self.trace.append(row)
            self._tell(row, stage, meter, descent)
            is_asked = self.should_stop is not None and self.should_stop()
            self._keep(index, descent, now=is_asked)
            if is_asked and (index, descent.iterations) != (len(self.stages) - 1, stage.iterations):
                return False
        return True

    def _tell(self, row: TraceRow, stage: Stage, meter: Meter, descent: Descent) -> None:
        if self.on_progress is None:
            return
        fraction = meter.fraction(row.stage - 1, row.iteration)
        left = meter.seconds_left(fraction, row.seconds)
        self.on_progress(
            OptimizeProgress(
                row,
                len(self.stages),
                stage.iterations,
                fraction,
                left,
                lambda: self._colored(descent.picture),
            )
        )

    def _keep(self, index: int, descent: Descent, *, now: bool) -> None:
        if self.file is None or not (now or time.monotonic() - self.kept_at > _CHECKPOINT_SECONDS):
            return
        self.file.write(Checkpoint(index, self.seconds, tuple(self.trace), descent.state()))
        self.kept_at = time.monotonic()

    def _colored(self, picture: Tensor) -> Tensor:
        """With the photograph's colors, where brightness alone is painted."""
        content = self.subject.content
        if self.recipe.colors != "photo" or content is None:
            return picture
        return with_luma(resized(content, *picture.shape[2:]), picture)
