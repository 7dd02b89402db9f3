"""The card's schema."""

from __future__ import annotations

import json
from datetime import date

import pytest
from pydantic import ValidationError

from rotoscope.errors import InvalidCard
from rotoscope.filters.card import Card, Cost, Padding, StyleImage, parse_card, rename_card, require_name

LEAST = {"format": "1", "name": "great-wave", "kind": "neural", "padding": {"multiple": 8}}


def test_four_fields_are_enough() -> None:
    card = parse_card(json.dumps(LEAST))
    assert card == Card(name="great-wave", padding=Padding(multiple=8))
    assert (card.version, card.padding.margin, card.padding.mode) == (1, 0, "reflect")


@pytest.mark.parametrize("field", ["format", "name", "kind", "padding"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(InvalidCard, match=f"{field}: Field required"):
        parse_card(json.dumps({key: value for key, value in LEAST.items() if key != field}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "blue"}, "colour: Extra inputs are not permitted"),
        ({"name": "Great Wave"}, "name: String should match pattern"),
        ({"name": "-wave"}, "name: String should match pattern"),
        ({"kind": "magic"}, "kind: Input should be 'neural'"),
        ({"format": "2"}, "format: Input should be '1'"),
        ({"padding": {"multiple": 0}}, "padding.multiple: Input should be greater than or equal to 1"),
        ({"padding": {"multiple": "8"}}, "padding.multiple: Input should be a valid integer"),
        ({"padding": {"multiple": 8, "mode": "wrap"}}, "padding.mode: Input should be 'reflect' or 'edge'"),
        ({"style": {"sha256": "abc"}}, "style.sha256: String should match pattern"),
        ({"version": 0}, "version: Input should be greater than or equal to 1"),
    ],
)
def test_what_breaks_the_schema_is_said(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidCard, match="breaks the schema of format 1") as caught:
        parse_card(json.dumps({**LEAST, **change}))
    assert message in str(caught.value)
    assert "A card has the fields format, name, kind, padding" in str(caught.value)


def test_text_that_is_no_json_is_said() -> None:
    with pytest.raises(InvalidCard, match="Invalid JSON"):
        parse_card("{")


def test_a_full_card_survives_its_own_json() -> None:
    card = Card(
        name="great-wave",
        padding=Padding(multiple=8, margin=16),
        title="The Great Wave",
        version=3,
        author="A. Maker",
        license="CC0-1.0",
        created=date(2026, 11, 20),
        style=StyleImage(title="Under the Wave", artist="Hokusai", year="c. 1831", sha256="0" * 64),
        meaning="Why this one.\nIn two lines, with 北斎.",
        tags=("sea", "print"),
        recipe={"steps": 2000, "style_weight": 1e5, "features": "vgg-19"},
        metrics={"content_loss": 0.25},
        cost=Cost(parameters=93_000, multiply_adds_per_pixel=2500.0),
    )
    text = card.to_json()
    assert parse_card(text) == card
    assert "\n" not in text
    assert "北斎" in text


def test_what_is_not_known_is_left_out() -> None:
    kept = json.loads(Card(name="a", padding=Padding(multiple=1)).to_json())
    assert set(kept) == {"format", "name", "kind", "padding", "version"}


def test_cards_are_frozen() -> None:
    card = Card(name="a", padding=Padding(multiple=1))
    with pytest.raises(ValidationError):
        card.name = "b"  # pyright: ignore[reportAttributeAccessIssue] - that is the point


def test_a_card_is_renamed_by_a_proper_name_only() -> None:
    card = Card(name="a", padding=Padding(multiple=1), version=4)
    assert rename_card(card, "b-2") == Card(name="b-2", padding=Padding(multiple=1), version=4)
    for name in ("", "B", "a b", "a--b", "a/b", "a" * 65):
        with pytest.raises(InvalidCard, match="a name is lower-case words"):
            rename_card(card, name)
        with pytest.raises(InvalidCard, match="a name is lower-case words"):
            require_name(name)


@pytest.mark.parametrize(
    ("rule", "side", "padded"),
    [
        (Padding(multiple=8), 720, 720),
        (Padding(multiple=8, margin=16), 720, 752),
        (Padding(multiple=8, margin=16), 1, 40),
        (Padding(multiple=4, minimum=48), 5, 48),
        (Padding(multiple=4, minimum=47), 5, 48),
        (Padding(multiple=1), 7, 7),
    ],
)
def test_padded_sides(rule: Padding, side: int, padded: int) -> None:
    assert rule.padded_side(side) == padded
