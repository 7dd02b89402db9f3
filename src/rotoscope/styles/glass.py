"""Stained glass."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    Bytes,
    Field,
    blurred,
    color,
    colors,
    finished,
    lit,
    noise,
    places,
    smoothstep,
)
from rotoscope.styles.voronoi import cells

_GLASS = colors("#12357f", "#2f7fb8", "#8e1a24", "#d8741c", "#f0c23e", "#1f7a4d", "#5a2a78", "#e9ddb4")


def stained_glass(side: int, seed: int) -> Bytes:
    """Leaded panes of two sizes in eight colors, streaked and seeded, lit from behind."""
    generator = np.random.default_rng([seed, 21])
    x, y = places(side)
    bend_x, bend_y = 9.0 * noise(generator, side, 110.0), 9.0 * noise(generator, side, 110.0)
    coarse, region = cells(generator, x + bend_x, y + bend_y, 88.0)
    fine, pane = cells(generator, x + 0.8 * bend_x, y + 0.8 * bend_y, 30.0)
    family = generator.integers(0, 8, 4096)[region]
    cousin = np.array(
        [[0, 1, 6], [1, 0, 7], [2, 3, 6], [3, 4, 2], [4, 3, 7], [5, 1, 4], [6, 0, 2], [7, 4, 1]]
    )
    tint = cousin[family, generator.choice(3, 4096, p=[0.55, 0.3, 0.15])[pane]]
    picture = _GLASS[tint] * generator.uniform(0.78, 1.22, 4096).astype(np.float32)[pane][..., None]
    edge = np.minimum(coarse - 1.2, fine)
    picture = _glow(generator, picture, edge)
    lead = np.maximum(smoothstep(3.9, 3.2, coarse), smoothstep(2.1, 1.5, fine))
    came = lit(3.0 * blurred(lead, 1.5), strength=0.7) * (1.0 + 0.12 * noise(generator, side, 3.0, octaves=2))
    metal = color("#17181c") * came[..., None]
    shine = smoothstep(1.25, 1.6, came)[..., None] * color("#59606c")
    picture += (metal + 0.8 * shine - picture) * lead[..., None]
    return finished(generator, picture)


def _glow(generator: np.random.Generator, picture: Field, edge: Field) -> Field:
    """Panes with streaks and bubbles, darker toward the lead."""
    side = picture.shape[0]
    streak = noise(generator, side, 9.0, octaves=2, stretch=6.0)
    swirl = noise(generator, side, 26.0, octaves=3)
    bubble = smoothstep(2.1, 2.8, noise(generator, side, 5.0))
    light = 1.0 + 0.13 * streak + 0.16 * swirl + 0.5 * bubble
    depth = 0.52 + 0.48 * smoothstep(0.0, 11.0, edge)
    bright = picture * (light * depth)[..., None]
    white = 0.22 * smoothstep(4.0, 15.0, edge) * np.clip(0.5 + 0.5 * swirl, 0.0, 1.0)
    return np.asarray(bright + (1.0 - bright) * white[..., None] * (0.3 + picture), np.float32)
