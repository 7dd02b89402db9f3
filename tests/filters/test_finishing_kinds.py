"""What the kinds that finish a look have in common: depths, sizes, and noise that keeps its place."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.filters.kinds import KINDS
from rotoscope.media.frame import Pixels

VARIANTS = (
    ("film", {}),
    ("film", {"era": "silent", "fade": "0.5"}),
    ("film", {"era": "autochrome"}),
    ("dusk", {}),
    ("dusk", {"time": "night"}),
    ("pencil", {}),
    ("pencil", {"hues": "1"}),
    ("comic", {}),
    ("halftone", {}),
    ("halftone", {"inks": "mono", "shape": "line"}),
    ("watercolor", {}),
)


def landscape(height: int = 270, width: int = 480) -> Pixels:
    """A sky, hills, a red barn with a lit window, a dark door, a lake."""
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    picture = np.stack([0.45 + 0.4 * y, 0.65 + 0.3 * y, 0.95 - 0.1 * y], axis=-1)
    hills = y > 0.5 + 0.06 * np.sin(7 * x)
    texture = 0.06 * np.sin(90 * x + 40 * y) * np.sin(70 * y)
    picture[hills] = (np.stack([0.35 + texture, 0.5 + texture, 0.2 + texture], axis=-1))[hills]
    picture[(abs(x - 0.6) < 0.12) & (abs(y - 0.55) < 0.12)] = (0.7, 0.15, 0.1)
    picture[(abs(x - 0.6) < 0.02) & (abs(y - 0.55) < 0.03)] = (1.0, 0.9, 0.6)
    picture[y > 0.8] = (0.2, 0.3, 0.4)
    picture[(abs(x - 0.2) < 0.05) & (abs(y - 0.7) < 0.1)] = (0.06, 0.07, 0.08)  # a dark door
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def flat(*color: int, size: tuple[int, int] = (120, 200)) -> Pixels:
    return np.full((*size, 3), color, np.uint8)


def paint(kind: str, pixels: Pixels, **options: str) -> Pixels:
    return KINDS[kind].build(options).apply(pixels)


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_8_and_16_bits_agree_within_one_level(kind: str, options: dict[str, str]) -> None:
    shallow = paint(kind, landscape(), **options).astype(float)
    deep = paint(kind, landscape().astype(np.uint16) * 257, **options) / 257
    assert np.abs(shallow - deep).max() <= 1


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_two_filters_of_the_same_options_paint_alike(kind: str, options: dict[str, str]) -> None:
    first, second = (KINDS[kind].build(options) for _ in range(2))
    assert first.digest == second.digest
    np.testing.assert_array_equal(first.apply(landscape()), second.apply(landscape()))


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_a_preview_looks_like_the_full_frame(kind: str, options: dict[str, str]) -> None:
    """Paint and halve, or halve and paint: the same, with dots and grain, but for what half size blurs."""
    full = cv2.resize(landscape(), (960, 540), interpolation=cv2.INTER_CUBIC)
    half = cast("Pixels", cv2.resize(full, (480, 270), interpolation=cv2.INTER_AREA))
    painted = paint(kind, cast("Pixels", full), **options)
    halved = cv2.resize(painted, (480, 270), interpolation=cv2.INTER_AREA).astype(float)
    preview = paint(kind, half, **options).astype(float)
    assert np.abs(halved.mean((0, 1)) - preview.mean((0, 1))).max() < 1.5
    coarse = [cv2.GaussianBlur(picture, (0, 0), 4) for picture in (halved, preview)]
    assert np.abs(coarse[0] - coarse[1]).mean() < 1.5
    assert np.abs(halved - preview).mean() < (15 if kind == "halftone" else 6)  # dots of 2.7 pixels


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (3, 700), (700, 3)])
def test_tiny_and_narrow_pictures(kind: str, options: dict[str, str], size: tuple[int, int]) -> None:
    for color in ((0, 0, 0), (255, 255, 255), (200, 40, 90)):
        assert paint(kind, flat(*color, size=size), **options).shape == (*size, 3)


@pytest.mark.parametrize(("kind", "options"), VARIANTS)
def test_a_change_in_one_corner_leaves_the_others(kind: str, options: dict[str, str]) -> None:
    """Nothing is measured over the whole picture, which would make a clip pump when something enters it."""
    before = landscape()
    after = before.copy()
    after[:40, :60] = (250, 30, 200)
    painter = KINDS[kind].build(options)
    difference = np.abs(painter.apply(before).astype(int) - painter.apply(after))[150:, 260:]
    assert difference.max() <= 2


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("film", {"era": "1890s"}, "'1890s' is no era; there are silent, sepia, .*1970s"),
        ("film", {"grain": "2"}, r"'grain' was '2'.*grain \(number, 0 to 1"),
        ("dusk", {"time": "noon"}, "'time' was 'noon'.*dusk or night"),
        ("pencil", {"lead": "soft"}, "'soft' is no color; write #rrggbb"),
        ("pencil", {"tint": "1"}, "unknown option 'tint'.*hues"),
        ("comic", {"tones": "1"}, "'tones' was '1'.*integer, 2 to 10"),
        ("halftone", {"cell": "0"}, "'cell' was '0'.*number, 0.3 to 10"),
        ("halftone", {"inks": "rgb"}, "'inks' was 'rgb'.*cmyk or mono"),
        ("watercolor", {"wash": "-1"}, "'wash' was '-1'.*number, 0 to 1"),
    ],
)
def test_options_outside_what_is_allowed(kind: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        KINDS[kind].build(options)


@pytest.mark.parametrize("kind", ["film", "dusk", "pencil", "comic", "halftone", "watercolor"])
def test_every_number_changes_the_painting(kind: str) -> None:
    """Every option is heeded: its ends and its middle do not all give one picture."""
    for info in KINDS[kind].option_infos():
        if not info.values.startswith(("number", "integer")):
            continue
        low, high = (float(end) for end in info.values.split(", ")[1].split(" to "))
        given = [f"{value:g}" for value in (low, round((low + high) / 2, 2), high)]
        pictures = [paint(kind, landscape(), **{info.name: value}).astype(float) for value in given]
        assert max(np.abs(picture - pictures[1]).mean() for picture in pictures) > 0.1, info.name
