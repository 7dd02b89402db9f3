"""Flow as a picture: the direction is the hue, the speed how far it is from white.

The color wheel of the Middlebury benchmark (Baker et al., "A database and evaluation methodology for optical
flow", 2011): right is red, down yellow, left between cyan and blue, up violet. What stands still is white.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.flow import Flow, Picture

_STEPS: Final = (15, 6, 4, 11, 13, 6)
"""From red to yellow, green, cyan, blue, magenta and red again: eyes tell warm colors apart more finely."""
_CORNERS: Final = ((255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255))
_HUES: Final = 2048
"""Around the wheel: more than 8 bits show."""
_BEYOND: Final = 0.75
"""Brightness of what is faster than the scale."""


def paint_flow(flow: Flow, *, max_speed: float) -> Picture:
    """A picture of flow.

    Args:
        flow: (H, W, 2) pixels; NaN, where it is not known, is black.
        max_speed: pixels at which a color is full; what is faster is darker.

    Returns:
        (H, W, 3) uint8 sRGB.

    Raises:
        InvalidOptions: the speed is not above 0.
    """
    if not max_speed > 0:
        raise InvalidOptions(f"max_speed was {max_speed:g}; give the pixels, above 0, that have full color.")
    is_known = np.asarray(np.isfinite(flow).all(axis=2, keepdims=True), np.bool_)
    known = np.where(is_known, flow, 0).astype(np.float32)
    right, down = np.ascontiguousarray(known[..., 0]), np.ascontiguousarray(known[..., 1])
    speed, angle = cv2.cartToPolar(right, down)
    share = np.asarray(speed, np.float32)[..., None] / np.float32(max_speed)
    hue = _WHEEL[(np.asarray(angle) * (_HUES / (2 * np.pi))).astype(np.int32) % _HUES]
    shown = np.where(share <= 1, 255 - share * (255 - hue), hue * np.float32(_BEYOND))
    return (shown * is_known + np.float32(0.5)).astype(np.uint8)


def _wheel() -> NDArray[np.float32]:
    """(hues, 3) 0..255, from the right clockwise as one sees it, since y grows downward."""
    corners = np.array((*_CORNERS, _CORNERS[0]), np.float32)
    places = np.cumsum((0, *_STEPS)) / sum(_STEPS)
    around = np.arange(_HUES) / _HUES
    return np.stack([np.interp(around, places, channel) for channel in corners.T], axis=1).astype(np.float32)


_WHEEL: Final = _wheel()
