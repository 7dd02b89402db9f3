"""The ``dusk`` kind: day for night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
from pydantic import Field

from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, from_unit, options_digest, require_rgb
from rotoscope.filters.texture import luma_of, smooth_step, to_unit, wide_blur
from rotoscope.media.frame import Pixels

_VERSION = 1

_RODS = np.array([[0.03, 0.52, 0.45]], np.float32)
"""What the eye sees in the dark: reds go first, blues last (Purkinje 1825)."""
_SKY_LIGHTNESS = (0.45, 0.75)
_REGION_SIDE = 180
"""Short side of the picture in which the sky is looked for, pixels."""


@dataclass(frozen=True, slots=True)
class _Hour:
    """What light there is."""

    exposure: float
    """Of linear light."""
    shadows: tuple[float, float, float]
    """Tint of what the rods see."""
    cones: float
    """Share of daylight color left where it is brightest."""
    zenith: tuple[float, float, float]
    """What the top of the sky is multiplied with."""
    horizon: tuple[float, float, float]
    """And its lower end."""
    ambient: tuple[float, float, float]
    """Skylight in the deepest shadows."""


_HOURS = {
    "dusk": _Hour(
        exposure=0.52,
        shadows=(0.60, 0.74, 1.40),
        cones=0.75,
        zenith=(0.16, 0.24, 0.52),
        horizon=(1.75, 0.92, 0.74),
        ambient=(0.003, 0.004, 0.012),
    ),
    "night": _Hour(
        exposure=0.25,
        shadows=(0.30, 0.64, 1.60),
        cones=0.22,
        zenith=(0.10, 0.17, 0.36),
        horizon=(0.45, 0.62, 0.95),
        ambient=(0.001, 0.003, 0.010),
    ),
}
_LAMP = (1.0, 0.66, 0.30)
"""Color of the glow around lights."""


class DuskOptions(KindOptions):
    """What ``dusk`` can be told."""

    time: Literal["dusk", "night"] = Field(
        default="dusk", description="The blue hour with an afterglow, or moonlight."
    )
    shift: float = Field(
        default=0.8, ge=0, le=1, description="How far colors go over into the blue that eyes see in the dark."
    )
    sky: float = Field(default=0.7, ge=0, le=1, description="How much the sky is darkened.")
    lights: float = Field(
        default=0.6, ge=0, le=1, description="How much small and warm lights are kept, and glow."
    )


class DuskFilter:
    """Turns day into dusk or night.

    In linear light: less of it, most of what is left seen by rods alone (blue, without hue), the sky darkened
    from above, and small bright or warm spots kept as lamps that glow. After Thompson, Shirley & Ferwerda,
    "A spatial post-processing algorithm for images of night scenes", 2002, without its blur and noise.
    """

    kind = "dusk"

    def __init__(self, options: DuskOptions) -> None:
        self._options = options
        self._hour = _HOURS[options.time]
        self.name = "dusk"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        options, hour = self._options, self._hour
        values = to_unit(pixels)
        tone = luma_of(values)
        linear = values * values  # near enough to sRGB's curve, and undone by a square root
        rods = cast("Floats", cv2.transform(linear, _RODS))
        colored = np.float32(options.shift) * (
            np.float32(1) - np.float32(hour.cones) * smooth_step(tone, 0.15, 0.9)
        )
        planes: list[Floats] = []
        sky = sky_cover(values, tone) * np.float32(options.sky)
        height = self._height(tone.shape[0])
        lamps, glow = self._lamps(values, tone, sky)
        for c, plane in enumerate(cv2.split(linear)):
            tinted = rods * np.float32(hour.shadows[c])
            seen = plane + colored * (tinted - plane)
            dark = seen * np.float32(hour.exposure) + np.float32(hour.ambient[c])
            graded = np.float32(hour.zenith[c]) + height * np.float32(hour.horizon[c] - hour.zenith[c])
            dark *= np.float32(1) + sky * (graded - np.float32(1))
            dark += lamps * (plane * np.float32(_LAMP[c] ** 0.5) - dark)
            dark += glow * np.float32(_LAMP[c])
            planes.append(cast("Floats", cv2.sqrt(np.maximum(dark, 0))))
        return from_unit(cast("Floats", cv2.merge(planes)), pixels)

    @staticmethod
    def _height(rows: int) -> Floats:
        """(H, 1): 0 at the top of the picture, 1 from its middle down."""
        down = ((np.arange(rows, dtype=np.float32) + np.float32(0.5)) / np.float32(rows))[:, None]
        return smooth_step(down, 0.08, 0.55)

    def _lamps(self, values: Floats, tone: Floats, sky: Floats) -> tuple[Floats, Floats]:
        """How far each pixel is a light, and the light that spreads around those; (H, W) each."""
        side = min(tone.shape)
        around = wide_blur(tone, 0.05 * side)
        spots = smooth_step(tone - around, 0.16, 0.42) * smooth_step(tone, 0.55, 0.85)
        warmth = values[:, :, 0] - values[:, :, 2]
        warm = smooth_step(warmth, 0.25, 0.6) * smooth_step(tone, 0.5, 0.85)
        lamps = np.maximum(spots, warm) * (np.float32(1) - np.clip(sky * np.float32(1.5), 0, 1))
        lamps = lamps * np.float32(self._options.lights)
        bright = lamps * tone
        glow = wide_blur(bright, 0.012 * side) * np.float32(0.16)
        glow += wide_blur(bright, 0.045 * side) * np.float32(0.20)
        return cast("Floats", lamps), cast("Floats", glow * np.float32(self._options.lights))


def sky_cover(values: Floats, tone: Floats) -> Floats:
    """How much each pixel is sky: light, blue or colorless, calm, and high in the picture.

    Args:
        values: (H, W, 3) RGB 0..1.
        tone: (H, W), its luma.

    Returns:
        (H, W) 0..1, soft but true to the sky's border.
    """
    small, level = _smaller(values), _smaller(tone)
    side = min(level.shape)
    rough = cv2.absdiff(level, wide_blur(level, 0.012 * side))
    calm = np.float32(1) - smooth_step(wide_blur(cast("Floats", rough), 0.012 * side), 0.01, 0.04)
    rows = level.shape[0]
    down = ((np.arange(rows, dtype=np.float32) + np.float32(0.5)) / np.float32(rows))[:, None]
    high = np.float32(1) - smooth_step(down, 0.5, 0.8)
    # Calm sky is found coarsely and grown up to the border, which each pixel then draws by its own color.
    reach = 2 * max(1, round(0.035 * side)) + 1
    grown = cv2.dilate(_sky_color(small, level) * calm * high, np.ones((reach, reach), np.uint8))
    region = wide_blur(cast("Floats", grown), 0.015 * side)
    size = (tone.shape[1], tone.shape[0])
    spread = cv2.resize(region, size, interpolation=cv2.INTER_LINEAR)
    return cast("Floats", _sky_color(values, tone) * smooth_step(cast("Floats", spread), 0.1, 0.6))


def _sky_color(values: Floats, tone: Floats) -> Floats:
    """How much each pixel has the lightness and color of a sky."""
    red, green, blue = cv2.split(values)
    cool = blue - np.float32(0.5) * (red + green)
    light = smooth_step(tone + np.float32(1.2) * np.maximum(cool, 0), *_SKY_LIGHTNESS)
    return cast("Floats", light * smooth_step(cool, -0.16, 0.02))


def _smaller(values: Floats) -> Floats:
    """At most 180 pixels on the short side, by area."""
    height, width = values.shape[:2]
    factor = min(1.0, _REGION_SIDE / min(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cast("Floats", cv2.resize(values, size, interpolation=cv2.INTER_AREA))


KIND = FilterKind("dusk", "Day for night: blue hour or moonlight.", DuskOptions, DuskFilter)
