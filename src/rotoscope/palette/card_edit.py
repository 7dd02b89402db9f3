"""What people may change on a card: what is known of a filter, not what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.filters.card import Card, LongText, ShortText, card_errors


class StyleChanges(BaseModel):
    """Of the picture that the filter was made from. What is left out stays; null takes away."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    title: ShortText | None = Field(default=None, description="Title of the work.")
    artist: ShortText | None = Field(default=None, description="Who made it.")
    year: ShortText | None = Field(default=None, description="When it was made.")
    license: ShortText | None = Field(default=None, description="Terms of use, an SPDX name or in words.")
    source: ShortText | None = Field(default=None, description="Where the picture was found.")
    collection: ShortText | None = Field(default=None, description="Museum or collection that holds it.")


class CardChanges(BaseModel):
    """What is to be otherwise on a card. What is left out stays; null takes away."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"title": "Candy", "tags": ["art", "loud"]}]},
    )

    title: ShortText | None = Field(default=None, description="Name for people to read.")
    author: ShortText | None = Field(default=None, description="Who made the filter.")
    license: ShortText | None = Field(default=None, description="Terms of use of the filter itself.")
    meaning: LongText | None = Field(default=None, description="Why this picture: the maker's own words.")
    tags: Annotated[list[ShortText], Field(max_length=50)] | None = Field(
        default=None, description="Words to find it by, all of them."
    )
    style: StyleChanges | None = Field(default=None, description="Of the picture it was made from.")


def card_changes(told: Mapping[str, object]) -> CardChanges:
    """Changes of plain values.

    Raises:
        InvalidCard: a text is too long, or there is no such field.
    """
    with card_errors():
        return CardChanges.model_validate(dict(told))


def changed_card(card: Card, changes: CardChanges) -> Card:
    """The card with these changes.

    Raises:
        InvalidCard: it would break the schema.
    """
    given: dict[str, Any] = changes.model_dump(exclude_unset=True)
    if "tags" in given:
        given["tags"] = tuple(given["tags"] or ())
    if given.get("style") is not None:
        known = {} if card.style is None else card.style.model_dump()
        given["style"] = {**known, **given["style"]}
    with card_errors():
        return Card.model_validate({**card.model_dump(), **given})
