"""Limited sets of colors: those that come with the ``colors`` kind, and those taken from a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.colorspace import oklab_to_srgb, srgb_to_oklab, unit_to_color
from rotoscope.filters.pixels import Floats, full_scale
from rotoscope.media.frame import Pixels

COLOR_SETS: dict[str, tuple[str, ...]] = {
    # Screen-printed posters of the American national parks, 1930s: earth, sage, stone, dusk and cream.
    "wpa": (
        "#1f2a36",
        "#4a2f2a",
        "#35606b",
        "#a34a2a",
        "#7d8450",
        "#8f8b7e",
        "#d98f3f",
        "#8fb3b0",
        "#f3e4c6",
    ),
    # Woodblock prints: Prussian blue in three strengths, mist, straw, a little red, paper.
    "woodblock": ("#17233c", "#2f5076", "#7d9fb0", "#c3ccc2", "#b5503c", "#d3b98a", "#6d6a4b", "#f2e8d2"),
    # Primaries on cream, with black and a grey.
    "bauhaus": ("#17171a", "#c8352b", "#1f4e9a", "#eeb530", "#8b8880", "#f3ecdb"),
    # Two-drum stencil printing: fluorescent pink, blue, yellow and what they make where they overlap.
    "riso": ("#20234a", "#0a67b0", "#d8467f", "#ff6f91", "#6fb7b2", "#ffd84d", "#faf5e6"),
    # Browns of an old photograph.
    "sepia": ("#21160f", "#4c3424", "#7d5a3e", "#ad8a66", "#d8bf9b", "#f5ead4"),
    # Greys of a newspaper.
    "newsprint": ("#1b1b1b", "#555450", "#93918a", "#cbc8bd", "#f1ede1"),
}
"""Name to colors, from dark to light where that makes sense."""

_ROUNDS = 30
"""Rounds of Lloyd's algorithm; it settles in some ten."""
_BIN_BITS = 5
"""Colors are counted in bins of 2^(8-5) = 8 levels."""


def colors_of_picture(pixels: Pixels, count: int) -> tuple[str, ...]:
    """The colors that a picture is made of.

    Weighted k-means in Oklab over the picture's histogram. Bins weigh as the square root of how many pixels
    they hold, so that a small red sail is not drowned by the sea; the first centers are chosen farthest from
    each other, which needs no random numbers.

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        count: colors wanted, 1 or more; fewer come back from a picture that has fewer.

    Returns:
        ``#rrggbb`` each, darkest first.
    """
    points, weights = _histogram(pixels)
    count = min(count, len(points))
    centers = _farthest_points(points, weights, count)
    for _ in range(_ROUNDS):
        nearest = np.argmin(_squared_distances(points, centers), axis=1)
        total = np.bincount(nearest, weights, count)
        sums = np.stack([np.bincount(nearest, weights * points[:, c], count) for c in range(3)], axis=-1)
        moved = np.where(total[:, None] > 0, sums / np.maximum(total, 1e-12)[:, None], centers)
        if np.array_equal(moved, centers):
            break
        centers = moved
    ordered = centers[np.argsort(centers[:, 0], kind="stable")]
    return tuple(unit_to_color(color) for color in oklab_to_srgb(ordered.astype(np.float32)))


def _histogram(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 3) mean Oklab colors of the bins that are not empty, and (n,) their weights."""
    unit = pixels.reshape(-1, 3).astype(np.float64) / full_scale(pixels)
    steps = np.minimum((unit * 2**_BIN_BITS).astype(np.int64), 2**_BIN_BITS - 1)
    bins = (steps[:, 0] << 2 * _BIN_BITS) | (steps[:, 1] << _BIN_BITS) | steps[:, 2]
    counts = np.bincount(bins, minlength=8**_BIN_BITS)
    filled = np.flatnonzero(counts)
    means = np.stack([np.bincount(bins, unit[:, c], 8**_BIN_BITS)[filled] for c in range(3)], axis=-1)
    means /= counts[filled, None]
    return srgb_to_oklab(means.astype(np.float32)).astype(np.float64), np.sqrt(counts[filled])


def _farthest_points(
    points: NDArray[np.float64], weights: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """The heaviest point, then each time the one whose weight × distance to those chosen is largest."""
    chosen = [int(np.argmax(weights))]
    distance = _squared_distances(points, points[chosen])[:, 0]
    for _ in range(1, count):
        chosen.append(int(np.argmax(weights * distance)))
        distance = np.minimum(distance, _squared_distances(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def _squared_distances(points: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sum((points[:, None, :] - centers[None, :, :]) ** 2, axis=-1)


def nearest_color_lattice(colors: Floats, *, edge: int, softness: float) -> Floats:
    """For each point of a lattice over the RGB cube, the nearest of some colors, or a mixture at the borders.

    Args:
        colors: (k, 3) sRGB 0..1.
        edge: points along each edge of the cube.
        softness: distance in Oklab over which one color turns into the next; 0 is a hard border.

    Returns:
        (edge, edge, edge, 3) sRGB 0..1, indexed [blue, green, red].
    """
    axis = np.linspace(0.0, 1.0, edge, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    points = srgb_to_oklab(np.stack([red, green, blue], axis=-1).reshape(-1, 3))
    centers = srgb_to_oklab(colors)
    # |p - c|² = |p|² - 2 p·c + |c|²: one matrix product instead of an array of points × colors × 3.
    squares = np.sum(points**2, axis=1)[:, None] - 2 * points @ centers.T + np.sum(centers**2, axis=1)
    distances = np.sqrt(np.maximum(squares, 0))
    behind = distances - distances.min(axis=1, keepdims=True)
    weights = np.exp(-behind / max(softness, 1e-6))
    mixed = (weights / weights.sum(axis=1, keepdims=True)) @ centers
    return oklab_to_srgb(mixed).reshape(edge, edge, edge, 3)
