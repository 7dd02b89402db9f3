"""Clips as arrays: as large as they are painted, and as large as flicker is measured.

What is measured: :mod:`rotoscope.motion.flicker`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.media.plain import plain
from rotoscope.motion.flicker import LONG, WIDTH, reduced

Clip: TypeAlias = NDArray[np.uint8]
"""(T, H, W, 3) uint8 sRGB."""

FRAMES = 24


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


def reduce_frames(clip: Clip, *, width: int = WIDTH) -> Clip:
    """A clip at the size it is measured at: so many pixels wide, the aspect ratio as it was."""
    return np.stack([reduced(frame, width) for frame in clip])


def paint_frames(apply: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], source: Clip) -> Clip:
    """Paint frame by frame, each as if there were no other."""
    return np.stack([apply(frame) for frame in source])
