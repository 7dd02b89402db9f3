"""Optical flow: where each pixel of one picture was in another one, and what is done with it.

Flow is found by an engine; see :mod:`rotoscope.motion.engines` for those that there are.
"""

from __future__ import annotations

from collections.abc import Callable
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

_EDGE_SHARE: Final = 0.01
_EDGE_FLOOR: Final = 0.002
"""Squared pixels a pixel."""
_FAST: Final = cv2.DISOPTICAL_FLOW_PRESET_FAST
_LEAST_SIDE: Final = 24
"""Dense inverse search needs room for its patches; smaller pictures are taken to stand still."""
_REFINEMENTS: Final = 5
"""The preset's own."""
_FINEST_SCALE: Final = 1
"""Halvings of the picture at which the search ends: the preset's own 2 blurs the outlines of what moves."""


def find_flow(here: Picture, there: Picture) -> Flow:
    """For each pixel of ``here``, the way to its match in ``there``, by the default engine, ``dis``.

    See :meth:`rotoscope.motion.engines.FlowEngine.find`.
    """
    return search_densely(luma(here), luma(there))


def search_densely(
    here: Gray,
    there: Gray,
    *,
    preset: int = _FAST,
    finest_scale: int = _FINEST_SCALE,
    refinements: int = _REFINEMENTS,
    weighs_rest: bool = True,
) -> Flow:
    """Dense inverse search (Kroeger et al. 2016) as OpenCV has it.

    The result is the same whatever the number of OpenCV's threads: it cuts all pictures into as many stripes.

    Args:
        here: (H, W) luma; with a side below 24 pixels it is taken to stand still.
        there: of the same size.
        preset: one of OpenCV's ``DISOPTICAL_FLOW_PRESET_...``.
        finest_scale: halvings of the picture at which the search ends; 0: at its full size.
        refinements: rounds of variational refinement at each scale; none gives patches that are moved apart.
        weighs_rest: whether standing still is tried everywhere, beside what neighbors and coarser scales say.
    """
    if min(here.shape) < _LEAST_SIDE:
        return np.zeros((*here.shape, 2), np.float32)
    # A new one each time: it remembers the flow it began with, and would begin the next search there, too.
    search = cv2.DISOpticalFlow.create(preset)
    search.setFinestScale(finest_scale)
    search.setVariationalRefinementIterations(refinements)
    start = np.zeros((*here.shape, 2), np.float32) if weighs_rest else None
    calculate = cast("Callable[[Gray, Gray, Flow | None], Flow]", search.calc)  # its stubs want a start
    return calculate(np.ascontiguousarray(here), np.ascontiguousarray(there), start)


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
    returned = cast("Flow", cv2.remap(back, *_reached(flow), cv2.INTER_LINEAR))
    missed = squared_lengths(flow + returned)
    gone = squared_lengths(flow) + squared_lengths(returned)
    return np.asarray(missed < 0.01 * gone + 0.5, np.bool_)


def hidden(flow: Flow, back: Flow) -> NDArray[np.bool_]:
    """Which pixels cannot be followed: (H, W).

    Those that are hidden in the other picture or outside of it, those whose way there and back does not end
    where it began (:func:`agrees`), and the edges of what moves, where flow is a mixture of two movements:
    ``|grad u|^2 + |grad v|^2 > 0.01 |flow|^2 + 0.002`` (Sundaram et al. 2010, Ruder et al. 2016).

    Args:
        flow: (H, W, 2), from this picture to the other one.
        back: the same shape, from the other one to this.
    """
    height, width = flow.shape[:2]
    columns, rows = _reached(flow)
    # Pixels have an extent: what stands still at the border does not leave by a hundredth of a pixel.
    is_inside = (columns >= -0.5) & (columns <= width - 0.5) & (rows >= -0.5) & (rows <= height - 0.5)
    return ~(is_inside & agrees(flow, back)) | edges_of_motion(flow)


def edges_of_motion(flow: Flow) -> NDArray[np.bool_]:
    """Where flow changes from one pixel to the next: (H, W); see :func:`hidden`."""
    steps = [cv2.Sobel(flow, cv2.CV_32F, dx, 1 - dx, ksize=1, scale=0.5) for dx in (1, 0)]
    change = sum(squared_lengths(cast("Flow", step)) for step in steps)
    return np.asarray(change > _EDGE_SHARE * squared_lengths(flow) + _EDGE_FLOOR, np.bool_)


def squared_lengths(flow: Flow) -> NDArray[np.float32]:
    """How far each pixel goes, squared: (H, W)."""
    right, down = flow[..., 0], flow[..., 1]  # NumPy sums short last axes slowly
    return np.asarray(right * right + down * down, np.float32)


def _reached(flow: Flow) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows where each pixel's match lies, in pixels of its picture."""
    height, width = flow.shape[:2]
    columns = np.arange(width, dtype=np.float32)[None, :] + flow[..., 0]
    rows = np.arange(height, dtype=np.float32)[:, None] + flow[..., 1]
    return columns, rows
