"""Scores of a painted clip against its source."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import InvalidOptions, OpenError
from rotoscope.motion.flicker import measure_flicker
from rotoscope.render.progress import Progress
from rotoscope.render.score import measure

import samples

Picture = NDArray[np.uint8]
Make = Callable[..., Path]


def moving(frames: int, size: tuple[int, int] = (96, 72)) -> list[Picture]:
    """A smooth picture that moves a pixel to the left a frame."""
    width, height = size
    noise = np.random.default_rng(7).integers(0, 256, (height, width + frames, 3)).astype(np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), 4)
    wide = (wide - wide.min()) / (wide.max() - wide.min()) * 255
    return [wide[:, t : t + width].astype(np.uint8) for t in range(frames)]


def noisy(pictures: list[Picture], sigma: float) -> list[Picture]:
    draw = np.random.default_rng(3)
    return [np.clip(p * 0.5 + 64 + draw.normal(0, sigma, p.shape), 0, 255).astype(np.uint8) for p in pictures]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes pictures as a folder of stills, which lose nothing."""

    def write(name: str, pictures: list[Picture]) -> Path:
        (tmp_path / name).mkdir()
        for index, picture in enumerate(pictures):
            Image.fromarray(picture).save(tmp_path / name / f"{index:03d}.png")
        return tmp_path / name

    return write


def test_a_clip_measures_what_its_frames_measure(make: Make) -> None:
    pictures = moving(12)
    painted = noisy(pictures, 12)
    score = measure(make("source", pictures), make("painted", painted), width=96)
    assert score.result == measure_flicker(pictures, painted)
    assert score.source == measure_flicker(pictures, pictures)
    assert (score.frames, score.frame_size) == (12, (96, 72))
    assert score.base is None
    assert score.short_left is None


def test_beside_a_base_it_is_told_what_is_left_and_kept(make: Make) -> None:
    pictures = moving(12)
    source, base = make("source", pictures), make("base", noisy(pictures, 24))
    score = measure(source, make("painted", noisy(pictures, 12)), base=base, width=96)
    assert score.base is not None
    assert score.short_left == pytest.approx(0.25, abs=0.03)  # half the noise, a quarter of its square
    assert score.long_left == pytest.approx(0.25, abs=0.03)
    assert score.sharpness_kept == pytest.approx(score.result.sharpness / score.base.sharpness)
    same = measure(source, base, base=base, width=96)
    assert (same.short_left, same.long_left, same.sharpness_kept) == (1, 1, 1)


def test_a_result_of_another_size_is_scaled_to_the_source(make: Make) -> None:
    pictures = moving(10)
    large = [np.asarray(cv2.resize(p, (192, 150)), np.uint8) for p in pictures]
    score = measure(make("source", pictures), make("painted", large), width=96)
    assert score.frame_size == (96, 72)
    assert score.result.short < 1e-4


def test_only_some_frames_are_measured(make: Make) -> None:
    pictures = moving(20)
    painted = [*pictures[:10], *noisy(pictures[10:], 20)]
    source, result = make("source", pictures), make("painted", painted)
    early = measure(source, result, frames=10, width=96)
    late = measure(source, result, frames=48, skip=10, width=96)
    assert (early.frames, late.frames) == (10, 10)
    assert late.result.short > 20 * early.result.short
    assert measure(source, result, frames=4, width=96).result.long is None


def test_every_frame_is_told(make: Make) -> None:
    clip = make("source", moving(5))
    told: list[Progress] = []
    measure(clip, clip, on_progress=told.append)
    assert [(p.step, p.frames_done, p.frames_expected) for p in told] == [
        ("score", n, 5) for n in range(1, 6)
    ]


def test_memory_does_not_grow_with_the_clip(make: Make) -> None:
    def peak(frames: int) -> int:
        clip = make(f"clip-{frames}", moving(frames))
        tracemalloc.start()
        try:
            measure(clip, clip, frames=1000, width=480)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(60) < 1.25 * peak(20)


def test_clips_of_different_lengths_are_refused(make: Make) -> None:
    source, short = make("source", moving(12)), make("short", moving(11))
    with pytest.raises(InvalidOptions, match=r"source has 12 frames, .*short has 11 frames\. Give"):
        measure(source, short)
    with pytest.raises(InvalidOptions, match="differ in the number of frames"):
        measure(source, source, base=short)


def test_a_span_without_two_frames_is_refused(make: Make) -> None:
    clip = make("source", moving(5))
    with pytest.raises(InvalidOptions, match=r"has 5 frames, and 4 are left out: two or more have to remain"):
        measure(clip, clip, skip=4)


def test_numbers_outside_what_is_allowed_are_refused(make: Make) -> None:
    clip = make("source", moving(5))
    with pytest.raises(InvalidOptions, match="frames was 1; give 2 or more"):
        measure(clip, clip, frames=1)
    with pytest.raises(InvalidOptions, match="skip was -1; give 0 or more"):
        measure(clip, clip, skip=-1)
    with pytest.raises(InvalidOptions, match="width was 8; give 32 or more"):
        measure(clip, clip, width=8)


def test_a_missing_clip_is_told(make: Make, tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"none\.mp4"):
        measure(make("source", moving(5)), tmp_path / "none.mp4")


def test_deep_clips_are_measured_as_a_screen_shows_them(tmp_path: Path) -> None:
    clip = samples.make_ten_bit(tmp_path / "deep.mp4", frames=4)
    score = measure(clip, clip, width=64)
    assert score.result == score.source
    assert score.result.sharpness == 1
