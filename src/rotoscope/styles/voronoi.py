"""Voronoi cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.styles.canvas import UNITS, Field


def cells(
    generator: np.random.Generator, x: Field, y: Field, pitch: float
) -> tuple[Field, NDArray[np.int64]]:
    """Voronoi cells around points scattered one to a square.

    Args:
        generator: where the points come from.
        x: (side, side) where to look, in units.
        y: likewise.
        pitch: units along a square.

    Returns:
        Distance to the border of the cell, (side, side) in units; and the cell's number.
    """
    count = int(UNITS / pitch) + 12
    spots = generator.uniform(0.08, 0.92, (count, count, 2))
    column, row = np.floor(x / pitch).astype(np.int64), np.floor(y / pitch).astype(np.int64)
    found: list[tuple[Field, Field, NDArray[np.int64]]] = []
    for across in (-2, -1, 0, 1, 2):
        for down in (-2, -1, 0, 1, 2):
            if abs(across) + abs(down) == 4:
                continue
            there_x, there_y = (column + across) % count, (row + down) % count
            spot = spots[there_y, there_x]
            found.append(
                (
                    np.asarray((column + across + spot[..., 0]) * pitch - x, np.float32),
                    np.asarray((row + down + spot[..., 1]) * pitch - y, np.float32),
                    there_y * count + there_x,
                )
            )
    return _borders(found)


def _borders(found: list[tuple[Field, Field, NDArray[np.int64]]]) -> tuple[Field, NDArray[np.int64]]:
    first_x, first_y, first = found[0]
    near_x, near_y, number = first_x.copy(), first_y.copy(), first.copy()
    for other_x, other_y, other in found[1:]:
        nearer = other_x**2 + other_y**2 < near_x**2 + near_y**2
        near_x[nearer], near_y[nearer], number[nearer] = other_x[nearer], other_y[nearer], other[nearer]
    border = np.full(near_x.shape, np.float32(1e3))
    for other_x, other_y, other in found:
        step_x, step_y = other_x - near_x, other_y - near_y
        apart = np.sqrt(step_x**2 + step_y**2) + np.float32(1e-6)
        middle = ((near_x + other_x) * step_x + (near_y + other_y) * step_y) / (2.0 * apart)
        np.copyto(border, middle, where=(other != number) & (middle < border))
    return np.asarray(border, np.float32), number
