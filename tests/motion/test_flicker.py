"""The warping error of painted clips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.flicker import FlickerMeter, measure_flicker, reduced, share_left

Clip = NDArray[np.uint8]


def moving_clip(frames: int = 10) -> Clip:
    """(T, 72, 96, 3): a smooth picture that moves one pixel to the left a frame."""
    noise = np.random.default_rng(7).integers(0, 256, (72, 96 + frames, 3)).astype(np.float32)
    wide = cv2.GaussianBlur(noise, (0, 0), 4)
    wide = (wide - wide.min()) / (wide.max() - wide.min()) * 255
    return np.stack([wide[:, t : t + 96].astype(np.uint8) for t in range(frames)])


def noisy(source: Clip, sigma: float) -> Clip:
    noise = np.random.default_rng(1).normal(0, sigma, source.shape)
    return np.clip(source * 0.5 + 64 + noise, 0, 255).astype(np.uint8)


def test_what_moves_with_the_clip_does_not_flicker() -> None:
    source = moving_clip()
    steady = measure_flicker(source, 255 - source)
    assert steady.short < 1e-4
    assert steady.long is not None
    assert steady.long < 1e-3
    assert steady.sharpness == pytest.approx(1)


def test_noise_has_twice_its_variance() -> None:
    source = moving_clip()
    expected = 2 * (20 / 255) ** 2
    flicker = measure_flicker(source, noisy(source, 20))
    assert flicker.long is not None
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
    blurred = [np.asarray(cv2.blur(frame, (15, 15)), np.uint8) for frame in source]
    assert measure_flicker(source, blurred).sharpness < 0.6


def test_several_paintings_are_measured_at_once_and_the_source_with_them() -> None:
    source = moving_clip()
    paintings = [255 - source, noisy(source, 20)]
    meter = FlickerMeter()
    for frames in zip(source, *paintings, strict=True):
        meter.add(*frames)
    own, first, second = meter.figures()
    assert own == measure_flicker(source, source)
    assert first == measure_flicker(source, paintings[0])
    assert second == measure_flicker(source, paintings[1])


def test_every_pair_is_told() -> None:
    told: list[None] = []
    measure_flicker(moving_clip(), moving_clip(), on_pair=lambda: told.append(None))
    assert len(told) == 9 + 2


def test_over_fewer_than_nine_frames_nothing_long_is_told() -> None:
    assert measure_flicker(moving_clip(8), moving_clip(8)).long is None


def test_what_is_not_inside_the_earlier_frame_does_not_count() -> None:
    source = moving_clip()
    column = np.random.default_rng(1).integers(0, 256, (72, 3), np.uint8)
    entering, inside = source.copy(), source.copy()
    entering[-1, :, -1] = inside[-1, :, 48] = column
    assert measure_flicker(source, entering).short == pytest.approx(measure_flicker(source, source).short)
    assert measure_flicker(source, inside).short > 1e-4


def test_clips_of_different_sizes_are_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"frame of 96x72 was to be compared with 96x36\. Give"):
        measure_flicker(moving_clip(), moving_clip()[:, :36])
    with pytest.raises(InvalidOptions, match="differ in the number of frames"):
        measure_flicker(moving_clip(12), moving_clip(10))


def test_one_frame_has_nothing_to_follow() -> None:
    with pytest.raises(InvalidOptions, match="Nothing can be followed from frame to frame in 1 frames"):
        measure_flicker(moving_clip(1), moving_clip(1))


def test_the_share_that_is_left_lies_between_the_source_and_the_base() -> None:
    assert share_left(0.2, 0.5, 0.1) == pytest.approx(0.25)
    assert share_left(0.1, 0.5, 0.1) == 0
    assert share_left(0.5, 0.5, 0.1) == 1
    assert share_left(0.05, 0.1, 0.1) is None  # there was nothing to steady
    assert share_left(None, 0.5, 0.1) is None


def test_frames_are_reduced_to_a_width() -> None:
    assert reduced(moving_clip(1)[0], 64).shape == (48, 64, 3)
