"""How films and prints of the past render colors: the numbers behind the ``film`` kind.

They were set by eye after surviving prints and what is written about their dyes; none is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from rotoscope.filters.pixels import Floats

Row = tuple[float, float, float]
Curve = tuple[float, float, float, float, float]

_PANCHROMATIC: Row = (0.27, 0.56, 0.17)
_ORTHOCHROMATIC: Row = (0.08, 0.52, 0.40)
"""Early emulsions hardly saw red: skies are white, lips dark."""


@dataclass(frozen=True, slots=True)
class Era:
    """One film or print."""

    told: str
    """What it is, for a list."""
    mix: tuple[Row, ...]
    """One row (monochrome) or three: what of red, green and blue each record sees."""
    print: tuple[Curve, Curve, Curve]
    """Red, green and blue of the print where the record is at 0, 1/4, 1/2, 3/4, 1."""
    grain: float = 1.0
    """Of the usual strength."""
    color_grain: float = 0.3
    """How far the records' grains differ; 0 is silver alone."""
    glow: Row = (0.0, 0.0, 0.0)
    """Light that spreads around highlights, by component."""
    softness: float = 0.0
    """Of the lens, thousandths of the short side."""
    vignette: float = 1.0
    """Of the usual strength."""

    @property
    def is_monochrome(self) -> bool:
        """Whether one record makes the whole picture."""
        return len(self.mix) == 1


def _saturated(by: float, weights: Row = (0.3, 0.59, 0.11)) -> tuple[Row, Row, Row]:
    """Rows that keep greys and multiply what differs from them."""
    rows = by * np.eye(3) + (1 - by) * np.array([weights] * 3)
    first, second, third = (tuple(float(value) for value in row) for row in rows)
    return first, second, third  # pyright: ignore[reportReturnType] - three numbers each


ERAS: Mapping[str, Era] = MappingProxyType(
    {
        "silent": Era(
            "orthochromatic silver, uneven light, 1910s",
            (_ORTHOCHROMATIC,),
            (
                (0.06, 0.23, 0.56, 0.84, 0.965),
                (0.053, 0.22, 0.545, 0.825, 0.95),
                (0.045, 0.195, 0.495, 0.77, 0.90),
            ),
            grain=1.25,
            color_grain=0,
            glow=(0.16, 0.16, 0.16),
            softness=1.2,
            vignette=1.7,
        ),
        "sepia": Era(
            "a silver print toned brown",
            ((0.22, 0.58, 0.20),),
            (
                (0.11, 0.37, 0.65, 0.86, 0.97),
                (0.07, 0.265, 0.535, 0.775, 0.925),
                (0.05, 0.165, 0.39, 0.63, 0.81),
            ),
            grain=0.8,
            color_grain=0,
            glow=(0.08, 0.08, 0.08),
            softness=0.6,
            vignette=1.3,
        ),
        "cyanotype": Era(
            "an iron print, Prussian blue",
            (_ORTHOCHROMATIC,),
            ((0.03, 0.09, 0.34, 0.71, 0.95), (0.10, 0.23, 0.49, 0.79, 0.96), (0.24, 0.42, 0.65, 0.85, 0.94)),
            grain=0.7,
            color_grain=0,
            softness=0.5,
            vignette=0.7,
        ),
        "autochrome": Era(
            "dyed grains of starch, 1907",
            _saturated(0.9),
            (
                (0.05, 0.20, 0.47, 0.73, 0.92),
                (0.045, 0.175, 0.42, 0.68, 0.87),
                (0.065, 0.17, 0.36, 0.58, 0.78),
            ),
            grain=1.8,
            color_grain=1.0,
            glow=(0.10, 0.08, 0.05),
            softness=1.4,
            vignette=1.6,
        ),
        "two-strip": Era(
            "red and green records, no blue, 1920s",
            ((0.94, 0.11, -0.05), (0.06, 0.76, 0.18), (-0.02, 0.68, 0.34)),
            ((0.05, 0.25, 0.58, 0.84, 0.97), (0.05, 0.21, 0.50, 0.78, 0.93), (0.07, 0.23, 0.46, 0.70, 0.85)),
            grain=1.2,
            glow=(0.10, 0.08, 0.05),
            softness=0.9,
            vignette=1.2,
        ),
        "1940s": Era(
            "fine silver, soft toe, glowing lights",
            (_PANCHROMATIC,),
            (
                (0.025, 0.185, 0.52, 0.82, 0.975),
                (0.027, 0.184, 0.517, 0.815, 0.967),
                (0.033, 0.183, 0.507, 0.80, 0.945),
            ),
            grain=1.0,
            color_grain=0,
            glow=(0.20, 0.20, 0.20),
            softness=0.5,
        ),
        "1950s": Era(
            "three dyes printed over each other, deep reds",
            ((1.42, -0.32, -0.10), (-0.16, 1.18, -0.02), (-0.06, -0.08, 1.14)),
            (
                (0.05, 0.255, 0.57, 0.84, 0.985),
                (0.045, 0.235, 0.545, 0.815, 0.955),
                (0.055, 0.225, 0.485, 0.725, 0.85),
            ),
            grain=0.7,
            glow=(0.15, 0.11, 0.07),
            softness=0.4,
        ),
        "1960s": Era(
            "a slide: deep shadows, rich blues, warm lights",
            ((1.24, -0.16, -0.08), (-0.07, 1.16, -0.09), (-0.08, -0.10, 1.18)),
            (
                (0.012, 0.165, 0.52, 0.84, 0.985),
                (0.016, 0.165, 0.49, 0.80, 0.965),
                (0.034, 0.19, 0.475, 0.755, 0.91),
            ),
            grain=0.7,
            glow=(0.05, 0.03, 0.01),
        ),
        "1970s": Era(
            "a print whose cyan has faded: brown shadows, butter lights",
            ((0.93, 0.10, -0.03), (0.06, 0.86, 0.08), (0.05, 0.17, 0.78)),
            (
                (0.155, 0.36, 0.63, 0.85, 0.97),
                (0.10, 0.27, 0.525, 0.765, 0.91),
                (0.095, 0.235, 0.43, 0.625, 0.755),
            ),
            grain=1.1,
            glow=(0.13, 0.09, 0.04),
            softness=0.5,
        ),
        "1980s": Era(
            "consumer negative: violet shadows, clean bright lights",
            ((1.20, -0.12, -0.08), (-0.06, 1.13, -0.07), (-0.06, -0.10, 1.16)),
            (
                (0.085, 0.28, 0.58, 0.83, 0.985),
                (0.050, 0.25, 0.55, 0.82, 0.975),
                (0.125, 0.32, 0.59, 0.82, 0.955),
            ),
            grain=0.9,
            glow=(0.12, 0.09, 0.11),
            softness=0.4,
        ),
        "1990s": Era(
            "negative scanned green and cool, hard contrast",
            _saturated(0.86),
            (
                (0.02, 0.155, 0.48, 0.80, 0.955),
                (0.035, 0.20, 0.525, 0.815, 0.965),
                (0.045, 0.21, 0.49, 0.74, 0.885),
            ),
            grain=0.9,
            color_grain=0.4,
            glow=(0.04, 0.04, 0.03),
        ),
        "instant": Era(
            "an instant print: milky blue shadows, cream lights",
            _saturated(0.80),
            (
                (0.12, 0.29, 0.57, 0.83, 0.965),
                (0.135, 0.31, 0.575, 0.81, 0.935),
                (0.175, 0.345, 0.555, 0.735, 0.835),
            ),
            grain=0.6,
            glow=(0.12, 0.11, 0.08),
            softness=1.1,
            vignette=1.4,
        ),
    }
)
"""Name of an era to its numbers, oldest kinds of print first."""


def era_matrix(era: Era, fade: float) -> Floats:
    """(1 or 3, 3): what each record sees, paler the more it has faded."""
    rows = np.array(era.mix)
    grey = rows.mean(axis=0, keepdims=True)
    return (rows + 0.55 * fade * (grey - rows)).astype(np.float32)
