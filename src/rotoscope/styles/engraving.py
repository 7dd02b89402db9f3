"""Woodcut."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    color,
    colors,
    finished,
    moved,
    noise,
    overprinted,
    paper,
    places,
    printed,
    smoothstep,
    stripe,
    wobbled,
)
from rotoscope.styles.voronoi import cells


def woodcut(side: int, seed: int) -> Bytes:
    """Swelling black lines cut along rounded forms, over blocks of ochre, brick and sea green."""
    generator = np.random.default_rng([seed, 51])
    x, y = places(side)
    bend_x, bend_y = (
        26.0 * noise(generator, side, 130.0, octaves=2),
        26.0 * noise(generator, side, 130.0, octaves=2),
    )
    edge, region = cells(generator, x + bend_x, y + bend_y, 74.0)
    bulge = smoothstep(0.0, 34.0, edge)
    turn = generator.uniform(0, 2 * np.pi, 4096).astype(np.float32)[region]
    across = x * np.cos(turn) + y * np.sin(turn)
    side_light = 0.5 + 0.5 * np.sin(turn + 0.045 * across)
    tone = np.clip(
        0.36 + 0.52 * bulge * side_light + 0.13 * noise(generator, side, 40.0, octaves=2), 0.14, 0.93
    )
    phase = across / 6.4 + 2.6 * bulge + 0.5 * noise(generator, side, 60.0)
    lines = stripe(phase, 1.0 - tone, 0.2, side)
    dark = smoothstep(0.46, 0.3, tone)
    counter = (y * np.cos(turn) - x * np.sin(turn)) / 7.0
    lines = np.maximum(lines, dark * stripe(counter, 0.4 * dark, 0.2, side))
    outline = smoothstep(3.2, 2.2, edge)
    key = printed(
        generator, wobbled(generator, np.maximum(lines, outline), size=14.0, by=0.5), spread=0.45, wear=0.1
    )
    picture = paper(generator, side, color("#f0e2c3"), grain=0.03)
    inks = colors("#e0a33a", "#b9472c", "#3f7f78", "#f0e2c3", "#d8c08a")
    block = inks[generator.choice(5, 4096, p=[0.24, 0.22, 0.22, 0.14, 0.18])[region]]
    block = moved(block, 1.6, -1.2)
    grain = stripe(
        (y + 4.0 * noise(generator, side, 90.0)) / 5.0 + 0.6 * noise(generator, side, 120.0), 0.16, 0.2, side
    )
    wood = printed(generator, 1.0 - 0.6 * grain, spread=0.3, rough=0.4, wear=0.16)
    picture *= 1.0 - wood[..., None] * (1.0 - block)
    picture = overprinted(picture, color("#17130f"), 0.96 * key)
    return finished(generator, picture)
