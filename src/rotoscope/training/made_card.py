"""The card of a filter that is being made here: what is known at the start, and what the run adds."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import NAME_PATTERN, Card, Cost, Padding, StyleImage, card_errors
from rotoscope.networks.style_network import MARGIN_PIXELS, SIZE_MULTIPLE, multiply_adds_per_pixel
from rotoscope.training.content import ContentSet
from rotoscope.training.recipe import Recipe
from rotoscope.training.state import TrainingState
from rotoscope.training.style_source import StylePicture

_LONGEST_NAME = 64


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
    if re.fullmatch(NAME_PATTERN, name) is None or len(name) > _LONGEST_NAME:
        raise InvalidOptions(
            f"{name!r} cannot be a filter's name: names are lower-case letters and digits, words joined by "
            f"single hyphens ({NAME_PATTERN}), {_LONGEST_NAME} characters at most, e.g. great-wave."
        )


def started_card(
    name: str,
    *,
    recipe: Recipe,
    content: ContentSet,
    words: CardWords,
    styles: Sequence[StylePicture],
    start: str,
) -> Card:
    """What is known before the first step.

    Args:
        name: the filter's name.
        recipe: of the run.
        content: of the run; only its origin is noted.
        words: what people say.
        styles: the style images.
        start: what the weights were at first.

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
            recipe={**flat_recipe(recipe), "content": content.origin, "start": start},
        )


def finished_card(card: Card, state: TrainingState) -> Card:
    """The card with what the run found out: losses, time, cost and the day."""
    metrics: dict[str, float] = {
        "training_steps": state.step,
        "training_seconds": round(state.seconds, 1),
    }
    for record in state.whole_history()[-1:]:
        metrics |= {f"{name}_loss": round(value, 6) for name, value in record.losses.known().items()}
    cost = Cost(
        parameters=sum(p.numel() for p in state.network.parameters()),
        multiply_adds_per_pixel=multiply_adds_per_pixel(state.network),
    )
    return card.model_copy(update={"metrics": metrics, "cost": cost, "created": datetime.now(tz=UTC).date()})


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
