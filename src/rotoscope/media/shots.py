"""Cuts and shots: where a clip changes from one picture to quite another.

How far two pictures are from each other is measured by PySceneDetect's content detector (hue, saturation and
value, averaged over the picture); when that is a cut is decided here, from the frames so far alone, so that
a stream can be cut while it is read. Fades and dissolves are no cuts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.media.clip import Clip
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.planes import PlanarFrame, Scales

MIN_SHOT_FRAMES: Final = 8
"""Frames that a cut is held against; so many frames after a cut there is hardly another."""
_LONG_SIDE: Final = 160
"""Pixels of the longer side of the pictures that are compared."""
_ROWS: Final = 2
"""Rows that are averaged for one of theirs, where there are as many; those between are left out."""
_MIN_COLOR_CHANGE: Final = 24.0
"""Mean change of hue, saturation and value (0 to 255) from which on there may be a cut …"""
_MIN_LIGHT_CHANGE: Final = 10.0
"""… if value changes so much as well: in the dark, hue means nothing."""
_MIN_VALUE_CHANGE: Final = 34.0
"""The same of value alone, for footage without colors."""
_MIN_RISE: Final = 2.0
"""How many times the greatest change of the frames before: a fast pan changes much, but steadily."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Frames between two cuts."""

    index: int
    """Position among the shots of its clip, from 0."""
    first_frame: int
    """Index of its first frame."""
    stop_frame: int
    """Index of the first frame after it."""
    start_seconds: Fraction
    """When its first frame is shown, counted from the clip's first frame."""
    stop_seconds: Fraction
    """When the first frame after it is shown, or the clip ends."""

    @property
    def frames(self) -> int:
        """How many."""
        return self.stop_frame - self.first_frame

    @property
    def middle_frame(self) -> int:
        """Index of the frame in its middle."""
        return self.first_frame + self.frames // 2


class CutFinder:
    """Tells of each frame whether a new shot begins with it.

    Looks at the frames so far only, and gives the same answers for the same frames. A frame is a cut where it
    differs much from the one before, and more than twice as much as any of the eight before did; so neither
    a pan, nor shaking, nor the end of a flash is one.
    """

    def __init__(self) -> None:
        self._change_of = _change_meter()
        self._size: tuple[int, int] | None = None
        self._recent: deque[_Change] = deque(maxlen=MIN_SHOT_FRAMES)

    def is_cut(self, frame: Frame | Pixels) -> bool:
        """Whether ``frame`` begins a new shot; False for the very first.

        Args:
            frame: the next frame, or its pixels (H, W, 3 or 4) uint8 or uint16; the planes of a
                :class:`~rotoscope.media.planes.PlanarFrame` are used as they are.
        """
        if self._size is None:
            self._size = _reduced_size(frame)
            self._change_of(_reduced(frame, self._size))
            return False
        change = self._change_of(_reduced(frame, self._size))
        colors, values = ([known.color for known in self._recent], [known.value for known in self._recent])
        self._recent.append(change)
        if _stands_out(change.value, values, least=_MIN_VALUE_CHANGE):
            return True
        return change.value >= _MIN_LIGHT_CHANGE and _stands_out(
            change.color, colors, least=_MIN_COLOR_CHANGE
        )


def find_shots(clip: Clip, *, on_progress: Callable[[int], None] | None = None) -> tuple[Shot, ...]:
    """The shots of a clip, in order; every frame belongs to one.

    Args:
        clip: read once, from its first frame to its last.
        on_progress: told how many frames were looked at, after every one.

    Raises:
        RotoscopeError: the clip cannot be read; see :meth:`rotoscope.media.clip.Clip.frames`.
    """
    finder = CutFinder()
    starts: list[tuple[int, Fraction]] = []
    first = stop = Fraction(0)
    count = 0
    with closing(clip.frames(planar=True)) as frames:
        for count, frame in enumerate(frames, start=1):
            if finder.is_cut(frame) or count == 1:
                starts.append((count - 1, frame.time_seconds))
            first = frame.time_seconds if count == 1 else first
            step = frame.duration * frame.time_base if frame.duration else frame.time_seconds - stop
            stop = frame.time_seconds + max(step, Fraction(0))
            if on_progress is not None:
                on_progress(count)
    ends = [*starts[1:], (count, stop)]
    return tuple(
        Shot(index, start[0], end[0], start[1] - first, end[1] - first)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """How far a picture is from the one before, 0 to 255."""

    color: float
    """Mean of hue, saturation and value."""
    value: float
    """Value alone: the largest of red, green and blue."""


def _stands_out(change: float, recent: list[float], *, least: float) -> bool:
    return change >= least and change >= _MIN_RISE * max(recent, default=0.0)


def _change_meter() -> Callable[[NDArray[np.uint8]], _Change]:
    """A function that is given one picture after the other, (H, W, 3) uint8 BGR of one size."""
    # Takes a fifth of a second to load, and is wanted by few.
    from scenedetect.common import FrameTimecode  # noqa: PLC0415
    from scenedetect.detectors import ContentDetector  # noqa: PLC0415

    class Meter(ContentDetector):
        """Gives the detector's score instead of its own decision."""

        def score(self, picture: NDArray[np.uint8]) -> float:
            self.process_frame(FrameTimecode(0, 25.0), picture)
            return self._frame_score or 0.0

    meter = Meter(min_scene_len=0)
    last: NDArray[np.uint8] | None = None

    def change_of(picture: NDArray[np.uint8]) -> _Change:
        nonlocal last
        blue, green, red = cv2.split(picture)
        value = cast("NDArray[np.uint8]", cv2.max(cv2.max(blue, green), red))
        moved = 0.0 if last is None else float(cv2.mean(cv2.absdiff(value, last))[0])
        last = value
        return _Change(float(meter.score(picture)), moved)

    return change_of


def _reduced_size(frame: Frame | Pixels) -> tuple[int, int]:
    """(width, height) that the pictures of a clip are compared at."""
    height, width = frame.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _reduced(frame: Frame | Pixels, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 BGR of that size."""
    if isinstance(frame, PlanarFrame):
        luma, cb, cr = (_shrink(plane, size) for plane in frame.planes)
        scales = Scales.of(frame.encoding)
        if scales.luma != 255:  # to full range, so that the same picture changes as much in planes and in RGB
            luma = cv2.subtract(luma, np.full_like(luma, round(scales.luma_offset)))
            luma = cv2.convertScaleAbs(luma, alpha=255 / scales.luma)
        return cast("NDArray[np.uint8]", cv2.cvtColor(cv2.merge((luma, cr, cb)), cv2.COLOR_YCrCb2BGR))
    pixels = frame.pixels if isinstance(frame, Frame) else frame
    small = _shrink(pixels, size)
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    return cast("NDArray[np.uint8]", cv2.cvtColor(np.ascontiguousarray(small[..., :3]), cv2.COLOR_RGB2BGR))


def _shrink(picture: NDArray[np.uint8] | Pixels, size: tuple[int, int]) -> NDArray[np.uint8]:
    step = max(1, picture.shape[0] // (_ROWS * size[1]))
    return cast("NDArray[np.uint8]", cv2.resize(picture[::step], size, interpolation=cv2.INTER_AREA))
