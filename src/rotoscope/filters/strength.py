"""How much of the painted picture is shown."""

from __future__ import annotations

from hashlib import sha256

import cv2

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.wrapper import FilterWrapper
from rotoscope.media.frame import Pixels


def mix(painted: Pixels, source: Pixels, *, strength: float) -> Pixels:
    """``strength`` of the painted picture and the rest of the source, rounded to the nearest integer.

    Args:
        painted: (H, W, 3) uint8 or uint16.
        source: the same shape and type.
        strength: 0 gives the source, 1 the painted picture, both exactly.

    Returns:
        A new array of the same shape and type.

    Raises:
        InvalidOptions: strength is outside 0 to 1.
    """
    require_strength(strength)
    if strength in (0, 1):
        return (painted if strength else source).copy()
    return cv2.addWeighted(painted, strength, source, 1 - strength, 0)  # pyright: ignore[reportReturnType] - OpenCV keeps the type of what it is given


class StrengthFilter(FilterWrapper):
    """A filter at a part of its strength."""

    def __init__(self, filter: Filter, *, strength: float) -> None:
        """Wrap a filter.

        Raises:
            InvalidOptions: strength is outside 0 to 1.
        """
        require_strength(strength)
        super().__init__(filter)
        self._strength = float(strength)

    @property
    def digest(self) -> str:
        """SHA-256 of the filter's digest and the strength."""
        return sha256(f"strength:{self._strength!r}:{self._filter.digest}".encode()).hexdigest()

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture and mix it with the source; at strength 0 nothing is painted."""
        if self._strength == 0:
            return pixels.copy()
        return mix(self._filter.apply(pixels), pixels, strength=self._strength)


def with_strength(filter: Filter, strength: float) -> Filter:
    """The filter at that strength; at 1 the filter itself.

    Raises:
        InvalidOptions: strength is outside 0 to 1.
    """
    require_strength(strength)
    return filter if strength == 1 else StrengthFilter(filter, strength=strength)


def require_strength(strength: float) -> None:
    """Refuse a strength outside 0 to 1 (or one that is not a number).

    Raises:
        InvalidOptions: it is.
    """
    if not 0 <= strength <= 1:
        raise InvalidOptions(
            f"strength was {strength}; it is a number from 0 (the source) to 1 (fully painted)."
        )
