"""Filters one after another."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter, arithmetic_of
from rotoscope.media.frame import Pixels


class ChainFilter:
    """Gives each filter the picture that the one before it painted."""

    kind = "chain"

    def __init__(self, filters: Sequence[Filter]) -> None:
        """Chain filters in the order given.

        Raises:
            InvalidOptions: no filter was given.
        """
        if not filters:
            raise InvalidOptions("A chain of no filters was asked for; name at least one filter.")
        self._filters = tuple(filters)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The links, first to last."""
        return self._filters

    @property
    def name(self) -> str:
        """Names of the links, e.g. ``lineart + great-wave``."""
        return " + ".join(link.name for link in self._filters)

    @property
    def digest(self) -> str:
        """SHA-256 of the links' digests in their order."""
        return sha256(("chain:" + ",".join(link.digest for link in self._filters)).encode()).hexdigest()

    @property
    def arithmetic(self) -> str:
        """The links' own; see :func:`rotoscope.filters.base.arithmetic_of`."""
        return ",".join(arithmetic_of(link) for link in self._filters)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture with all of them."""
        for link in self._filters:
            pixels = link.apply(pixels)
        return pixels


def chain(filters: Sequence[Filter]) -> Filter:
    """The one filter itself, or a :class:`ChainFilter` of several.

    Raises:
        InvalidOptions: no filter was given.
    """
    return filters[0] if len(filters) == 1 else ChainFilter(filters)
