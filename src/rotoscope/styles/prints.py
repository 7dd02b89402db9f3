"""Pictures made of printed dots."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    blurred,
    color,
    colors,
    finished,
    noise,
    overprinted,
    paper,
    places,
    printed,
    smoothstep,
)
from rotoscope.styles.voronoi import cells

_SCREENS = (
    (0.262, "#f6d521", (1.0, 0.4)),
    (1.309, "#d81e6b", (-1.6, 1.1)),
    (0.785, "#1597c9", (1.7, -1.3)),
    (0.0, "#1c1a1c", (0.0, 0.0)),
)
"""Angle, ink and misregistration (units) of yellow, magenta, cyan and black."""


def halftone(side: int, seed: int) -> Bytes:
    """Four screens of dots out of register, over bold rounded forms."""
    generator = np.random.default_rng([seed, 61])
    image = _motif(generator, side)
    black = 0.6 * (1.0 - image.max(axis=2)) ** 1.2
    picture = paper(generator, side, color("#f5ecd9"), grain=0.02)
    amounts = [
        (1.0 - image[..., 2]) - black,
        (1.0 - image[..., 1]) - black,
        (1.0 - image[..., 0]) - black,
        black,
    ]
    for amount, (angle, ink, (across, down)) in zip(amounts, _SCREENS, strict=True):
        dots = _dots(side, np.clip(amount, 0.0, 1.0), angle, across, down)
        picture = overprinted(
            picture, color(ink), 0.95 * printed(generator, dots, spread=0.35, rough=0.15, wear=0.06)
        )
    return finished(generator, picture)


def _motif(generator: np.random.Generator, side: int) -> Field:
    """Forms of many colors with light and shade; (side, side, 3)."""
    x, y = places(side)
    bend_x, bend_y = (20.0 * noise(generator, side, 100.0, octaves=2) for _ in range(2))
    edge, region = cells(generator, x + bend_x, y + bend_y, 66.0)
    ink = colors("#e8352b", "#f6c62a", "#2b62b8", "#f0e6cf", "#1d9a8c", "#4a2a78")[
        generator.integers(0, 6, 4096)[region]
    ]
    turn = generator.uniform(0, 2 * np.pi, 4096).astype(np.float32)[region]
    wave = np.sin((x * np.cos(turn) + y * np.sin(turn)) / 9.0 + 2.0 * noise(generator, side, 70.0))
    shade = 0.74 + 0.3 * smoothstep(0.0, 26.0, edge) + 0.16 * wave
    return np.clip(ink * np.asarray(shade, np.float32)[..., None], 0.0, 1.0)


def _dots(side: int, amount: Field, angle: float, across: float, down: float, pitch: float = 6.6) -> Field:
    """A screen: round dots that grow with ``amount`` until they join; (side, side)."""
    x, y = places(side)
    x, y = x - across, y - down
    u = (x * np.cos(angle) + y * np.sin(angle)) * (2.0 * np.pi / pitch)
    v = (y * np.cos(angle) - x * np.sin(angle)) * (2.0 * np.pi / pitch)
    hill = 0.25 * (np.cos(u) + np.cos(v)) + 0.5
    low = 1.0 - blurred(amount, 1.0)

    return smoothstep(-0.09, 0.09, np.asarray(hill - low, np.float32))
