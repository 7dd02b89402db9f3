"""Painting pictures as the video stores them, where a look allows it.

One neural filter (or none) at any strength works on 4:2:0 planes, which spares the way to RGB and back.
Everything else (chains, classical filters, scaling) paints RGB.
"""

from __future__ import annotations

import cv2
import numpy as np

from rotoscope.filters.neural import NeuralFilter, PlanarNeuralFilter
from rotoscope.media.frame import Frame
from rotoscope.media.planes import PlanarFrame, Plane, PlaneEncoding, Planes
from rotoscope.render.look import Look


class FramePainter:
    """Paints the frames of one clip with a look."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._planar: dict[tuple[PlaneEncoding, tuple[int, int]], PlanarNeuralFilter | None] = {}

    @property
    def wants_planes(self) -> bool:
        """Whether frames in planes may be painted without going over RGB."""
        look = self._look
        alone = len(look.filters) == 1 and isinstance(look.filters[0], NeuralFilter)
        return look.size is None and (alone or look.is_invisible)

    def paint(self, frame: Frame) -> Frame:
        """The frame, painted; in planes if it came in planes and that can be done."""
        if isinstance(frame, PlanarFrame) and self.wants_planes:
            painted = self._paint_planes(frame)
            if painted is not None:
                return frame.with_planes(painted)
        return frame.with_pixels(self._look.paint(frame.pixels))

    def _paint_planes(self, frame: PlanarFrame) -> Planes | None:
        if self._look.is_invisible:
            return frame.planes
        height, width = frame.shape[:2]
        key = (frame.encoding, (width, height))
        if key not in self._planar:
            painter = self._look.filters[0]
            assert isinstance(painter, NeuralFilter)
            self._planar[key] = painter.for_planes(*key)
        painter = self._planar[key]
        if painter is None:
            return None
        return mix_planes(painter.apply(frame.planes), frame.planes, self._look.strength)


def mix_planes(painted: Planes, source: Planes, strength: float) -> Planes:
    """``strength`` of the painted planes and the rest of the source's; mixing is linear, as in RGB."""
    if strength == 1:
        return painted
    return Planes(*(_mix(new, old, strength) for new, old in zip(painted, source, strict=True)))


def _mix(painted: Plane, source: Plane, strength: float) -> Plane:
    return np.asarray(cv2.addWeighted(painted, strength, source, 1 - strength, 0), np.uint8)
