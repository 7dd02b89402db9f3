"""Training a filter from style images."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from rotoscope.errors import FilterError, PaletteError, WeightsError
from rotoscope.filters.card import Card
from rotoscope.filters.file import read_filter_file
from rotoscope.media.atomic import refuse_existing
from rotoscope.networks.features import Encoder
from rotoscope.training.checkpoint import RunIdentity, restore_checkpoint
from rotoscope.training.content import ContentSet, to_tensor
from rotoscope.training.device import choose_device
from rotoscope.training.export import export_filter, load_starting_weights
from rotoscope.training.made_card import CardWords, finished_card, started_card
from rotoscope.training.objective import Objective
from rotoscope.training.progress import Budget, LossRecord, ProgressCallback, StopCallback, StopReason
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import Run, SessionOptions
from rotoscope.training.state import TrainingState
from rotoscope.training.style_source import StyleSource, read_styles, style_digest


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
    dollars: float | None
    """What that cost; None where a session had no rate."""
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

    With a budget of steps the same arguments give the same weights, bit by bit, on one processor with one
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
        budget: how long to train; a run whose losses are flat ends before it, as the recipe says.
        words: what the card shall say of the filter and its style image.
        checkpoint_dir: where the state is kept while the run goes on. When it holds a checkpoint of this
            same run, the run continues there, and the filter an earlier session of it wrote is replaced.
            None: no checkpoints.
        init_from: filter file or checkpoint to start from instead of random weights. Of a network of another
            size as much is taken as finds room.
        overwrite: replace whatever file is at ``output``.
        options: device, threads, previews and checkpoints.
        on_progress: told after every step. What it raises ends the run without a filter; the last
            checkpoint stays.
        should_stop: asked before every step; when it says yes, the filter is written as it is.

    Raises:
        TrainingError: the run cannot start or continue, was stopped before its first step, or its losses
            are not finite.
        InvalidOptions: a name or recipe that does not fit, no style image, a region that is too small, or a
            device that is not there.
        InvalidCard: words that a card cannot hold.
        OpenError, DecodeError, UnsupportedMedia: a style image cannot be read.
        OutputExists, EncodeError: the output is there already, or something cannot be written.
        UnsupportedArchitecture: ``init_from`` holds no style network.
    """
    options = options or SessionOptions()
    device = choose_device(options.device)
    pictures = read_styles(styles, short_side=recipe.style_side)
    start = None if init_from is None else load_starting_weights(init_from)
    card = started_card(
        name,
        recipe=recipe,
        content=content,
        words=words or CardWords(),
        styles=pictures,
        start=start,
    )
    identity = RunIdentity(
        recipe=recipe.digest,
        style=style_digest(pictures),
        content=content.digest,
        features=encoder.identity,
        start=None if start is None else start.digest,
    )
    with _threads(options.threads):
        state = TrainingState.new(recipe, weights=None if start is None else start.state, device=device)
        is_resumed = checkpoint_dir is not None and restore_checkpoint(checkpoint_dir, state, identity)
        may_replace = overwrite or (is_resumed and _is_of_this_run(output, card))
        refuse_existing(output, overwrite=may_replace)
        images = [(to_tensor(picture.pixels[None]).to(device), picture.share) for picture in pictures]
        objective = Objective(encoder=encoder.to(device), styles=images, recipe=recipe)
        run = Run(recipe, objective, content, budget, state, identity, checkpoint_dir, options)
        stopped_by = run.train(on_progress, should_stop)
        card = finished_card(card, state, ended_by=stopped_by)
    export_filter(state.painted_weights(), card, output, overwrite=may_replace)
    return TrainingResult(
        output, card, state.step, state.seconds, state.dollars, stopped_by, state.whole_history()
    )


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
