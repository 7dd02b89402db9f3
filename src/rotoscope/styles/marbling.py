"""Marbled paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.styles.canvas import UNITS, Bytes, Field, colors, finished, noise, places

_INKS = colors("#f3e6c8", "#14324f", "#b5322a", "#e0a93b", "#2d7f86", "#0e1720")
_SHARES = (0.17, 0.2, 0.18, 0.17, 0.16, 0.12)


def marbled_paper(side: int, seed: int) -> Bytes:
    """Drops of ink on water, combed into feathers."""
    generator = np.random.default_rng([seed, 31])
    over = 2
    x, y = places(side * over)
    return _reduced(generator, x, y, side, over)


def _reduced(generator: np.random.Generator, x: Field, y: Field, side: int, over: int) -> Bytes:
    x, y = _uncombed(generator, x, y)
    ink = _undropped(generator, x, y)
    fine = _INKS[ink]
    picture = fine.reshape(side, over, side, over, 3).mean(axis=(1, 3))
    tooth = noise(generator, side, 4.0, octaves=2)
    flow = noise(generator, side, 40.0, octaves=3)
    picture *= (1.0 + 0.035 * tooth + 0.03 * flow)[..., None]
    return finished(generator, picture)


def _uncombed(generator: np.random.Generator, x: Field, y: Field) -> tuple[Field, Field]:
    """Where what lies at (x, y) came from, before the combs were drawn through."""
    for spacing, pull, width, upright in (
        (15.0, 22.0, 3.5, True),
        (46.0, 40.0, 11.0, False),
        (92.0, 60.0, 24.0, True),
    ):
        along = y if upright else x
        across = x if upright else y
        phase = across + 5.0 * np.sin(along / 37.0 + generator.uniform(0, 6.28))
        off = np.abs(np.mod(phase + generator.uniform(0, spacing), 2.0 * spacing) - spacing)
        shift = pull * (np.exp(-off / width) - np.exp(-(spacing - off) / width))
        along = np.asarray(along - shift, np.float32)
        x, y = (across, along) if upright else (along, across)
    return x, y


def _undropped(generator: np.random.Generator, x: Field, y: Field) -> NDArray[np.int64]:
    """Number of the ink at each place: each drop pushes the earlier ones outward, keeping their areas.

    The last drop comes first here: what lies within it is known, the rest is followed back to where it was.
    """
    ink = np.zeros(x.size, np.int64)
    open_, at_x, at_y = np.arange(x.size), x.ravel(), y.ravel()
    for number in range(280):
        center = generator.uniform(-90, UNITS + 90, 2)
        radius = float(generator.uniform(5.0, 14.0) if number < 70 else generator.uniform(17.0, 34.0))
        away_x, away_y = at_x - np.float32(center[0]), at_y - np.float32(center[1])
        far = away_x * away_x + away_y * away_y
        outside = far > radius * radius
        ink[open_[~outside]] = generator.choice(6, p=_SHARES)
        open_, far = open_[outside], far[outside]
        back = np.sqrt(1.0 - np.float32(radius * radius) / far)
        at_x = np.asarray(np.float32(center[0]) + away_x[outside] * back, np.float32)
        at_y = np.asarray(np.float32(center[1]) + away_y[outside] * back, np.float32)
    # Below the drops the bath itself is colored, in patches.
    bath = generator.choice(6, (64, 64), p=_SHARES)
    column, row = ((np.asarray(at) / 24.0 + 32.0).astype(np.int64) % 64 for at in (at_x, at_y))
    ink[open_] = bath[row, column]
    return ink.reshape(x.shape)
