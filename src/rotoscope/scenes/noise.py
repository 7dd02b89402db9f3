"""Seeded noise: the raw material of ground, clouds and leaves.

All noise here is *band-limited*: white noise between two Gaussian blurs. It has no lattice, so nothing
built from it shows a grid, and each band adds detail of one size only.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.floating[Any]]
"""A map of one number a point (H, W), or of several (H, W, C). Always float32: the type says less because
numpy's own types take a float32 array times a Python float for float64."""


def band(generator: np.random.Generator, size: int, *, texels: float = 1.6, wrap: bool = False) -> Field:
    """Isotropic noise of one octave.

    Args:
        generator: where the randomness comes from.
        size: side of the square, in texels.
        texels: radius of its spots, in texels (standard deviation of the finer blur).
        wrap: make it periodic.

    Returns:
        (size, size) float32, mean 0, standard deviation 1.
    """
    margin = int(6 * texels) + 2 if wrap else 0
    white = generator.standard_normal((size, size), dtype=np.float32)
    if wrap:
        white = np.pad(white, margin, mode="wrap")
    fine = cv2.GaussianBlur(white, (0, 0), texels)
    coarse = cv2.GaussianBlur(white, (0, 0), 2.0 * texels)
    spots = fine - coarse
    if wrap:
        spots = spots[margin:-margin, margin:-margin]
    return np.ascontiguousarray((spots - spots.mean()) / spots.std(), dtype=np.float32)


def fractal(generator: np.random.Generator, size: int, *, octaves: int, gain: float, texels: float) -> Field:
    """A periodic sum of octaves, each twice as fine as the one before and ``gain`` times as strong.

    Args:
        generator: where the randomness comes from.
        size: side of the square, in texels; a multiple of ``2 ** (octaves - 1)``.
        octaves: how many.
        gain: strength of an octave over that of the coarser one.
        texels: radius of the finest spots.

    Returns:
        (size, size) float32, mean 0, standard deviation 1; opposite edges fit together.
    """
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        small = size >> (octaves - 1 - octave)
        spots = np.pad(band(generator, small, texels=texels, wrap=True), 4, mode="wrap")
        scale = size // small
        grown = cv2.resize(spots, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += gain**octave * grown[4 * scale : -4 * scale, 4 * scale : -4 * scale]
    return np.ascontiguousarray(total / total.std(), dtype=np.float32)


def hashed(column: NDArray[np.int64], row: NDArray[np.int64], *, seed: int) -> NDArray[np.float32]:
    """Random numbers that belong to places: the same cell gives the same number, whoever asks.

    Args:
        column: integer cell coordinates, any shape.
        row: the same shape.
        seed: another seed, other numbers.

    Returns:
        The same shape, float32 in [0, 1).
    """
    mixed = column.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= row.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= np.uint64((seed * 0x165667B19E3779F9) & 0xFFFFFFFFFFFFFFFF)
    for shift in (30, 27, 31):  # the finaliser of SplitMix64 (Steele et al. 2014)
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)


def smoothstep(low: float, high: float, values: Field) -> Field:
    """0 below ``low``, 1 above ``high``, and a smooth cubic between; ``low`` > ``high`` turns it round."""
    ramp = np.clip((values - low) / (high - low), 0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)


def running_maximum(rows: Field) -> Field:
    """In place, each row the largest of itself and all rows before it; (K, W).

    Ten times as fast as ``np.maximum.accumulate(axis=0)``, which walks down column after column.
    """
    for number in range(1, len(rows)):
        np.maximum(rows[number], rows[number - 1], out=rows[number])
    return rows


def sampled(picture: NDArray[Any], column: Field, row: Field, *, nearest: bool = False) -> Field:
    """Read a picture between its points.

    Args:
        picture: (h, w) or (h, w, C), uint8 or float32.
        column: (H, W) where to read; beyond the picture its edge goes on.
        row: likewise.
        nearest: take the nearest point instead of blending the four around.

    Returns:
        (H, W) or (H, W, C) float32.
    """
    method = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(picture, column, row, method, borderMode=cv2.BORDER_REPLICATE), np.float32)


def resized(field: NDArray[Any], size: tuple[int, int], *, smooth: bool = False) -> Field:
    """A map at another size (width, height): averaged to shrink, blended (``smooth``: by cubics) to grow."""
    growing = cv2.INTER_CUBIC if smooth else cv2.INTER_LINEAR
    method = cv2.INTER_AREA if size[0] < field.shape[1] else growing
    return np.asarray(cv2.resize(field, size, interpolation=method), np.float32)


def blurred(field: Field, radius: float, *, upward: float | None = None) -> Field:
    """A map under a Gaussian of standard deviation ``radius`` (``upward``: that of the other axis)."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigmaX=radius, sigmaY=upward or radius), np.float32)


def wrapped(coordinate: Field, period: int) -> Field:
    """Coordinates brought into 0..``period`` by whole periods (what ``np.mod`` gives, much faster)."""
    turns = coordinate * np.float32(1.0 / period)
    return (turns - np.floor(turns)) * np.float32(period)
