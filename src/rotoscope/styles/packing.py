"""Filling a sheet with things that do not touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2 as _cv2
import numpy as np
from numpy.typing import ArrayLike

from rotoscope.styles.canvas import UNITS, Field

cv2: Any = _cv2  # its stubs ask for more than it takes
_CELLS = int(UNITS)
_BEYOND = 60
"""Units around the sheet in which things may lie too, so that they run over its edges."""


class Ground:
    """Which part of a sheet is taken, to the unit."""

    def __init__(self) -> None:
        size = _CELLS + 2 * _BEYOND
        self._taken: Any = np.zeros((size, size), np.uint8)
        self._trial: Any = np.zeros((size, size), np.uint8)

    def take_line(self, points: ArrayLike, width: float) -> bool:
        """Take the place of a stroke through points (N, 2), if all of it is free."""
        corners = np.asarray(points, np.float64)
        return self._take(
            corners.min(axis=0) - 0.5 * width,
            corners.max(axis=0) + 0.5 * width,
            lambda: cv2.polylines(self._trial, [_cells(corners)], False, 1, max(1, round(width))),
        )

    def take_polygon(self, points: ArrayLike) -> bool:
        """Take the place of a convex outline (N, 2), if all of it is free."""
        corners = np.asarray(points, np.float64)
        return self._take(
            corners.min(axis=0),
            corners.max(axis=0),
            lambda: cv2.fillConvexPoly(self._trial, _cells(corners), 1),
        )

    def take_disk(self, center: ArrayLike, radius: float) -> bool:
        """Take the place of a circle, if all of it is free."""
        middle = np.asarray(center, np.float64)
        x, y = _cells(middle)[0, 0]
        return self._take(
            middle - radius,
            middle + radius,
            lambda: cv2.circle(self._trial, (int(x), int(y)), round(radius), 1, -1),
        )

    def _take(self, low: Field, high: Field, draw: Callable[[], object]) -> bool:
        left, top = np.floor(low).astype(int) + _BEYOND - 2
        right, bottom = np.ceil(high).astype(int) + _BEYOND + 3
        size = len(self._taken)
        if left < 0 or top < 0 or right > size or bottom > size:
            return False
        draw()
        box = (slice(int(top), int(bottom)), slice(int(left), int(right)))
        trial, taken = self._trial[box], self._taken[box]
        free = not np.any(trial & taken)
        if free:
            taken |= trial
        trial[:] = 0
        return free


def _cells(points: Field) -> Any:  # noqa: ANN401 - OpenCV's stubs ask for more than they take
    return np.rint(points.reshape(-1, 1, 2)).astype(np.int32) + _BEYOND


def anywhere(generator: np.random.Generator, margin: float = 40.0) -> Field:
    """A random place (2,), up to ``margin`` units beyond the sheet."""
    return generator.uniform(-margin, UNITS + margin, 2)


def packed_disks(
    generator: np.random.Generator, sizes: list[tuple[float, float, int]], *, gap: float = 3.0
) -> list[tuple[Field, float]]:
    """Circles that do not touch, over the whole sheet and beyond its edges.

    Args:
        generator: where the randomness comes from.
        sizes: (least radius, greatest radius, how often to try), large ones first.
        gap: units between circles.

    Returns:
        Middle (2,) and radius of each.
    """
    ground = Ground()
    found: list[tuple[Field, float]] = []
    for least, greatest, tries in sizes:
        for _ in range(tries):
            center, radius = anywhere(generator), float(generator.uniform(least, greatest))
            if ground.take_disk(center, radius + 0.5 * gap):
                found.append((center, radius))
    return found


def offset(points: Field, by: float) -> Field:
    """A stroke (N, 2) moved sideways, its corners mitred."""
    step = np.diff(points, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-9
    aside = np.stack([-step[:, 1], step[:, 0]], axis=1)
    before, after = np.vstack([aside[:1], aside]), np.vstack([aside, aside[-1:]])
    mitre = before + after
    mitre /= np.maximum((mitre * before).sum(axis=1, keepdims=True), 0.3)
    return points + by * mitre
