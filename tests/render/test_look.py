"""Looks: order, strength, size, alpha, and filters that break their contract."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from rotoscope.errors import FilterFailed, InvalidOptions
from rotoscope.filters.chain import chain
from rotoscope.filters.controls import Controls, with_controls
from rotoscope.media.frame import Pixels
from rotoscope.render.look import Look, resize_short_side, scaled_size


class Brighten:
    """Adds a number; wraps nothing."""

    name = "brighten"
    kind = "test"
    digest = "0"

    def __init__(self, amount: int) -> None:
        self.amount = amount

    def apply(self, pixels: Pixels) -> Pixels:
        return cast("Pixels", pixels + np.asarray(self.amount, dtype=pixels.dtype))


class Doubling(Brighten):
    """Multiplies, so that order matters."""

    name = "doubling"

    def apply(self, pixels: Pixels) -> Pixels:
        return cast("Pixels", pixels * np.asarray(2, dtype=pixels.dtype))


class Cropping(Brighten):
    """Breaks the contract."""

    name = "cropping"

    def apply(self, pixels: Pixels) -> Pixels:
        return pixels[1:]


def _gray(level: int, *, channels: int = 3, dtype: type = np.uint8) -> Pixels:
    return np.full((20, 30, channels), level, dtype=dtype)


def test_filters_are_applied_in_order() -> None:
    assert Look([Brighten(10), Doubling(0)]).paint(_gray(20))[0, 0, 0] == 60
    assert Look([Doubling(0), Brighten(10)]).paint(_gray(20))[0, 0, 0] == 50


@pytest.mark.parametrize(("strength", "level"), [(0.0, 100), (0.25, 125), (1.0, 200)])
def test_strength_mixes_source_and_painting(strength: float, level: int) -> None:
    assert Look([Doubling(0)], strength=strength).paint(_gray(100))[0, 0].tolist() == [level] * 3


def test_alpha_is_kept_and_not_painted() -> None:
    pixels = _gray(100, channels=4)
    pixels[..., 3] = np.arange(30, dtype=np.uint8)
    painted = Look([Doubling(0)]).paint(pixels)
    assert painted[0, 0, 0] == 200
    np.testing.assert_array_equal(painted[..., 3], pixels[..., 3])


def test_the_input_is_not_written_to() -> None:
    pixels = _gray(100)
    Look([Doubling(0)], strength=0.5).paint(pixels)
    assert (pixels == 100).all()


def test_sixteen_bit_pictures_stay_sixteen_bit() -> None:
    painted = Look([Brighten(1)], size=40).paint(_gray(40000, dtype=np.uint16))
    assert painted.dtype == np.uint16
    assert painted.shape == (40, 60, 3)
    assert painted[0, 0, 0] == 40001


@pytest.mark.parametrize(
    ("size", "short", "scaled"),
    [((1920, 1080), 720, (1280, 720)), ((1080, 1920), 540, (540, 960)), ((64, 48), None, (64, 48))],
)
def test_scaled_size(size: tuple[int, int], short: int | None, scaled: tuple[int, int]) -> None:
    assert scaled_size(size, short) == scaled


def test_resizing_keeps_the_mean() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (64, 96, 3)).astype(np.uint8)
    assert abs(float(resize_short_side(pixels, 32).mean()) - float(pixels.mean())) < 1


def test_a_filter_that_changes_the_size_is_named() -> None:
    with pytest.raises(
        FilterFailed, match="'cropping' was given a picture of 20x30x3 uint8 and returned 19x30x3"
    ):
        Look([Cropping(0)]).paint(_gray(1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strength": 1.5}, "strength 1.5 is outside 0 to 1"),
        ({"size": 3}, "size 3 is too small"),
        ({"stroke_scale": 7}, "stroke_scale was 7; it is a number from 0.25"),
        ({"colors": "red"}, "color was 'red'; it is style"),
    ],
)
def test_impossible_looks_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        Look([], **options)  # pyright: ignore[reportArgumentType] - wrong on purpose


def test_strokes_and_colors_are_those_of_the_whole_chain() -> None:
    pixels = np.random.default_rng(2).integers(60, 190, (90, 120, 3)).astype(np.uint8)
    turned = Look([Brighten(10), Doubling(0)], stroke_scale=0.5, colors="photo")
    whole = with_controls(chain([Brighten(10), Doubling(0)]), Controls(stroke_scale=0.5, color="photo"))
    assert (turned.paint(pixels) == whole.apply(pixels)).all()
    assert [painter.name for painter in turned.painters] == ["brighten + doubling"]
    assert turned.painters[0].digest == whole.digest
    plain = Brighten(1)
    assert Look([plain]).painters == (plain,)
    assert (Look([], stroke_scale=2).paint(pixels) == pixels).all()


def test_the_description_names_filters_and_strength() -> None:
    assert Look([Brighten(1), Doubling(0)], strength=0.8).description == "brighten + doubling at strength 0.8"
    assert Look([Brighten(1)]).description == "brighten"
    assert Look([]).description == "unpainted"
