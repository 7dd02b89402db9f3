"""Figures of paintings whose figures are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rotoscope.errors import FilterFailed
from rotoscope.media.frame import Pixels
from rotoscope.render.figures import Figures, flicker, mean_figures, measure


def texture(height: int = 180, width: int = 240, *, seed: int = 0, scale: float = 2.0) -> Pixels:
    """A picture with texture everywhere, around middle gray."""
    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 3)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), scale))
    return np.clip(128 + 40 * soft / soft.std(), 20, 235).astype(np.uint8)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def stripes(*, across: bool) -> Pixels:
    ys, xs = np.mgrid[0:180, 0:180]
    wave = 128 + 60 * np.sin((xs if across else ys) * 2 * np.pi / 12)
    return np.repeat(wave.astype(np.uint8)[..., None], 3, axis=2)


def flat(value: int) -> Pixels:
    return np.full((60, 80, 3), value, np.uint8)


def test_a_picture_left_as_it_is() -> None:
    picture = texture()
    figures = measure(picture, picture.copy())
    assert (figures.style, figures.color, figures.flicker) == (0, 0, None)
    assert figures.detail == pytest.approx(1)


def test_a_negative_has_other_colors_and_nothing_else() -> None:
    picture = texture()
    figures = measure(picture, 255 - picture)
    assert figures.style == pytest.approx(0, abs=1e-4)
    assert figures.detail == pytest.approx(1, abs=1e-4)
    picture[:] = 40
    assert measure(picture, 255 - picture).color > 0.4


def test_less_contrast_is_no_style() -> None:
    picture = texture(scale=12)
    pale = (128 + (picture.astype(np.float32) - 128) * 0.6).astype(np.uint8)
    assert measure(picture, pale).style < 0.06


def test_a_blur_takes_detail_away_the_more_the_wider_it_is() -> None:
    picture = texture()
    steps = [measure(picture, blurred(picture, sigma)) for sigma in (0.7, 1.5, 4.0)]
    assert [f.detail for f in steps] == sorted((f.detail for f in steps), reverse=True)
    assert [f.style for f in steps] == sorted(f.style for f in steps)
    assert steps[0].style > 0.02
    assert steps[2].detail < 0.5
    assert all(f.color < 0.05 for f in steps)


def test_turned_strokes_are_style_though_as_strong() -> None:
    assert measure(stripes(across=True), stripes(across=False)).style > 0.5


def test_black_painted_white_is_one_color_apart() -> None:
    assert measure(flat(0), flat(255)).color == pytest.approx(1, abs=1e-3)


def test_another_texture_keeps_no_edges() -> None:
    assert measure(texture(), texture(seed=1)).detail < 0.1


def test_pictures_without_edges() -> None:
    assert measure(flat(90), flat(200)).detail == 1
    assert measure(flat(90), flat(200)).style == 0
    textured = texture(60, 80)
    assert measure(flat(90), textured).detail == 0
    assert measure(textured, flat(90)).style > 0.5


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (9, 7), (31, 64)])
def test_any_size_can_be_measured(size: tuple[int, int]) -> None:
    figures = measure(texture(*size), texture(*size, seed=1))
    assert all(0 <= value <= 1 for value in (figures.style, figures.detail, figures.color))


def test_depth_makes_no_difference() -> None:
    picture, painting = texture(), blurred(texture(), 2)
    shallow = measure(picture, painting)
    deep = measure(picture.astype(np.uint16) * 257, painting.astype(np.uint16) * 257)
    for key in ("style", "detail", "color"):
        assert getattr(deep, key) == pytest.approx(getattr(shallow, key), abs=1e-4)


def test_pictures_that_cannot_be_compared() -> None:
    with pytest.raises(FilterFailed, match="one size and depth"):
        measure(flat(1), texture())
    with pytest.raises(FilterFailed, match="one size and depth"):
        flicker((flat(1), flat(1)), (flat(1), texture()))


def test_flicker_of_a_still_source_is_what_the_painting_changes() -> None:
    source = (flat(100), flat(100))
    assert flicker(source, source) == 0
    assert flicker(source, (flat(100), flat(151))) == pytest.approx(0.2, abs=1e-5)


def test_what_moves_in_less_than_half_of_the_picture_is_no_flicker() -> None:
    before, after = flat(100), flat(100)
    before[:, :20], after[:, 10:30] = 200, 200
    stronger = (np.where(before == 200, 255, 100), np.where(after == 200, 255, 100))
    painted = (stronger[0].astype(np.uint8), stronger[1].astype(np.uint8))
    assert flicker((before, after), painted) == pytest.approx(0, abs=1e-6)


def test_a_painting_steadier_than_its_source_has_negative_flicker() -> None:
    assert flicker((flat(100), flat(110)), (flat(50), flat(50))) < 0


def test_means_take_flicker_from_those_that_have_it() -> None:
    mean = mean_figures([Figures(0.2, 0.4, 0.1), Figures(0.4, 0.8, 0.3, 0.02)])
    assert (mean.style, mean.detail, mean.color) == pytest.approx((0.3, 0.6, 0.2))
    assert mean.flicker == 0.02
    assert mean_figures([Figures(0, 1, 0)]).flicker is None


def test_figures_are_shown_in_hundredths() -> None:
    figures = Figures(0.554, 1.0, 0.096, -0.0001)
    assert [figures.shown(key) for key in ("style", "detail", "color", "flicker")] == [
        "55",
        "100",
        "10",
        "0.0",
    ]
    assert Figures(0, 1, 0).shown("flicker") == "–"
