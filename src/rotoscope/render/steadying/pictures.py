"""Frames as coherence works on them: planes of levels, and the luma that movement is found on."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, cast

import cv2
import numpy as np

from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.planes import PlanarFrame, Planes
from rotoscope.motion.coherence.shrinking import Painted
from rotoscope.motion.flow import Gray

PaintedPlanes: TypeAlias = tuple[Painted, ...]
"""Luma and both chroma planes, or colors alone; transparency is left as it was painted."""


def luma_of(frame: Frame) -> Gray:
    """(H, W) uint8, without making pixels of planes."""
    if isinstance(frame, PlanarFrame):
        return frame.planes.luma
    pixels = frame.pixels
    gray = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY)
    return cast("Gray", gray if gray.dtype == np.uint8 else cv2.convertScaleAbs(gray, alpha=1 / 257))


def planes_of(frame: Frame) -> PaintedPlanes:
    """What is averaged of a painted frame."""
    if isinstance(frame, PlanarFrame):
        return tuple(frame.planes)
    return (cast("Painted", np.ascontiguousarray(frame.pixels[..., :3])),)


def with_planes(frame: Frame, planes: PaintedPlanes) -> Frame:
    """The same moment, and the same transparency, with other planes."""
    if isinstance(frame, PlanarFrame):
        return frame.with_planes(Planes(*(np.asarray(plane, np.uint8) for plane in planes)))
    (color,) = planes
    if frame.pixels.shape[2] == 3:
        return frame.with_pixels(color)
    return frame.with_pixels(cast("Pixels", np.dstack((color, frame.pixels[..., 3]))))


def at_index(frame: Frame, index: int) -> Frame:
    """The same frame at another place among the others."""
    if isinstance(frame, PlanarFrame):
        return PlanarFrame(
            frame.planes,
            frame.encoding,
            index=index,
            pts=frame.pts,
            time_base=frame.time_base,
            duration=frame.duration,
        )
    return replace(frame, index=index)
