"""Several filters at once: the weighted mean of their paintings."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

import cv2
import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.media.frame import Pixels


class MixtureFilter:
    """Every filter paints the same picture; what they painted is averaged."""

    kind = "mixture"

    def __init__(self, parts: Sequence[tuple[Filter, float]]) -> None:
        """Mix filters.

        Args:
            parts: at least two filters, each with its weight above 0; only the weights' ratio counts.

        Raises:
            InvalidOptions: fewer filters, or a weight that is not above 0.
        """
        if len(parts) < 2:
            raise InvalidOptions(f"A mixture of {len(parts)} filters was asked for; name at least two.")
        for filter, weight in parts:
            if not 0 < weight < float("inf"):
                raise InvalidOptions(
                    f"In a mixture the weight of {filter.name} was {weight:g}; it is a number above 0."
                )
        total = sum(weight for _, weight in parts)
        self._parts = tuple((filter, weight / total) for filter, weight in parts)

    @property
    def parts(self) -> tuple[tuple[Filter, float], ...]:
        """Filters and their shares, which add up to 1."""
        return self._parts

    @property
    def name(self) -> str:
        """Names and shares, e.g. ``great-wave:0.7+starry-night:0.3``."""
        return "+".join(f"{filter.name}:{share:.3g}" for filter, share in self._parts)

    @property
    def digest(self) -> str:
        """SHA-256 of the filters' digests and shares in their order."""
        told = ",".join(f"{filter.digest}*{share!r}" for filter, share in self._parts)
        return sha256(f"mixture:{told}".encode()).hexdigest()

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture with all of them; rounded once, at the end."""
        total = np.zeros(pixels.shape, np.float32)
        for filter, share in self._parts:
            painted = filter.apply(pixels)
            total = cv2.scaleAdd(painted.astype(np.float32), share, total)
        return cast("Pixels", (total + np.float32(0.5)).astype(pixels.dtype))
