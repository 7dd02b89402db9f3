"""What every bundled filter has on its card, and how large all of them are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.palette.card_pictures import card_pictures
from rotoscope.palette.categories import CATEGORIES, LOUDNESS
from rotoscope.palette.folder import list_folder
from rotoscope.palette.palette import BUNDLED_FOLDER
from rotoscope.palette.texture_sample import MAX_SAMPLE_BYTES, SAMPLE_SIDE

BUNDLED = {entry.name: entry for entry in list_folder(BUNDLED_FOLDER, bundled=True)}
MAX_PALETTE_BYTES = 12_000_000
MAX_TEXTURE_TEXT = 10_000


@pytest.mark.parametrize("name", BUNDLED)
def test_it_has_a_category_and_is_loud_or_subtle(name: str) -> None:
    card = BUNDLED[name].card
    assert card is not None
    assert set(card.tags) & set(CATEGORIES), f"no category among {card.tags}"
    assert sum(tag in LOUDNESS for tag in card.tags) == 1, f"not one of {LOUDNESS} among {card.tags}"


@pytest.mark.parametrize("name", BUNDLED)
def test_it_carries_no_picture_of_its_style_image(name: str) -> None:
    card = BUNDLED[name].card
    assert card is not None
    assert all(image is None or image.thumbnail is None for image in (card.style, *card.more_styles))


def test_all_of_them_carry_a_texture_sample_or_none() -> None:
    cards = [entry.card for entry in BUNDLED.values() if entry.card is not None]
    without = [card.name for card in cards if card.texture is None]
    assert len(without) in (0, len(cards)), f"run `rotoscope filters add-texture` on {without}"
    for card in cards:
        for picture in card_pictures(card):
            assert picture.size == (SAMPLE_SIDE, SAMPLE_SIDE)
            assert len(picture.content) <= MAX_SAMPLE_BYTES
        assert len(card.texture or "") <= MAX_TEXTURE_TEXT


def test_the_palette_stays_small() -> None:
    assert sum(_size(entry.path) for entry in BUNDLED.values()) < MAX_PALETTE_BYTES


def _size(path: Path | None) -> int:
    assert path is not None
    return path.stat().st_size
