"""How much a painted clip flickers: the error that is left when motion is taken out.

The warping error of Lai et al., "Learning blind video temporal consistency", 2018. For two frames s and t
of a clip, s before t, motion is estimated on the source, there and back (DIS optical flow, Kroeger et al.
2016). The painted frame s is moved to where its things are in t. The error is the mean of the squared
difference from the painted frame t, of values 0..1, over color channels and over the pixels that can be
followed:

* their place in s is inside the picture;
* there and back lead to where one started, ``|f + b|^2 <= 0.01 (|f|^2 + |b|^2) + 0.5`` (Sundaram, Brox and
  Keutzer, "Dense point trajectories by GPU-accelerated large displacement optical flow", 2010).

Clips are painted as large as they are, and measured at 480 pixels wide. **short** is the mean over
neighboring frames, **long** over frames that are 8 apart. A blur is steady, too, so there is **sharpness**:
the painting's mean gradient as a share of the source's. The source itself has a warping error above 0,
because of noise and because no flow is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.engines import DenseInverseSearch
from rotoscope.motion.flow import Flow, Gray, Picture, squared_lengths

Plane: TypeAlias = NDArray[np.float32]

WIDTH: Final = 480
"""Pixels that clips are measured at."""
LONG: Final = 8
"""Frames apart."""
ENGINE: Final = DenseInverseSearch("dis-medium", cv2.DISOPTICAL_FLOW_PRESET_MEDIUM, 1, weighs_rest=False)
"""One for all, or figures could not be compared."""
_SHARPNESS_EVERY: Final = 8
"""Frames."""


@dataclass(frozen=True, slots=True)
class Flicker:
    """What one clip measures."""

    short: float
    """Warping error of neighbors: mean squared difference of values 0..1."""
    long: float | None
    """Of frames that are 8 apart; None where there are fewer than 9, or nothing can be followed that far."""
    sharpness: float
    """Mean gradient as a share of the source's."""


@dataclass(slots=True)
class _Track:
    """What is found of one clip."""

    errors: dict[int, list[float]] = field(default_factory=lambda: {1: [], LONG: []})
    gradients: list[float] = field(default_factory=list[float])


class FlickerMeter:
    """Takes the frames of a source and of what was painted of it, one after the other.

    No more than nine frames are kept, however long the clip.
    """

    def __init__(self, *, on_pair: Callable[[], None] | None = None) -> None:
        """Make ready; ``on_pair`` is called after each pair of frames."""
        self._on_pair = on_pair
        self._kept: deque[tuple[Gray, Sequence[Picture]]] = deque(maxlen=LONG + 1)
        self._tracks: list[_Track] = []
        self._count = 0

    def add(self, source: Picture, *painted: Picture) -> None:
        """Take the next frame.

        Args:
            source: (H, W, 3) uint8 sRGB.
            painted: the same moment in each painted clip; each of the same shape.

        Raises:
            InvalidOptions: one has another shape.
        """
        pictures = (source, *painted)
        if any(picture.shape != source.shape for picture in painted):
            sizes = ", ".join(f"{picture.shape[1]}x{picture.shape[0]}" for picture in painted)
            raise InvalidOptions(
                f"A frame of {source.shape[1]}x{source.shape[0]} was to be compared with {sizes}. Give "
                "frames of one size."
            )
        if not self._tracks:
            self._tracks = [_Track() for _ in pictures]
        self._kept.append((_gray(source), pictures))
        for apart in (1, LONG):
            if len(self._kept) > apart:
                self._compare(apart)
        if self._count % _SHARPNESS_EVERY == 0:
            for track, picture in zip(self._tracks, pictures, strict=True):
                track.gradients.append(_gradient(picture))
        self._count += 1

    def figures(self) -> tuple[Flicker, ...]:
        """What the source measures, and then each painted clip.

        Raises:
            InvalidOptions: nothing can be followed from frame to frame, or there were fewer than two.
        """
        if not self._tracks or not self._tracks[0].errors[1]:
            raise InvalidOptions(
                f"Nothing can be followed from frame to frame in {self._count} frames; give another or a "
                "longer clip."
            )
        own = float(np.mean(self._tracks[0].gradients))
        return tuple(
            Flicker(
                short=float(np.mean(track.errors[1])),
                long=float(np.mean(track.errors[LONG])) if track.errors[LONG] else None,
                sharpness=float(np.mean(track.gradients)) / max(own, 1e-6),
            )
            for track in self._tracks
        )

    def _compare(self, apart: int) -> None:
        late, all_late = self._kept[-1]
        early, all_early = self._kept[-1 - apart]
        moved = _Moved(ENGINE.find(late, early), ENGINE.find(early, late))
        if moved.is_followed.any():
            for track, before, after in zip(self._tracks, all_early, all_late, strict=True):
                track.errors[apart].append(moved.error(before, after))
        if self._on_pair is not None:
            self._on_pair()


def measure_flicker(
    source: Iterable[Picture], painted: Iterable[Picture], *, on_pair: Callable[[], None] | None = None
) -> Flicker:
    """Hold a painted clip against its source.

    Args:
        source: frames, (H, W, 3) uint8 each.
        painted: as many of the same shape.
        on_pair: called after each pair of frames.

    Raises:
        InvalidOptions: the two differ in size or number, or nothing in them can be followed.
    """
    meter = FlickerMeter(on_pair=on_pair)
    try:
        for frames in zip(source, painted, strict=True):
            meter.add(*frames)
    except ValueError as error:
        raise InvalidOptions("The painted clip and its source differ in the number of frames.") from error
    return meter.figures()[1]


def share_left(result: float | None, base: float | None, source: float | None) -> float | None:
    """The share of flicker that is left: 0 is as steady as the source, 1 as the base, which was not steadied.

    None where one is not known, or the base flickers no more than its source.
    """
    if result is None or base is None or source is None or base <= source:
        return None
    return (result - source) / (base - source)


def reduced(picture: Picture, width: int = WIDTH) -> Picture:
    """A frame at the size it is measured at: so many pixels wide, the aspect ratio as it was."""
    size = (width, max(1, round(picture.shape[0] * width / picture.shape[1])))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


class _Moved:
    """Where the pixels of a later frame were in an earlier one."""

    def __init__(self, back: Flow, forth: Flow) -> None:
        """From flow, (H, W, 2): ``back`` from late to early, ``forth`` from early to late."""
        height, width = back.shape[:2]
        down, right = np.mgrid[:height, :width].astype(np.float32)
        self._x, self._y = right + back[..., 0], down + back[..., 1]
        returned = self._sampled(forth)
        is_inside = (self._x >= 0) & (self._x <= width - 1) & (self._y >= 0) & (self._y <= height - 1)
        missed = squared_lengths(back + returned)
        gone = squared_lengths(back) + squared_lengths(returned)
        self.is_followed = np.asarray(is_inside & (missed <= 0.01 * gone + 0.5), np.bool_)

    def error(self, early: Picture, late: Picture) -> float:
        """Mean squared difference, 0..1, over the pixels that can be followed; there is one."""
        scale = np.float32(1 / 255)
        difference = late * scale - self._sampled(early * scale)
        return float((difference * difference).mean(axis=2)[self.is_followed].mean())

    def _sampled(self, plane: Plane) -> Plane:
        """Values between pixels; beyond the border, the border's."""
        moved = cv2.remap(plane, self._x, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.float32)


def _gray(frame: Picture) -> Gray:
    """(H, W, 3) to (H, W), rounded down; flow reacts to single levels, so one has to say."""
    luma = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2GRAY)
    return (np.asarray(luma, np.float32) * 255).astype(np.uint8)


def _gradient(frame: Picture) -> float:
    """Mean difference of neighbors, 0..1."""
    values = frame.astype(np.float32) / 255
    return float(np.mean([np.abs(np.diff(values, axis=axis)).mean() for axis in (0, 1)]))
