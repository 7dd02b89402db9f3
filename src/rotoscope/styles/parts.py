"""Machine parts as outlines, for blueprints and linocuts."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import Field, arc, turned


def gear(center: Field, radius: float, teeth: int, turn: float, *, depth: float = 0.16) -> Field:
    """Outline (N, 2) of a toothed wheel; ``depth`` of a tooth is a share of the radius."""
    step = 2.0 * np.pi / teeth
    shape = [(-0.29, 1.0 - depth), (-0.17, 1.0), (0.17, 1.0), (0.29, 1.0 - depth)]
    polar = [(step * (tooth + place), far) for tooth in range(teeth) for place, far in shape]
    points = [(radius * far * np.cos(angle), radius * far * np.sin(angle)) for angle, far in polar]
    return turned(points, turn, center)


def windows(
    center: Field, inner: float, outer: float, count: int, turn: float, *, spoke: float = 0.3
) -> list[Field]:
    """Outlines of the gaps between a wheel's spokes; ``spoke`` is its share of the way round."""
    step = 2.0 * np.pi / count
    found: list[Field] = []
    for number in range(count):
        start, stop = turn + step * number, turn + step * (number + 1.0 - spoke)
        found.append(np.vstack([arc(center, outer, start, stop), arc(center, inner, stop, start)]))
    return found


def around(center: Field, radius: float, count: int, turn: float) -> Field:
    """Points (count, 2) at even distances on a circle."""
    angles = turn + 2.0 * np.pi * np.arange(count) / count
    return center + radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def star(center: Field, radius: float, points: int, turn: float, *, inner: float = 0.5) -> Field:
    """Outline (2 * points, 2) of a star; ``inner`` corners lie at that share of the radius."""
    angles = turn + np.pi * np.arange(2 * points) / points
    far = np.where(np.arange(2 * points) % 2 == 0, radius, inner * radius)
    return center + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def hexagon(center: Field, radius: float, turn: float) -> Field:
    """Outline (6, 2) of a nut."""
    return around(center, radius, 6, turn)


def slanted(width: float, height: float, spacing: float) -> list[Field]:
    """Section lines at 45 degrees within a box around the origin: strokes (2, 2)."""
    found: list[Field] = []
    for start in np.arange(-0.5 * (width + height), 0.5 * (width + height), spacing):
        low = max(-0.5 * width, start - 0.5 * height)
        high = min(0.5 * width, start + 0.5 * height)
        if high > low:
            found.append(np.array([(low, low - start), (high, high - start)]))
    return found
