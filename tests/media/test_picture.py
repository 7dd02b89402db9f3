"""From RGB to encoder pictures: colors against the definition of the matrices, orientation, alpha."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import EncodeError
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.orientation import Orientation
from rotoscope.media.picture import PictureConverter, as_video_frame, flatten, inverse

from samples import picture

UPRIGHT = Orientation()
# Weights of red and blue in luma: ITU-R BT.709, BT.601, BT.2020.
WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}
COLORS = np.array(
    [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.2, 0.6, 0.9], [0.9, 0.1, 0.4]]
)


def frame(pixels: Pixels) -> Frame:
    return Frame(pixels, index=0, pts=0, time_base=Fraction(1, 25))


def defined(color: NDArray[np.float64], matrix: str, *, full: bool, depth: int) -> NDArray[np.float64]:
    """Luma and chroma levels of a color 0..1, from the standards' own formulas."""
    red, blue = WEIGHTS[matrix]
    y = red * color[0] + (1 - red - blue) * color[1] + blue * color[2]
    cb, cr = (color[2] - y) / (2 * (1 - blue)), (color[0] - y) / (2 * (1 - red))
    if full:
        top, middle = 2**depth - 1, 2 ** (depth - 1)
        return np.array([y * top, cb * top + middle, cr * top + middle])
    return np.array([16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr]) * 2 ** (depth - 8)


def levels(converted: av.VideoFrame, dtype: type[np.uint8 | np.uint16]) -> NDArray[np.float64]:
    """The level of each plane's tenth pixel of its tenth row."""
    found: list[float] = []
    for plane in converted.planes[:3]:
        rows = np.frombuffer(bytes(plane), dtype).reshape(plane.height, -1)
        found.append(float(rows[10, 10]))
    return np.array(found)


@pytest.mark.parametrize(("matrix", "full", "depth"), list(product(WEIGHTS, (False, True), (8, 10))))
def test_colors_are_those_of_the_tagged_matrix_and_range(matrix: str, full: bool, depth: int) -> None:
    pixel_format = "yuv420p" if depth == 8 else "yuv420p10le"
    dtype = np.uint8 if depth == 8 else np.uint16
    converter = PictureConverter(
        pixel_format, matrix=matrix, color_range="pc" if full else "tv", orientation=UPRIGHT
    )
    for color in COLORS:
        patch = np.broadcast_to(np.round(color * np.iinfo(dtype).max), (48, 64, 3))
        pixels: Pixels = patch.astype(np.uint8) if depth == 8 else patch.astype(np.uint16)
        got = levels(converter.convert(frame(pixels)), dtype)
        assert np.abs(got - defined(color, matrix, full=full, depth=depth)).max() <= 1.0, color


def test_gray_stays_neutral_in_8_bits() -> None:
    for full in ("tv", "pc"):
        converter = PictureConverter("yuv420p", matrix="bt709", color_range=full, orientation=UPRIGHT)
        for level in range(0, 256, 15):
            got = levels(converter.convert(frame(np.full((48, 64, 3), level, np.uint8))), np.uint8)
            assert list(got[1:]) == [128, 128]


@pytest.mark.parametrize("turn", list(product((0, 90, 180, 270), (False, True))))
def test_the_inverse_orientation_undoes_it(turn: tuple[int, bool]) -> None:
    orientation = Orientation(*turn)
    stored = picture(5, (32, 24))
    assert np.array_equal(inverse(orientation).apply(orientation.apply(stored)), stored)


def test_pictures_are_stored_turned_back() -> None:
    orientation = Orientation(90, False)
    stored = picture(5, (32, 24))
    converter = PictureConverter("yuv444p", matrix="bt709", color_range="tv", orientation=orientation)
    upright = PictureConverter("yuv444p", matrix="bt709", color_range="tv", orientation=UPRIGHT)
    turned = converter.convert(frame(orientation.apply(stored)))
    assert (turned.width, turned.height) == (32, 24)
    assert np.array_equal(turned.to_ndarray(), upright.convert(frame(stored)).to_ndarray())


def test_alpha_goes_where_the_format_has_it_and_else_onto_white() -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4, 3] = 255
    assert list(np.unique(flatten(pixels)[:, :4])) == [0]
    assert list(np.unique(flatten(pixels)[:, 4:])) == [255]
    converter = PictureConverter("yuva420p", matrix="bt709", color_range="tv", orientation=UPRIGHT)
    alpha = np.frombuffer(bytes(converter.convert(frame(pixels)).planes[3]), np.uint8).reshape(8, -1)
    assert alpha[:, :4].min() == 255
    assert alpha[:, 4:8].max() == 0


def test_half_transparent_pixels_are_mixed_with_white_in_16_bits() -> None:
    pixels = np.full((2, 2, 4), 0, np.uint16)
    pixels[..., 3] = 32768
    assert abs(int(flatten(pixels)[0, 0, 0]) - 32767) <= 1


@pytest.mark.parametrize("pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(pixels: NDArray[np.generic]) -> None:
    with pytest.raises(EncodeError, match=r"a frame is \(H, W, 3 or 4\), uint8 or uint16"):
        as_video_frame(pixels)  # pyright: ignore[reportArgumentType]  # the refusal is what is tested
