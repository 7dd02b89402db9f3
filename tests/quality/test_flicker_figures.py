"""The warping error of painted clips."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench.quality.clip import main
from bench.quality.flicker import measure_flicker, paint_frames, read_frames, reduce_frames
from rotoscope.errors import InvalidOptions

import samples


def moving_clip(frames: int = 10) -> NDArray[np.uint8]:
    """(T, 72, 96, 3): a smooth picture that moves one pixel to the left a frame."""
    noise = np.random.default_rng(7).integers(0, 256, (72, 96 + frames, 3)).astype(np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), 4)
    wide = (wide - wide.min()) / (wide.max() - wide.min()) * 255
    return np.stack([wide[:, t : t + 96].astype(np.uint8) for t in range(frames)])


def test_what_moves_with_the_clip_does_not_flicker() -> None:
    source = moving_clip()
    steady = measure_flicker(source, 255 - source)
    assert steady.short < 1e-4
    assert steady.long < 1e-3
    assert steady.sharpness == pytest.approx(1)


def test_noise_has_twice_its_variance() -> None:
    source = moving_clip()
    noise = np.random.default_rng(1).normal(0, 20, source.shape)
    painted = np.clip(source * 0.5 + 64 + noise, 0, 255).astype(np.uint8)
    expected = 2 * (20 / 255) ** 2
    flicker = measure_flicker(source, painted)
    # Motion of whole pixels is followed to a part of one, so the frame before is averaged a little.
    assert 0.6 * expected < flicker.short < 1.05 * expected
    assert 0.6 * expected < flicker.long < 1.05 * expected


def test_what_changes_slowly_shows_over_eight_frames() -> None:
    source = moving_clip(12)
    brighter = np.stack([frame // 2 + 8 * t for t, frame in enumerate(source)]).astype(np.uint8)
    flicker = measure_flicker(source, brighter)
    assert flicker.short == pytest.approx((8 / 255) ** 2, rel=0.1)
    assert flicker.long == pytest.approx((64 / 255) ** 2, rel=0.1)


def test_a_blur_is_steady_and_not_sharp() -> None:
    source = moving_clip()
    blurred = paint_frames(lambda frame: np.asarray(cv2.blur(frame, (15, 15)), np.uint8), source)
    assert measure_flicker(source, blurred).sharpness < 0.6


def test_every_pair_is_told() -> None:
    told: list[None] = []
    measure_flicker(moving_clip(), moving_clip(), on_pair=lambda: told.append(None))
    assert len(told) == 9 + 2


def test_frames_are_read_as_large_as_they_are_and_reduced(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(128, 96), frames=12)
    frames = read_frames(clip, frames=10)
    assert frames.shape == (10, 96, 128, 3)
    assert reduce_frames(frames, width=64).shape == (10, 48, 64, 3)


def test_a_clip_that_is_too_short_is_refused(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=8)
    with pytest.raises(InvalidOptions, match=r"clip\.mp4 has 8 frames; flicker is measured on more than 8"):
        read_frames(clip)


def test_clips_of_different_sizes_are_refused() -> None:
    with pytest.raises(
        InvalidOptions, match=r"has 10 frames of 96x72, its source 12 of 96x72\. Give clips of one"
    ):
        measure_flicker(moving_clip(12), moving_clip(10))


def test_the_program_measures_two_clips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=10)
    assert main([str(clip), str(clip), "--width", "64", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sharpness"] == 1
    assert main([str(clip), str(tmp_path / "none.mp4")]) == 1
    assert "none.mp4" in capsys.readouterr().err
