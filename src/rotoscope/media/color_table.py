"""The 256 colors of a GIF, chosen from all frames of the clip."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from rotoscope.media.picture import as_video_frame

_KEPT_BITS = np.uint8(0b11111100)
_HALF_STEP = np.uint8(0b00000010)
_OPAQUE_FROM = 128
_DITHER_SCALE = 3  # of 0 (coarse pattern) to 5 (hardly any)
_UNIT = Fraction(1, 1000)


class ColorTable:
    """Collects colors while frames come, then paints the frames with at most 256 of them.

    FFmpeg's palettegen keeps every different color it meets; colors are rounded to 6 bits a component before
    it sees them, so that it never keeps more than 262,144, however long the clip.
    """

    def __init__(self, *, has_alpha: bool) -> None:
        self._has_alpha = has_alpha
        self._graph: Graph | None = None

    def add(self, pixels: Any) -> None:  # noqa: ANN401  # NumPy's stubs lose the dtype
        """Count the colors of (H, W, 3 or 4) uint8 pixels."""
        coarse = pixels & _KEPT_BITS | _HALF_STEP
        if self._has_alpha:
            coarse[..., 3] = pixels[..., 3]
        picture = as_video_frame(coarse).reformat(format="bgra")
        if self._graph is None:
            self._graph = self._collector(picture)
        picture.pts = None
        self._graph.push(picture)

    def apply(self, pictures: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Paint BGRA pictures with the table; to be called once, after the last :meth:`add`.

        Ordered (Bayer) dithering keeps still parts still; error diffusion would crawl from frame to frame.
        """
        assert self._graph is not None
        self._graph.push(None)
        table: Any = self._graph.pull()
        painter: _Painter | None = None
        for picture in pictures:
            if painter is None:
                painter = _Painter(table, picture.width, picture.height)
            yield from painter.paint(picture)
        if painter is not None:
            yield from painter.finish()

    def _collector(self, like: av.VideoFrame) -> Graph:
        graph = Graph()
        source = _buffer(graph, like.width, like.height)
        options = f"stats_mode=full:reserve_transparent={int(self._has_alpha)}:transparency_color=white"
        generator = graph.add("palettegen", options)
        source.link_to(generator)
        generator.link_to(graph.add("buffersink"))
        graph.configure()
        return graph


class _Painter:
    """FFmpeg's paletteuse with one table for all pictures."""

    def __init__(self, table: av.VideoFrame, width: int, height: int) -> None:
        self._graph = Graph()
        self._pictures = _buffer(self._graph, width, height)
        tables = _buffer(self._graph, table.width, table.height)
        options = f"dither=bayer:bayer_scale={_DITHER_SCALE}:alpha_threshold={_OPAQUE_FROM}"
        painter = self._graph.add("paletteuse", options)
        self._pictures.link_to(painter, 0, 0)
        tables.link_to(painter, 0, 1)
        painter.link_to(self._graph.add("buffersink"))
        self._graph.configure()
        table.pts, table.time_base = 0, _UNIT
        tables.push(table)
        tables.push(None)  # no further table comes: nothing waits for one
        self._number = 0

    def paint(self, picture: av.VideoFrame) -> Iterator[av.VideoFrame]:
        picture.pts, picture.time_base = self._number, _UNIT
        self._number += 1
        self._pictures.push(picture)
        yield from self._pulled()

    def finish(self) -> Iterator[av.VideoFrame]:
        self._pictures.push(None)
        yield from self._pulled()

    def _pulled(self) -> Iterator[av.VideoFrame]:
        with contextlib.suppress(BlockingIOError, EOFError):  # nothing more for now; nothing more at all
            while True:
                yield self._graph.vpull()


def _buffer(graph: Graph, width: int, height: int) -> FilterContext:
    return graph.add_buffer(width=width, height=height, format=av.VideoFormat("bgra"), time_base=_UNIT)
