"""Pieces of a picture whose features are taken one after another, so that their maps need not fit at once.

A tile is looked at with a margin as wide as the feature network looks, so what its core's features are does
not depend on how a picture is cut: sums over tiles are the picture's, and so are gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from rotoscope.errors import InvalidOptions


@dataclass(frozen=True, slots=True)
class Span:
    """Rows or columns of a tile."""

    start: int
    """First of the window, which is what the feature network sees."""
    stop: int
    """One behind the last of the window."""
    core_start: int
    core_stop: int
    """Of the core, which is what counts."""
    length: int
    """Of the picture."""

    def of_map(self, length: int) -> tuple[slice, slice]:
        """Where the core lies in a feature map of the window, and in one of the picture.

        Args:
            length: rows or columns of the window's map.
        """
        step = max(1, round((self.stop - self.start) / length))
        first, last = self.core_start // step, self.core_stop // step
        offset = self.start // step
        if self.core_stop == self.length:  # what is no whole step is dropped at the picture's end alone
            return slice(first - offset, length), slice(first, offset + length)
        return slice(first - offset, last - offset), slice(first, last)


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of a picture."""

    rows: Span
    columns: Span

    def window_of(self, picture: Tensor) -> Tensor:
        """(1, C, H, W) to what the feature network sees of it."""
        return picture[:, :, self.rows.start : self.rows.stop, self.columns.start : self.columns.stop]

    def core_of(self, features: Tensor) -> Tensor:
        """(1, C, h, w) of the window to that of the core."""
        rows, _ = self.rows.of_map(features.shape[2])
        columns, _ = self.columns.of_map(features.shape[3])
        return features[:, :, rows, columns]

    def place_in(self, whole: Tensor, features: Tensor) -> Tensor:
        """What belongs to the core, of a map of the whole picture.

        Args:
            whole: (1, C, h, w), of the picture.
            features: (1, …), of the window, at the same layer.
        """
        _, rows = self.rows.of_map(features.shape[2])
        _, columns = self.columns.of_map(features.shape[3])
        return whole[:, :, rows, columns]


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut."""

    side: int
    """Of cores, pixels; a multiple of ``multiple``."""
    margin: int
    """Around them, pixels; a multiple of ``multiple``, at least as far as the feature network looks."""
    multiple: int = 16
    """Pixels for which the deepest map has one position."""

    def __post_init__(self) -> None:
        """Refuse tiles that features would not fit to.

        Raises:
            InvalidOptions: sides that are no multiples.
        """
        if self.side < self.multiple or self.side % self.multiple or self.margin % self.multiple:
            raise InvalidOptions(
                f"Tiles of {self.side} pixels with a margin of {self.margin} were asked for; both are "
                f"multiples of {self.multiple}."
            )

    def tiles(self, height: int, width: int) -> Iterator[Tile]:
        """The tiles of a picture of that size; their cores cover it once."""
        for rows in self._spans(height):
            for columns in self._spans(width):
                yield Tile(rows, columns)

    def _spans(self, length: int) -> list[Span]:
        starts = list(range(0, length, self.side))
        if len(starts) > 1 and length - starts[-1] < self.margin:
            starts.pop()  # a sliver at the end belongs to the tile before it
        stops = [*starts[1:], length]
        return [
            Span(max(0, start - self.margin), min(length, stop + self.margin), start, stop, length)
            for start, stop in zip(starts, stops, strict=True)
        ]


def whole(height: int, width: int) -> Tile:
    """A picture that is not cut."""
    return Tile(Span(0, height, 0, height, height), Span(0, width, 0, width, width))
