"""The ``film`` kind: the colors, grain and light of films and prints of the past."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, cast

import cv2
import numpy as np
from pydantic import AfterValidator, Field

from rotoscope.filters.film_eras import ERAS, era_matrix
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, options_digest, require_rgb
from rotoscope.filters.texture import clipped, curve_through, steady_noise, through_curves, to_unit, wide_blur
from rotoscope.media.frame import Pixels

_VERSION = 1

_GRAIN_LINES = 640
"""Samples of grain across the short side: those of a projected 35 mm frame are about as coarse."""
_GRAIN_LEVEL = 0.13
"""Standard deviation of the grain in the middle tones at ``grain=1``."""
_GLOW_RADIUS = 0.022
"""Of the light around highlights, over the short side."""
_GLOW_FROM = 0.62
_DARKEST_CORNER = 0.75
"""What ``vignette=1`` takes from the corners."""
_FADED_BLACK = (0.19, 0.155, 0.15)
_FADED_WHITE = (0.965, 0.925, 0.85)


def _known_era(name: str) -> str:
    if name not in ERAS:
        raise ValueError(f"{name!r} is no era; there are {', '.join(ERAS)}")
    return name


class FilmOptions(KindOptions):
    """What ``film`` can be told."""

    era: Annotated[str, AfterValidator(_known_era)] = Field(
        default="1970s", description=f"The film or print: {', '.join(ERAS)}."
    )
    grain: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Strength of the grain. It keeps its place from frame to frame, so that it cannot boil.",
    )
    vignette: float = Field(default=0.3, ge=0, le=1, description="How much darker the corners are.")
    fade: float = Field(default=0.0, ge=0, le=1, description="How far light and years have bleached it.")
    glow: float = Field(
        default=0.5, ge=0, le=1, description="How much of the era's light spreads around highlights."
    )


class FilmFilter:
    """Prints a picture on the film of an era.

    Light passes lens (softness, glow, vignette), emulsion (what each record sees, grain) and print (one curve
    a dye). Grain is a fixed pattern, strongest in the middle tones: of a frame's content nothing is known
    that holds for the next, and noise that is new in every frame costs a codec more than the picture does.
    """

    kind = "film"

    def __init__(self, options: FilmOptions) -> None:
        self._options = options
        self._era = ERAS[options.era]
        black, white = np.array(_FADED_BLACK), np.array(_FADED_WHITE)
        prints = np.stack([curve_through(curve) for curve in self._era.print], axis=-1)
        bleached = prints + options.fade * (black + prints * (white - black) - prints)
        self._curves = [np.ascontiguousarray(bleached[:, c], dtype=np.float32) for c in range(3)]
        self.name = "film"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        options, era = self._options, self._era
        height, width = pixels.shape[:2]
        side = min(height, width)
        values = to_unit(pixels)
        if era.softness > 0:
            values = wide_blur(values, era.softness / 1000 * side)
        record = cast("Floats", cv2.transform(values, era_matrix(era, options.fade)))
        if options.glow > 0 and any(era.glow):
            record = _glowing(record, tuple(options.glow * 2 * share for share in era.glow), side)
        if options.vignette > 0:
            light = vignette(height, width, min(1.0, options.vignette * era.vignette))
            record *= light if record.ndim == 2 else light[:, :, None]
        if options.grain > 0:
            colored = 0.0 if era.is_monochrome else era.color_grain
            grain = film_grain(height, width, options.era, colored)
            level = np.float32(4 * _GRAIN_LEVEL * options.grain * era.grain)
            # Strongest where half the grains are developed; a little is left in black and white.
            tones = clipped(record, 0.03, 0.97)
            record += tones * (np.float32(1) - tones) * grain * level
        return through_curves(record, self._curves, pixels)


def _glowing(record: Floats, shares: tuple[float, ...], side: int) -> Floats:
    """Add what highlights scatter in lens and film base (halation)."""
    tone = record if record.ndim == 2 else cast("Floats", cv2.cvtColor(record, cv2.COLOR_RGB2GRAY))
    bright = np.maximum(tone - np.float32(_GLOW_FROM), 0) * np.float32(1 / (1 - _GLOW_FROM))
    halo = wide_blur(wide_blur(bright, _GLOW_RADIUS * side / 3), _GLOW_RADIUS * side)
    room = np.float32(1) - clipped(record)
    if record.ndim == 2:
        return cast("Floats", record + room * halo * np.float32(shares[0]))
    spread = cv2.merge([halo * np.float32(share) for share in shares])
    return cast("Floats", record + room * spread)


@lru_cache(maxsize=2)
def vignette(height: int, width: int, strength: float) -> Floats:
    """(height, width) factors: 1 in the middle, ``1 - 0.75 strength`` in the corners. Read-only."""
    x = (np.arange(width, dtype=np.float32) * 2 + 1) / np.float32(width) - 1
    y = (np.arange(height, dtype=np.float32)[:, None] * 2 + 1) / np.float32(height) - 1
    # Between an ellipse that fits the frame and a circle around it, as lenses are.
    ratio = min(height, width) / max(height, width)
    sx, sy = (1.0, (1 + ratio) / 2) if width >= height else ((1 + ratio) / 2, 1.0)
    off = (x * np.float32(sx)) ** 2 + (y * np.float32(sy)) ** 2
    off *= np.float32(1 / (sx * sx + sy * sy))
    factors = np.float32(1) - np.float32(_DARKEST_CORNER * strength) * off ** np.float32(1.5)
    factors.flags.writeable = False
    return cast("Floats", factors)


@lru_cache(maxsize=2)
def film_grain(height: int, width: int, name: str, colored: float) -> Floats:
    """Grain for a size of picture: (height, width), or (height, width, 3) where it is colored. Read-only.

    Args:
        height: of the picture.
        width: of the picture.
        name: of the pattern.
        colored: 0 (silver) to 1 (each record has its own).
    """

    def layer(part: str) -> Floats:
        fine = steady_noise(f"film {name} {part} fine", (height, width), lines=_GRAIN_LINES)
        clumps = steady_noise(
            f"film {name} {part} clumps", (height, width), lines=_GRAIN_LINES / 2, spread=(0.9, 0.9)
        )
        return cast("Floats", np.float32(0.8) * fine + np.float32(0.5) * clumps)

    grain = layer("silver")
    if colored > 0:
        shared, own = np.float32(np.sqrt(1 - 0.8 * colored)), np.float32(np.sqrt(0.8 * colored))
        grain = cast("Floats", cv2.merge([shared * grain + own * layer(dye) for dye in ("r", "g", "b")]))
    grain.flags.writeable = False
    return grain


KIND = FilterKind("film", "Films and prints of the past: dyes, grain, light.", FilmOptions, FilmFilter)
