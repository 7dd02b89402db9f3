"""A run: the loop over its steps, and what happens beside them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from rotoscope.errors import InvalidOptions, TrainingError
from rotoscope.networks.device import DeviceName
from rotoscope.networks.precision import mixed_precision
from rotoscope.networks.style_network import TRAINING_MARGIN_PIXELS, StyleNetwork, paint_with_margin
from rotoscope.render.interrupt import StopCallback
from rotoscope.training.checkpoint import RunIdentity, save_checkpoint, step_rng
from rotoscope.training.content import ContentSet, scenes_of_step
from rotoscope.training.flatness import FEWEST_MEANS, Tail, is_flat, watched_total
from rotoscope.training.objective import Objective
from rotoscope.training.preview import preview_photograph, write_preview
from rotoscope.training.progress import (
    Budget,
    Losses,
    ProgressCallback,
    StopReason,
    TrainingProgress,
)
from rotoscope.training.recipe import Recipe
from rotoscope.training.state import RECENT_STEPS, TrainingState

MAXIMUM_SKIPPED_IN_A_ROW = 20
"""So many steps without a finite gradient, and the run is given up."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a session does beside training, and on what. Device and threads change the filter's last bits."""

    device: DeviceName = "auto"
    """Where to train."""
    threads: int | None = None
    """Of torch on the CPU; None: as many as torch is set to."""
    preview: Path | None = None
    """PNG that shows a photograph beside its painting; replaced again and again. None: no previews."""
    preview_seconds: float = 60.0
    """Time between previews; there is one at the end in any case."""
    checkpoint_seconds: float = 60.0
    """Time between checkpoints; there is one at the end in any case."""
    dollars_per_hour: float | None = None
    """What an hour costs, for the card. None: it says nothing of money."""

    def __post_init__(self) -> None:
        """Refuse values outside what is allowed."""
        if self.threads is not None and self.threads < 1:
            raise InvalidOptions(f"threads was {self.threads}; it is a number from 1, or left out.")


class _Part(NamedTuple):
    """What steps are made with."""

    recipe: Recipe
    objectives: tuple[Objective, ...]


@dataclass
class Run:
    """One session of a run."""

    recipe: Recipe
    objectives: tuple[Objective, ...]
    """One for each member of the state; steps serve them in turn."""
    content: ContentSet
    budget: Budget
    state: TrainingState
    identity: RunIdentity
    checkpoint_dir: Path | None
    options: SessionOptions

    def __post_init__(self) -> None:
        self._skipped_in_a_row = 0
        self._late_recipe = self.recipe.late
        self._now = _Part(self.recipe, self.objectives)

    def train(self, on_progress: ProgressCallback | None, should_stop: StopCallback | None) -> StopReason:
        """Step until the run is complete or somebody says stop; leaves checkpoint and preview behind.

        Raises:
            TrainingError: there was no step, or the losses are not finite.
            EncodeError: checkpoint or preview cannot be written.
        """
        state = self.state
        clock_start = time.monotonic() - state.seconds
        next_preview = state.seconds + self.options.preview_seconds
        next_checkpoint = state.seconds + self.options.checkpoint_seconds
        while (fraction := self._fraction()) < 1:
            if should_stop is not None and should_stop():
                break
            self._step(fraction)
            state.spend(time.monotonic() - clock_start, dollars_per_hour=self.options.dollars_per_hour)
            preview = None
            if state.seconds >= next_preview:
                preview = self._write_preview()
                next_preview = state.seconds + self.options.preview_seconds
            if state.seconds >= next_checkpoint:
                self._save_checkpoint()
                next_checkpoint = state.seconds + self.options.checkpoint_seconds
            state.spend(time.monotonic() - clock_start, dollars_per_hour=self.options.dollars_per_hour)
            if on_progress is not None:
                on_progress(self._progress(preview))
        self._finish()
        return self._why_it_ended()

    def _fraction(self) -> float:
        state = self.state
        used = self.budget.fraction(steps=state.step, seconds=state.seconds)
        return used if state.tail is None else max(used, state.tail.fraction(state.step))

    def _step(self, fraction: float) -> None:
        state = self.state
        recipe, objectives = self._part(fraction)
        rng = step_rng(recipe.seed, state.step)
        scenes = self.content.scenes(scenes_of_step(recipe, state.step), recipe).to(state.device)
        round_number, member = divmod(state.step, len(state.members))
        losses = objectives[member](
            partial(self._paint, state.members[member]),
            scenes,
            with_stability=self._has_stability_set_in(fraction)
            and round_number % recipe.stability_every == 0,
            rng=rng,
        )
        if state.descend(losses.total, recipe=recipe, fraction=fraction):
            self._skipped_in_a_row = 0
            state.note(losses.values())
        else:
            self._skipped_in_a_row += 1
        if self._skipped_in_a_row >= MAXIMUM_SKIPPED_IN_A_ROW:
            raise TrainingError(
                f"the losses were not finite for {MAXIMUM_SKIPPED_IN_A_ROW} steps in a row (up to step "
                f"{state.step}), so training was given up. Try a learning_rate below "
                f"{recipe.learning_rate:g} or smaller weights in the recipe, or another style image."
            )
        if state.record() and self._is_flat():
            self._go_on_from_flat(fraction)

    def _part(self, fraction: float) -> _Part:
        """What the next step is made with; the last part of the run has larger crops."""
        late, state = self._late_recipe, self.state
        if state.late_from is None and (late is None or fraction >= self.recipe.late_start):
            state.late_from = state.step
        if late is not None and state.late_from is not None and self._now.recipe is not late:
            photographed: dict[int, Tensor] = {}
            self._now = _Part(late, tuple(o.for_recipe(late, photographed) for o in self.objectives))
            self.objectives = self._now.objectives  # what was remembered of smaller crops is let go
        return self._now

    def _has_stability_set_in(self, fraction: float) -> bool:
        recipe, state = self.recipe, self.state
        if state.stable_from is None and (recipe.stability_weight == 0 or fraction >= recipe.stability_start):
            state.stable_from = state.step
        return recipe.stability_weight > 0 and state.stable_from is not None

    def _is_flat(self) -> bool:
        recipe, state = self.recipe, self.state
        if recipe.flat_share == 0 or state.tail is not None:
            return False
        first = RECENT_STEPS + max(state.stable_from or 0, state.late_from or 0)
        totals = [watched_total(r.losses, recipe) for r in state.history if r.step >= first]
        steps = recipe.flat_steps / self._work_of_step(state.step)
        span = max(FEWEST_MEANS, math.ceil(steps / RECENT_STEPS))
        return is_flat(totals, span=span, least_fall=recipe.flat_share)

    def _go_on_from_flat(self, fraction: float) -> None:
        if self.state.stable_from is None:
            self.state.stable_from = self.state.step
        elif self.state.late_from is None:
            self.state.late_from = self.state.step
        else:
            self.state.tail = Tail(self.state.step, fraction)

    def _why_it_ended(self) -> StopReason:
        if self._fraction() < 1:
            return StopReason.REQUEST
        tail = self.state.tail
        return (
            StopReason.FLAT if tail is not None and self.state.step >= tail.last_step else StopReason.BUDGET
        )

    def _progress(self, preview: Path | None) -> TrainingProgress:
        state = self.state
        return TrainingProgress(
            step=state.step,
            fraction=self._fraction(),
            seconds=state.seconds,
            seconds_left=self._seconds_left(),
            losses=Losses.mean(state.recent) if state.recent else None,
            preview=preview,
        )

    def _seconds_left(self) -> float:
        state, budget = self.state, self.budget
        pace = state.seconds / self._work(0, state.step)
        if budget.steps is None:
            left = budget.seconds_left(state.seconds)
        else:
            left = pace * self._work(state.step, budget.steps)
        if state.tail is None:
            return left
        return min(left, pace * self._work(state.step, state.tail.last_step))

    def _work(self, first: int, end: int) -> float:
        """What the steps from ``first`` to before ``end`` take, in units of one with small crops."""
        late_from = self.state.late_from
        if late_from is None:
            late_from = (
                end if self.budget.steps is None else math.ceil(self.recipe.late_start * self.budget.steps)
            )
        late_steps = max(0, end - max(first, late_from))
        return end - first - late_steps + late_steps * self._work_of_late_step

    def _work_of_step(self, step: int) -> float:
        return self._work(step, step + 1)

    @property
    def _work_of_late_step(self) -> float:
        late = self._late_recipe
        return 1.0 if late is None else (late.crop_side / self.recipe.crop_side) ** 2

    def _write_preview(self) -> Path | None:
        if self.options.preview is None:
            return None
        # With the averaged weights: what the filters would be if the run ended now.
        networks = [self.state.averaged_network(member) for member in range(len(self.state.members))]
        painters = [partial(self._paint, network) for network in networks]
        write_preview(self.options.preview, preview_photograph(self.content), painters)
        return self.options.preview

    def _paint(self, network: StyleNetwork, image: Tensor) -> Tensor:
        with mixed_precision(self.state.device):
            return paint_with_margin(network, image.to(self.state.device), margin=TRAINING_MARGIN_PIXELS)

    def _save_checkpoint(self) -> None:
        if self.checkpoint_dir is not None:
            save_checkpoint(self.checkpoint_dir, self.state, self.identity)

    def _finish(self) -> None:
        if self.state.average is None:
            raise TrainingError(
                "training was stopped before its first step, so there is no filter. Start it again, and let "
                "it run for a minute at least."
            )
        self._write_preview()
        self._save_checkpoint()
