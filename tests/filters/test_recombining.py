"""Small paintings enlarged, with the photograph's detail where they go with it."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from rotoscope.filters.recombining import enlarge
from rotoscope.media.frame import Pixels


def edges(dtype: type = np.uint8) -> Pixels:
    """(240, 320, 3): disks with sharp edges on a ramp."""
    y, x = np.mgrid[0:240, 0:320].astype(np.float32)
    picture = np.stack([0.3 + x / 1600, 0.4 + y / 1200, 0.35 + (x + y) / 2800], -1)
    for left, top, radius in ((70, 80, 41), (210, 110, 63), (130, 190, 30)):
        picture[(x - left) ** 2 + (y - top) ** 2 < radius**2] += (0.35, 0.25, 0.3)
    return cast("Pixels", (picture * np.iinfo(dtype).max).astype(dtype))


def reduced(picture: Pixels) -> Pixels:
    return cast("Pixels", cv2.resize(picture, (80, 60), interpolation=cv2.INTER_AREA))


def error(one: Pixels, other: Pixels) -> float:
    return float(np.square(one.astype(float) - other.astype(float)).mean() ** 0.5 / np.iinfo(one.dtype).max)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_edges_that_painting_and_photograph_share_are_sharp_again(dtype: type) -> None:
    source = edges(dtype)
    seen = reduced(source)
    blurred = cast("Pixels", cv2.resize(seen, (320, 240), interpolation=cv2.INTER_CUBIC))
    made = enlarge(seen, seen, source)
    assert (made.shape, made.dtype) == (source.shape, source.dtype)
    assert error(made, source) < 0.3 * error(blurred, source)


def test_a_painting_that_turns_light_and_dark_over_has_them_sharp_as_well() -> None:
    source = edges()
    seen = reduced(source)
    blurred = cast("Pixels", cv2.resize(255 - seen, (320, 240), interpolation=cv2.INTER_CUBIC))
    assert error(enlarge(255 - seen, seen, source), 255 - source) < 0.3 * error(blurred, 255 - source)


def test_where_a_painting_has_nothing_to_do_with_the_photograph_nothing_is_added() -> None:
    source = edges()
    strokes = np.random.default_rng(1).integers(100, 156, (60, 80, 3), np.uint8)
    blurred = cast("Pixels", cv2.resize(strokes, (320, 240), interpolation=cv2.INTER_CUBIC))
    assert error(enlarge(strokes, reduced(source), source), blurred) < 0.02
    flat = np.full((60, 80, 3), 99, np.uint8)
    assert (enlarge(flat, reduced(source), source) == 99).all()
