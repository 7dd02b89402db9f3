"""Optical flow: where each pixel of one picture was in another one, and what is done with it.

Flow is found by an engine; see :mod:`rotoscope.motion.engines` for those that there are.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2): for each pixel how far right and how far down its match lies, in pixels."""
Gray: TypeAlias = NDArray[np.uint8]
"""(H, W) luma."""

Picture: TypeAlias = NDArray[np.uint8]
"""(H, W) luma or (H, W, 3) sRGB."""

_FAST: Final = cv2.DISOPTICAL_FLOW_PRESET_FAST
_LEAST_SIDE: Final = 24
"""Dense inverse search needs room for its patches; smaller pictures are taken to stand still."""
_FINEST_SCALE: Final = 1
"""Halvings of the picture at which the search ends: the preset's own 2 blurs the outlines of what moves."""


def find_flow(here: Picture, there: Picture) -> Flow:
    """For each pixel of ``here``, the way to its match in ``there``, by the default engine, ``dis``.

    See :meth:`rotoscope.motion.engines.FlowEngine.find`.
    """
    return search_densely(luma(here), luma(there))


def search_densely(
    here: Gray, there: Gray, *, preset: int = _FAST, finest_scale: int = _FINEST_SCALE
) -> Flow:
    """Dense inverse search (Kroeger et al. 2016) as OpenCV has it.

    The result is the same whatever the number of OpenCV's threads (measured with 5.0, on all presets).

    Args:
        here: (H, W) luma; with a side below 24 pixels it is taken to stand still.
        there: of the same size.
        preset: one of OpenCV's ``DISOPTICAL_FLOW_PRESET_...``.
        finest_scale: halvings of the picture at which the search ends; 0: at its full size.
    """
    if min(here.shape) < _LEAST_SIDE:
        return np.zeros((*here.shape, 2), np.float32)
    # A new one each time: it remembers the flow it began with, and would begin the next search there, too.
    search = cv2.DISOpticalFlow.create(preset)
    search.setFinestScale(finest_scale)
    start = np.zeros((*here.shape, 2), np.float32)
    return cast("Flow", search.calc(here, there, start))


def luma(picture: Picture) -> Gray:
    """A picture's luma; itself where it is luma already."""
    return picture if picture.ndim == 2 else cast("Gray", cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def warp(picture: NDArray[np.uint8], flow: Flow) -> NDArray[np.uint8]:
    """``picture`` as seen from where the flow starts: each pixel is read where its match lies.

    Args:
        picture: (H, W) or (H, W, C) uint8, the picture that the flow leads to.
        flow: of the same height and width.
    """
    return cast("NDArray[np.uint8]", cv2.remap(picture, *_reached(flow), cv2.INTER_LINEAR))


def agrees(flow: Flow, back: Flow) -> NDArray[np.bool_]:
    """Where going and coming back ends where it began: (H, W).

    Elsewhere a pixel is hidden in the other picture, or its match is wrong. The bound is that of Sundaram et
    al. 2010: a hundredth of the squared ways, and half a pixel.
    """
    returned = cv2.remap(back, *_reached(flow), cv2.INTER_LINEAR)
    missed = ((flow + returned) ** 2).sum(axis=2)
    gone = (flow**2).sum(axis=2) + (returned**2).sum(axis=2)
    return np.asarray(missed < 0.01 * gone + 0.5, np.bool_)


def _reached(flow: Flow) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows where each pixel's match lies, in pixels of its picture."""
    height, width = flow.shape[:2]
    columns = np.arange(width, dtype=np.float32)[None, :] + flow[..., 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return columns, rows
