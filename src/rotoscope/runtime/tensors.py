"""Pictures to tensors and back: the one place that knows ranges, layouts and types.

=========  ======================  =============================================
where      picture                 tensor
=========  ======================  =============================================
layout     (H, W, 3)               (1, 3, H, W)
type       uint8 or uint16         float32
range      0..255 or 0..65535      0..1
color      RGB as encoded          the same values: no transfer function is undone
=========  ======================  =============================================

Going back, values are clamped to 0..1 and rounded to the nearest integer, halves up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rotoscope.errors import FilterFailed
from rotoscope.media.frame import Pixels

_FULL_SCALE: dict[np.dtype[Any], float] = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}


def full_scale(dtype: DTypeLike) -> float:
    """The integer that stands for 1.0: 255 for uint8, 65535 for uint16."""
    return _FULL_SCALE[np.dtype(dtype)]


def require_picture(pixels: Pixels) -> None:
    """Refuse what is not a picture that a filter takes.

    Raises:
        FilterFailed: the shape is not (H, W, 3) with H, W >= 1, or the type neither uint8 nor uint16.
    """
    if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size > 0 and pixels.dtype in _FULL_SCALE:
        return
    raise FilterFailed(
        f"A filter was given an array of shape {pixels.shape} and type {pixels.dtype}. It takes pictures of"
        " shape (height, width, 3) with at least one pixel, uint8 or uint16, RGB. Split off an alpha channel"
        " and convert the type before."
    )


def to_tensor(pixels: Pixels) -> NDArray[np.float32]:
    """(H, W, 3) uint8 or uint16 to a new (1, 3, H, W) float32 tensor in 0..1, C-contiguous."""
    tensor = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], dtype=np.float32)
    tensor *= np.float32(1 / full_scale(pixels.dtype))
    return tensor


def from_tensor(tensor: NDArray[np.float32], *, dtype: DTypeLike) -> Pixels:
    """(1, 3, H, W) float32 in 0..1 to a new (H, W, 3) picture of ``dtype``; values outside are clamped."""
    scaled = np.clip(tensor[0].transpose(1, 2, 0), 0.0, 1.0) * np.float32(full_scale(dtype))
    return np.ascontiguousarray(np.floor(scaled + np.float32(0.5)).astype(np.dtype(dtype)))
