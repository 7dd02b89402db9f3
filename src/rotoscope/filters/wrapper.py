"""What filters share that turn another filter and go by its name."""

from __future__ import annotations

from rotoscope.filters.base import Filter, arithmetic_of


class FilterWrapper:
    """Holds a filter, and has its name and kind."""

    def __init__(self, filter: Filter) -> None:
        self._filter = filter

    @property
    def wrapped(self) -> Filter:
        """The filter that it turns."""
        return self._filter

    @property
    def name(self) -> str:
        """The filter's own name."""
        return self._filter.name

    @property
    def kind(self) -> str:
        """The filter's own kind."""
        return self._filter.kind

    @property
    def arithmetic(self) -> str:
        """The filter's own; see :func:`rotoscope.filters.base.arithmetic_of`."""
        return arithmetic_of(self._filter)
