"""Painting pictures as the video stores them, where a look allows it.

One neural filter (or none) at any strength works on 4:2:0 planes, which spares the way to RGB and back.
Everything else (chains, classical filters, scaling) paints RGB.
"""

from __future__ import annotations

import queue
import threading
from typing import TypeAlias

import cv2
import numpy as np

from rotoscope.filters.neural import NeuralFilter, PlanarNeuralFilter
from rotoscope.machine import processors
from rotoscope.media.frame import Frame
from rotoscope.media.planes import PlanarFrame, Plane, PlaneEncoding, Planes
from rotoscope.render.look import Look
from rotoscope.render.views import View, paint_through

_Painters: TypeAlias = "queue.SimpleQueue[PlanarNeuralFilter | None]"

_PAINTED_AT_ONCE = 2
"""Two pictures on half the cores each take less time than one after the other on all: threads that share a
picture wait for each other at every layer (measured on two cores beside the encoder: 5 % more frames)."""
_MOST_PIXELS_AT_ONCE = 1920 * 1088
"""Above this one picture at a time is painted: each holds some 100 bytes a pixel."""


class FramePainter:
    """Paints the frames of one clip with a look; :meth:`paint` may be called from several threads."""

    def __init__(self, look: Look, view: View | None = None, *, at_once: int = _PAINTED_AT_ONCE) -> None:
        self._look = look
        self._view = view
        self._at_once = at_once
        self._lock = threading.Lock()
        self._planar: dict[tuple[PlaneEncoding, tuple[int, int]], _Painters] = {}

    def workers(self, frame_size: tuple[int, int]) -> int:
        """How many pictures of (width, height) are best painted at once."""
        is_small = frame_size[0] * frame_size[1] <= _MOST_PIXELS_AT_ONCE
        may_share = self.wants_planes and not self._look.is_invisible
        return min(self._at_once, processors()) if may_share and is_small else 1

    @property
    def wants_planes(self) -> bool:
        """Whether frames in planes may be painted without going over RGB."""
        look = self._look
        if self._view is not None:
            return False
        alone = len(look.painters) == 1 and isinstance(look.painters[0], NeuralFilter)
        return look.size is None and (alone or look.is_invisible)

    def paint(self, frame: Frame) -> Frame:
        """The frame, painted; in planes if it came in planes and that can be done."""
        if isinstance(frame, PlanarFrame) and self.wants_planes:
            painted = self._paint_planes(frame)
            if painted is not None:
                return frame.with_planes(painted)
        pixels = frame.pixels
        with self._lock:  # filters take one picture at a time
            return frame.with_pixels(paint_through(self._view, self._look, pixels))

    def _paint_planes(self, frame: PlanarFrame) -> Planes | None:
        if self._look.is_invisible:
            return frame.planes
        painters = self._painters(frame)
        painter = painters.get()
        try:
            painted = None if painter is None else painter.apply(frame.planes)
        finally:
            painters.put(painter)
        return None if painted is None else mix_planes(painted, frame.planes, self._look.strength)

    def _painters(self, frame: PlanarFrame) -> _Painters:
        """As many painters as work at once, each with its share of the cores; or Nones."""
        height, width = frame.shape[:2]
        key = (frame.encoding, (width, height))
        with self._lock:
            if key not in self._planar:
                neural = self._look.painters[0]
                assert isinstance(neural, NeuralFilter)
                workers = self.workers((width, height))
                self._planar[key] = queue.SimpleQueue()
                for _ in range(workers):
                    self._planar[key].put(neural.for_planes(*key, shared_by=workers))
            return self._planar[key]


def mix_planes(painted: Planes, source: Planes, strength: float) -> Planes:
    """``strength`` of the painted planes and the rest of the source's; mixing is linear, as in RGB."""
    if strength == 1:
        return painted
    return Planes(*(_mix(new, old, strength) for new, old in zip(painted, source, strict=True)))


def _mix(painted: Plane, source: Plane, strength: float) -> Plane:
    return np.asarray(cv2.addWeighted(painted, strength, source, 1 - strength, 0), np.uint8)
