"""The frame of a clip that looks best alone."""

from __future__ import annotations

from contextlib import closing
from typing import Final, cast

import cv2
import numpy as np

from rotoscope.media.frame import Frame
from rotoscope.motion.flow import Picture
from rotoscope.render.sharing.interest import small_picture
from rotoscope.render.sharing.shown import ShownClip

_CANDIDATES: Final = 24
"""Frames that are looked at, spread over the clip."""
_ENDS: Final = 0.04
"""Share of the clip at either end that is left out: there it fades."""


def best_frame(clip: ShownClip) -> Frame:
    """The sharpest, most colorful and best lit of some frames.

    Raises:
        RotoscopeError: the clip cannot be read.
    """
    places = candidates(clip.clip.expected_frames)
    if len(places) == 1:
        return clip.frame_at(places[0])
    best: tuple[float, Frame] | None = None
    with closing(clip.picked(places)) as frames:
        for frame in frames:
            found = merit(cast("Picture", frame.pixels))
            if best is None or found > best[0]:
                best = found, frame
    assert best is not None
    return best[1]


def candidates(frames: int) -> list[int]:
    """Indices of the frames that are looked at."""
    margin = int(frames * _ENDS)
    last = frames - 1 - margin
    count = min(_CANDIDATES, last - margin + 1)
    return sorted({int(place) for place in np.linspace(margin, last, count).round()})


def merit(picture: Picture) -> float:
    """How good (H, W, 3) uint8 looks: sharpness by colorfulness by how much of it is lit well."""
    small = small_picture(picture)
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = gray.shape
    scale = min(1.0, 640 / max(height, width))
    middle = cv2.resize(gray, (max(1, round(width * scale)), max(1, round(height * scale))))
    sharpness = float(cv2.Laplacian(middle, cv2.CV_32F).std())
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab).astype(np.float32)
    color = float(np.hypot(lab[..., 1].std(), lab[..., 2].std()))
    lit = float(((lab[..., 0] > 20) & (lab[..., 0] < 245)).mean())
    return (sharpness + 2) * (color + 6) * (lit + 0.1) * (float(lab[..., 0].std()) + 8)
