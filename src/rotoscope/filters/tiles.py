"""How a picture is cut into tiles that overlap, all of one size.

Along one axis, with the card's border around the picture as in :mod:`rotoscope.filters.padding`::

    |<------------------ padded side ------------------>|
    |<---- tile ---->|            |<---- tile ---->|
              |<---- tile ---->|                            (and so on)
    |   core   | core  |  core |  ...                      each pixel is in one core

A tile shows its core and at least a halo around it, except where the padded picture ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, lcm
from typing import NamedTuple, cast

import cv2
import numpy as np

from rotoscope.filters.card import Padding
from rotoscope.filters.padding import BORDERS
from rotoscope.media.frame import Pixels


class Span(NamedTuple):
    """A tile along one axis, in pixels of the padded side."""

    start: int
    stop: int
    core_start: int
    core_stop: int


class Tile(NamedTuple):
    """A tile's rows and columns."""

    rows: Span
    columns: Span


def tile_spans(side: int, *, tile: int, halo: int, multiple: int) -> tuple[Span, ...]:
    """Tiles of one length along a padded side.

    Args:
        side: of the padded picture, a multiple of ``multiple``.
        tile: the longest a tile may be; it is taken up to two halos and a multiple where it is less.
        halo: pixels that a tile shows beyond its core, a multiple of ``multiple``.
        multiple: what tiles and cores begin and end at.

    Returns:
        Spans whose cores follow each other and are the whole side; all are equally long.
    """
    longest = max(tile // multiple * multiple, 2 * halo + multiple)
    if longest >= side:
        return (Span(0, side, 0, side),)
    count = ceil((side - 2 * halo) / (longest - 2 * halo))
    length = ceil((side + (count - 1) * 2 * halo) / count / multiple) * multiple
    steps = (side - length) // multiple
    starts = [round(steps * place / (count - 1)) * multiple for place in range(count)]
    # Half way between where one tile ends and the next one begins: at least a halo from either.
    cuts = [(one + length + other) // 2 // multiple * multiple for one, other in pairwise(starts)]
    edges = [0, *cuts, side]
    return tuple(
        Span(start, start + length, edges[place], edges[place + 1]) for place, start in enumerate(starts)
    )


@dataclass(frozen=True, slots=True)
class TilePlan:
    """All tiles of a picture."""

    rule: Padding
    picture_size: tuple[int, int]
    """(height, width)."""
    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @classmethod
    def of(
        cls, rule: Padding, picture_size: tuple[int, int], *, tile: int, halo: int, multiple: int
    ) -> TilePlan:
        """Plan tiles of at most ``tile`` pixels a side; see :func:`tile_spans`."""
        both = lcm(multiple, rule.multiple)
        wide = ceil(halo / both) * both
        # A border is mirrored from within one tile.
        least = max(tile, 2 * (rule.margin + rule.multiple) + 2 * wide)
        spans = (
            tile_spans(rule.padded_side(side), tile=least, halo=wide, multiple=both) for side in picture_size
        )
        rows, columns = spans
        return cls(rule, picture_size, rows, columns)

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def __iter__(self) -> Iterator[Tile]:
        return (Tile(rows, columns) for rows in self.rows for columns in self.columns)

    def cut(self, pixels: Pixels, tile: Tile) -> Pixels:
        """What a tile shows, with the card's border where the picture ends; C-contiguous.

        Args:
            pixels: the picture, (H, W, 3), without a border.
            tile: one of this plan.
        """
        inside: list[slice] = []
        borders: list[int] = []
        for span, side in zip(tile, self.picture_size, strict=True):
            start, stop = span.start - self.rule.margin, span.stop - self.rule.margin
            inside.append(slice(max(start, 0), min(stop, side)))
            borders += [max(-start, 0), max(stop - side, 0)]
        shown = pixels[inside[0], inside[1]]
        if not any(borders):
            return cast("Pixels", np.ascontiguousarray(shown))
        top, bottom, left, right = borders
        return cast("Pixels", cv2.copyMakeBorder(shown, top, bottom, left, right, BORDERS[self.rule.mode]))

    def paste(self, painted: Pixels, tile: Tile, picture: Pixels) -> None:
        """Write the core of a painted tile to its place in a picture without a border."""
        places: list[slice] = []
        cores: list[slice] = []
        for span, side in zip(tile, self.picture_size, strict=True):
            start = max(span.core_start - self.rule.margin, 0)
            stop = min(span.core_stop - self.rule.margin, side)
            places.append(slice(start, max(start, stop)))
            first = start + self.rule.margin - span.start
            cores.append(slice(first, first + max(start, stop) - start))
        picture[places[0], places[1]] = painted[cores[0], cores[1]]
