"""What was painted before, carried along: the running average that keeps paintings alike.

Kogan lays the previous painted frame over the next one, Eidnes moves it with optical flow first, Ruder,
Dosovitskiy and Brox ("Artistic style transfer for videos", 2016) leave out what flow cannot follow. Here,
each pixel has an average of its own: of as many frames as it could be followed through, up to a bound. So
what appears is painted anew, what is seen for long becomes steady, and nothing is kept for good: an error
fades, and dark corners and smears cannot build up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.motion.coherence.matching import Match
from rotoscope.motion.coherence.modes import CoherenceMode

Painted: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W) or (H, W, 3): one plane of a painting, or its colors."""
Levels: TypeAlias = NDArray[np.float32]
"""The same, in the same levels, between whole numbers."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An average of paintings, as seen from one frame."""

    planes: tuple[Levels, ...]
    """As large as the mode blends."""
    frames: NDArray[np.float32]
    """(h, w), on the grid of matches: how many frames the average is of, the one at hand among them."""


class Memory:
    """Goes from frame to frame, forward or backward in time."""

    def __init__(self, mode: CoherenceMode) -> None:
        """Begin without a past."""
        self._mode = mode
        self._last: Remembered | None = None

    def advance(self, match: Match | None, planes: Sequence[Painted]) -> Remembered:
        """Take the next painting.

        Args:
            match: how its frame continues the last one; None: it does not, and a new average begins.
            planes: the painting, of the same shapes each time.
        """
        now = as_blended(planes, self._mode)
        if self._last is None or match is None:
            self._last = Remembered(now, np.ones((1, 1), np.float32))
        else:
            self._last = _continued(self._last, match, now, self._mode.most_frames)
        return self._last


def _continued(last: Remembered, match: Match, now: tuple[Levels, ...], most: float) -> Remembered:
    grid = (match.flow.shape[1], match.flow.shape[0])
    past = np.minimum(_moved(_sized(last.frames, grid), match.flow), np.float32(most - 1)) * match.trust
    share = np.asarray(past / (past + 1), np.float32)
    return Remembered(
        tuple(_blend(old, new, match.flow, share) for old, new in zip(last.planes, now, strict=True)),
        np.asarray(past + 1, np.float32),
    )


def _blend(old: Levels, new: Levels, flow: NDArray[np.float32], share: NDArray[np.float32]) -> Levels:
    """``share`` of what was, moved to where it is now, and the rest of what is painted now."""
    height, width = new.shape[:2]
    scale = np.array((width / flow.shape[1], height / flow.shape[0]), np.float32)
    large = _sized(flow * scale, (width, height))
    moved = _moved(old, large)
    weight = _sized(share, (width, height))
    return cast("Levels", cv2.blendLinear(moved, new, weight, 1 - weight))


def combine(
    before: Remembered, after: Remembered, planes: Sequence[Painted], mode: CoherenceMode
) -> Remembered:
    """Both averages of one frame, of what came before and of what comes after, as one.

    The frame itself is in both and counts once.
    """
    grid = tuple(max(sides) for sides in zip(before.frames.shape, after.frames.shape, strict=True))
    size = (grid[1], grid[0])
    earlier, later = _sized(before.frames, size), _sized(after.frames, size)
    total = earlier + later - 1
    parts = [np.asarray(part / total, np.float32) for part in (earlier, later, np.float32(1))]
    blended: list[Levels] = []
    for old, new, now in zip(before.planes, after.planes, as_blended(planes, mode), strict=True):
        height, width = now.shape[:2]
        first, second, third = (_sized(part, (width, height)) for part in parts)
        if now.ndim == 3:
            first, second, third = first[..., None], second[..., None], third[..., None]
        blended.append(np.asarray(old * first + new * second - now * third, np.float32))
    return Remembered(tuple(blended), np.asarray(total, np.float32))


def as_blended(planes: Sequence[Painted], mode: CoherenceMode) -> tuple[Levels, ...]:
    """Planes as large as they are blended, all by one scale, between whole numbers."""
    scale = 1.0 if mode.blend_side is None else mode.blend_side / min(planes[0].shape[:2])
    return tuple((plane if scale >= 1 else _scaled(plane, scale)).astype(np.float32) for plane in planes)


def _scaled(plane: Painted, scale: float) -> Painted:
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    return cast("Painted", cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _moved(plane: Levels, flow: NDArray[np.float32]) -> Levels:
    """A plane with each pixel read where its match lies; beyond the border, the border's."""
    places = flow.copy()
    places[..., 0] += np.arange(flow.shape[1], dtype=np.float32)[None, :]
    places[..., 1] += np.arange(flow.shape[0], dtype=np.float32)[:, None]
    remap = cast("Callable[..., Levels]", cv2.remap)  # its stubs want columns and rows apart, which is slower
    return remap(plane, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _sized(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A plane of (width, height), between its pixels."""
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
