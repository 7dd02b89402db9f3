"""Screens of the machine age's end."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    blurred,
    color,
    finished,
    noise,
    places,
    stripe,
)
from rotoscope.styles.packing import packed_disks

_PHOSPHORS = ("#38ff9c", "#45d6ff", "#ff4fa0", "#ffb03a")


def oscilloscope(side: int, seed: int) -> Bytes:
    """Glowing traces in four phosphors over a graticule: waves, bursts, and figures of Lissajous."""
    generator = np.random.default_rng([seed, 171])
    plates = [Plate(side) for _ in _PHOSPHORS]
    for number, base in enumerate(np.arange(6.0, UNITS + 10, 17.0)):
        beam = int(generator.choice(4, p=[0.4, 0.25, 0.2, 0.15]))
        plates[beam].line(_wave(generator, float(base)), 1.5, value=0.7 if number % 2 else 0.95)
    for at, radius in packed_disks(generator, [(34, 46, 60), (20, 28, 160)], gap=16.0):
        plates[int(generator.integers(4))].line(_figure(generator, at, radius), 1.7, closed=True)
    x, y = places(side)
    fine = np.maximum(stripe(x / 12.8, 0.06, 0.08, side), stripe(y / 12.8, 0.06, 0.08, side))
    bold = np.maximum(stripe(x / 64.0, 0.024, 0.016, side), stripe(y / 64.0, 0.024, 0.016, side))
    haze = 1.0 + 0.25 * noise(generator, side, 110.0, octaves=3)
    picture = color("#061a1c") * haze[..., None] + color("#14524e") * (0.42 * fine + 0.75 * bold)[..., None]
    for plate, tone in zip(plates, _PHOSPHORS, strict=True):
        trace = plate.mask()
        glow = 1.3 * blurred(trace, 2.0) + 0.9 * blurred(trace, 7.0)
        picture = picture + color(tone) * (0.5 * glow + 0.85 * trace)[..., None]
        picture = picture + 0.3 * (blurred(trace, 0.5) ** 2)[..., None]
    lines = 0.9 + 0.1 * np.cos(2 * np.pi * y / 2.7)
    picture = 1.0 - np.exp(-1.05 * np.asarray(picture * lines[..., None], np.float32))
    return finished(generator, picture, grain=0.014)


def _wave(generator: np.random.Generator, base: float) -> Field:
    """One trace from edge to edge: several kinds of wave, one after another."""
    x = np.arange(-10.0, UNITS + 10.0, 0.7)
    y, start = np.zeros_like(x), -10.0
    while start < UNITS + 10:
        stop, period = start + generator.uniform(50, 130), generator.uniform(7, 30)
        part = (x >= start) & (x < stop)
        inner = (x[part] - start) / (stop - start)
        phase = (x[part] - start) / period
        shapes = (
            np.sin(2 * np.pi * phase),
            np.clip(6.0 * np.sin(2 * np.pi * phase), -1, 1),
            2.0 * (phase % 1.0) - 1.0,
            np.sin(2 * np.pi * 7.0 * inner * inner) * np.sin(np.pi * inner),
            np.exp(-4.0 * (phase % 1.0)) * np.sin(20.0 * (phase % 1.0)) * 1.5,
        )
        y[part] = shapes[int(generator.integers(5))] * generator.uniform(4, 10)
        start = stop
    return np.stack([x, base + y], axis=-1)


def _figure(generator: np.random.Generator, at: Field, radius: float) -> Field:
    time = np.linspace(0, 2 * np.pi, 700)
    across, down = generator.choice([(1, 2), (2, 3), (3, 4), (3, 5), (4, 5), (1, 3), (5, 6)])
    lag = generator.uniform(0.3, 1.3)
    return at + radius * np.stack([np.sin(across * time + lag), np.sin(down * time)], axis=-1)
