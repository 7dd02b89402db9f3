"""A microprocessor under the microscope."""

from __future__ import annotations

import numpy as np

from rotoscope.styles.canvas import (
    UNITS,
    Bytes,
    Field,
    Plate,
    blended,
    blurred,
    colors,
    enlarged,
    finished,
    lit,
    noise,
    places,
    smoothstep,
    stripe,
)
from rotoscope.styles.metal import pixels_of, split

_SHEEN = (
    colors("#1a1030", "#5a2a86", "#c65aa0", "#f2c6a0"),
    colors("#0d1f30", "#1d6f86", "#58c2b4", "#e3f2c0"),
    colors("#2a160c", "#9a5a1e", "#e0a63c", "#fbeaa6"),
    colors("#10182e", "#3150a0", "#6fa0e0", "#d6ecf6"),
    colors("#0f2018", "#2c7350", "#90c468", "#f0eab0"),
)
"""Dark to bright, of one thickness of oxide each."""


def silicon_die(side: int, seed: int) -> Bytes:
    """Blocks of memory and logic in the colors of thin oxide, with buses between them."""
    generator = np.random.default_rng([seed, 141])
    x, y = places(side)
    logic = enlarged(_logic(generator), side)
    level, sheen = np.zeros((side, side), np.float32), np.zeros((side, side), np.int64)
    gaps = Plate(side)
    for box in split(generator, (-20, -20, UNITS + 20, UNITS + 20), 26.0, 110.0):
        at = pixels_of(box, side)
        level[at] = _block(generator, x[at] - np.float32(box[0]), y[at] - np.float32(box[1]), logic[at], side)
        sheen[at] = generator.choice(len(_SHEEN), p=[0.26, 0.24, 0.2, 0.18, 0.12])
        gaps.line([(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])], 3.4, closed=True)
    gap = gaps.mask()
    bus = 0.2 + 0.75 * np.maximum(
        stripe((x + 0.5) / 1.7, 0.5, 0.6, side), stripe((y + 0.5) / 1.7, 0.5, 0.6, side)
    )
    level += (0.3 * bus - level) * gap
    tilt = 0.14 * noise(generator, side, 120.0, octaves=2) + 0.1 * np.sin((x + 0.7 * y) / 60.0)
    ramp = np.clip(0.16 + 0.68 * level + tilt, 0.0, 1.0)
    picture = np.zeros((side, side, 3), np.float32)
    for number, tones in enumerate(_SHEEN):
        picture += blended(tones, ramp) * (sheen == number)[..., None]
    picture = picture * lit(0.8 * blurred(level, 0.5), strength=0.4)[..., None]
    glint = smoothstep(1.0, 2.2, noise(generator, side, 70.0, octaves=2) + 0.8 * level)
    picture = picture + 0.2 * glint[..., None] * (1.0 - picture)
    return finished(generator, picture)


def _logic(generator: np.random.Generator) -> Field:
    """Standard cells in rows: short bars of random length, (256, 256)."""
    rows = np.repeat(generator.random((128, 256)), 2, axis=0)
    longer = np.repeat(generator.random((256, 64)), 4, axis=1)
    bars = np.where(generator.random((256, 256)) < 0.5, rows, longer)
    bars[::4] = 0.05
    return np.asarray(np.round(bars * 4) / 4, np.float32)


def _block(generator: np.random.Generator, x: Field, y: Field, logic: Field, side: int) -> Field:
    """Heights of one block: an array of memory, a bank of lines, rows of logic, or a field of pads."""
    if generator.random() < 0.5:
        x, y = y, x
    kind = int(generator.integers(5))
    if kind == 0:
        pitch = float(generator.choice([4.0, 6.0]))
        cells = stripe(x / pitch, 0.66, 1 / pitch, side) * stripe(y / (0.6 * pitch), 0.6, 1.6 / pitch, side)
        banks = stripe(x / (9 * pitch), 0.92, 0.1 / pitch, side)
        return np.asarray((0.1 + 0.75 * cells) * (0.35 + 0.65 * banks), np.float32)
    if kind == 1:
        lines = stripe(x / 3.4, 0.5, 0.3, side)
        return np.asarray(0.12 + 0.6 * lines + 0.25 * stripe(y / 21.0, 0.16, 0.05, side), np.float32)
    if kind == 2:
        pads = stripe(x / 9.0, 0.62, 0.11, side) * stripe(y / 9.0, 0.62, 0.11, side)
        inner = stripe(x / 9.0, 0.28, 0.11, side) * stripe(y / 9.0, 0.28, 0.11, side)
        return np.asarray(0.2 + 0.65 * pads - 0.5 * inner, np.float32)
    rows = stripe(y / 8.0, 0.2, 0.12, side)
    return np.asarray(np.clip(0.85 * logic + 0.5 * rows * (kind == 3), 0.0, 1.0), np.float32)
