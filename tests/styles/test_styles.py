"""Style images: what every one of them must be, whatever it shows."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions, UnknownStyle
from rotoscope.styles import STYLES, render_style, style_names

SIDE = 160
NAMES = style_names()


@cache
def picture(name: str) -> NDArray[np.uint8]:
    pixels = render_style(name, SIDE, 3)
    pixels.setflags(write=False)
    return pixels


def quarters(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    half = SIDE // 2
    return [pixels[top : top + half, left : left + half] for top in (0, half) for left in (0, half)]


def test_there_are_many_and_they_are_in_order() -> None:
    assert len(NAMES) >= 20
    assert sorted(NAMES) == NAMES
    assert len({style.title for style in STYLES.values()}) == len(NAMES)
    assert {"circuits", "industrial", "labor", "propaganda", "science fiction", "space", "video game"} <= {
        style.category for style in STYLES.values()
    }


@pytest.mark.parametrize("name", NAMES)
def test_its_facts_are_one_line_each(name: str) -> None:
    style = STYLES[name]
    assert style.name == name
    for text in (style.title, style.category, style.meaning):
        assert text
        assert "\n" not in text
    assert not style.meaning.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_picture_of_the_side_that_was_asked_for(name: str) -> None:
    assert picture(name).shape == (SIDE, SIDE, 3)
    assert picture(name).dtype == np.uint8
    assert picture(name).flags.c_contiguous


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same_pixels_and_another_one_does_not(name: str) -> None:
    assert render_style(name, SIDE, 3).tobytes() == picture(name).tobytes()
    other = render_style(name, SIDE, 4)
    assert (np.abs(other.astype(int) - picture(name)).max(axis=2) > 24).mean() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_it_has_contrast_and_is_neither_burnt_out_nor_drowned(name: str) -> None:
    gray = picture(name).mean(axis=2)
    assert 40 < gray.mean() < 190
    assert gray.std() > 22
    assert (picture(name).min(axis=2) > 250).mean() < 0.05
    assert (picture(name).max(axis=2) < 8).mean() < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_its_palette_is_rich_but_limited(name: str) -> None:
    coarse = (picture(name) // 48).reshape(-1, 3).astype(int) @ [36, 6, 1]
    shares = np.sort(np.bincount(coarse) / coarse.size)[::-1]
    assert shares[0] < 0.6, "one color takes most of it"
    assert (shares > 0.01).sum() >= 4
    assert shares[:40].sum() > 0.75


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_it_is_empty(name: str) -> None:
    gray = picture(name).astype(np.float64).mean(axis=2)
    overall = gray.std()
    for quarter in quarters(picture(name)):
        assert quarter.mean(axis=2).std() > 0.5 * overall
        assert abs(quarter.mean() - picture(name).mean()) < 40
    tile = SIDE // 8
    tiles = gray.reshape(8, tile, 8, tile).transpose(0, 2, 1, 3).reshape(64, -1)
    assert (tiles.std(axis=1) > 5).mean() > 0.95


def test_a_larger_side_shows_the_same_picture() -> None:
    for name in ("blueprint", "kilim", "star-chart"):
        large = render_style(name, 2 * SIDE, 3).reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3))
        coarse = [p.reshape(20, 8, 20, 8, 3).mean(axis=(1, 3)).ravel() for p in (large, picture(name))]
        assert np.corrcoef(*coarse)[0, 1] > 0.8, name


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownStyle, match=r"no style 'circut_board'\. Did you mean circuit-board"):
        render_style("circut_board")
    with pytest.raises(UnknownStyle, match=r"no style 'zzz'\. Styles at hand: art-deco"):
        render_style("zzz")


@pytest.mark.parametrize(("side", "seed", "told"), [(63, 0, "63"), (2049, 0, "64 to 2048"), (64, -1, "-1")])
def test_sides_and_seeds_beyond_what_is_allowed_are_refused(side: int, seed: int, told: str) -> None:
    with pytest.raises(InvalidOptions, match=told):
        render_style("kilim", side, seed)


@pytest.mark.parametrize("name", ["constructivist", "kilim", "riveted-steel", "silicon-die"])
def test_the_smallest_is_drawn_too(name: str) -> None:
    assert render_style(name, 64).shape == (64, 64, 3)
