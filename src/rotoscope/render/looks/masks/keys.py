"""Masks that are made of a picture's own values: a color key, ranges of brightness and saturation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.media.frame import Pixels
from rotoscope.render.looks.blending import Mask
from rotoscope.render.looks.mask_schema import ColorMask, LumaMask, SaturationMask
from rotoscope.render.looks.masks.base import Leaf, Step, digest_of, reduced
from rotoscope.render.looks.masks.film import KEPT_SIDE, MaskFilm, smoothed
from rotoscope.render.looks.shots import Shots

Find: TypeAlias = Callable[[Pixels], Mask]
"""Makes the mask of a picture, (H, W, 3) to (h, w)."""
KeyMask: TypeAlias = ColorMask | LumaMask | SaturationMask

_SIDE: Final = 540
"""Short side, in pixels, of the pictures that are looked at frame by frame."""


@dataclass(eq=False)
class KeySource(Leaf):
    """The mask of each frame, made of the frame; complete as it is only where nothing is smoothed."""

    told: KeyMask

    @property
    def is_complete(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride] - a constant there
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return self.told.smooth == 0

    def at(self, pixels: Pixels, time: Fraction) -> Mask:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return key(pixels, self.told, side=_SIDE)

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return digest_of(self.told.model_dump_json(exclude={"invert", "feather", "grow"}))

    def watch(self, shots: Shots | None) -> FrameByFrame:
        """See :class:`~rotoscope.render.looks.masks.base.MaskSource`."""
        return FrameByFrame(lambda pixels: key(pixels, self.told, side=KEPT_SIDE), self.told.smooth, shots)


@dataclass(eq=False)
class FrameByFrame:
    """Makes the mask of every frame, and averages them over time in the end."""

    find: Find
    smooth: Fraction
    shots: Shots | None
    film: MaskFilm = field(default_factory=MaskFilm)

    def see(self, time: Fraction, pixels: Pixels) -> None:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        self.film.append(time, self.find(pixels))

    def finish(self, step: Step) -> MaskFilm:
        """See :class:`~rotoscope.render.looks.masks.base.Watcher`."""
        return smoothed(self.film, self.smooth, self.shots)


def key(pixels: Pixels, told: KeyMask, *, side: int) -> Mask:
    """The mask of one picture, looked at with at most that short side."""
    small = reduced(pixels, side)
    if isinstance(told, ColorMask):
        return _near_color(small, told)
    if isinstance(told, LumaMask):
        values = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    else:
        values = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[..., 1]
    levels = np.arange(256, dtype=np.float32) / 255
    beyond = np.maximum(told.low - levels, levels - told.high)
    return cast("Mask", cv2.LUT(np.ascontiguousarray(values), _ramp(beyond, told.softness)))


def _near_color(small: Mask, told: ColorMask) -> Mask:
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    wanted = np.array([[[int(told.color[i : i + 2], 16) for i in (1, 3, 5)]]], np.float32) / 255
    middle = cv2.cvtColor(wanted, cv2.COLOR_RGB2Lab)[0, 0]
    distance = np.sqrt(((lab - middle) ** 2).sum(axis=2)) / 100
    return _ramp(cast("NDArray[np.float32]", distance - told.tolerance), told.softness)


def _ramp(beyond: NDArray[np.float32], softness: float) -> Mask:
    """255 up to 0, then falling to 0 over ``softness``."""
    share = 1 - np.clip(beyond / max(softness, 1e-6), 0, 1)
    return np.asarray(share * 255 + 0.5, np.uint8)
