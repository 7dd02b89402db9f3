"""Which pixels of one frame are where in the next one, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.motion.coherence.shrinking import shrunk
from rotoscope.motion.flow import Flow, Gray, squared_lengths

Trust: TypeAlias = NDArray[np.float32]
"""(H, W), 0 to 1."""

_LEVELS_KEPT, _LEVELS_LOST = 6.0, 24.0
"""Levels (of 255) by which luma may change along the way: up to the first all is trusted, from the second on
nothing. Noise and compression stay below, shadows and what was hidden lie above."""
_GRAIN = 1.2
"""Pixels, the deviation of the blur under which luma is compared: flow is no more exact than that."""
_AGREEMENT_SHARE, _AGREEMENT_FLOOR = 0.01, 0.5
"""Sundaram et al. 2010: squared pixels by which the way there and back may miss."""
_EDGE = 0.05
"""Squared pixels a pixel by which flow changes at the outline of something that moves. Sundaram et al. have
0.002; here flow is averaged over 5 pixels first, for it is found on small pictures, where it is rough."""
_EDGE_AVERAGE = 5
_LEAST_TRUST: Final = 0.5
"""Mean trust below which two frames are taken for different shots. Measured: 0.85 and more between neighbors
of six clips, 0.32 and less between frames of two of them."""
_Small: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """How one frame continues another."""

    flow: Flow
    """(h, w, 2) pixels of a reduced picture: from this frame to the other one."""
    trust: Trust
    """(h, w): how sure it is that the flow leads to the same thing."""

    @property
    def is_cut(self) -> bool:
        """Whether there is nothing in one frame that continues the other."""
        return float(self.trust.mean()) < _LEAST_TRUST


def reduce_luma(luma: Gray, mode: CoherenceMode) -> Gray:
    """A frame's luma as large as movement is found on it; smaller pictures stay as they are.

    Args:
        luma: (H, W).
        mode: says how large.
    """
    height, width = luma.shape
    scale = mode.flow_side / min(height, width)
    return luma if scale >= 1 else shrunk(luma, (round(width * scale), round(height * scale)))


def match_neighbors(earlier: Gray, later: Gray, mode: CoherenceMode) -> tuple[Match, Match | None]:
    """How the later frame continues the earlier one, and the other way round where the mode looks ahead.

    Args:
        earlier: (h, w) luma, reduced.
        later: of the same size.
        mode: says how exact.
    """
    back = mode.engine.find(later, earlier)
    forth = mode.engine.find(earlier, later) if mode.goes_back else None
    calm = [cv2.GaussianBlur(gray.astype(np.float32), (0, 0), _GRAIN) for gray in (earlier, later)]
    first, second = (cast("_Small", one) for one in calm)
    ahead = None
    if mode.lead_out and forth is not None:
        ahead = Match(forth, _trust(forth, back, first, second))
    return Match(back, _trust(back, forth, second, first)), ahead


def places_of(flow: Flow) -> Flow:
    """Column and row that the flow of each pixel leads to."""
    return cast("Flow", cv2.add(flow, _grid(flow.shape[1], flow.shape[0])))


@lru_cache(maxsize=8)  # frames of one clip: those that are blended, and those that movement is found on
def _grid(width: int, height: int) -> Flow:
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack((columns, rows))


def _trust(flow: Flow, back: Flow | None, here: _Small, there: _Small) -> Trust:
    height, width = here.shape
    places = places_of(flow)
    change = cv2.absdiff(here, _at(there, places))
    scale = 1 / (_LEVELS_LOST - _LEVELS_KEPT)
    trust = np.asarray(
        np.clip(np.float32(_LEVELS_LOST * scale) - change * np.float32(scale), 0, 1), np.float32
    )
    # Pixels have an extent: what stands still at the border does not leave by a hundredth of a pixel.
    trust *= cv2.inRange(places, (-0.5, -0.5), (width - 0.5, height - 0.5)) != 0
    if back is not None:
        returned = _at(back, places)
        allowed = _AGREEMENT_SHARE * (squared_lengths(flow) + squared_lengths(returned)) + _AGREEMENT_FLOOR
        trust *= np.clip(2 - squared_lengths(cast("Flow", cv2.add(flow, returned))) / allowed, 0, 1)
        trust *= 1 - _outlines(flow)
    return trust


def _outlines(flow: Flow) -> NDArray[np.float32]:
    """Where flow is a mixture of two movements: (h, w), 0 to 1, soft."""
    rough = cv2.blur(flow, (_EDGE_AVERAGE, _EDGE_AVERAGE))
    steps = [cv2.Sobel(rough, cv2.CV_32F, dx, 1 - dx, ksize=1, scale=0.5) for dx in (1, 0)]
    change = sum(squared_lengths(cast("Flow", step)) for step in steps)
    is_edge = np.asarray(change > _EDGE + _AGREEMENT_SHARE * squared_lengths(flow), np.float32)
    return np.asarray(cv2.blur(cv2.dilate(is_edge, np.ones((3, 3), np.uint8)), (3, 3)), np.float32)


def _at(picture: NDArray[np.float32], places: Flow) -> NDArray[np.float32]:
    remap = cast("Callable[..., NDArray[np.float32]]", cv2.remap)  # its stubs want columns and rows apart
    return remap(picture, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
