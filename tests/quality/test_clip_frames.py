"""Clips as the measurements of filters want them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.quality.frames import paint_frames, read_frames, reduce_frames
from rotoscope.errors import InvalidOptions

import samples


def test_frames_are_read_as_large_as_they_are_and_reduced(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(128, 96), frames=12)
    frames = read_frames(clip, frames=10)
    assert frames.shape == (10, 96, 128, 3)
    assert reduce_frames(frames, width=64).shape == (10, 48, 64, 3)


def test_they_are_painted_one_by_one() -> None:
    frames = np.arange(3 * 4 * 4 * 3, dtype=np.uint8).reshape(3, 4, 4, 3)
    assert (paint_frames(lambda frame: 255 - frame, frames) == 255 - frames).all()


def test_a_clip_that_is_too_short_is_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=8)
    with pytest.raises(InvalidOptions, match=r"clip\.mp4 has 8 frames; flicker is measured on more than 8"):
        read_frames(clip)
