"""What speaks for a sketch."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.media.frame import Pixels
from rotoscope.render.audition import FilterRow, Painting, Picture
from rotoscope.render.figures import measure
from rotoscope.training.recipe import Recipe
from rotoscope.training.scouting.merit import TERMS, Gauge, Merit, strokes, tones

import samples
from training_toys import ToyEncoder, picture

PHOTO = samples.picture(4, (160, 120))
STYLE = picture(9, 120, 160)
RECIPE = Recipe(layer_weights=(1, 1), style_side=120)


def merit(painting: Pixels, style: NDArray[np.uint8] = STYLE) -> Merit:
    figures = measure(PHOTO, painting)
    row = FilterRow("toy", "toy", figures, (Painting(painting, figures),))
    return Gauge(ToyEncoder(), RECIPE, [Picture("photo", PHOTO)]).merit(style, row)


def test_the_photograph_itself_has_no_merit() -> None:
    found = merit(PHOTO.copy())
    assert (found.strokes, found.reach, found.tones) == (0, 0, 1)
    assert found.detail == pytest.approx(1)
    assert found.score == 0


def test_the_style_image_itself_reaches_it_and_keeps_nothing() -> None:
    found = merit(STYLE)
    assert found.reach > 0.95
    assert found.detail < 0.4
    assert found.strokes > 0.4


def test_what_goes_away_from_the_style_reaches_nothing() -> None:
    assert merit(PHOTO.copy(), style=PHOTO.copy()).reach == 0
    assert merit(255 - STYLE, style=PHOTO.copy()).reach == 0


def test_strokes_are_texture_that_was_not_there() -> None:
    noise = np.random.default_rng(0).integers(-60, 61, PHOTO.shape)
    added = np.clip(PHOTO + noise, 0, 255).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(PHOTO, (0, 0), 3), np.uint8)
    assert strokes(PHOTO, added) > 0.5
    assert strokes(PHOTO, soft) < 0.1
    half = PHOTO.copy()
    half[:, :80] = added[:, :80]
    assert strokes(PHOTO, half) == pytest.approx(strokes(PHOTO, added) / 2, abs=0.15)
    deep = [pixels.astype(np.uint16) * 257 for pixels in (PHOTO, added)]
    assert strokes(deep[0], deep[1]) == pytest.approx(strokes(PHOTO, added), abs=0.02)


def test_strokes_may_be_of_color_alone() -> None:
    gray = np.full((120, 160, 3), 128, np.uint8)
    rows = np.arange(120) // 2 % 2 == 0
    striped = gray.copy()
    striped[rows] = (176, 100, 140)
    striped[~rows] = (60, 152, 118)  # of about the same lightness
    assert strokes(gray, striped) >= 0.5
    faint = gray.copy()
    faint[rows] += 1
    assert strokes(gray, faint) == 0


def test_tones_are_places_that_can_be_told_apart() -> None:
    ramp = np.tile(np.arange(0, 256, dtype=np.uint8)[None, :, None], (64, 1, 3))
    two = np.where(ramp < 128, 0, 255).astype(np.uint8)
    assert tones(ramp, ramp) == 1
    assert tones(ramp, np.asarray(255 - ramp, np.uint8)) > 0.95
    assert tones(ramp, np.zeros_like(ramp)) == 0
    assert 0.4 < tones(ramp, two) < 0.65  # about half of all pairs lie on both sides
    assert tones(np.zeros_like(ramp), ramp) == 1  # nothing to lose
    assert tones(ramp.astype(np.uint16) * 257, two.astype(np.uint16) * 257) == tones(ramp, two)


def test_terms_cannot_be_bought_with_each_other() -> None:
    even = Merit(strokes=0.5, reach=0.5, detail=0.5, tones=0.5)
    assert even.score == pytest.approx(0.5)
    assert replace(even, strokes=0.9, detail=0.1).score < even.score
    for key in TERMS:
        assert replace(even, **{key: 0}).score == 0
    assert even.shown("score") == "50"
    assert set(TERMS) == {field.name for field in fields(Merit)}
