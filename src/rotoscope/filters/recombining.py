"""What was painted small, enlarged, with the detail that was lost on the way.

A painting that is only enlarged is blurred where the photograph is sharp. So the fine detail of the
photograph is added, by as much as the painting goes with it: where edges of the painting lie on edges of the
photograph they become as sharp as those, and where strokes have nothing to do with it, nothing is added. That
measure is the slope of the guided filter (He, Sun and Tang 2010), taken small and enlarged as in the fast
guided filter (He and Sun 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.pixels import Floats, from_unit, full_scale, strips
from rotoscope.media.frame import Pixels

_WINDOW = 5
"""Side of the windows in which small painting and small photograph are held against each other, pixels."""
_LOOKS_ACROSS = 2 * (_WINDOW // 2)
"""Rows that a slope looks up and down: a mean of means."""
_LEAST_VARIANCE = 0.03**2
"""Of a photograph's luma, 0..1, within a window: what varies less is taken for noise."""
_MOST_GAIN = 1.5
"""Beyond, the photograph's grain would show in the painting."""


def enlarge(painted: Pixels, seen: Pixels, source: Pixels) -> Pixels:
    """A small painting at the size of its photograph.

    Args:
        painted: (h, w, 3), the painting of ``seen``.
        seen: (h, w, 3), the photograph made small.
        source: (H, W, 3), the photograph.

    Returns:
        (H, W, 3) of the source's type.
    """
    result = np.empty(source.shape, source.dtype)
    for rows in strips(len(source)):
        result[rows] = _enlarged_rows(painted, seen, source, rows)
    return cast("Pixels", result)


def _enlarged_rows(painted: Pixels, seen: Pixels, source: Pixels, rows: slice) -> Pixels:
    """Some rows of the result, from no more of the small pictures than they need."""
    places, weights = _cubic_taps(np.arange(rows.start, rows.stop), len(seen), len(source))
    first, last = int(places.min()), int(places.max()) + 1
    top, bottom = max(first - _LOOKS_ACROSS, 0), min(last + _LOOKS_ACROSS, len(seen))
    guide = _luma(seen[top:bottom])
    shown = slice(first - top, last - top)
    mixing = np.zeros((len(places), last - first), np.float32)
    np.add.at(mixing, (np.arange(len(places))[:, None], places - first), weights)
    width = source.shape[1]

    def large(plane: Floats) -> Floats:
        wide = cv2.resize(plane[shown], (width, last - first), interpolation=cv2.INTER_CUBIC)
        return mixing @ cast("Floats", wide)

    lost = _luma(source[rows]) - large(guide)
    small = cast("Sequence[Floats]", cv2.split(_unit(painted[top:bottom])))
    planes = [large(plane) + large(_slope(guide, plane)) * lost for plane in small]
    return from_unit(cast("Floats", cv2.merge(planes)), source)


def _cubic_taps(
    rows: NDArray[np.int64], small: int, large: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which four of ``small`` rows make each of some of ``large`` ones, and their weights; both (rows, 4).

    Cubic convolution (Keys 1981) with OpenCV's coefficient, so that rows are what cv2.resize makes of all.
    """
    a = -0.75
    place = (rows + 0.5) * small / large - 0.5
    below = np.floor(place)
    x = place - below
    near, far = x, 1 - x
    weights = np.stack(
        [
            ((a * (near + 1) - 5 * a) * (near + 1) + 8 * a) * (near + 1) - 4 * a,
            ((a + 2) * near - (a + 3)) * near * near + 1,
            ((a + 2) * far - (a + 3)) * far * far + 1,
            ((a * (far + 1) - 5 * a) * (far + 1) + 8 * a) * (far + 1) - 4 * a,
        ],
        axis=-1,
    )
    places = below.astype(np.int64)[:, None] + np.arange(-1, 3)
    return np.clip(places, 0, small - 1), weights


def _slope(guide: Floats, plane: Floats) -> Floats:
    """How much the plane rises where the guide rises by 1, around each pixel; (h, w) to the same."""
    mean_guide, mean_plane = _mean(guide), _mean(plane)
    covariance = _mean(guide * plane) - mean_guide * mean_plane
    variance = np.maximum(_mean(guide * guide) - mean_guide * mean_guide, 0)
    slope = (covariance / (variance + _LEAST_VARIANCE)).astype(np.float32)
    return np.clip(_mean(slope), -_MOST_GAIN, _MOST_GAIN)


def _mean(plane: Floats) -> Floats:
    return cast("Floats", cv2.blur(plane, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT_101))


def _luma(pixels: Pixels) -> Floats:
    return cast("Floats", cv2.cvtColor(_unit(pixels), cv2.COLOR_RGB2GRAY))


def _unit(pixels: Pixels) -> Floats:
    return pixels.astype(np.float32) / np.float32(full_scale(pixels))
