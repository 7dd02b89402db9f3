"""What the finishing kinds are made of: floats, steady noise, and curves through points.

Noise here is a property of the place: a filter knows nothing of time, and a pattern that lay anew in every
frame would boil. It is spread over the picture in units of its short side, so that a preview has the pattern
of the full frame, and comes from SHAKE-256, which gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import shake_256
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.pixels import Floats, full_scale
from rotoscope.media.frame import Pixels

_TILE = 1024
"""Edge of the square of noise, samples; beyond it the pattern repeats."""
_COARSEST = 12.0
"""Samples; a picture of a few pixels needs no wider mean."""
_TABLE = 65536


def to_unit(pixels: Pixels) -> Floats:
    """(H, W, 3) uint8 or uint16 to float32 0..1."""
    return pixels.astype(np.float32) * np.float32(1 / full_scale(pixels))


def as_deep(pixels: Pixels) -> Pixels:
    """(H, W, 3) uint8 or uint16 as uint16, so that OpenCV's roundings do not depend on the depth."""
    return pixels.astype(np.uint16) * np.uint16(257) if pixels.dtype == np.uint8 else pixels


def luma_of(values: Floats) -> Floats:
    """(H, W, 3) RGB 0..1 to (H, W): BT.601's luma, as OpenCV takes it."""
    return cast("Floats", cv2.cvtColor(values, cv2.COLOR_RGB2GRAY))


def stacked(plane: Floats) -> Floats:
    """(H, W) to (H, W, 3), each component the same."""
    return cast("Floats", cv2.merge([plane] * 3))


def clipped(values: NDArray[np.floating], low: float = 0.0, high: float = 1.0) -> Floats:
    """Kept within bounds, as float32; any shape."""
    return cast("Floats", np.clip(values, np.float32(low), np.float32(high)))


def smooth_step(values: Floats, low: float, high: float) -> Floats:
    """0 up to ``low``, 1 from ``high`` on, a rounded ramp between; any shape."""
    ramp = (values - np.float32(low)) * np.float32(1 / (high - low))
    np.clip(ramp, 0, 1, out=ramp)
    square = ramp * ramp
    ramp *= np.float32(-2)
    ramp += np.float32(3)
    ramp *= square
    return cast("Floats", ramp)


def wide_blur(values: Floats, sigma: float) -> Floats:
    """Gaussian blur, (H, W) or (H, W, 3) float32; a wide one is done on a smaller picture.

    Args:
        values: the picture.
        sigma: standard deviation, pixels; 0.3 or less gives the picture back.
    """
    if sigma <= 0.3:
        return values
    height, width = values.shape[:2]
    small = values
    while sigma >= 4 and min(small.shape[:2]) > 1:
        size = ((small.shape[1] + 1) // 2, (small.shape[0] + 1) // 2)
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        sigma /= 2
    blurred = cv2.GaussianBlur(small, (0, 0), sigma)
    if small is values:
        return cast("Floats", blurred)
    return cast("Floats", cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR))


def steady_noise(
    name: str,
    size: tuple[int, int],
    *,
    lines: float,
    spread: tuple[float, float] = (0.6, 0.6),
    angle: float = 0.0,
    shift: tuple[int, int] = (0, 0),
) -> Floats:
    """Noise that belongs to the place, the same in every picture of one size and alike in all sizes.

    Args:
        name: another name is another pattern.
        size: height and width of the picture, each 1 or more.
        lines: samples of noise across the short side.
        spread: how far a sample is blurred along and across ``angle``, samples.
        angle: of the first spread, degrees, counter-clockwise from the right.
        shift: moves the pattern, samples.

    Returns:
        (H, W) float32 of mean 0 and standard deviation 1, less where samples are finer than pixels.
    """
    step = lines / min(size)
    tile = _tile(name, *spread)
    mean_of = min(0.45 * step, _COARSEST)
    if mean_of > 0.5:
        tile = _blur_around(tile, mean_of, mean_of)
    turn = np.deg2rad(angle)
    cosine, sine = step * np.cos(turn), step * np.sin(turn)
    place = np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]]])
    flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_CUBIC if step < 0.75 else cv2.INTER_LINEAR)
    noise = cv2.warpAffine(tile, place, (size[1], size[0]), flags=flags, borderMode=cv2.BORDER_WRAP)
    return cast("Floats", noise)


@lru_cache(maxsize=16)
def _tile(name: str, along: float, across: float) -> Floats:
    drawn = np.frombuffer(shake_256(name.encode()).digest(_TILE * _TILE), np.uint8)
    blurred = _blur_around(drawn.reshape(_TILE, _TILE).astype(np.float32), along, across)
    tile = cast("Floats", ((blurred - blurred.mean()) / blurred.std()).astype(np.float32))
    tile.flags.writeable = False
    return tile


def _blur_around(tile: Floats, along: float, across: float) -> Floats:
    """Gaussian blur of a pattern that repeats."""
    edge = min(int(4 * max(along, across)) + 2, _TILE)
    wrapped = cv2.copyMakeBorder(tile, edge, edge, edge, edge, cv2.BORDER_WRAP)
    blurred = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=along, sigmaY=across)
    return cast("Floats", np.ascontiguousarray(blurred[edge:-edge, edge:-edge]))


def curve_through(outputs: Sequence[float], inputs: NDArray[np.floating] | None = None) -> Floats:
    """A smooth curve through evenly spaced points that overshoots nowhere.

    Monotone cubic interpolation: Fritsch & Carlson, "Monotone piecewise cubic interpolation", 1980.

    Args:
        outputs: two or more; the first belongs to input 0, the last to 1.
        inputs: (N,) 0..1; by default 65536 of them, evenly spaced.

    Returns:
        (N,) float32, within the range of ``outputs``.
    """
    points = np.asarray(outputs, np.float64)
    where = np.linspace(0.0, 1.0, _TABLE) if inputs is None else np.asarray(inputs, np.float64)
    rises = np.diff(points)
    slopes = np.concatenate([rises[:1], (rises[:-1] + rises[1:]) / 2, rises[-1:]])
    slopes[1:-1][rises[:-1] * rises[1:] <= 0] = 0
    limit = 3 * np.minimum(np.abs(np.r_[rises[:1], rises]), np.abs(np.r_[rises, rises[-1:]]))
    slopes = np.clip(slopes, -limit, limit)
    spot = np.clip(where, 0, 1) * len(rises)
    piece = np.minimum(spot.astype(int), len(rises) - 1)
    t = spot - piece
    low, high = points[piece], points[piece + 1]
    bend = t * t * (3 - 2 * t)
    entry, leave = t * (1 - t) ** 2, t * t * (t - 1)
    return (low + (high - low) * bend + slopes[piece] * entry + slopes[piece + 1] * leave).astype(np.float32)


def through_curves(values: Floats, curves: Sequence[Floats], like: Pixels) -> Pixels:
    """Send floats through finely sampled curves to the depth of a picture.

    Args:
        values: (H, W) or (H, W, 3), 0..1; clipped.
        curves: one a component of the result, (65536,) of 0..1 each, clipped. Planes of (H, W) go through
            all of them.
        like: a picture of the wanted depth.

    Returns:
        (H, W, len(curves)).
    """
    scale = full_scale(like)
    index = (clipped(values) * np.float32(_TABLE - 1) + np.float32(0.5)).astype(np.uint16)
    tables = [np.rint(np.clip(curve, 0, 1) * scale).astype(like.dtype) for curve in curves]
    planes = [index] * len(tables) if index.ndim == 2 else [index[:, :, c] for c in range(len(tables))]
    found = [np.take(table, plane) for table, plane in zip(tables, planes, strict=True)]
    return cast("Pixels", cv2.merge(found))
