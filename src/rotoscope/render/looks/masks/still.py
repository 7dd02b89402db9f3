"""Masks that are the same for every frame: pictures, gradients, regions that stay."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import cv2
import numpy as np

from rotoscope.media.frame import Pixels
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.mask_schema import LinearMask, RadialMask, RegionMask
from rotoscope.render.looks.masks.base import Leaf, digest_of

_FINE = 4
"""Bits of a pixel's fraction that OpenCV draws with."""


@dataclass(eq=False)
class PictureSource(Leaf):
    """A picture, stretched over the frame."""

    picture: Mask
    """(H, W)."""
    is_still = True

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        size = (pixels.shape[1], pixels.shape[0])
        shrinks = size[1] < self.picture.shape[0]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return cast("Mask", cv2.resize(self.picture, size, interpolation=how))

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of("picture", str(self.picture.shape), self.picture.tobytes())


def mask_of_picture(pixels: Pixels) -> Mask:
    """Luma of a picture, and black where it is transparent; (H, W, 3 or 4) of either depth."""
    if pixels.dtype != np.uint8:
        pixels = (pixels >> 8).astype(np.uint8)
    luma = cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]), cv2.COLOR_RGB2GRAY)
    return cast("Mask", cv2.multiply(luma, pixels[..., 3], scale=1 / 255) if pixels.shape[2] == 4 else luma)


@dataclass(eq=False)
class GradientSource(Leaf):
    """A gradient along a line or around a point."""

    told: LinearMask | RadialMask
    is_still = True

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        height, width = pixels.shape[:2]
        columns = (np.arange(width, dtype=np.float32) + 0.5)[None, :]
        rows = (np.arange(height, dtype=np.float32) + 0.5)[:, None]
        told = self.told
        if isinstance(told, LinearMask):
            begin, end = _in_pixels(told.begin, width, height), _in_pixels(told.end, width, height)
            way = (end[0] - begin[0], end[1] - begin[1])
            gone = ((columns - begin[0]) * way[0] + (rows - begin[1]) * way[1]) / (way[0] ** 2 + way[1] ** 2)
        else:
            center = _in_pixels(told.center, width, height)
            distance = np.hypot(columns - center[0], rows - center[1]) / min(width, height)
            gone = (distance - told.inner) / max(told.outer - told.inner, 1e-6)
        return np.asarray((1 - np.clip(gone, 0, 1)) * 255 + 0.5, np.uint8)

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of(self.told.model_dump_json(exclude={"invert", "feather", "grow"}))


@dataclass(eq=False)
class RegionSource(Leaf):
    """A region that stays where it was drawn."""

    told: RegionMask
    is_still = True

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return draw_region(self.told, (pixels.shape[1], pixels.shape[0]))

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of("region", self.told.model_dump_json(include={"polygon", "ellipse"}))


def draw_region(told: RegionMask, size: tuple[int, int]) -> Mask:
    """A region as drawn, (width, height): 255 inside, with smooth edges."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    if told.polygon is not None:
        corners = [_in_pixels(point, *size) for point in told.polygon]
        points = np.rint((np.array(corners) - 0.5) * 2**_FINE).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, _FINE)
        return mask
    ellipse = told.ellipse
    assert ellipse is not None
    center, radii = _in_pixels(ellipse.center, *size), _in_pixels(ellipse.radii, *size)
    middle = (round((center[0] - 0.5) * 2**_FINE), round((center[1] - 0.5) * 2**_FINE))
    axes = (round(radii[0] * 2**_FINE), round(radii[1] * 2**_FINE))
    cv2.ellipse(mask, middle, axes, ellipse.turn, 0, 360, 255, -1, cv2.LINE_AA, _FINE)
    return mask


def _in_pixels(point: tuple[float, float], width: int, height: int) -> tuple[float, float]:
    return point[0] * width, point[1] * height
