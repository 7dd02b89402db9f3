"""Smoothing into regions: texture and noise go, the edges between things stay where they are.

A bilateral filter (Tomasi & Manduchi 1998) makes the regions at a fixed working size, so that the result
does not depend on how large the picture is; a local linear model in the luma carries them back to full
size with the picture's own edges (the fast guided filter: He & Sun, "Fast Guided Filter", 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.pixels import Floats, full_scale
from rotoscope.media.frame import Pixels

_WORKING_SIDE = 192
"""Shorter side of the working picture, pixels; its 7-pixel bilateral window is a 27th of the height."""

_ROUNDS = 2
"""Passes of the bilateral filter: a second one finishes what the first leaves half smoothed."""

_MODEL_RADIUS = 2
"""Radius of the windows the linear models are fitted in, working pixels."""


def reduce_to(pixels: Pixels, side: int) -> Pixels:
    """Shrink until the shorter side is ``side`` pixels; a picture that is smaller already stays.

    Halved by area first, which OpenCV does several times as fast as one reduction by an odd factor; the
    last step is less than a halving.
    """
    result = pixels
    while min(result.shape[:2]) >= 2 * side:
        size = ((result.shape[1] + 1) // 2, (result.shape[0] + 1) // 2)
        result = cv2.resize(result, size, interpolation=cv2.INTER_AREA)
    height, width = result.shape[:2]
    if min(height, width) > side:
        factor = side / min(height, width)
        size = (round(width * factor), round(height * factor))
        result = cv2.resize(result, size, interpolation=cv2.INTER_LINEAR)
    return cast("Pixels", result)


@dataclass(frozen=True, slots=True)
class RegionSmoother:
    """Smooths Y'CrCb pictures into regions."""

    amount: float
    """0 (nothing) to 1: how different neighbours may be and still flow together."""

    def luma(self, luma: Pixels) -> Pixels:
        """(H, W) uint8 or uint16 to the same."""
        if self.amount == 0:
            return luma
        return self._models(luma, luma).render(0, luma)

    def ycrcb(self, picture: Pixels) -> Pixels:
        """(H, W, 3) Y'CrCb, uint8 or uint16, to the same; chroma at half size, as in most video."""
        if self.amount == 0:
            return picture
        height, width = picture.shape[:2]
        luma = cast("Pixels", cv2.extractChannel(picture, 0))
        models = self._models(picture, luma)
        half_size = ((width + 1) // 2, (height + 1) // 2)
        half = cast("Pixels", cv2.resize(luma, half_size, interpolation=cv2.INTER_AREA))
        chroma = [cv2.resize(models.render(c, half), (width, height)) for c in (1, 2)]
        return cast("Pixels", cv2.merge([models.render(0, luma), *chroma]))

    def _models(self, picture: Pixels, luma: Pixels) -> _LinearModels:
        scale = full_scale(picture)
        small = reduce_to(picture, _WORKING_SIDE)
        # The bilateral filter takes bytes (fast) or floats; spreads are given in the values' own unit.
        regions = small if small.dtype == np.uint8 else small.astype(np.float32)
        spread = 0.2 * self.amount * scale
        for _ in range(_ROUNDS):
            regions = cv2.bilateralFilter(regions, d=7, sigmaColor=spread, sigmaSpace=3)
        # A window whose luma varies less than this is the inside of a region and is painted as its mean.
        inside = np.float32((0.08 * self.amount * scale) ** 2)
        guide = reduce_to(luma, _WORKING_SIDE).astype(np.float32)
        return _LinearModels.fit(guide, regions.astype(np.float32).reshape(*guide.shape, -1), inside)


@dataclass(frozen=True, eq=False, slots=True)
class _LinearModels:
    """For each working pixel and channel: channel = slope × luma + offset."""

    slopes: list[Floats]
    offsets: list[Floats]

    @staticmethod
    def fit(guide: Floats, regions: Floats, inside: np.float32) -> _LinearModels:
        mean_guide = _window_mean(guide)
        variance = _window_mean(guide * guide) - mean_guide * mean_guide + inside
        slopes: list[Floats] = []
        offsets: list[Floats] = []
        for c in range(regions.shape[2]):
            channel = np.ascontiguousarray(regions[:, :, c])
            mean = _window_mean(channel)
            slope = (_window_mean(channel * guide) - mean * mean_guide) / variance
            slopes.append(_window_mean(slope))
            offsets.append(_window_mean(mean - slope * mean_guide))
        return _LinearModels(slopes, offsets)

    def render(self, channel: int, luma: Pixels) -> Pixels:
        """The channel at the size and depth of ``luma``, (H, W)."""
        size = (luma.shape[1], luma.shape[0])
        product = cv2.multiply(cv2.resize(self.slopes[channel], size), luma, dtype=cv2.CV_32F)
        depth = cv2.CV_8U if luma.dtype == np.uint8 else cv2.CV_16U
        return cast("Pixels", cv2.add(product, cv2.resize(self.offsets[channel], size), dtype=depth))


def _window_mean(values: NDArray[np.floating]) -> Floats:
    side = 2 * _MODEL_RADIUS + 1
    return cast("Floats", cv2.blur(values, (side, side)))
