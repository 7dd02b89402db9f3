"""The ``posterize`` kind: flat areas of few tones, as a silkscreen prints them."""

from __future__ import annotations

from typing import Literal, cast

import cv2
import numpy as np
from pydantic import Field

from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import Floats, apply_curves, levels_of, options_digest, require_rgb
from rotoscope.filters.regions import RegionSmoother
from rotoscope.media.frame import Pixels

_VERSION = 1


class PosterizeOptions(KindOptions):
    """What ``posterize`` can be told."""

    levels: int = Field(default=6, ge=2, le=16, description="Tones from the darkest to the lightest.")
    tones: Literal["luma", "channels"] = Field(
        default="luma",
        description="Whether lightness alone is cut into tones, or red, green and blue each (gaudier).",
    )
    softness: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Width of the ramps between tones; 0 is a hard step, which may flicker.",
    )
    smooth: float = Field(
        default=0.4, ge=0, le=1, description="How much texture flows together into flat areas first."
    )
    saturation: float = Field(default=1.25, ge=0, le=3, description="1 keeps the picture's own, 0 is grey.")


class PosterizeFilter:
    """Smooths a picture into regions and cuts its tones with soft steps.

    Soft luminance steps over a bilaterally smoothed picture: Winnemöller, Olsen & Gooch, "Real-time video
    abstraction", 2006. Unlike there, the steps' softness is fixed: it needs no gradients, and a ramp in
    value is wide in the picture where the gradient is low all the same.
    """

    kind = "posterize"

    def __init__(self, options: PosterizeOptions) -> None:
        self._options = options
        self._smoother = RegionSmoother(options.smooth)
        self.name = "posterize"
        self.digest = options_digest(self.kind, _VERSION, options)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        ycrcb = self._smoother.ycrcb(cast("Pixels", cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)))
        values = levels_of(pixels)
        chroma = 0.5 + self._options.saturation * (values - values[len(values) // 2])
        steps = soft_steps(values, levels=self._options.levels, softness=self._options.softness)
        luma = steps if self._options.tones == "luma" else values
        curved = apply_curves(ycrcb, np.stack([luma, chroma, chroma], axis=-1))
        painted = cast("Pixels", cv2.cvtColor(curved, cv2.COLOR_YCrCb2RGB))
        if self._options.tones == "luma":
            return painted
        return apply_curves(painted, np.stack([steps] * 3, axis=-1))


def soft_steps(values: Floats, *, levels: int, softness: float) -> Floats:
    """A staircase with ramps.

    Args:
        values: (N,) 0..1.
        levels: treads, evenly spaced from 0 to 1; each value goes to the nearest.
        softness: width of a ramp over the distance of two of them, 0..1.

    Returns:
        (N,) 0..1, never falling where ``values`` rise.
    """
    edges = (np.arange(1, levels) - 0.5) / (levels - 1)
    width = max(softness / (levels - 1), 1e-6)
    ramps = np.clip((values[:, None].astype(np.float64) - edges) / width + 0.5, 0.0, 1.0)
    return (np.sum(ramps * ramps * (3.0 - 2.0 * ramps), axis=1) / (levels - 1)).astype(np.float32)


KIND = FilterKind(
    "posterize", "Flat areas of few tones, like a silkscreen.", PosterizeOptions, PosterizeFilter
)
