"""Painting a picture in tiles without seams.

A network whose norms look at the whole picture paints every tile in another way, if tiles are given to it as
if they were pictures. So the statistics of the norms are taken first, of the whole picture at its full
resolution: for the first norm of all tiles, for the second one of all tiles painted up to there with the
first one's statistics, and so on. With all of them known, the network looks at neighbors only, and tiles that
overlap by as far as it looks fit without a seam (:mod:`rotoscope.runtime.whole_picture`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.card import Padding
from rotoscope.filters.tiles import Span, Tile, TilePlan
from rotoscope.media.frame import Pixels
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.load import load_graph, load_map
from rotoscope.runtime.whole_picture import LocalGraphs, Moments


@dataclass(frozen=True, slots=True)
class TileLimits:
    """From when on a picture is painted in tiles, and how large these are."""

    most_whole_bytes: float = 1.9e9
    """Memory that the network's maps may take where a picture is painted whole. With it a frame of 3840x2160
    is painted whole by all networks that were measured in bf16, and by the bundled ones in f32."""
    most_untiled_bytes: float = 6e9
    """The same for a network that can only paint whole: beyond, the picture is refused."""
    tile_side: int = 1280
    """Longest side of a tile, pixels: a halo of 32 around it is a tenth of its pixels, and its maps fit in
    100 MB for a bundled filter and 600 MB for the largest network that was measured. It is longer where a
    network looks further."""


_MOST_MAPS = 5
"""Statistics that are taken of every tile. Each takes a pass over the tiles, which costs half a painting on
average; where there are more, they are taken of so many fewer tiles, spread over the picture."""
_FEWEST_TILES = 24
"""Of these at least."""

TileCallback: TypeAlias = Callable[[int, int], None]
"""Called after every tile with how many are done, and how many there are for this picture."""
_watcher: ContextVar[TileCallback | None] = ContextVar("watcher", default=None)


@contextmanager
def watch_tiles(callback: TileCallback) -> Generator[None]:
    """Have a callback told of every tile that is painted in this thread while the block runs."""
    token = _watcher.set(callback)
    try:
        yield
    finally:
        _watcher.reset(token)


def take_statistics(
    pixels: Pixels,
    graphs: LocalGraphs,
    plan: TilePlan,
    *,
    options: RuntimeOptions | None,
    tell: Callable[[], None] = lambda: None,
) -> list[Moments]:
    """Mean and variance of every map that a norm looks at, over the picture with its border.

    Args:
        pixels: (H, W, 3).
        graphs: of the filter.
        plan: tiles of the picture.
        options: how graphs are run.
        tell: called after every tile.
    """
    tiles = sampled_tiles(plan, len(graphs.statistics))
    known: list[Moments] = []
    for stage in range(len(graphs.statistics)):
        graph = load_map(graphs.map_model(stage, known), options=options)
        parts: list[tuple[int, Moments]] = []
        for tile in tiles:
            core = _core_of(graph.run(plan.cut(pixels, tile)), graphs, stage, tile, plan)
            parts.append((core.shape[1] * core.shape[2], _moments(core)))
            tell()
        known.append(pooled(parts))
    return known


def paint_in_tiles(
    pixels: Pixels, graphs: LocalGraphs, rule: Padding, *, options: RuntimeOptions | None, side: int
) -> Pixels:
    """Paint a picture in tiles.

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        graphs: of the filter.
        rule: the card's padding.
        options: how graphs are run.
        side: of a tile, at most; it is longer where the network looks further.

    Returns:
        A new picture of the same shape and type.
    """
    plan = TilePlan.of(
        rule,
        (pixels.shape[0], pixels.shape[1]),
        tile=side,
        halo=graphs.reach.halo,
        multiple=graphs.reach.multiple,
    )
    stages = len(graphs.statistics)
    counter = _Counter(stages * len(sampled_tiles(plan, stages)) + len(plan))
    known = take_statistics(pixels, graphs, plan, options=options, tell=counter.advance)
    graph = load_graph(graphs.painting_model(known), options=options)
    painted = np.empty_like(pixels, order="C")
    for tile in plan:
        plan.paste(graph.run(plan.cut(pixels, tile)), tile, painted)
        counter.advance()
    return painted


def sampled_tiles(plan: TilePlan, stages: int) -> list[Tile]:
    """The tiles that statistics are taken of: all of them, or some that are spread over the picture."""
    tiles = list(plan)
    wanted = max(_FEWEST_TILES, ceil(len(tiles) * _MOST_MAPS / max(stages, 1)))
    if wanted >= len(tiles):
        return tiles
    return [tiles[int((place + 0.5) * len(tiles) / wanted)] for place in range(wanted)]


class _Counter:
    """Tells whoever watches."""

    def __init__(self, total: int) -> None:
        self._done, self._total = 0, total
        self._callback = _watcher.get()

    def advance(self) -> None:
        self._done += 1
        if self._callback is not None:
            self._callback(self._done, self._total)


def _core_of(
    values: NDArray[np.float32], graphs: LocalGraphs, stage: int, tile: Tile, plan: TilePlan
) -> NDArray[np.float32]:
    """The elements of a tile's map that are no other tile's; every element of the whole map is in one."""
    name = graphs.map_name(stage)
    cores: list[slice] = []
    for axis, (span, spans) in enumerate(zip(tile, (plan.rows, plan.columns), strict=True)):
        first = graphs.reach.elements(name, span.core_start - span.start, axis)
        last = graphs.reach.elements(name, span.core_stop - span.start, axis)
        # The whole map may be a little longer or shorter than the picture, by borders inside the graph.
        cores.append(slice(first, None if _is_last(span, spans) else last))
    return values[:, cores[0], cores[1]]


def _is_last(span: Span, spans: Sequence[Span]) -> bool:
    return span is spans[-1]


def _moments(values: NDArray[np.float32]) -> Moments:
    """Of one core, (C, h, w), in double precision."""
    found = np.array([cv2.meanStdDev(plane) for plane in values], np.float64).reshape(len(values), 2)
    return Moments(found[:, 0], found[:, 1] ** 2)


def pooled(parts: Sequence[tuple[int, Moments]]) -> Moments:
    """Moments of all parts together, each given with its number of elements."""
    weights = np.array([count for count, _ in parts], np.float64)[:, None]
    weights /= weights.sum()
    means = np.stack([moments.mean for _, moments in parts])
    variances = np.stack([moments.variance for _, moments in parts])
    mean = (weights * means).sum(0)
    return Moments(mean, (weights * (variances + (means - mean) ** 2)).sum(0))
