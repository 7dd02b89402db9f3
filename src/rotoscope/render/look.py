"""What a user asks for, and what paints one picture accordingly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import cast

import cv2
import numpy as np

from rotoscope.errors import FilterFailed, InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.chain import chain
from rotoscope.filters.controls import Colors, Controls, controls_of, with_controls
from rotoscope.filters.strength import mix
from rotoscope.media.frame import Pixels


@dataclass(frozen=True, slots=True)
class Look:
    """Filters, one after the other, and how strongly they show."""

    filters: Sequence[Filter] = ()
    """Applied in order; none at all leaves the picture as it is."""
    strength: float = 1.0
    """0 gives the source back, 1 the painting; between, a linear mix of the two."""
    size: int | None = None
    """Short side of the result in pixels; None keeps the source's size."""
    stroke_scale: float | None = None
    """Size of strokes beside the picture, 0.25 to 4, whatever its resolution: 1 is as on a short side of 720
    pixels. None: as many pixels as the filters learned."""
    colors: Colors = "style"
    """Whose colors the painting has; see :class:`~rotoscope.filters.controls.Controls`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be painted.

        Raises:
            InvalidOptions: strength outside 0..1, a size under 16, or strokes or colors that cannot be.
        """
        if not 0 <= self.strength <= 1:
            raise InvalidOptions(
                f"The strength {self.strength} is outside 0 to 1: 0 gives the source back, 1 the painting."
            )
        if self.size is not None and self.size < 16:
            raise InvalidOptions(
                f"The size {self.size} is too small: give the short side of the result in pixels, 16 or more."
            )

        controls_of(stroke_scale=self.stroke_scale, color=self.colors)

    @property
    def painters(self) -> tuple[Filter, ...]:
        """What paints, in order: the filters; where strokes or colors are turned, one that holds them all."""
        controls = controls_of(stroke_scale=self.stroke_scale, color=self.colors)
        if controls == Controls() or not self.filters:
            return tuple(self.filters)
        return (with_controls(chain(self.filters), controls),)

    @property
    def is_invisible(self) -> bool:
        """Whether the result is the source."""
        return (self.strength == 0 or not self.filters) and self.size is None

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """SHA-256 (hex) of everything that decides how frames with start <= time < stop are painted.

        Seconds from the source's first picture. This look is the same at all times.
        """
        del start, stop
        facts = [[painter.digest for painter in self.painters], self.strength, self.size]
        return sha256(json.dumps(facts).encode()).hexdigest()

    @property
    def description(self) -> str:
        """For a summary line, e.g. ``lineart + great-wave at strength 0.8``."""
        names = " + ".join(painter.name for painter in self.filters) or "unpainted"
        return names if self.strength == 1 or not self.filters else f"{names} at strength {self.strength:g}"

    def paint(self, pixels: Pixels) -> Pixels:
        """Paint one picture.

        Args:
            pixels: (H, W, 3 or 4) uint8 or uint16; alpha is kept beside the painting, unpainted.

        Returns:
            Pixels of the same dtype and channels, of the look's size.

        Raises:
            FilterFailed: a filter gave back something else than a picture of the same size.
        """
        pixels = resize_short_side(pixels, self.size)
        if pixels.shape[2] == 3:
            return self._paint_color(pixels)
        color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
        return cast("Pixels", np.dstack((self._paint_color(color), pixels[..., 3])))

    def _paint_color(self, pixels: Pixels) -> Pixels:
        if self.strength == 0:
            return pixels
        painted = pixels
        for painter in self.painters:
            painted = painter.apply(painted)
            if painted.shape != pixels.shape or painted.dtype != pixels.dtype:
                raise FilterFailed(
                    f"The filter {painter.name!r} was given a picture of {_describe(pixels)} and returned "
                    f"{_describe(painted)}; a filter must return the same size and depth."
                )
        return painted if self.strength == 1 else mix(painted, pixels, strength=self.strength)


def _describe(pixels: Pixels) -> str:
    return f"{'x'.join(map(str, pixels.shape))} {pixels.dtype}"


def scaled_size(frame_size: tuple[int, int], short_side: int | None) -> tuple[int, int]:
    """(width, height) after scaling the short side to ``short_side`` pixels; None keeps it."""
    if short_side is None or short_side == min(frame_size):
        return frame_size
    scale = short_side / min(frame_size)
    width, height = (max(1, round(side * scale)) for side in frame_size)
    return width, height


def resize_short_side(pixels: Pixels, short_side: int | None) -> Pixels:
    """Scale a picture, averaging areas when it shrinks and by Lanczos when it grows."""
    height, width = pixels.shape[:2]
    size = scaled_size((width, height), short_side)
    if size == (width, height):
        return pixels
    shrinks = size[0] < width
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4)
    return cast("Pixels", resized)
