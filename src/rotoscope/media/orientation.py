"""Turning pictures upright: display matrices of videos, orientation tags of photographs."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, degrees
from typing import Final

import cv2
import numpy as np

from rotoscope.media.frame import Pixels

_MATRIX_LAYOUT: Final = struct.Struct("=9i")
"""a b u / c d v / x y w: 16.16 fixed point (u, v, w: 2.30), in the machine's byte order."""

_EXIF: Final = {
    1: (0, False),
    2: (0, True),
    3: (180, False),
    4: (180, True),
    5: (90, True),
    6: (90, False),
    7: (270, True),
    8: (270, False),
}
"""EXIF tag 274 to (clockwise degrees, then mirrored left to right)."""

_ROTATIONS: Final = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture is turned, and then perhaps mirrored, to be upright."""

    rotation_degrees: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    is_mirrored: bool = False
    """Flipped left to right, after turning."""

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.rotation_degrees in (90, 270)

    def apply(self, pixels: Pixels) -> Pixels:
        """Upright pixels (H, W, C), C-contiguous; the very same array where nothing is to be done."""
        upright: Pixels = pixels
        if self.rotation_degrees:
            upright = _as_pixels(cv2.rotate(upright, _ROTATIONS[self.rotation_degrees]))
        if self.is_mirrored:
            upright = _as_pixels(cv2.flip(upright, 1))
        return upright

    def upright_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) after turning."""
        return (size[1], size[0]) if self.swaps_sides else size

    def upright_aspect(self, aspect: Fraction) -> Fraction:
        """Sample aspect ratio after turning."""
        return 1 / aspect if self.swaps_sides else aspect


def from_display_matrix(matrix: bytes) -> Orientation:
    """Orientation stated by FFmpeg's display matrix (36 bytes), to the nearest quarter turn.

    The matrix maps a stored point (p, q), y downwards, to (a p + c q, b p + d q). A mirrored one has a
    negative determinant; undoing the flip (negating the first row of [[a, c], [b, d]]) leaves a rotation
    by the angle whose cosine is a and whose sine is b.
    """
    a, b, _, c, d, *_ = _MATRIX_LAYOUT.unpack(matrix[: _MATRIX_LAYOUT.size])
    is_mirrored = a * d - b * c < 0
    angle = degrees(atan2(b, -a if is_mirrored else a))
    return Orientation(rotation_degrees=round(angle / 90) % 4 * 90, is_mirrored=is_mirrored)


def from_exif(value: object) -> Orientation:
    """Orientation stated by EXIF tag 274; upright where it is missing or outside 1..8."""
    turned, mirrored = _EXIF.get(value, (0, False)) if isinstance(value, int) else (0, False)
    return Orientation(rotation_degrees=turned, is_mirrored=mirrored)


def _as_pixels(array: object) -> Pixels:
    pixels = np.asarray(array)
    return pixels if pixels.ndim == 3 else pixels[..., None]
