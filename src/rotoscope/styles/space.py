"""Nebulae and star charts."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    blended,
    blurred,
    color,
    colors,
    finished,
    moved,
    noise,
    smoothstep,
    turned,
)


def nebula(side: int, seed: int) -> Bytes:
    """Glowing gas folded upon itself, lanes of dust, and stars of every size."""
    generator = np.random.default_rng([seed, 41])
    gas, dust, heat = _folded(generator, side), _folded(generator, side), _folded(generator, side)
    ridges = 1.0 - np.abs(_folded(generator, side))
    teal = blended(
        colors("#04060f", "#0b2243", "#17647f", "#5ec4c0", "#e9fbf0"), 0.46 + 0.2 * gas + 0.1 * ridges
    )
    rose = blended(
        colors("#0a0518", "#3b0f4a", "#a02a68", "#f0755a", "#ffe3a8"), 0.46 + 0.2 * gas + 0.12 * ridges
    )
    share = smoothstep(-0.5, 0.5, heat + 0.3 * gas)
    picture = teal + (rose - teal) * share[..., None]
    filament = smoothstep(0.78, 1.0, ridges) * smoothstep(-0.9, 0.6, gas)
    picture += filament[..., None] * (
        0.35 * color("#ffd9a0") * share[..., None] + 0.3 * color("#9ff3ee") * (1 - share[..., None])
    )
    picture *= (1.0 - 0.72 * smoothstep(0.35, 1.5, dust))[..., None]
    return finished(generator, picture + _stars(generator, side), grain=0.016)


def _folded(generator: np.random.Generator, side: int) -> Field:
    """Noise whose places are moved by noise, twice over: mean 0, standard deviation 1."""
    bend_x, bend_y = (noise(generator, side, 150.0, octaves=4, gain=0.55) for _ in range(2))
    plain = noise(generator, side, 120.0, octaves=7, gain=0.62)
    once = moved(plain, 26.0 * bend_x, 26.0 * bend_y)
    twice = moved(once, 11.0 * once, -11.0 * moved(once, 40.0, 20.0))
    return np.asarray((twice - twice.mean()) / twice.std(), np.float32)


def _stars(generator: np.random.Generator, side: int) -> Field:
    tiny, bright, spikes = Plate(side), Plate(side), Plate(side)
    for x, y, size in generator.uniform(0, 1, (1500, 3)):
        tiny.disk((UNITS * x, UNITS * y), 0.5 + 0.6 * size**4, value=0.25 + 0.75 * size)
    for x, y, size in generator.uniform(0, 1, (70, 3)):
        center, radius = np.array([UNITS * x, UNITS * y]), 1.0 + 1.6 * size**3
        bright.disk(center, radius)
        for angle in (0.3, 0.3 + np.pi / 2):
            ray = turned([(-1, 0), (1, 0)], angle, center, 3.2 * radius + 7.0 * size**4)
            spikes.line(ray, 0.5, value=0.7)
    core = bright.mask()
    glow = 5.0 * blurred(core, 2.4) + 14.0 * blurred(core, 8.0)
    light = tiny.mask()[..., None] * color("#dfe9ff") + core[..., None] * color("#fffaf0")
    light = light + 0.7 * blurred(spikes.mask(), 0.5)[..., None] * color("#ffeed0")
    return np.asarray(light + 0.2 * glow[..., None] * color("#8fc4ff"), np.float32)
