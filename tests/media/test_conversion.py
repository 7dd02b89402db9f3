"""Colors of decoded pictures, against the definition of the matrices and ranges."""

from __future__ import annotations

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.color import effective_matrix
from rotoscope.media.conversion import PixelConverter
from rotoscope.media.frame import Pixels
from rotoscope.media.info import ColorTags
from rotoscope.media.orientation import Orientation

# Weights of red and blue in luma, and FFmpeg's number of the matrix (ITU-R BT.709, BT.601, BT.2020).
WEIGHTS = {"bt709": (0.2126, 0.0722, 1), "smpte170m": (0.299, 0.114, 6), "bt2020nc": (0.2627, 0.0593, 9)}
PATCH = 16


def rgb_patches() -> NDArray[np.float64]:
    """(6, 10, 3) colors 0..1: black, white, primaries, gray, and random ones."""
    colors = np.random.default_rng(7).random((6, 10, 3))
    colors[0, :7] = [[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5], [1, 1, 0]]
    return colors


def encode(
    colors: NDArray[np.float64], matrix: str, *, full: bool, depth: int
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Whole Y, Cb, Cr codes by definition, and the RGB (0..1) that exactly these codes mean."""
    red, blue, _ = WEIGHTS[matrix]
    step, top = 1 << (depth - 8), (1 << depth) - 1
    y_scale, y_zero, c_scale = (top, 0, top) if full else (219 * step, 16 * step, 224 * step)
    luma = colors @ [red, 1 - red - blue, blue]
    cb = (colors[..., 2] - luma) / (2 * (1 - blue))
    cr = (colors[..., 0] - luma) / (2 * (1 - red))
    zero = 128 * step
    codes = [
        np.clip(np.rint(plane), 0, top)
        for plane in (luma * y_scale + y_zero, cb * c_scale + zero, cr * c_scale + zero)
    ]
    y, u, v = (codes[0] - y_zero) / y_scale, (codes[1] - zero) / c_scale, (codes[2] - zero) / c_scale
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    g = (y - red * r - blue * b) / (1 - red - blue)
    return codes, np.clip(np.stack([r, g, b], axis=-1), 0, 1)


def picture_of(codes: list[NDArray[np.float64]], pixel_format: str) -> av.VideoFrame:
    """A frame with each color as a patch of 16x16 pixels."""
    rows, columns = codes[0].shape
    frame = av.VideoFrame(columns * PATCH, rows * PATCH, pixel_format)
    dtype = np.uint16 if "le" in pixel_format else np.uint8
    for plane, plane_codes in zip(frame.planes, codes, strict=False):
        tall, wide = plane.height // rows, plane.width // columns
        content = np.kron(plane_codes, np.ones((tall, wide))).astype(dtype)
        np.frombuffer(plane, dtype).reshape(plane.height, -1)[:, : content.shape[1]] = content  # type: ignore[call-overload]
    return frame


def convert(frame: av.VideoFrame) -> Pixels:
    converter = PixelConverter(
        frame.format.name, coded_size=(frame.width, frame.height), orientation=Orientation()
    )
    return converter.convert(frame)


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize(
    ("pixel_format", "depth"),
    [
        ("yuv420p", 8),
        ("yuv422p", 8),
        ("yuv444p", 8),
        ("yuv420p10le", 10),
        ("yuv422p10le", 10),
        ("yuv444p10le", 10),
        ("yuv420p12le", 12),
    ],
)
def test_colors_are_right_to_half_a_code(pixel_format: str, depth: int, matrix: str, full: bool) -> None:
    codes, expected = encode(rgb_patches(), matrix, full=full, depth=depth)
    frame = picture_of(codes, pixel_format)
    frame.colorspace = WEIGHTS[matrix][2]
    frame.color_range = 2 if full else 1
    pixels = convert(frame)
    assert pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    assert pixels.flags.c_contiguous
    middle = pixels[PATCH // 2 :: PATCH, PATCH // 2 :: PATCH].astype(float)
    top = np.iinfo(pixels.dtype).max
    off = (middle / top - expected) * ((1 << depth) - 1)
    assert abs(off).max() < 0.52
    assert abs(off.mean()) < 0.1
    assert middle[0, 0].tolist() == [0, 0, 0]
    assert middle[0, 1].tolist() == [top, top, top]


@pytest.mark.parametrize(
    ("size", "matrix"),
    [((720, 576), "smpte170m"), ((640, 360), "smpte170m"), ((1280, 544), "bt709"), ((720, 1280), "bt709")],
)
def test_an_untagged_clip_means_what_players_take_it_for(size: tuple[int, int], matrix: str) -> None:
    assert effective_matrix(ColorTags(), size) == matrix


def test_untagged_pixels_follow_the_size() -> None:
    for matrix, size in (("smpte170m", (640, 480)), ("bt709", (1280, 720))):
        codes, expected = encode(rgb_patches(), matrix, full=False, depth=8)
        frame = picture_of(codes, "yuv420p")
        converter = PixelConverter("yuv420p", coded_size=size, orientation=Orientation())
        middle = converter.convert(frame)[PATCH // 2 :: PATCH, PATCH // 2 :: PATCH]
        assert abs(middle / 255 - expected).max() * 255 < 0.52


def test_a_jpeg_format_is_full_range_without_a_tag() -> None:
    codes, expected = encode(rgb_patches(), "smpte170m", full=True, depth=8)
    middle = convert(picture_of(codes, "yuvj420p"))[PATCH // 2 :: PATCH, PATCH // 2 :: PATCH]
    assert abs(middle / 255 - expected).max() * 255 < 0.52


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize(("pixel_format", "depth"), [("gray", 8), ("gray10le", 10)])
def test_gray_follows_its_range(pixel_format: str, depth: int, full: bool) -> None:
    step = 1 << (depth - 8)
    codes = np.array([[0, 16, 100, 235, 255]], float) * step
    frame = picture_of([codes], pixel_format)
    frame.color_range = 2 if full else 1
    pixels = convert(frame)
    middle = pixels[PATCH // 2, PATCH // 2 :: PATCH].astype(int)
    assert (middle == middle[:, :1]).all()
    share = codes[0] / ((1 << depth) - 1) if full else np.clip((codes[0] - 16 * step) / (219 * step), 0, 1)
    off = (middle[:, 0] / np.iinfo(pixels.dtype).max - share) * ((1 << depth) - 1)
    assert abs(off).max() <= 0.52


@pytest.mark.parametrize(("pixel_format", "channels"), [("rgb24", 3), ("rgba", 4)])
def test_rgb_passes_unchanged(pixel_format: str, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (47, 61, channels), dtype=np.uint8)
    np.testing.assert_array_equal(convert(av.VideoFrame.from_ndarray(pixels, format=pixel_format)), pixels)


@pytest.mark.parametrize(("pixel_format", "channels"), [("rgb48le", 3), ("rgba64le", 4)])
def test_deep_rgb_passes_unchanged(pixel_format: str, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (47, 61, channels), dtype=np.uint16)
    converted = convert(av.VideoFrame.from_ndarray(pixels, format=pixel_format))
    # swscale keeps 15 of the 16 bits inside.
    assert abs(converted.astype(int) - pixels.astype(int)).max() <= 2


def test_ten_bit_rgb_is_spread_over_the_scale() -> None:
    frame = picture_of([np.array([[0, 512, 1023]], float)] * 3, "gbrp10le")
    middle = convert(frame)[PATCH // 2, PATCH // 2 :: PATCH, 0].astype(int)
    assert abs(middle - np.array([0, 512, 1023]) * 65535 / 1023).max() <= 33


@pytest.mark.parametrize(("pixel_format", "opaque"), [("yuva420p", 255), ("yuva444p10le", 1023)])
def test_alpha_is_the_fourth_channel_and_reaches_the_top(pixel_format: str, opaque: int) -> None:
    half = 128 * (opaque + 1) // 256
    color = np.full((1, 2), half, float)
    alpha = np.array([[0, opaque]], float)
    pixels = convert(picture_of([color, color, color, alpha], pixel_format))
    assert pixels.shape[2] == 4
    middle = pixels[PATCH // 2, PATCH // 2 :: PATCH]
    assert middle[:, 3].tolist() == [0, np.iinfo(pixels.dtype).max]
    assert middle[0, :3].tolist() == middle[1, :3].tolist()


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (427, 241), (33, 2)])
def test_any_size_fills_every_pixel(size: tuple[int, int]) -> None:
    width, height = size
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, code in zip(frame.planes, (235, 128, 128), strict=True):
        np.frombuffer(plane, np.uint8)[:] = code  # type: ignore[call-overload]
    pixels = convert(frame)
    assert pixels.shape == (height, width, 3)
    assert (pixels == 255).all()


def test_a_matrix_that_cannot_be_computed_is_refused_by_name() -> None:
    frame = av.VideoFrame(16, 16, "yuv444p")
    frame.colorspace = 8
    with pytest.raises(UnsupportedMedia, match="ycgco, which is not converted here; those that are: bt2020c"):
        convert(frame)
