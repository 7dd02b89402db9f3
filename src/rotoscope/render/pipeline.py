"""Decode, paint and encode, overlapped in time.

A clip -> read ahead -> paint -> write behind. No more than a dozen pictures are in memory at any time,
however long the clip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Protocol, TypeAlias

from rotoscope.errors import DecodeError
from rotoscope.media.frame import Frame
from rotoscope.render.overlap import WriteBehind, map_ahead, read_ahead
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressMeter

Steady: TypeAlias = Callable[[Iterator[tuple[Frame, Frame]]], Iterator[Frame]]
"""Takes frames of the source with their paintings, in order, and gives the paintings, steadied."""


class FrameSink(Protocol):
    """Takes painted frames in their order."""

    def write(self, frame: Frame) -> None:
        """Take the next one."""
        ...

    @property
    def written_bytes(self) -> int | None:
        """Bytes on the disk so far; None where that is not known."""
        ...


def paint_frames(
    frames: Iterator[Frame],
    painter: FramePainter,
    writer: FrameSink,
    meter: ProgressMeter,
    *,
    workers: int = 1,
    steadying: Steady | None = None,
) -> None:
    """Paint every frame, reading ahead and writing behind.

    Args:
        frames: those to paint; with ``steadying``, from the first to the last that counts.
        painter: paints one.
        writer: takes the painted ones.
        meter: counts those that are written.
        workers: how many are painted at once.
        steadying: makes neighbors alike; None: each is written as it was painted.

    Raises:
        DecodeError: there was no frame.
    """
    pairs = map_ahead(lambda frame: (frame, painter.paint(frame)), read_ahead(frames), workers=workers)
    with closing(pairs), WriteBehind(writer.write) as behind:
        for painted in (painted for _, painted in pairs) if steadying is None else steadying(pairs):
            behind.put(painted)
            meter.advance((painted.shape[1], painted.shape[0]), written_bytes=writer.written_bytes)
    if not meter.frames_done:
        raise DecodeError("The chosen part of the source holds no frames; choose another --start or --stop.")
