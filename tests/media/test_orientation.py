"""Turning pictures upright, checked against FFmpeg's and Pillow's own idea of it."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image, ImageOps

from rotoscope.media.orientation import Orientation, from_display_matrix, from_exif


def matrix_of(rotation: int, mirrored: bool) -> bytes:
    """By definition: turn clockwise (y downwards), then negate x."""
    cosine, sine = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation]
    a, c = (cosine, -sine) if not mirrored else (-cosine, sine)
    one = 1 << 16
    return struct.pack("=9i", a * one, sine * one, 0, c * one, cosine * one, 0, 0, 0, 1 << 30)


def by_definition(pixels: np.ndarray, rotation: int, mirrored: bool) -> np.ndarray:
    turned = np.rot90(pixels, k=-rotation // 90)
    return turned[:, ::-1] if mirrored else turned


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_display_matrix_is_read_and_applied(rotation: int, mirrored: bool) -> None:
    orientation = from_display_matrix(matrix_of(rotation, mirrored))
    assert orientation == Orientation(rotation, mirrored)
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    upright = orientation.apply(pixels)
    assert upright.flags.c_contiguous
    np.testing.assert_array_equal(upright, by_definition(pixels, rotation, mirrored))
    assert orientation.upright_size((3, 2)) == (upright.shape[1], upright.shape[0])


def test_an_angle_between_goes_to_the_nearest_quarter() -> None:
    one = 1 << 16
    slightly = struct.pack("=9i", 0, one, 0, -one + 300, 700, 0, 0, 0, 1 << 30)
    assert from_display_matrix(slightly) == Orientation(90)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
def test_every_kind_of_pixels_can_be_turned(dtype: type, channels: int) -> None:
    pixels = np.arange(5 * 7 * channels).reshape(5, 7, channels).astype(dtype)
    upright = Orientation(90, is_mirrored=True).apply(pixels)
    assert upright.dtype == dtype
    np.testing.assert_array_equal(upright, by_definition(pixels, 90, True))


def test_nothing_to_do_copies_nothing() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    assert Orientation().apply(pixels) is pixels


def test_aspect_turns_along() -> None:
    assert Orientation(90).upright_aspect(Fraction(4, 3)) == Fraction(3, 4)
    assert Orientation(180).upright_aspect(Fraction(4, 3)) == Fraction(4, 3)


@pytest.mark.parametrize("value", range(1, 9))
def test_exif_agrees_with_pillow(value: int) -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = value
    expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(from_exif(value).apply(pixels), expected)


@pytest.mark.parametrize("value", [None, 0, 9, "6"])
def test_a_meaningless_tag_turns_nothing(value: object) -> None:
    assert from_exif(value) == Orientation()
