"""Training a filter from style images."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from rotoscope.errors import FilterError, InvalidOptions, PaletteError, TrainingError, WeightsError
from rotoscope.filters.card import Card
from rotoscope.filters.file import read_filter_file
from rotoscope.media.atomic import refuse_existing
from rotoscope.networks.features import Encoder, fast_precision
from rotoscope.networks.style_network import TRAINING_MARGIN_PIXELS, paint_with_margin
from rotoscope.training.checkpoint import RunIdentity, restore_checkpoint, save_checkpoint, step_rng
from rotoscope.training.content import ContentSet, to_tensor
from rotoscope.training.export import export_filter, load_starting_weights
from rotoscope.training.made_card import CardWords, finished_card, started_card
from rotoscope.training.objective import Objective
from rotoscope.training.preview import preview_photograph, write_preview
from rotoscope.training.progress import (
    Budget,
    Losses,
    LossRecord,
    ProgressCallback,
    StopCallback,
    StopReason,
    TrainingProgress,
)
from rotoscope.training.recipe import Recipe
from rotoscope.training.state import TrainingState
from rotoscope.training.style_source import StyleSource, read_styles, style_digest

RECENT_STEPS = 100
"""Losses are told as means over so many steps, and recorded once in so many."""
MAXIMUM_SKIPPED_IN_A_ROW = 20
"""So many steps without a finite gradient, and the run is given up."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a session does beside training. Only the threads change the filter, in its last bits."""

    threads: int | None = None
    """Of torch; None: as many as torch is set to."""
    preview: Path | None = None
    """PNG that shows a photograph beside its painting; replaced again and again. None: no previews."""
    preview_seconds: float = 60.0
    """Time between previews; there is one at the end in any case."""
    checkpoint_seconds: float = 60.0
    """Time between checkpoints; there is one at the end in any case."""

    def __post_init__(self) -> None:
        """Refuse values outside what is allowed."""
        if self.threads is not None and self.threads < 1:
            raise InvalidOptions(f"threads was {self.threads}; it is a number from 1, or left out.")


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run made."""

    output: Path
    """The filter file."""
    card: Card
    steps: int
    """Over all sessions of the run."""
    seconds: float
    """Time spent training, over all sessions."""
    stopped_by: StopReason
    history: tuple[LossRecord, ...]
    """Mean losses, one record every RECENT_STEPS steps and one at the end."""


def train_filter(
    styles: Sequence[StyleSource],
    *,
    name: str,
    recipe: Recipe,
    content: ContentSet,
    encoder: Encoder,
    output: Path,
    budget: Budget,
    words: CardWords | None = None,
    checkpoint_dir: Path | None = None,
    init_from: Path | None = None,
    overwrite: bool = False,
    options: SessionOptions | None = None,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> TrainingResult:
    """Train a filter and write its file.

    With a budget of steps the same arguments give the same weights, bit by bit, on one machine with one
    number of threads, whether the run was interrupted and resumed or not. With a budget of minutes the
    learning rate follows the clock, and no two runs are quite alike.

    Args:
        styles: what the style is taken from: one or more style images or regions of them. The Gram matrices
            of several are averaged by their weights.
        name: the filter's name, words joined by hyphens.
        recipe: every number of the run.
        content: photographs to learn on.
        encoder: feature network for the losses.
        output: the filter file to write; its folder must exist.
        budget: how long to train.
        words: what the card shall say of the filter and its style image.
        checkpoint_dir: where the state is kept while the run goes on. When it holds a checkpoint of this
            same run, the run continues there, and the filter an earlier session of it wrote is replaced.
            None: no checkpoints.
        init_from: filter file or checkpoint to start from instead of random weights.
        overwrite: replace whatever file is at ``output``.
        options: threads, previews and checkpoints.
        on_progress: told after every step. What it raises ends the run without a filter; the last
            checkpoint stays.
        should_stop: asked before every step; when it says yes, the filter is written as it is.

    Raises:
        TrainingError: the run cannot start or continue, was stopped before its first step, or its losses
            are not finite.
        InvalidOptions: a name or recipe that does not fit, no style image, or a region that is too small.
        InvalidCard: words that a card cannot hold.
        OpenError, DecodeError, UnsupportedMedia: a style image cannot be read.
        OutputExists, EncodeError: the output is there already, or something cannot be written.
        UnsupportedArchitecture: ``init_from`` holds another network.
    """
    options = options or SessionOptions()
    pictures = read_styles(styles, short_side=recipe.style_side)
    start = None if init_from is None else load_starting_weights(init_from)
    card = started_card(
        name,
        recipe=recipe,
        content=content,
        words=words or CardWords(),
        styles=pictures,
        start="random weights" if init_from is None else init_from.stem,
    )
    identity = RunIdentity(
        recipe=recipe.digest,
        style=style_digest(pictures),
        content=content.digest,
        features=encoder.identity,
        start=None if start is None else start.digest,
    )
    with _threads(options.threads):
        state = TrainingState.new(recipe, weights=None if start is None else start.state)
        is_resumed = checkpoint_dir is not None and restore_checkpoint(checkpoint_dir, state, identity)
        may_replace = overwrite or (is_resumed and _is_of_this_run(output, card))
        refuse_existing(output, overwrite=may_replace)
        images = [(to_tensor(picture.pixels[None]), picture.share) for picture in pictures]
        objective = Objective(encoder=encoder, styles=images, recipe=recipe)
        run = _Run(recipe, objective, content, budget, state, identity, checkpoint_dir, options)
        stopped_by = run.train(on_progress, should_stop)
    card = finished_card(card, state)
    export_filter(state.painted_weights(), card, output, overwrite=may_replace)
    return TrainingResult(output, card, state.step, state.seconds, stopped_by, tuple(state.history))


@dataclass
class _Run:
    """One session of a run: the loop, and what happens beside it."""

    recipe: Recipe
    objective: Objective
    content: ContentSet
    budget: Budget
    state: TrainingState
    identity: RunIdentity
    checkpoint_dir: Path | None
    options: SessionOptions

    def __post_init__(self) -> None:
        self._has_bfloat16 = fast_precision() is torch.bfloat16
        self._recent: deque[Losses] = deque(maxlen=RECENT_STEPS)
        self._skipped_in_a_row = 0

    def train(self, on_progress: ProgressCallback | None, should_stop: StopCallback | None) -> StopReason:
        """Step until the budget is used up or somebody says stop; leaves checkpoint and preview behind."""
        state = self.state
        clock_start = time.monotonic() - state.seconds
        next_preview = state.seconds + self.options.preview_seconds
        next_checkpoint = state.seconds + self.options.checkpoint_seconds
        stopped_by = StopReason.BUDGET
        while (fraction := self._fraction()) < 1:
            if should_stop is not None and should_stop():
                stopped_by = StopReason.REQUEST
                break
            self._step(fraction)
            state.seconds = time.monotonic() - clock_start
            preview = None
            if state.seconds >= next_preview:
                preview = self._write_preview()
                next_preview = state.seconds + self.options.preview_seconds
            if state.seconds >= next_checkpoint:
                self._save_checkpoint()
                next_checkpoint = state.seconds + self.options.checkpoint_seconds
            state.seconds = time.monotonic() - clock_start
            if on_progress is not None:
                on_progress(self._progress(preview))
        self._finish()
        return stopped_by

    def paint(self, image: Tensor) -> Tensor:
        """What the objective calls: the network as it is now, in bfloat16 where that is fast."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self._has_bfloat16):
            return paint_with_margin(self.state.network, image, margin=TRAINING_MARGIN_PIXELS)

    def _fraction(self) -> float:
        return self.budget.fraction(steps=self.state.step, seconds=self.state.seconds)

    def _step(self, fraction: float) -> None:
        state = self.state
        rng = step_rng(self.recipe.seed, state.step)
        scenes = self.content.scenes(rng, self.recipe)
        losses = self.objective(self.paint, scenes, step=state.step, fraction=fraction, rng=rng)
        if state.descend(losses.total, recipe=self.recipe, fraction=fraction):
            self._skipped_in_a_row = 0
            self._recent.append(losses.values())
        else:
            self._skipped_in_a_row += 1
        if self._skipped_in_a_row >= MAXIMUM_SKIPPED_IN_A_ROW:
            raise TrainingError(
                f"the losses were not finite for {MAXIMUM_SKIPPED_IN_A_ROW} steps in a row (up to step "
                f"{state.step}), so training was given up. Try a learning_rate below "
                f"{self.recipe.learning_rate:g} or smaller weights in the recipe, or another style image."
            )
        if state.step % RECENT_STEPS == 0:
            self._record()

    def _record(self) -> None:
        if self._recent:
            losses = Losses.mean(self._recent)
            self.state.history.append(LossRecord(self.state.step, self.state.seconds, losses))

    def _progress(self, preview: Path | None) -> TrainingProgress:
        state = self.state
        return TrainingProgress(
            step=state.step,
            fraction=self._fraction(),
            seconds=state.seconds,
            seconds_left=self.budget.seconds_left(steps=state.step, seconds=state.seconds),
            losses=Losses.mean(self._recent) if self._recent else None,
            preview=preview,
        )

    def _write_preview(self) -> Path | None:
        if self.options.preview is None:
            return None
        write_preview(self.options.preview, preview_photograph(self.content), self._paint_average)
        return self.options.preview

    def _paint_average(self, image: Tensor) -> Tensor:
        """Paint with the averaged weights: what the filter would be if the run ended now."""
        network = self.state.averaged_network()
        with torch.autocast("cpu", torch.bfloat16, enabled=self._has_bfloat16):
            return paint_with_margin(network, image, margin=TRAINING_MARGIN_PIXELS)

    def _save_checkpoint(self) -> None:
        if self.checkpoint_dir is not None:
            save_checkpoint(self.checkpoint_dir, self.state, self.identity)

    def _finish(self) -> None:
        if self.state.average is None:
            raise TrainingError(
                "training was stopped before its first step, so there is no filter. Start it again, and let "
                "it run for a minute at least."
            )
        if not self.state.history or self.state.history[-1].step != self.state.step:
            self._record()
        self._write_preview()
        self._save_checkpoint()


@contextlib.contextmanager
def _threads(count: int | None) -> Generator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _is_of_this_run(output: Path, card: Card) -> bool:
    """Whether an earlier session of the same run wrote the file."""
    try:
        found = read_filter_file(output).card
    except (FilterError, WeightsError, PaletteError):
        return False  # missing, or no filter: not ours to replace
    same = ("name", "style", "more_styles", "recipe")
    return all(getattr(found, field) == getattr(card, field) for field in same)
