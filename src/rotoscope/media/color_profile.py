"""Pictures in the colors of an ICC profile as sRGB shows them, and the way back."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from rotoscope.media.frame import Pixels

_LEFT_ALONE: Final = 0.1
"""Change by a filter, of the full scale, from which on nothing of the source's remainder is kept."""
_RELATIVE: Final = ImageCms.Intent.RELATIVE_COLORIMETRIC
_SAME: Final = 1.5
"""Levels of 255: profiles that differ from sRGB by less are sRGB by another name."""


class ProfileConversion:
    """Between an RGB profile and sRGB; each call works for itself, so threads may share it.

    LittleCMS, which Pillow brings, works on 8 bits here. What they cannot say is carried beside them: 16-bit
    pictures stay smooth, and where a filter leaves a pixel alone the source's comes back, even if sRGB
    has no such color.
    """

    def __init__(self, profile: bytes) -> None:
        self._profile = profile

    @cached_property
    def _transforms(self) -> tuple[ImageCms.ImageCmsTransform, ImageCms.ImageCmsTransform]:
        own = ImageCms.ImageCmsProfile(BytesIO(self._profile))
        screen = ImageCms.createProfile("sRGB")
        return (
            ImageCms.buildTransform(own, screen, "RGB", "RGB", renderingIntent=_RELATIVE),
            ImageCms.buildTransform(screen, own, "RGB", "RGB", renderingIntent=_RELATIVE),
        )

    @property
    def matters(self) -> bool:
        """Whether the profile can be used and shows other colors than sRGB."""
        steps = np.linspace(0, 255, 6).round().astype(np.uint8)
        cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(36, 6, 3)
        try:
            shown = self._apply(cube, self._transforms[0])
        except (ImageCms.PyCMSError, OSError):
            return False
        return float(np.abs(shown - cube.astype(np.float32)).max()) > _SAME

    def see(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) of the profile's colors as sRGB, of the same type."""
        return _as_type(self._shown(pixels, self._transforms[0]), pixels.dtype)

    def back(self, painted: Pixels, seen: Pixels, source: Pixels) -> Pixels:
        """What was painted over ``seen`` in the profile's colors."""
        before, after = _bytes_scale(seen), _bytes_scale(painted)
        change = np.abs(after - before).max(axis=2, keepdims=True) / 255
        kept = np.maximum(0, 1 - change / np.float32(_LEFT_ALONE))
        remainder = _bytes_scale(source) - self._shown(seen, self._transforms[1])
        return _as_type(self._shown(painted, self._transforms[1]) + kept * remainder, source.dtype)

    def _shown(self, pixels: Pixels, transform: ImageCms.ImageCmsTransform) -> NDArray[np.float32]:
        levels = _bytes_scale(pixels)
        coarse = np.rint(levels).astype(np.uint8)
        return np.asarray(self._apply(coarse, transform) + (levels - coarse), np.float32)

    @staticmethod
    def _apply(pixels: NDArray[np.uint8], transform: ImageCms.ImageCmsTransform) -> NDArray[np.float32]:
        converted = ImageCms.applyTransform(Image.fromarray(pixels), transform)
        return np.asarray(cast("Image.Image", converted), np.float32)


def _bytes_scale(pixels: Pixels) -> NDArray[np.float32]:
    """0..255, with what 16 bits have beyond that as a fraction."""
    return pixels.astype(np.float32) * np.float32(255 / np.iinfo(pixels.dtype).max)


def _as_type(levels: NDArray[np.float32], dtype: Any) -> Pixels:  # noqa: ANN401  # NumPy's stubs
    top = np.iinfo(dtype).max
    return cast("Pixels", np.rint(np.clip(levels * (top / 255), 0, top)).astype(dtype))
