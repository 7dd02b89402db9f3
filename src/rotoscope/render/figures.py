"""Figures that tell paintings apart: how much style, detail and color, and how steady.

They are computed from pixels alone, within milliseconds, and need no network. All of them depend on the
size a picture is painted at, so compare figures of one size. What each one is:

**Style**, 0 to 1: how far the painting moves local texture from the photograph's. Both lumas are taken
apart into octaves (a Gaussian pyramid), and each octave into cells, twelve along the short side. A cell's
texture is its amplitude *a* (root mean square of what is finer than the next octave) and its direction *d*
(the structure tensor's anisotropy, a vector of length 0 to 1). A cell keeps ``min(a, a') / max(a, a')`` of
its amplitude and ``1 - |d - d'| / 2`` of its direction; style is one minus the product of both, averaged
over cells and octaves. The photograph itself has 0, and so has its negative, or the photograph with less
contrast: the painting is first given the photograph's overall contrast (by half or double at most), so that
texture is all that counts.

**Detail**, 0 to 1: Pearson's correlation of both pictures' edge maps (gradient magnitudes of luma); nothing
below 0. The photograph has 1, and so has its negative.

**Color**, 0 to about 1: mean distance in Oklab of both pictures reduced to patches of eight by eight
pixels, so that strokes do not count as colors. The photograph has 0; black painted white has 1. Below 0.02
hardly anybody sees a difference.

**Flicker**, in shares of full luma: mean absolute difference of two consecutive painted frames less that of
the source frames, over the half of the picture in which the source changes least. Looking there is what
takes most of the motion out, without following it; where everything moves, some motion is left. 0: as
steady as the source; negative: steadier. 0.01 and more is seen.

Sources: structure tensor: Förstner and Gülch, "A fast operator for detection and precise location of
distinct points", 1987. Pyramid: Burt and Adelson, "The Laplacian pyramid as a compact image code", 1983.
Oklab: see :mod:`rotoscope.filters.colorspace`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.filters.colorspace import srgb_to_oklab
from rotoscope.media.frame import Pixels

Plane: TypeAlias = NDArray[np.float32]
"""(H, W) or (H, W, channels) float32."""

OCTAVES = 4
"""Fewer where a picture is so small that a cell would be less than two pixels."""
CELLS = 12
"""Along the short side."""
PATCH = 8
"""Pixels a side that colors are averaged over."""

_NOISE = 2 / 255
"""Amplitude of what no one sees: cells without texture are alike."""
_NOISE_ENERGY = np.float32(_NOISE * _NOISE)
_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_FULL_SIZE = 360
"""Short side at which edges are looked at in single pixels."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one painting, or a filter on average, measures; see :mod:`rotoscope.render.figures`."""

    style: float
    """0 to 1."""
    detail: float
    """0 to 1."""
    color: float
    """0 or more; mean Oklab distance."""
    flicker: float | None = None
    """Share of full luma; None for pictures that do not move."""

    def shown(self, key: str) -> str:
        """One of the four for people, in hundredths: ``55``; flicker ``1.2``; ``–`` where there is none."""
        value: float | None = getattr(self, key)
        if value is None:
            return "–"
        digits = 1 if key == "flicker" else 0
        return f"{round(100 * value, digits) + 0.0:.{digits}f}"  # + 0.0: no minus before a zero


def measure(photo: Pixels, painting: Pixels) -> Figures:
    """Hold a painting against its photograph.

    Args:
        photo: (H, W, 3) uint8 or uint16.
        painting: the same shape and type.

    Returns:
        Style, detail and color; flicker needs frames, see :func:`flicker`.

    Raises:
        FilterFailed: the two differ in shape or type.
    """
    _require_alike(photo, painting)
    before, after = _luma(photo), _luma(painting)
    return Figures(_style(before, after), _detail(before, after), _color(photo, painting))


def flicker(source: tuple[Pixels, Pixels], painted: tuple[Pixels, Pixels]) -> float:
    """How much more a painting changes from one frame to the next than its source does.

    Args:
        source: two consecutive frames, (H, W, 3) uint8 or uint16.
        painted: the same frames painted, of the same shape and type.

    Returns:
        Share of full luma, -1 to 1.

    Raises:
        FilterFailed: the four differ in shape or type.
    """
    for picture in (source[1], *painted):
        _require_alike(source[0], picture)
    moved = np.abs(_luma(source[1]) - _luma(source[0]))
    boiled = np.abs(_luma(painted[1]) - _luma(painted[0]))
    # Smoothed, so that a pixel that keeps its value by chance amid motion does not pass for still.
    around = np.asarray(cv2.GaussianBlur(moved, (0, 0), 2.0))
    still = around <= np.median(around)
    return float(boiled[still].mean(dtype=np.float64) - moved[still].mean(dtype=np.float64))


def mean_figures(figures: Sequence[Figures]) -> Figures:
    """The mean of one or more; flicker over those that have it."""
    flickers = [one.flicker for one in figures if one.flicker is not None]
    return Figures(
        style=float(np.mean([one.style for one in figures])),
        detail=float(np.mean([one.detail for one in figures])),
        color=float(np.mean([one.color for one in figures])),
        flicker=float(np.mean(flickers)) if flickers else None,
    )


def _require_alike(photo: Pixels, painting: Pixels) -> None:
    if photo.shape != painting.shape or photo.dtype != painting.dtype or photo.shape[2:] != (3,):
        raise FilterFailed(
            f"A picture of shape {photo.shape} and type {photo.dtype} was compared with one of"
            f" {painting.shape} and {painting.dtype}; only RGB pictures of one size and depth can be."
        )


def _luma(pixels: Pixels) -> Plane:
    """(H, W) 0..1, Rec. 709, of values as they are encoded: a negative has the negative's luma exactly."""
    scale = np.float32(1 / np.iinfo(pixels.dtype).max)
    return np.asarray(cv2.transform(pixels.astype(np.float32) * scale, _LUMA), np.float32)


# --- style ------------------------------------------------------------------------------------------------


def _style(before: Plane, after: Plane) -> float:
    columns, rows = cells_of(before)
    after = after * _gain(before, after, (columns, rows))
    moved: list[float] = []
    for _ in range(OCTAVES):
        moved.append(_octave_moved(before, after, (columns, rows)))
        before, after = halved(before), halved(after)
        if before.shape[0] < 2 * rows or before.shape[1] < 2 * columns:
            break
    return float(np.mean(moved))


def _gain(before: Plane, after: Plane, cells: tuple[int, int]) -> np.float32:
    """What gives the cells of one the contrast of the other's."""
    spread, other = (float(averaged(plane, cells).std()) for plane in (before, after))
    if min(spread, other) < _NOISE:
        return np.float32(1)
    return np.float32(min(max(spread / other, 0.5), 2.0))


def _octave_moved(before: Plane, after: Plane, cells: tuple[int, int]) -> float:
    (a, dx, dy), (b, ex, ey) = _texture(before, cells), _texture(after, cells)
    amplitude_kept = np.minimum(a, b) / np.maximum(a, b)
    direction_kept = 1 - np.hypot(dx - ex, dy - ey) / 2
    return float(np.mean(1 - amplitude_kept * direction_kept, dtype=np.float64))


def _texture(plane: Plane, cells: tuple[int, int]) -> tuple[Plane, Plane, Plane]:
    """Amplitude and the two parts of the direction of every cell, each (rows, columns)."""
    fine = np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), 1.5), np.float32)
    amplitude = np.sqrt(averaged(fine * fine, cells) + _NOISE_ENERGY)
    across, down = _gradient(plane)
    xx, yy = averaged(across * across, cells), averaged(down * down, cells)
    xy = averaged(across * down, cells)
    length = np.asarray(1 / (xx + yy + _NOISE_ENERGY), np.float32)
    return amplitude, (xx - yy) * length, 2 * xy * length


def cells_of(plane: Plane) -> tuple[int, int]:
    """How many cells lie across and down a picture."""
    rows, columns = (max(1, round(CELLS * side / min(plane.shape[:2]))) for side in plane.shape[:2])
    return columns, rows


def averaged(plane: Plane, cells: tuple[int, int]) -> Plane:
    """The mean of every cell; cells (across, down)."""
    return np.asarray(cv2.resize(plane, cells, interpolation=cv2.INTER_AREA), np.float32)


def halved(plane: Plane) -> Plane:
    """The next octave: half as many pixels each way."""
    return np.asarray(cv2.pyrDown(plane), np.float32)


def _gradient(plane: Plane) -> tuple[Plane, Plane]:
    """Change a pixel, to the right and down."""
    across = cv2.Scharr(plane, cv2.CV_32F, 1, 0, scale=1 / 32)
    down = cv2.Scharr(plane, cv2.CV_32F, 0, 1, scale=1 / 32)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


# --- detail -----------------------------------------------------------------------------------------------


def _detail(before: Plane, after: Plane) -> float:
    edges = [_edges(plane).astype(np.float64) for plane in (before, after)]
    centered = [one - one.mean() for one in edges]
    spreads = [float(np.sqrt((one * one).mean())) for one in centered]
    if min(spreads) < 1e-6:  # no edges at all in one of them
        return float(max(spreads) < 1e-6)
    correlation = float((centered[0] * centered[1]).mean()) / (spreads[0] * spreads[1])
    return min(max(correlation, 0.0), 1.0)


def _edges(plane: Plane) -> Plane:
    sigma = max(min(plane.shape) / _FULL_SIZE, 0.6)
    across, down = _gradient(np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32))
    return np.hypot(across, down)


# --- color ------------------------------------------------------------------------------------------------


def _color(photo: Pixels, painting: Pixels) -> float:
    apart = patches(photo) - patches(painting)
    return float(np.sqrt((apart * apart).sum(axis=2)).mean(dtype=np.float64))


def patches(pixels: Pixels) -> Plane:
    """(H, W, 3) uint8 or uint16 to (H / 8, W / 8, 3) Oklab, every patch the mean of its pixels."""
    height, width = (max(1, round(side / PATCH)) for side in pixels.shape[:2])
    values = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    reduced = cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA)
    return srgb_to_oklab(np.asarray(reduced, np.float32))
