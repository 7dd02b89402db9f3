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

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.media.plain import plain

Clip: TypeAlias = NDArray[np.uint8]
"""(T, H, W, 3) uint8 sRGB."""
Plane: TypeAlias = NDArray[np.float32]
Gray: TypeAlias = NDArray[np.uint8]

WIDTH = 480
"""Pixels that painted clips are measured at."""
FRAMES = 24
LONG = 8
"""Frames apart."""
_SHARPNESS_EVERY = 8
"""Frames."""


@dataclass(frozen=True, slots=True)
class Flicker:
    """What one painted clip measures."""

    short: float
    long: float
    sharpness: float


def read_frames(path: Path, *, frames: int = FRAMES) -> Clip:
    """The first frames of a clip, as large as they are.

    Args:
        path: any source that :func:`rotoscope.open_clip` reads.
        frames: how many, more than 8.

    Raises:
        InvalidOptions: the clip has 8 frames or fewer, so that none are 8 apart.
        OpenError, DecodeError, UnsupportedMedia: as :func:`rotoscope.open_clip`.
    """
    clip = open_clip(path, on_truncated="keep")
    with closing(clip.frames()) as source:
        pictures = [plain(frame.pixels) for frame in islice(source, frames)]
    if len(pictures) <= LONG:
        raise InvalidOptions(
            f"{path} has {len(pictures)} frames; flicker is measured on more than {LONG}. Give a longer clip."
        )
    return np.stack(pictures)


def measure_flicker(source: Clip, painted: Clip, *, on_pair: Callable[[], None] | None = None) -> Flicker:
    """Hold a painted clip against its source.

    Args:
        source: (T, H, W, 3) uint8, T > 8.
        painted: the same shape.
        on_pair: called after each pair of frames.

    Raises:
        InvalidOptions: the two differ in shape, or nothing in them can be followed.
    """
    if source.shape != painted.shape or len(source) <= LONG:
        raise InvalidOptions(
            f"the painted clip has {len(painted)} frames of {_size(painted)}, its source {len(source)} of "
            f"{_size(source)}. Give clips of one length and size, of more than {LONG} frames."
        )
    estimate = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc
    flow = cast("Callable[[Gray, Gray, None], Plane]", estimate)  # its stubs want a flow to begin with
    grays = [_gray(frame) for frame in source]
    errors: dict[int, list[float]] = {1: [], LONG: []}
    for apart, found in errors.items():
        for late in range(apart, len(source)):
            early = late - apart
            back = flow(grays[late], grays[early], None)
            forth = flow(grays[early], grays[late], None)
            error = _warping_error(painted[early], painted[late], back, forth)
            if error is not None:
                found.append(error)
            if on_pair is not None:
                on_pair()
    if not all(errors.values()):
        raise InvalidOptions("nothing in the clip can be followed from frame to frame; give another clip.")
    return Flicker(
        short=float(np.mean(errors[1])),
        long=float(np.mean(errors[LONG])),
        sharpness=_gradient(painted) / max(_gradient(source), 1e-6),
    )


def reduce_frames(clip: Clip, *, width: int = WIDTH) -> Clip:
    """A clip at the size it is measured at: so many pixels wide, the aspect ratio as it was."""
    size = (width, round(clip.shape[1] * width / clip.shape[2]))
    return np.stack(
        [np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8) for frame in clip]
    )


def paint_frames(apply: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], source: Clip) -> Clip:
    """Paint frame by frame, each as if there were no other."""
    return np.stack([apply(frame) for frame in source])


def _warping_error(early: Clip, late: Clip, back: Plane, forth: Plane) -> float | None:
    """Mean squared difference over the pixels of ``late`` that can be followed; None where there are none.

    Args:
        early: (H, W, 3), a painted frame.
        late: (H, W, 3), a later one.
        back: (H, W, 2) pixels, motion from late to early.
        forth: (H, W, 2) pixels, motion from early to late.
    """
    height, width = back.shape[:2]
    down, right = np.mgrid[:height, :width].astype(np.float32)
    x, y = right + back[..., 0], down + back[..., 1]
    returned = _sampled(forth, x, y)
    is_inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    lengths = (back * back).sum(axis=2) + (returned * returned).sum(axis=2)
    missed = ((back + returned) ** 2).sum(axis=2)
    followed = is_inside & (missed <= 0.01 * lengths + 0.5)
    if not followed.any():
        return None
    scale = np.float32(1 / 255)
    difference = late * scale - _sampled(early * scale, x, y)
    return float((difference * difference).mean(axis=2)[followed].mean())


def _gray(frame: Clip) -> Gray:
    """(H, W, 3) to (H, W), rounded down; flow reacts to single levels, so one has to say."""
    luma = cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_RGB2GRAY)
    return (np.asarray(luma, np.float32) * 255).astype(np.uint8)


def _sampled(plane: Plane, x: Plane, y: Plane) -> Plane:
    """Values at (x, y), between pixels; beyond the border, the border's."""
    moved = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _gradient(clip: Clip) -> float:
    """Mean difference of neighbors, 0..1, over every eighth frame."""
    steps = [
        np.abs(np.diff(frame.astype(np.float32) / 255, axis=axis)).mean()
        for frame in clip[::_SHARPNESS_EVERY]
        for axis in (0, 1)
    ]
    return float(np.mean(steps))


def _size(clip: Clip) -> str:
    return f"{clip.shape[2]}x{clip.shape[1]}"
