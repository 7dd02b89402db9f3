"""What the classical kinds share: depths, tables, and the digest of a filter made from options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.filters.kind import KindOptions
from rotoscope.media.frame import Pixels

Floats = NDArray[np.float32]


def require_rgb(pixels: Pixels) -> Pixels:
    """The same pixels, C-contiguous, when they are what :class:`~rotoscope.filters.base.Filter` promises.

    Raises:
        FilterFailed: not (H, W, 3) uint8 or uint16, or no pixel at all.
    """
    right_shape = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size > 0
    if not right_shape or pixels.dtype.name not in ("uint8", "uint16"):
        raise FilterFailed(
            f"A filter was given an array of shape {pixels.shape} and type {pixels.dtype}; it paints "
            "(H, W, 3) RGB of uint8 or uint16 with at least one pixel. Split the alpha channel off and "
            "convert the samples first."
        )
    return cast("Pixels", np.ascontiguousarray(pixels))


def full_scale(pixels: Pixels) -> int:
    """The value of white: 255 or 65535."""
    return int(np.iinfo(pixels.dtype).max)


def from_unit(values: Floats, like: Pixels) -> Pixels:
    """Floats (0..1, clipped) rounded to the depth of ``like``; any shape."""
    scale = full_scale(like)
    rounded = np.clip(values, 0.0, 1.0) * np.float32(scale) + np.float32(0.5)
    return cast("Pixels", rounded.astype(like.dtype))


def strips(height: int, *, rows: int = 256) -> Iterator[slice]:
    """Rows of a picture in groups, for calculations in floats that would not fit into memory at once."""
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def apply_curves(pixels: Pixels, curves: Floats) -> Pixels:
    """Send every component through its own curve.

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        curves: (256 or 65536, 3) of 0..1, one row a level of the picture's depth, one column a component.
    """
    table = from_unit(curves, pixels)
    if pixels.dtype == np.uint8:
        return cast("Pixels", cv2.LUT(pixels, np.ascontiguousarray(table[None])))
    planes = [np.take(table[:, c], pixels[:, :, c]) for c in range(3)]
    return cast("Pixels", np.stack(planes, axis=-1))


def levels_of(pixels: Pixels) -> Floats:
    """Every level of the picture's depth as 0..1: 256 or 65536 values."""
    return np.linspace(0.0, 1.0, full_scale(pixels) + 1, dtype=np.float32)


def options_digest(kind: str, version: int, options: KindOptions, *contents: bytes) -> str:
    """SHA-256 (hex) over a kind, the version of its arithmetic, its options and the files they name.

    Args:
        kind: name of the kind.
        version: goes up whenever the same options would give other pixels.
        options: every field counts, defaults included.
        contents: bytes of the files that the options name. Their *paths* should not be among the options'
            fields that are digested; exclude them with ``Field(exclude=True)``.
    """
    head = {"kind": kind, "version": version, "options": options.model_dump(mode="json")}
    digest = hashlib.sha256(json.dumps(head, sort_keys=True, separators=(",", ":")).encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
