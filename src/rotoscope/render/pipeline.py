"""Decode, paint and encode, overlapped in time.

A clip -> read ahead -> paint -> write behind. No more than a dozen pictures are in memory at any time,
however long the clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Protocol

from rotoscope.errors import DecodeError
from rotoscope.media.frame import Frame
from rotoscope.render.overlap import WriteBehind, map_ahead, read_ahead
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressMeter


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
) -> None:
    """Paint every frame, reading ahead and writing behind.

    Raises:
        DecodeError: there was no frame.
    """
    all_painted = map_ahead(painter.paint, read_ahead(frames), workers=workers)
    with closing(all_painted), WriteBehind(writer.write) as behind:
        for painted in all_painted:
            behind.put(painted)
            meter.advance((painted.shape[1], painted.shape[0]), written_bytes=writer.written_bytes)
    if not meter.frames_done:
        raise DecodeError("The chosen part of the source holds no frames; choose another --start or --stop.")
