"""Categories, and loud or subtle: read from tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import Card, Padding
from rotoscope.palette.categories import (
    CATEGORIES,
    LOUDNESS,
    category_of,
    loudness_of,
    sort_by_category,
    tags_of,
    with_tags,
)
from rotoscope.palette.entry import PaletteEntry

FILM = PaletteEntry("film", "film", 1, True, title="A kind")


def entry(name: str, *tags: str) -> PaletteEntry:
    card = Card(name=name, padding=Padding(multiple=1), tags=tags)
    return PaletteEntry(name, "neural", 1, True, path=Path(f"{name}.onnx"), card=card)


def test_there_are_ten_categories() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 10
    assert not set(CATEGORIES) & set(LOUDNESS)


def test_the_first_tag_that_is_a_category_counts() -> None:
    assert category_of(entry("a", "subtle", "science fiction", "circuits/electrical")) == "science fiction"
    assert category_of(entry("a", "painting")) is None
    assert category_of(FILM) is None
    assert tags_of(FILM) == ()


@pytest.mark.parametrize(
    ("tags", "loudness"),
    [(("art", "loud"), "loud"), (("subtle",), "subtle"), (("art",), None), (("loud", "subtle"), None)],
)
def test_a_filter_is_loud_or_subtle_where_its_tags_say_one(tags: tuple[str, ...], loudness: object) -> None:
    assert loudness_of(entry("a", *tags)) == loudness


def test_the_order_is_by_category_then_by_name() -> None:
    shuffled = [FILM, entry("z", "own idea"), entry("c", "space"), entry("d", "art"), entry("b", "space")]
    assert [e.name for e in sort_by_category(shuffled)] == ["d", "b", "c", "z", "film"]


def test_tags_narrow_together_and_whatever_their_case() -> None:
    entries = [FILM, entry("a", "art", "loud"), entry("b", "art", "subtle"), entry("c", "Space", "loud")]
    assert [e.name for e in with_tags(entries, ["art"])] == ["a", "b"]
    assert [e.name for e in with_tags(entries, ["LOUD", "space"])] == ["c"]
    assert with_tags(entries, ["space", "subtle"]) == []
    assert with_tags(entries, []) == entries


def test_a_tag_that_no_filter_has_is_said_with_those_that_there_are() -> None:
    entries = [entry("a", "art", "loud"), entry("c", "Space")]
    with pytest.raises(InvalidOptions) as caught:
        with_tags(entries, ["loud", "watercolour"])
    assert str(caught.value) == (
        "No filter has the tag 'watercolour'. Tags at hand: art, loud, Space. Give one of them."
    )
    with pytest.raises(InvalidOptions, match="Tags at hand: none"):
        with_tags([FILM], ["art"])
