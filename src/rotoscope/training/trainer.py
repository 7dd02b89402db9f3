"""Training a filter from style images."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from rotoscope.errors import FilterError, InvalidOptions, PaletteError, WeightsError
from rotoscope.filters.card import Card
from rotoscope.filters.family import shared_digest
from rotoscope.filters.file import read_filter_file
from rotoscope.media.atomic import refuse_existing
from rotoscope.networks.device import choose_device, occupied
from rotoscope.networks.export import build_style_graph
from rotoscope.networks.features import Encoder
from rotoscope.optimize.style_source import StylePicture, StyleSource, read_styles, styles_digest
from rotoscope.render.interrupt import StopCallback
from rotoscope.training.checkpoint import RunIdentity, restore_checkpoint
from rotoscope.training.content import ContentSet, to_tensor
from rotoscope.training.export import StartingWeights, export_filter, load_starting_weights
from rotoscope.training.made_card import CardWords, finished_card, started_card
from rotoscope.training.objective import Objective
from rotoscope.training.progress import Budget, LossRecord, ProgressCallback, StopReason
from rotoscope.training.recipe import Recipe
from rotoscope.training.run import Run, SessionOptions
from rotoscope.training.state import TrainingState


@dataclass(frozen=True, slots=True)
class FilterPlan:
    """A filter that is to be made."""

    name: str
    """Words joined by hyphens."""
    styles: Sequence[StyleSource]
    """What its style is taken from: one or more style images or regions of them. The Gram matrices of several
    are averaged by their weights."""
    output: Path
    """The filter file to write; its folder must exist."""
    words: CardWords = field(default_factory=CardWords)
    """What the card shall say of the filter and its style images."""


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
    """Train a filter and write its file: :func:`train_filters` with one :class:`FilterPlan`, taken apart."""
    (result,) = train_filters(
        [FilterPlan(name, styles, output, words or CardWords())],
        recipe=recipe,
        content=content,
        encoder=encoder,
        budget=budget,
        checkpoint_dir=checkpoint_dir,
        init_from=init_from,
        overwrite=overwrite,
        options=options,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return result


def train_filters(
    plans: Sequence[FilterPlan],
    *,
    recipe: Recipe,
    content: ContentSet,
    encoder: Encoder,
    budget: Budget,
    checkpoint_dir: Path | None = None,
    init_from: Path | None = None,
    overwrite: bool = False,
    options: SessionOptions | None = None,
    on_progress: ProgressCallback | None = None,
    should_stop: StopCallback | None = None,
) -> tuple[TrainingResult, ...]:
    """Train a filter, or several that are a family (:mod:`rotoscope.networks.family`), and write their files.

    With a budget of steps the same arguments give the same weights, bit by bit, on one processor with one
    number of threads, whether the run was interrupted and resumed or not. With a budget of minutes the
    learning rate follows the clock, and no two runs are quite alike.

    Args:
        plans: one or more. The steps of the run serve them in turn.
        recipe: every number of the run.
        content: photographs to learn on.
        encoder: feature network for the losses.
        budget: how long to train; a run whose losses are flat ends before it, as the recipe says.
        checkpoint_dir: where the state is kept while the run goes on. When it holds a checkpoint of this
            same run, the run continues there, and filters an earlier session of it wrote are replaced.
            None: no checkpoints.
        init_from: filter file or checkpoint to start from instead of random weights. Of a network of another
            size as much is taken as finds room.
        overwrite: replace whatever files are at the plans' outputs.
        options: device, threads, previews and checkpoints.
        on_progress: told after every step. What it raises ends the run without a filter; the last
            checkpoint stays.
        should_stop: asked before every step; when it says yes, the filters are written as they are.

    Returns:
        What became of each plan; times, cost and losses are those of the whole run.

    Raises:
        TrainingError: the run cannot start or continue, was stopped before its first step, or its losses
            are not finite.
        InvalidOptions: a name or recipe that does not fit, a name twice, no style image, a region that is too
            small, or a device that is not there.
        InvalidCard: words that a card cannot hold.
        OpenError, DecodeError, UnsupportedMedia: a style image cannot be read.
        OutputExists, EncodeError: an output is there already, or something cannot be written.
        UnsupportedArchitecture: ``init_from`` holds no style network.
    """
    options = options or SessionOptions()
    device = choose_device(options.device)
    _refuse_doubled(plans)
    start = None if init_from is None else load_starting_weights(init_from)
    pictures = [read_styles(plan.styles, short_side=recipe.style_side) for plan in plans]
    cards = _cards(plans, pictures, recipe, content, start)
    identity = _identity(recipe, pictures, content, encoder, start)
    with _threads(options.threads):
        weights = None if start is None else start.state
        state = TrainingState.new(recipe, styles=len(plans), weights=weights, device=device)
        is_resumed = checkpoint_dir is not None and restore_checkpoint(checkpoint_dir, state, identity)
        may_replace = _may_replace(plans, cards, overwrite=overwrite, is_resumed=is_resumed)
        objectives = _objectives(encoder.to(device), pictures, recipe, device)
        run = Run(recipe, objectives, content, budget, state, identity, checkpoint_dir, options)
        with occupied(device):
            stopped_by = run.train(on_progress, should_stop)
        return _export(plans, cards, state, stopped_by, may_replace)


def _cards(
    plans: Sequence[FilterPlan],
    pictures: Sequence[Sequence[StylePicture]],
    recipe: Recipe,
    content: ContentSet,
    start: StartingWeights | None,
) -> list[Card]:
    return [
        started_card(
            plan.name,
            recipe=recipe,
            content=content,
            words=plan.words,
            styles=own,
            start=start,
            of_family=len(plans),
        )
        for plan, own in zip(plans, pictures, strict=True)
    ]


def _identity(
    recipe: Recipe,
    pictures: Sequence[Sequence[StylePicture]],
    content: ContentSet,
    encoder: Encoder,
    start: StartingWeights | None,
) -> RunIdentity:
    return RunIdentity(
        recipe=recipe.digest,
        style=styles_digest(pictures),
        content=content.digest,
        features=encoder.identity,
        start=None if start is None else start.digest,
    )


def _may_replace(
    plans: Sequence[FilterPlan], cards: Sequence[Card], *, overwrite: bool, is_resumed: bool
) -> list[bool]:
    """For each plan, whether a file in its place may be replaced.

    Raises:
        OutputExists: a file is in the place of one that may not.
    """
    may_replace = [
        overwrite or (is_resumed and _is_of_this_run(plan.output, card))
        for plan, card in zip(plans, cards, strict=True)
    ]
    for plan, is_ours in zip(plans, may_replace, strict=True):
        refuse_existing(plan.output, overwrite=is_ours)
    return may_replace


def _objectives(
    encoder: Encoder, pictures: Sequence[Sequence[StylePicture]], recipe: Recipe, device: torch.device
) -> tuple[Objective, ...]:
    first, *more = (
        [(to_tensor(picture.pixels[None]).to(device), picture.share) for picture in own] for own in pictures
    )
    objective = Objective(encoder=encoder, styles=first, recipe=recipe)
    return (objective, *(objective.for_style(images) for images in more))


def _export(
    plans: Sequence[FilterPlan],
    cards: Sequence[Card],
    state: TrainingState,
    stopped_by: StopReason,
    may_replace: Sequence[bool],
) -> tuple[TrainingResult, ...]:
    is_family = len(plans) > 1
    family = shared_digest(build_style_graph(state.painted_weights())) if is_family else None
    results: list[TrainingResult] = []
    for member, (plan, started) in enumerate(zip(plans, cards, strict=True)):
        card = finished_card(started, state, ended_by=stopped_by, family=family)
        export_filter(state.painted_weights(member), card, plan.output, overwrite=may_replace[member])
        told = (state.step, state.seconds, state.dollars, stopped_by, state.whole_history())
        results.append(TrainingResult(plan.output, card, *told))
    return tuple(results)


def _refuse_doubled(plans: Sequence[FilterPlan]) -> None:
    for what in ("name", "output"):
        values = [str(getattr(plan, what)) for plan in plans]
        if doubled := sorted({value for value in values if values.count(value) > 1}):
            raise InvalidOptions(
                f"Filters of one run have each their own {what}, but {', '.join(doubled)} was given more "
                f"than once."
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
