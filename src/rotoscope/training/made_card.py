"""The card of a filter that is being made here: what is known at the start, and what the run adds."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import torch

from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import (
    NAME_PATTERN,
    Card,
    Cost,
    Padding,
    StyleImage,
    Training,
    card_errors,
)
from rotoscope.networks.device import device_title
from rotoscope.networks.precision import fast_precision
from rotoscope.networks.style_network import MARGIN_PIXELS, SIZE_MULTIPLE, multiply_adds_per_pixel
from rotoscope.optimize.style_source import StylePicture
from rotoscope.training.content import ContentSet
from rotoscope.training.export import StartingWeights
from rotoscope.training.progress import Losses, LossRecord, StopReason
from rotoscope.training.recipe import Recipe
from rotoscope.training.state import TrainingState

MOST_LOSSES = 20
"""Times at which a card tells the losses."""
LONGEST_NAME = 64
"""Characters of a filter's name."""


@dataclass(frozen=True, slots=True)
class CardWords:
    """What people say of a filter; nothing of it is made up."""

    styles: tuple[StyleImage, ...] = ()
    """What is known of the style images, in their order, or nothing. Digest, region, share are filled in."""
    title: str | None = None
    """Name of the filter for people to read."""
    author: str | None = None
    """Who made the filter."""
    license: str | None = None
    """Terms of use of the filter."""
    meaning: str | None = None
    """Why this picture."""
    tags: tuple[str, ...] = ()
    """Words to find it by."""


PADDING = Padding(multiple=SIZE_MULTIPLE, margin=MARGIN_PIXELS, mode="reflect")
"""What the card of every style network says of padding."""


def require_name(name: str) -> None:
    """Refuse what cannot be a filter's name.

    Raises:
        InvalidOptions: it is not one; says what a name is.
    """
    if re.fullmatch(NAME_PATTERN, name) is None or len(name) > LONGEST_NAME:
        raise InvalidOptions(
            f"{name!r} cannot be a filter's name: names are lower-case letters and digits, words joined by "
            f"single hyphens ({NAME_PATTERN}), {LONGEST_NAME} characters at most, e.g. great-wave."
        )


def started_card(
    name: str,
    *,
    recipe: Recipe,
    content: ContentSet,
    words: CardWords,
    styles: Sequence[StylePicture],
    start: StartingWeights | None,
    of_family: int = 1,
) -> Card:
    """What is known before the first step.

    Args:
        name: the filter's name.
        recipe: of the run.
        content: of the run; only its origin is noted.
        words: what people say.
        styles: the style images.
        start: what the weights were at first; None: random.
        of_family: how many filters are trained together with it, itself counted.

    Raises:
        InvalidOptions: the name is not one, or there are words for another number of style images.
        InvalidCard: words that a card cannot hold.
    """
    require_name(name)
    first, *more = _style_images(styles, words.styles)
    with card_errors():
        return Card(
            name=name,
            title=words.title,
            author=words.author,
            license=words.license,
            padding=PADDING,
            style=first,
            more_styles=tuple(more),
            meaning=words.meaning,
            tags=words.tags,
            recipe={
                **flat_recipe(recipe),
                "content": content.origin,
                "start": _told_start(start, recipe),
                **({"filters_in_family": of_family} if of_family > 1 else {}),
            },
        )


def finished_card(
    card: Card, state: TrainingState, *, ended_by: StopReason, family: str | None = None
) -> Card:
    """The card with what the run found out: losses, time, cost, device and the day.

    Args:
        card: as :func:`started_card` made it.
        state: at the end of the run.
        ended_by: why it ended.
        family: digest of what the filter shares with those that were trained together with it.
    """
    metrics: dict[str, float] = {
        "training_steps": state.step,
        "training_seconds": round(state.seconds, 1),
    }
    for record in state.whole_history()[-1:]:
        metrics |= {f"{name}_loss": value for name, value in _rounded(record.losses).items()}
    cost = Cost(
        parameters=sum(p.numel() for p in state.members[0].parameters()),
        multiply_adds_per_pixel=multiply_adds_per_pixel(state.members[0]),
    )
    found = {"metrics": metrics, "training": _training(state, ended_by), "cost": cost, "family": family}
    return card.model_copy(update={**found, "created": datetime.now(tz=UTC).date()})


def _training(state: TrainingState, ended_by: StopReason) -> Training:
    is_on_cpu = state.device.type == "cpu"
    return Training(
        steps=state.step,
        seconds=round(state.seconds, 1),
        dollars=None if state.dollars is None else round(state.dollars, 4),
        ended_by=ended_by.value,
        device=state.device.type,
        device_title=device_title(state.device),
        threads=torch.get_num_threads() if is_on_cpu else None,
        precision="bfloat16" if fast_precision(state.device) is torch.bfloat16 else "float32",
        losses=tuple(
            {"step": record.step, **_rounded(record.losses)} for record in _thinned(state.whole_history())
        ),
    )


def _rounded(losses: Losses) -> dict[str, float]:
    return {name: round(value, 6) for name, value in losses.known().items()}


def _thinned(history: Sequence[LossRecord]) -> list[LossRecord]:
    """Up to MOST_LOSSES records at even distances, the last one among them."""
    count = min(len(history), MOST_LOSSES)
    return [history[(index + 1) * len(history) // count - 1] for index in range(count)]


def _told_start(start: StartingWeights | None, recipe: Recipe) -> str:
    if start is None:
        return "random weights"
    return start.name if start.size == recipe.network_size else f"{start.name}, fitted to another size"


def _style_images(pictures: Sequence[StylePicture], words: Sequence[StyleImage]) -> list[StyleImage]:
    if words and len(words) != len(pictures):
        raise InvalidOptions(
            f"There are {len(pictures)} style images, and words for {len(words)} of them on the card. Give "
            f"words for each, or for none."
        )
    known = words or [StyleImage()] * len(pictures)
    return [
        image.model_copy(
            update={
                "sha256": picture.sha256,
                "region": picture.region and picture.region.shares,
                "share": picture.share if len(pictures) > 1 else None,
            }
        )
        for image, picture in zip(known, pictures, strict=True)
    ]


def flat_recipe(recipe: Recipe) -> dict[str, int | float | str | bool]:
    """Names and values as a card holds them: lists become JSON text, e.g. ``[300, 640]``."""
    return {
        name: json.dumps(value) if isinstance(value, list) else value
        for name, value in recipe.model_dump(mode="json").items()
    }
