"""Mosaics."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    blurred,
    color,
    colors,
    finished,
    lit,
    noise,
    smoothstep,
    turned,
)
from rotoscope.styles.packing import Ground

_STONES = colors("#efe3c8", "#b5472f", "#1f4f63", "#d79a3a", "#2c2a2b", "#7fa39a", "#7a2f2b", "#c9b48c")
_GRID = 512


def mosaic(side: int, seed: int) -> Bytes:
    """Stones set in winding rows: bands of ivory, terracotta, lapis, ochre and basalt."""
    generator = np.random.default_rng([seed, 211])
    field = noise(generator, _GRID, 190.0, octaves=2, gain=0.35)
    down, across = np.gradient(field)
    along = np.arctan2(across, -down)
    band = np.floor(4.2 * field + 40).astype(np.int64)
    order = np.concatenate([generator.permutation(8) for _ in range(12)])
    stones, tints = Plate(side), [Plate(side) for _ in _STONES]
    for stone, row, column in _rows_of_stones(generator, along):
        stones.polygon(stone)
        stray = generator.random() < 0.06
        tints[int(generator.integers(8) if stray else order[band[row, column]])].polygon(stone)
    return _set(generator, stones.mask(), [plate.mask() for plate in tints])


def _rows_of_stones(generator: np.random.Generator, along: Field) -> list[tuple[Field, int, int]]:
    """Stones laid one beside another along a field of angles (512, 512), then chips in the gaps.

    Returns:
        Outline (4, 2), and row and column in the field, of each.
    """
    ground, laid_ = Ground(), []

    def lay(at: Field, size: float) -> float | None:
        column, row = (int(place) for place in np.clip(at, 0, _GRID - 1))
        angle = float(along[row, column])
        square = generator.uniform(0.9, 1.06, (4, 1)) * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        stone = turned(square, angle, at, 0.5 * size)
        if not (-8 < at[0] < UNITS + 8 and -8 < at[1] < UNITS + 8 and ground.take_polygon(stone)):
            return None
        laid_.append((stone, row, column))
        return angle

    for size, tries in ((7.6, 500), (6.4, 1500), (4.2, 3000), (2.8, 4000)):
        for start in generator.uniform(-6, UNITS + 6, (tries, 2)):
            waiting = [start]
            while waiting:
                at = waiting.pop(0)
                angle = lay(at, size)
                if angle is not None and size > 5:
                    step = (size + 1.7) * turned([(1, 0), (-1, 0), (0, 1), (0, -1)], angle)
                    waiting += list(at + step)
    return laid_


def _set(generator: np.random.Generator, stones: Field, tints: list[Field]) -> Bytes:
    side = len(stones)
    mortar = color("#6f675b") * (1.0 + 0.12 * noise(generator, side, 4.0, octaves=3))[..., None]
    vein = noise(generator, side, 14.0, octaves=4, gain=0.65)
    picture = mortar * (1.0 - 0.35 * blurred(stones, 1.2))[..., None]
    for mask, tone in zip(tints, _STONES, strict=True):
        shades = tone * (1.0 + 0.1 * vein + 0.13 * noise(generator, side, 13.0))[..., None]
        picture = picture + (shades - picture) * mask[..., None]
    relief = lit(1.6 * blurred(stones, 0.9) + 0.1 * vein, strength=0.5)
    shine = smoothstep(1.1, 1.5, relief) * stones
    return finished(generator, picture * relief[..., None] + 0.1 * shine[..., None])
