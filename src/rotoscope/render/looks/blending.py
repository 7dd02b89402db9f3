"""Laying one picture on another.

The formulas are those of the W3C's Compositing and Blending (level 1, section 10), on values as they are
stored. ``color`` and ``luminosity`` exchange luma and chroma instead of that text's hue and saturation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Literal, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.controls import keep_colors
from rotoscope.filters.pixels import Floats, from_unit, full_scale
from rotoscope.media.frame import Pixels

BlendMode: TypeAlias = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "hard-light",
    "soft-light",
    "lighten",
    "darken",
    "difference",
    "color",
    "luminosity",
]
"""How a layer's painting meets what is below it."""
Mask: TypeAlias = NDArray[np.uint8]
"""(H, W): 255 where a layer shows, 0 where it does not."""


def blend(below: Pixels, painting: Pixels, mode: BlendMode) -> Pixels:
    """The painting laid on ``below``, both (H, W, 3) of one type, everywhere and fully."""
    if mode in _WHOLE:
        return _WHOLE[mode](below, painting)
    if below.dtype == np.uint8:
        return cast("Pixels", _table(mode)[(below.astype(np.uint16) << 8) | painting])
    scale = np.float32(full_scale(below))
    base, top = below.astype(np.float32) / scale, painting.astype(np.float32) / scale
    return from_unit(_FORMULAS[mode](base, top), below)


@cache
def _table(mode: BlendMode) -> NDArray[np.uint8]:
    """What a formula makes of every pair of bytes, 65536 of them: what is below counts by 256."""
    levels = np.arange(256, dtype=np.float32) / 255
    pairs = np.meshgrid(levels, levels, indexing="ij")
    base, top = (np.asarray(values, np.float32).ravel() for values in pairs)
    return np.asarray(np.clip(_FORMULAS[mode](base, top), 0, 1) * 255 + 0.5, np.uint8)


def lay_over(below: Pixels, blended: Pixels, mask: Mask | None, strength: float) -> Pixels:
    """``blended`` where the mask shows it, at that strength, and ``below`` elsewhere.

    Args:
        below: (H, W, 3) uint8 or uint16.
        blended: likewise.
        mask: None shows it everywhere.
        strength: 0 to 1.
    """
    if mask is None:
        if strength == 1:
            return blended
        return cast("Pixels", cv2.addWeighted(blended, strength, below, 1 - strength, 0))
    weights = mask.astype(np.float32) * np.float32(strength / 255)
    if below.dtype == np.uint8:
        return cast("Pixels", cv2.blendLinear(blended, below, weights, 1 - weights))
    mixed = cv2.blendLinear(blended.astype(np.float32), below.astype(np.float32), weights, 1 - weights)
    return cast("Pixels", (mixed + np.float32(0.5)).astype(below.dtype))


def _overlay(base: Floats, top: Floats) -> Floats:
    return _hard_light(top, base)


def _hard_light(base: Floats, top: Floats) -> Floats:
    dark, light = 2 * base * top, 1 - 2 * (1 - base) * (1 - top)
    return np.where(top <= 0.5, dark, light)


def _soft_light(base: Floats, top: Floats) -> Floats:
    bright = np.where(base <= 0.25, ((16 * base - 12) * base + 4) * base, np.sqrt(base))
    darker = base - (1 - 2 * top) * base * (1 - base)
    lighter = base + (2 * top - 1) * (bright - base)
    return np.where(top <= 0.5, darker, lighter)


def _lighten(below: Pixels, painting: Pixels) -> Pixels:
    return cast("Pixels", cv2.max(below, painting))


def _darken(below: Pixels, painting: Pixels) -> Pixels:
    return cast("Pixels", cv2.min(below, painting))


def _difference(below: Pixels, painting: Pixels) -> Pixels:
    return cast("Pixels", cv2.absdiff(below, painting))


def _color(below: Pixels, painting: Pixels) -> Pixels:
    return keep_colors(below, painting)


_WHOLE: Final[Mapping[str, Callable[[Pixels, Pixels], Pixels]]] = {
    "normal": lambda below, painting: painting,
    "lighten": _lighten,
    "darken": _darken,
    "difference": _difference,
    "color": _color,
    "luminosity": lambda below, painting: keep_colors(painting, below),
}
"""Modes that work on pictures as they are."""

_FORMULAS: Final[Mapping[str, Callable[[Floats, Floats], Floats]]] = {
    "multiply": lambda base, top: base * top,
    "screen": lambda base, top: base + top - base * top,
    "overlay": _overlay,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
}
"""Modes that are arithmetic on values of 0 to 1: what is below, what is on top."""
