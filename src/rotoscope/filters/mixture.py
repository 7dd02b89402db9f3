"""Several filters at once: the weighted mean of their paintings, or within a family of their networks."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar, cast

import cv2
import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter, arithmetic_of
from rotoscope.filters.family import mix_family
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.pixels import strips
from rotoscope.media.frame import Pixels

SomeFilter = TypeVar("SomeFilter", bound=Filter)


def mix_filters(parts: Sequence[tuple[Filter, float]]) -> Filter:
    """Mix filters: those of one family as one network, others by their paintings.

    Args:
        parts: at least two filters, each with its weight; only the weights' ratio counts.

    Raises:
        InvalidOptions: fewer filters, a weight below 0, or none above.
        InvalidCard: a filter is not of the family that its card names.
    """
    neural = [(filter, weight) for filter, weight in parts if isinstance(filter, NeuralFilter)]
    families = {filter.card.family for filter, _ in neural}
    is_family = len(neural) == len(parts) and len(families) == 1 and None not in families
    return FamilyMixture(neural) if is_family else MixtureFilter(parts)


class MixtureFilter:
    """Every filter paints the same picture; what they painted is averaged."""

    kind = "mixture"

    def __init__(self, parts: Sequence[tuple[Filter, float]]) -> None:
        """Mix filters.

        Args:
            parts: at least two filters, each with its weight; only the weights' ratio counts.

        Raises:
            InvalidOptions: fewer filters, a weight below 0, or none above.
        """
        self._parts = _shared(parts)

    @property
    def parts(self) -> tuple[tuple[Filter, float], ...]:
        """Filters and their shares, which add up to 1."""
        return self._parts

    @property
    def name(self) -> str:
        """Names and shares, e.g. ``great-wave:0.7+starry-night:0.3``."""
        return _told(self._parts)

    @property
    def digest(self) -> str:
        """SHA-256 of the filters' digests and shares in their order."""
        told = ",".join(f"{filter.digest}*{share!r}" for filter, share in self._parts)
        return sha256(f"mixture:{told}".encode()).hexdigest()

    @property
    def arithmetic(self) -> str:
        """The filters' own; see :func:`rotoscope.filters.base.arithmetic_of`."""
        return ",".join(arithmetic_of(filter) for filter, _ in self._parts)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture with all of them; rounded once, at the end."""
        total = np.zeros(pixels.shape, np.float32)
        for filter, share in self._parts:
            if share > 0:
                painted = filter.apply(pixels)
                for rows in strips(len(pixels)):
                    total[rows] = cv2.scaleAdd(painted[rows].astype(np.float32), share, total[rows])
        mixed = np.empty(pixels.shape, pixels.dtype)
        for rows in strips(len(pixels)):
            mixed[rows] = (total[rows] + np.float32(0.5)).astype(pixels.dtype)
        return cast("Pixels", mixed)


class FamilyMixture(NeuralFilter):
    """Filters of one family as one network, whose weights are averaged: it takes the time of one of them."""

    def __init__(self, parts: Sequence[tuple[NeuralFilter, float]]) -> None:
        """Mix filters.

        Args:
            parts: as for :class:`MixtureFilter`; their cards name the same family.

        Raises:
            InvalidOptions: as :class:`MixtureFilter`.
            InvalidCard: a filter is not of the family that its card names.
        """
        shared = _shared(parts)
        self._shares = shared
        self._told = _told(shared)
        file = mix_family([(filter.file, share) for filter, share in shared])
        super().__init__(file, options=parts[0][0].options)

    @property
    def parts(self) -> tuple[tuple[NeuralFilter, float], ...]:
        """Filters and their shares, which add up to 1."""
        return self._shares

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process as its parts."""
        return FamilyMixture, (self._shares,)

    @property
    def name(self) -> str:
        """Names and shares, e.g. ``northern-sea:0.7+northern-sky:0.3``."""
        return self._told

    @property
    def kind(self) -> str:
        """Always ``mixture``."""
        return MixtureFilter.kind


def _shared(parts: Sequence[tuple[SomeFilter, float]]) -> tuple[tuple[SomeFilter, float], ...]:
    if len(parts) < 2:
        raise InvalidOptions(f"A mixture of {len(parts)} filters was asked for; name at least two.")
    for filter, weight in parts:
        if not 0 <= weight < float("inf"):
            raise InvalidOptions(
                f"In a mixture the weight of {filter.name} was {weight:g}; it is a number from 0."
            )
    total = sum(weight for _, weight in parts)
    if total == 0:
        raise InvalidOptions("In a mixture all weights were 0; give one filter at least a number above 0.")
    return tuple((filter, weight / total) for filter, weight in parts)


def _told(parts: Sequence[tuple[Filter, float]]) -> str:
    return "+".join(f"{filter.name}:{share:.3g}" for filter, share in parts)
