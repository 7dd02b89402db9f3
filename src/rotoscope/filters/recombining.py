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

from rotoscope.filters.pixels import Floats, from_unit, full_scale
from rotoscope.media.frame import Pixels

_WINDOW = 5
"""Side of the windows in which small painting and small photograph are held against each other, pixels."""
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
    height, width = source.shape[:2]
    guide, full_guide = _luma(seen), _luma(source)
    lost = full_guide - _resized(guide, width, height)
    planes = [
        _resized(plane, width, height) + _resized(_slope(guide, plane), width, height) * lost
        for plane in cast("Sequence[Floats]", cv2.split(_unit(painted)))
    ]
    return from_unit(cast("Floats", cv2.merge(planes)), source)


def _slope(guide: Floats, plane: Floats) -> Floats:
    """How much the plane rises where the guide rises by 1, around each pixel; (h, w) to the same."""
    mean_guide, mean_plane = _mean(guide), _mean(plane)
    covariance = _mean(guide * plane) - mean_guide * mean_plane
    variance = np.maximum(_mean(guide * guide) - mean_guide * mean_guide, 0)
    slope = (covariance / (variance + _LEAST_VARIANCE)).astype(np.float32)
    return np.clip(_mean(slope), -_MOST_GAIN, _MOST_GAIN)


def _mean(plane: Floats) -> Floats:
    return cast("Floats", cv2.blur(plane, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT_101))


def _resized(plane: Floats, width: int, height: int) -> Floats:
    return cast("Floats", cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC))


def _luma(pixels: Pixels) -> Floats:
    return cast("Floats", cv2.cvtColor(_unit(pixels), cv2.COLOR_RGB2GRAY))


def _unit(pixels: Pixels) -> Floats:
    return pixels.astype(np.float32) / np.float32(full_scale(pixels))
