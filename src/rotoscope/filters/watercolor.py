"""The ``watercolor`` kind: washes of pigment on rough paper."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from pydantic import Field

from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, from_unit, options_digest, require_rgb
from rotoscope.filters.regions import reduce_to
from rotoscope.filters.texture import as_deep, clipped, luma_of, smooth_step, steady_noise, to_unit, wide_blur
from rotoscope.media.frame import Pixels

_VERSION = 1

_WORKING_SIDE = 400
"""Shorter side of the picture that washes are found in, pixels."""
_BRUSH = (0.0035, 0.019)
"""Distance of the sectors' centers from the pixel over the working short side, at ``wash`` 0 and 1."""
_SECTORS = 8
_SHARPNESS = 5.0
"""How much the calmest sector is preferred (half of the paper's exponent q)."""
_PAPER_LINES = 620
_PAPER = (0.985, 0.975, 0.945)


class WatercolorOptions(KindOptions):
    """What ``watercolor`` can be told."""

    wash: float = Field(
        default=0.4, ge=0, le=1, description="Size of the flat washes that detail flows together into."
    )
    rims: float = Field(
        default=0.5, ge=0, le=1, description="How dark pigment gathers at the borders of the washes."
    )
    granulation: float = Field(
        default=0.5, ge=0, le=1, description="How much pigment settles in the valleys of the paper."
    )
    bleed: float = Field(
        default=0.5, ge=0, le=1, description="How far borders wander, and how unevenly washes dry."
    )
    water: float = Field(default=0.5, ge=0, le=1, description="How thin the paint is; 1 leaves much paper.")
    saturation: float = Field(default=1.4, ge=0, le=3, description="1 keeps the picture's own, 0 is grey.")


class WatercolorFilter:
    """Paints a picture with water.

    Washes: an anisotropic Kuwahara filter (Kyprianidis, Kang & Döllner, "Image and video abstraction by
    anisotropic Kuwahara filtering", 2009). Unlike there, the sectors are Gaussian windows around centers on
    an ellipse along the edge, so that one blur serves all of them. Pigment: density is raised by paper,
    turbulence and rims as in Bousseau, Kaplan, Thollot & Sillion, "Interactive watercolor rendering with
    temporal coherence and abstraction", 2006. Paper and turbulence keep their places.
    """

    kind = "watercolor"

    def __init__(self, options: WatercolorOptions) -> None:
        self._options = options
        self.name = "watercolor"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        options = self._options
        size = pixels.shape[:2]
        small = to_unit(reduce_to(as_deep(pixels), _WORKING_SIDE))
        low, high = _BRUSH
        radius = (low + (high - low) * options.wash) * min(small.shape[:2])
        washes = flatten(small, radius)
        density = _density(washes, options)
        washes = self._thinned(washes)
        layers = cast("Floats", cv2.merge([*cv2.split(washes), density]))
        map_x, map_y = _wandering(size, small.shape[:2], options.bleed)
        wet = cv2.remap(layers, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        *colors, rims = cv2.split(wet)
        pigment = _settled(size, options.granulation, options.bleed) + rims
        # c - (c - c²)(d - 1), Bousseau et al., equation 1, with d - 1 at hand; white paper stays white.
        painted: list[Floats] = []
        for plane, paper in zip(colors, _PAPER, strict=True):
            color = clipped(cast("Floats", plane))
            painted.append(
                cast("Floats", np.float32(paper) * (color - color * (np.float32(1) - color) * pigment))
            )
        return from_unit(cast("Floats", cv2.merge(painted)), pixels)

    def _thinned(self, washes: Floats) -> Floats:
        """Colors as glazes on white paper: lighter, purer, and nothing quite black."""
        options = self._options
        grey = luma_of(washes)[:, :, None]
        vivid = grey + (washes - grey) * np.float32(options.saturation)
        lifted = np.clip(vivid, 0, 1) ** np.float32(1 - 0.62 * options.water)
        ground = np.float32(0.04 + 0.09 * options.water)
        veil = ground + lifted * (np.float32(1) - ground)
        lights = smooth_step(grey, 1.0 - 0.42 * options.water, 1.02)
        return cast("Floats", veil + (np.float32(1) - veil) * lights * np.float32(0.8))


def flatten(values: Floats, radius: float) -> Floats:
    """Flatten a picture into strokes that follow its edges.

    Args:
        values: (H, W, 3) 0..1.
        radius: of the brush, pixels; below half a pixel the picture comes back.

    Returns:
        (H, W, 3) 0..1.
    """
    if radius < 0.5:
        return values
    height, width = values.shape[:2]
    mean = cv2.GaussianBlur(values, (0, 0), radius * 0.55)
    tone = luma_of(values)
    variance = cv2.GaussianBlur(tone * tone, (0, 0), radius * 0.55) - luma_of(cast("Floats", mean)) ** 2
    # Weights 1 / (noise + variance)^q, the mean carried along in the same array.
    weight = (np.maximum(variance, 0) * np.float32(400) + np.float32(0.02)) ** np.float32(-_SHARPNESS / 2)
    carried = cv2.merge([*(plane * weight for plane in cv2.split(mean)), weight])
    along_x, along_y, stretch = _orientation(tone, radius)
    columns = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    rows = np.repeat(np.arange(height, dtype=np.float32)[:, None], width, axis=1)
    total = carried.copy()
    for sector in range(_SECTORS):
        turn = 2 * np.pi * (sector + 0.5) / _SECTORS
        far = stretch * np.float32(np.cos(turn) * radius)
        wide = np.float32(np.sin(turn) * radius) / stretch
        x = columns + far * along_x - wide * along_y
        y = rows + far * along_y + wide * along_x
        total += cv2.remap(carried, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast("Floats", total[:, :, :3] / total[:, :, 3:])


def _orientation(tone: Floats, radius: float) -> tuple[Floats, Floats, Floats]:
    """Unit vectors along the edges, and how much longer than wide a brush lies there, 1..1.6."""
    soft = cv2.GaussianBlur(tone, (0, 0), 1.0)
    dx, dy = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    squares = wide_blur(cast("Floats", dx * dx + dy * dy), radius)
    difference = wide_blur(cast("Floats", dx * dx - dy * dy), radius)
    twice = wide_blur(cast("Floats", np.float32(2) * dx * dy), radius)
    anisotropy = cv2.magnitude(difference, twice) / (squares + np.float32(1e-4))
    across = cv2.phase(difference, twice) * np.float32(0.5)
    cosine, sine = cv2.polarToCart(np.ones_like(across), across)
    return cast("Floats", -sine), cast("Floats", cosine), cast("Floats", 1 + np.float32(0.6) * anisotropy)


def _density(washes: Floats, options: WatercolorOptions) -> Floats:
    """(h, w): pigment gathered where a wash ends, on its darker side."""
    side = min(washes.shape[:2])
    tone = luma_of(washes)
    inner, outer = wide_blur(tone, 0.0018 * side), wide_blur(tone, 0.0065 * side)
    rim = np.maximum(outer - inner - np.float32(0.004), 0)
    return cast("Floats", np.minimum(rim * np.float32(20.0 * options.rims), np.float32(1.5 * options.rims)))


@lru_cache(maxsize=2)
def _settled(size: tuple[int, int], granulation: float, bleed: float) -> Floats:
    """(H, W): what paper and drying add to the density of the pigment. Read-only."""
    fine = steady_noise("paper fine", size, lines=_PAPER_LINES, spread=(0.8, 0.8))
    coarse = steady_noise("paper coarse", size, lines=_PAPER_LINES / 2.5, spread=(0.9, 0.9))
    blooms = steady_noise("wash blooms", size, lines=60, spread=(2.2, 2.2))
    clouds = steady_noise("wash clouds", size, lines=40, spread=(2.5, 2.5))
    paper = (np.float32(0.65) * fine + np.float32(0.55) * coarse) * np.float32(0.27 * granulation)
    flow = (np.float32(0.6) * blooms + np.float32(0.8) * clouds) * np.float32(0.24 * bleed)
    settled = (paper + flow).astype(np.float32)
    settled.flags.writeable = False
    return settled


@lru_cache(maxsize=2)
def _wandering(size: tuple[int, int], small: tuple[int, int], bleed: float) -> tuple[Floats, Floats]:
    """Where in the working picture each pixel finds its wash: its own place, led astray a little."""
    height, width = size
    reach = 0.0042 * bleed * min(small)
    x = ((np.arange(width, dtype=np.float32) + 0.5) * (small[1] / width) - 0.5).astype(np.float32)
    y = ((np.arange(height, dtype=np.float32) + 0.5) * (small[0] / height) - 0.5).astype(np.float32)

    def astray(name: str) -> Floats:
        slow = steady_noise(f"wander {name} slow", size, lines=70, spread=(1.6, 1.6))
        quick = steady_noise(f"wander {name} quick", size, lines=220, spread=(1.0, 1.0))
        return cast("Floats", (slow + np.float32(0.45) * quick) * np.float32(reach))

    return cast("Floats", x + astray("x")), cast("Floats", y[:, None] + astray("y"))


KIND = FilterKind("watercolor", "Washes of pigment on rough paper.", WatercolorOptions, WatercolorFilter)
