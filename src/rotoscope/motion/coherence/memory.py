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

from rotoscope.motion.coherence.matching import Match, places_of
from rotoscope.motion.coherence.modes import CoherenceMode
from rotoscope.motion.coherence.shrinking import Painted, shrunk
from rotoscope.motion.flow import Flow

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
        self._most_frames = mode.most_frames
        self._last: Remembered | None = None

    def advance(self, match: Match | None, now: tuple[Levels, ...]) -> Remembered:
        """Take the next painting.

        Args:
            match: how its frame continues the last one; None: it does not, and a new average begins.
            now: the painting by :func:`as_blended`, of the same shapes each time.
        """
        if self._last is None or match is None:
            self._last = Remembered(now, np.ones((1, 1), np.float32))
        else:
            self._last = _continued(self._last, match, now, self._most_frames)
        return self._last


def _continued(last: Remembered, match: Match, now: tuple[Levels, ...], most: float) -> Remembered:
    grid = (match.flow.shape[1], match.flow.shape[0])
    carried = _moved(_sized(last.frames, grid), places_of(match.flow))
    past = np.minimum(carried, np.float32(most - 1)) * match.trust
    share = np.asarray(past / (past + 1), np.float32)
    carriers = {size: _Carrier.of(match.flow, share, size) for size in {_size(plane) for plane in now}}
    return Remembered(
        tuple(carriers[_size(new)].blend(old, new) for old, new in zip(last.planes, now, strict=True)),
        np.asarray(past + 1, np.float32),
    )


@dataclass(frozen=True, slots=True)
class _Carrier:
    """Moves planes of one size to where their things are now, and blends them with what is painted now."""

    places: Flow
    weight: Levels
    rest: Levels

    @classmethod
    def of(cls, flow: Flow, share: Levels, size: tuple[int, int]) -> _Carrier:
        """For planes of (width, height), of flow and shares on another grid."""
        scales = np.diag((size[0] / flow.shape[1], size[1] / flow.shape[0]))
        large = cast("Flow", cv2.transform(_sized(flow, size), scales))
        weight = _sized(share, size)
        return cls(places_of(large), weight, 1 - weight)

    def blend(self, old: Levels, new: Levels) -> Levels:
        """``weight`` of what was, moved to where it is now, and the rest of what is painted now."""
        return cast("Levels", cv2.blendLinear(_moved(old, self.places), new, self.weight, self.rest))


def combine(before: Remembered, after: Remembered, now: tuple[Levels, ...]) -> Remembered:
    """Both averages of one frame, of what came before and of what comes after, as one.

    The frame itself, ``now`` by :func:`as_blended`, is in both and counts once.
    """
    grid = tuple(max(sides) for sides in zip(before.frames.shape, after.frames.shape, strict=True))
    size = (grid[1], grid[0])
    earlier, later = _sized(before.frames, size), _sized(after.frames, size)
    total = earlier + later - 1
    parts = [np.asarray(part / total, np.float32) for part in (earlier, later, np.float32(1))]
    blended: list[Levels] = []
    for old, new, plane in zip(before.planes, after.planes, now, strict=True):
        height, width = plane.shape[:2]
        first, second, third = (_sized(part, (width, height)) for part in parts)
        if plane.ndim == 3:
            first, second, third = first[..., None], second[..., None], third[..., None]
        blended.append(np.asarray(old * first + new * second - plane * third, np.float32))
    return Remembered(tuple(blended), np.asarray(total, np.float32))


def as_blended(planes: Sequence[Painted], mode: CoherenceMode) -> tuple[Levels, ...]:
    """Planes as large as they are blended, all by one scale, between whole numbers."""
    scale = 1.0 if mode.blend_side is None else mode.blend_side / min(planes[0].shape[:2])
    return tuple((plane if scale >= 1 else _scaled(plane, scale)).astype(np.float32) for plane in planes)


def _scaled(plane: Painted, scale: float) -> Painted:
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    return shrunk(plane, size)


def _moved(plane: Levels, places: Flow) -> Levels:
    """A plane with each pixel read at its place; beyond the border, the border's."""
    remap = cast("Callable[..., Levels]", cv2.remap)  # its stubs want columns and rows apart, which is slower
    return remap(plane, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _size(plane: Levels) -> tuple[int, int]:
    return plane.shape[1], plane.shape[0]


def _sized(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """A plane of (width, height), between its pixels."""
    if _size(plane) == size:
        return plane
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)
