"""Painting pictures as the video stores them, where a look allows it.

One neural filter (or none) at any strength works on 4:2:0 planes, which spares the way to RGB and back.
Everything else (chains, classical filters, scaling) paints RGB.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from fractions import Fraction
from typing import TypeAlias

import cv2
import numpy as np

from rotoscope.filters.neural import NeuralFilter, PlanarNeuralFilter
from rotoscope.machine import processors
from rotoscope.media.frame import Frame
from rotoscope.media.planes import PlanarFrame, Plane, PlaneEncoding, Planes
from rotoscope.render.any_look import AnyLook
from rotoscope.render.views import View, paint_through

_Painters: TypeAlias = "queue.SimpleQueue[PlanarNeuralFilter | None]"

PAINTED_AT_ONCE = 2
"""Two pictures on half the cores each take less time than one after the other on all: threads that share a
picture wait for each other at every layer (measured on two cores beside the encoder: 5 % more frames)."""
MOST_PIXELS_AT_ONCE = 1920 * 1088
"""Above this one picture at a time is painted: each holds some 100 bytes a pixel."""


class FramePainter:
    """Paints the frames of one clip with a look; :meth:`paint` may be called from several threads.

    Where the look holds its paintings, frames have to come in their order: the first of those that share a
    painting is painted, and the others get its picture.
    """

    def __init__(
        self,
        look: AnyLook,
        view: View | None = None,
        *,
        origin: Fraction = Fraction(0),
        held_from: Callable[[int], int] | None = None,
        first_index: int = 0,
        at_once: int = PAINTED_AT_ONCE,
    ) -> None:
        """Make ready.

        Args:
            look: prepared for the clip.
            view: what filters are shown of the pictures; None: the pictures as they are.
            origin: what the frames' times are counted from; see
                :attr:`rotoscope.media.clip.Clip.origin_seconds`.
            held_from: the frame whose painting is shown at a frame; None: as the look says.
            first_index: of the first frame that will come; it stands for those that would be held from an
                earlier one.
            at_once: how many pictures may be painted at the same time.
        """
        self._look = look
        self._view = view
        self._at_once = at_once
        self._held_from = held_from or look.held_from
        self._first_index = first_index
        self._origin = origin
        self._held: dict[int, Future[Frame]] = {}
        self._lock = threading.Lock()
        self._planar: dict[tuple[PlaneEncoding, tuple[int, int]], _Painters] = {}

    def workers(self, frame_size: tuple[int, int]) -> int:
        """How many pictures of (width, height) are best painted at once."""
        is_small = frame_size[0] * frame_size[1] <= MOST_PIXELS_AT_ONCE
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
        first = max(self._held_from(frame.index), self._first_index)
        if first == frame.index and self._held_from(first + 1) > first:
            return self._paint(frame)  # nothing else will want it
        with self._lock:
            promise = self._held.setdefault(first, Future())
            for old in [index for index in self._held if index < first - _HELD_BACK]:
                del self._held[old]
        if first != frame.index:
            return _with_picture_of(frame, promise.result())
        try:
            promise.set_result(self._paint(frame))
        except BaseException as error:
            promise.set_exception(error)
            raise
        return promise.result()

    def _paint(self, frame: Frame) -> Frame:
        if isinstance(frame, PlanarFrame) and self.wants_planes:
            painted = self._paint_planes(frame)
            if painted is not None:
                return frame.with_planes(painted)
        pixels = frame.pixels
        with self._lock:  # filters take one picture at a time
            at = frame.time_seconds - self._origin
            return frame.with_pixels(paint_through(self._view, self._look, pixels, at))

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


_HELD_BACK = 64
"""Frames behind the newest one for which a held painting is kept; more than threads can be apart."""


def _with_picture_of(frame: Frame, painted: Frame) -> Frame:
    """The moment of one frame with the picture of another."""
    if isinstance(frame, PlanarFrame) and isinstance(painted, PlanarFrame):
        return frame.with_planes(painted.planes)
    return frame.with_pixels(painted.pixels)


def mix_planes(painted: Planes, source: Planes, strength: float) -> Planes:
    """``strength`` of the painted planes and the rest of the source's; mixing is linear, as in RGB."""
    if strength == 1:
        return painted
    return Planes(*(_mix(new, old, strength) for new, old in zip(painted, source, strict=True)))


def _mix(painted: Plane, source: Plane, strength: float) -> Plane:
    return np.asarray(cv2.addWeighted(painted, strength, source, 1 - strength, 0), np.uint8)
