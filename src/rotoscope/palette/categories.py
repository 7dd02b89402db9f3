"""What tags on cards say of a filter: its category, and whether it is loud or subtle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from rotoscope.errors import InvalidOptions
from rotoscope.palette.entry import PaletteEntry

CATEGORIES = (
    "art",
    "print & engraving",
    "textile & pattern",
    "propaganda",
    "labour",
    "industrial",
    "circuits/electrical",
    "science fiction",
    "space",
    "video game",
)
"""Tags that are categories, in the order in which they are shown."""

Loudness: TypeAlias = Literal["loud", "subtle"]
LOUDNESS: tuple[Loudness, ...] = get_args(Loudness)
"""Tags of which a bundled filter has exactly one."""


def category_of(entry: PaletteEntry) -> str | None:
    """The first of a filter's tags that is a category; None where none is, and for classical kinds."""
    return next((tag for tag in tags_of(entry) if tag in CATEGORIES), None)


def loudness_of(entry: PaletteEntry) -> Loudness | None:
    """``loud`` or ``subtle``; None where the tags say neither, or both."""
    said: list[Loudness] = [word for word in LOUDNESS if word in tags_of(entry)]
    return said[0] if len(said) == 1 else None


def tags_of(entry: PaletteEntry) -> tuple[str, ...]:
    """Tags on a filter's card; none for classical kinds, which have no card."""
    return entry.card.tags if entry.card is not None else ()


def sort_by_category(entries: Sequence[PaletteEntry]) -> list[PaletteEntry]:
    """By category, as :data:`CATEGORIES` has them; then those without one, then classical kinds; by name."""

    def place(entry: PaletteEntry) -> tuple[int, str, bool]:
        category = category_of(entry)
        if category is not None:
            return CATEGORIES.index(category), entry.name, not entry.bundled
        return len(CATEGORIES) + (entry.path is None), entry.name, not entry.bundled

    return sorted(entries, key=place)


def with_tags(entries: Sequence[PaletteEntry], wanted: Sequence[str]) -> list[PaletteEntry]:
    """Filters that have all of these tags, whatever their case.

    Raises:
        InvalidOptions: no filter has one of the tags; those that there are, are said.
    """
    at_hand = {tag.lower(): tag for entry in entries for tag in tags_of(entry)}
    unknown = [tag for tag in wanted if tag.lower() not in at_hand]
    if unknown:
        raise InvalidOptions(
            f"No filter has the tag {' or '.join(map(repr, unknown))}. Tags at hand:"
            f" {', '.join(sorted(at_hand.values(), key=str.lower)) or 'none'}. Give one of them."
        )
    asked = {tag.lower() for tag in wanted}
    return [entry for entry in entries if asked <= {tag.lower() for tag in tags_of(entry)}]
