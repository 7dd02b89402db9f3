"""What a user asks for, and what paints one picture accordingly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from rotoscope.media.clip import Clip
from rotoscope.media.frame import Pixels
from rotoscope.render.progress import ProgressCallback


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
    hold: int = 1
    """Frames for which each painting stays: 2 paints on twos, as animators draw."""
    recipe: str | None = field(default=None, compare=False)
    """What results say on how they were made; see :mod:`rotoscope.render.recipe_line`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be painted.

        Raises:
            InvalidOptions: strength outside 0..1, a size under 16, or strokes, colors or hold that cannot be.
        """
        if not 0 <= self.strength <= 1:
            raise InvalidOptions(
                f"The strength {self.strength} is outside 0 to 1: 0 gives the source back, 1 the painting."
            )
        if self.size is not None and self.size < 16:
            raise InvalidOptions(
                f"The size {self.size} is too small: give the short side of the result in pixels, 16 or more."
            )
        if not 1 <= self.hold <= MOST_HELD:
            raise InvalidOptions(f"hold was {self.hold}; each painting stays for 1 to {MOST_HELD} frames.")
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

    @property
    def description(self) -> str:
        """For a summary line, e.g. ``lineart + great-wave at strength 0.8``."""
        names = " + ".join(painter.name for painter in self.filters) or "unpainted"
        return names if self.strength == 1 or not self.filters else f"{names} at strength {self.strength:g}"

    @property
    def known_cuts(self) -> tuple[Fraction, ...]:
        """None: it does not look for them."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """None: all of it is seen."""
        return ()

    def prepared(self, clip: Clip, *, on_progress: ProgressCallback | None = None) -> Look:
        """Itself: it needs nothing of a clip."""
        return self

    def held_from(self, index: int) -> int:
        """The frame whose painting is shown at frame ``index``; both count from the first one painted."""
        return held_index(index, self.hold)

    def digest_between(self, start: Fraction, stop: Fraction) -> str:
        """SHA-256 of everything that decides the pixels of frames with ``start <= time < stop``."""
        told = [[painter.digest for painter in self.painters], self.strength, self.size, self.hold]
        return sha256(f"look:{told!r}".encode()).hexdigest()

    def paint(self, pixels: Pixels, at: Fraction = Fraction(0)) -> Pixels:
        """Paint one picture.

        Args:
            pixels: (H, W, 3 or 4) uint8 or uint16; alpha is kept beside the painting, unpainted.
            at: its time in seconds; it makes no difference here.

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
            painted = apply_filter(painter, painted)
        return painted if self.strength == 1 else mix(painted, pixels, strength=self.strength)


MOST_HELD = 24
"""Frames for which a painting may stay."""


def held_index(index: int, hold: int) -> int:
    """The frame whose painting is shown at frame ``index`` where each stays for ``hold`` frames."""
    return index - index % hold


def apply_filter(painter: Filter, pixels: Pixels) -> Pixels:
    """What a filter makes of a picture.

    Raises:
        FilterFailed: it gave back something else than a picture of the same size and depth.
    """
    painted = painter.apply(pixels)
    if painted.shape != pixels.shape or painted.dtype != pixels.dtype:
        raise FilterFailed(
            f"The filter {painter.name!r} was given a picture of {_describe(pixels)} and returned "
            f"{_describe(painted)}; a filter must return the same size and depth."
        )
    return painted


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
