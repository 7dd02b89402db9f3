"""A painted neighbor, moved along the flow to where its things are in the frame at hand."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import torch
from torch import Tensor

from rotoscope.filters.pixels import Floats
from rotoscope.media.frame import Pixels
from rotoscope.media.plain import plain
from rotoscope.motion.engines import FlowEngine
from rotoscope.motion.flow import Flow, hidden
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.video.terms import Wanted


def follow(engine: FlowEngine, here: Pixels, there: Pixels, painted: Pixels) -> Wanted:
    """What a painted neighbor says of a frame.

    Args:
        engine: finds the flow, there and back.
        here: (H, W, 3) uint8 or uint16 sRGB, the frame at hand of the source.
        there: its neighbor, of the same shape.
        painted: the painting of ``there``, of the same shape.

    Returns:
        On the CPU: the painting as seen from ``here``, with weights of 0 where a pixel cannot be followed, as
        :func:`rotoscope.motion.flow.hidden` says. What lies outside of the neighbor is the frame at hand.
    """
    first, second = plain(here), plain(there)
    flow = engine.find(first, second)
    is_hidden = hidden(flow, engine.find(second, first))
    weights = torch.from_numpy((~is_hidden).astype(np.float32))[None, None]
    # The border of what was painted, drawn out, would grow into streaks from frame to frame.
    moved = torch.where(_is_outside(flow), to_tensor(here), warped(to_tensor(painted), flow))
    return Wanted(moved, weights)


def warped(picture: Tensor, flow: Flow) -> Tensor:
    """A picture as seen from where the flow starts; beyond its border, the border's.

    Args:
        picture: (1, 3, H, W) float32.
        flow: (H, W, 2) pixels, from here to ``picture``.
    """
    height, width = flow.shape[:2]
    down, right = np.mgrid[:height, :width].astype(np.float32)
    levels = np.ascontiguousarray(picture[0].permute(1, 2, 0).numpy())
    moved = cast(
        "Floats",
        cv2.remap(
            levels,
            right + flow[..., 0],
            down + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
    )
    return torch.from_numpy(np.ascontiguousarray(moved.transpose(2, 0, 1)))[None]


def _is_outside(flow: Flow) -> Tensor:
    """Which pixels lie outside of the other picture, (1, 1, H, W)."""
    height, width = flow.shape[:2]
    down, right = np.mgrid[:height, :width].astype(np.float32)
    right, down = right + flow[..., 0], down + flow[..., 1]
    is_inside = (right >= -0.5) & (right <= width - 0.5) & (down >= -0.5) & (down <= height - 0.5)
    return torch.from_numpy(~is_inside)[None, None]
