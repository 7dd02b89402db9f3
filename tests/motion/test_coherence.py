"""Neighboring paintings are kept alike, and nothing else is lost by it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.coherence.finishing import Finisher
from rotoscope.motion.coherence.matching import match_neighbors, reduce_luma
from rotoscope.motion.coherence.memory import Memory, as_blended, combine
from rotoscope.motion.coherence.modes import COHERENCE_NAMES, MODES, find_mode
from rotoscope.motion.coherence.shrinking import shrunk

Gray = NDArray[np.uint8]
HEIGHT, WIDTH, STEP = 96, 128, 2


def scenery(width: int = 400, seed: int = 3) -> Gray:
    """Something with texture that can be followed."""
    rough = np.random.default_rng(seed).integers(0, 255, (HEIGHT // 4, width // 4)).astype(np.float32)
    large = cv2.resize(rough, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(large, 0, 255).astype(np.uint8)


def pan(frames: int, step: int = STEP) -> list[Gray]:
    """A camera that turns."""
    wide = scenery()
    return [np.ascontiguousarray(wide[:, step * t : step * t + WIDTH]) for t in range(frames)]


def grainy(frames: Sequence[Gray], seed: int = 5, strength: float = 24) -> list[Gray]:
    """Painted frame by frame: strokes that are elsewhere each time."""
    random = np.random.default_rng(seed)
    grain = [cv2.GaussianBlur(random.normal(0, 1, frame.shape), (0, 0), 1.5) for frame in frames]
    return [
        np.clip(frame * 0.5 + 64 + strength / one.std() * one, 0, 255).astype(np.uint8)
        for frame, one in zip(frames, grain, strict=True)
    ]


def steady(name: str, source: Sequence[Gray], painted: Sequence[Gray]) -> list[Gray]:
    """Forward alone; what looks ahead sees the whole clip."""
    mode = MODES[name]
    small = [reduce_luma(frame, mode) for frame in source]
    pairs = [match_neighbors(*pair, mode) for pair in pairwise(small)]
    memory, finisher = Memory(mode), Finisher(mode)
    blended = [as_blended((frame,), mode) for frame in painted]
    known = [memory.advance(pairs[t - 1][0] if t else None, now) for t, now in enumerate(blended)]
    if mode.block:
        back = Memory(mode)
        last = len(painted) - 1
        future = [back.advance(pairs[t][1] if t < last else None, blended[t]) for t in range(last, -1, -1)]
        known = [
            combine(one, other, now) for one, other, now in zip(known, reversed(future), blended, strict=True)
        ]
    return [
        np.asarray(finisher.finish(one, now, (frame,))[0], np.uint8)
        for one, now, frame in zip(known, blended, painted, strict=True)
    ]


def flicker(frames: Sequence[Gray], step: int = STEP) -> float:
    """Mean squared change from frame to frame once the turn of the camera is taken out."""
    inner = [frame.astype(float)[8:-8, 8:-8] for frame in frames[8:]]
    return float(np.mean([((b[:, :-step] - a[:, step:]) ** 2).mean() for a, b in pairwise(inner)]))


@pytest.mark.parametrize(("name", "most"), [("smooth", 0.75), ("flow", 0.35), ("best", 0.25)])
def test_flicker_goes_and_sharpness_stays(name: str, most: float) -> None:
    source = pan(40)
    painted = grainy(source)
    shown = steady(name, source, painted)
    assert flicker(shown) < most * flicker(painted)
    gradients = [
        np.mean([np.abs(np.diff(f.astype(float))).mean() for f in clip]) for clip in (shown, painted)
    ]
    assert gradients[0] > 0.8 * gradients[1]


@pytest.mark.parametrize("name", list(MODES))
def test_what_stands_still_neither_darkens_nor_smears(name: str) -> None:
    source = pan(1) * 240
    painted = grainy(source)
    shown = steady(name, source, painted)[200:]
    truth = np.mean(painted[200:], axis=0)
    assert abs(np.mean(shown) - truth.mean()) < 0.5
    assert np.abs(np.mean(shown, axis=0) - truth).mean() < 12, "the same scene, and not another one"


@pytest.mark.parametrize("name", list(MODES))
def test_a_cut_begins_anew(name: str) -> None:
    source = [*pan(6), *[np.ascontiguousarray(255 - frame[:, ::-1]) for frame in pan(6)]]
    painted = grainy(source)
    small = [reduce_luma(source[t], MODES[name]) for t in (4, 5, 6)]
    assert not match_neighbors(small[0], small[1], MODES[name])[0].is_cut
    assert match_neighbors(small[1], small[2], MODES[name])[0].is_cut
    memory, (before, now) = Memory(MODES[name]), [as_blended((painted[t],), MODES["flow"]) for t in (5, 6)]
    memory.advance(None, before)
    shown = Finisher(MODES["flow"]).finish(memory.advance(None, now), now, (painted[6],))
    np.testing.assert_array_equal(shown[0], painted[6])


@pytest.mark.parametrize("name", ["flow", "best"])
def test_what_moves_leaves_no_ghost(name: str) -> None:
    def frame(t: int) -> Gray:
        picture = scenery(seed=8)[:, :WIDTH].copy() // 2
        picture[30:60, 10 + 4 * t : 40 + 4 * t] = 220
        return picture

    source = [frame(t) for t in range(14)]
    shown = steady(name, source, source)  # painted as it is: any difference is a ghost
    behind = shown[13][32:58, 30:54].astype(float)  # where the square was some frames ago
    assert np.abs(behind - source[13][32:58, 30:54]).mean() < 8


def test_deep_pictures_and_colors_keep_their_shape_and_depth() -> None:
    source = pan(4)
    painted = [np.dstack([frame] * 3).astype(np.uint16) * 257 for frame in grainy(source)]
    mode = MODES["flow"]
    memory, finisher = Memory(mode), Finisher(mode)
    match, _ = match_neighbors(source[0], source[1], mode)
    before, now = (as_blended((frame,), mode) for frame in painted[:2])
    memory.advance(None, before)
    (shown,) = finisher.finish(memory.advance(match, now), now, (painted[1],))
    assert (shown.shape, shown.dtype) == (painted[1].shape, np.uint16)
    assert abs(shown.mean() / painted[1].mean() - 1) < 0.02


def test_planes_with_a_stride_as_decoders_give_them_are_taken() -> None:
    source = [np.hstack([frame, frame])[:, : frame.shape[1]] for frame in pan(2)]
    assert not source[0].flags.c_contiguous
    for mode in MODES.values():
        match, _ = match_neighbors(reduce_luma(source[0], mode), reduce_luma(source[1], mode), mode)
        assert not match.is_cut


def test_all_planes_are_blended_by_one_scale() -> None:
    mode = MODES["smooth"]
    luma = np.zeros((720, 1280), np.uint8)
    chroma = np.full((360, 640), 128, np.uint8)
    shapes = [plane.shape for plane in as_blended((luma, chroma, chroma), mode)]
    assert shapes == [(270, 480), (135, 240), (135, 240)]


def test_the_names_are_the_modes_and_off() -> None:
    assert COHERENCE_NAMES == ("off", "smooth", "flow", "best")
    assert find_mode("off") is None
    with pytest.raises(InvalidOptions) as refused:
        find_mode("calm")
    assert str(refused.value) == "The coherence 'calm' is not known; give one of: off, smooth, flow, best."


@pytest.mark.parametrize("size", [(480, 270), (266, 150), (1280, 720), (640, 360), (601, 331)])
def test_pictures_are_made_smaller_without_moving(size: tuple[int, int]) -> None:
    picture = np.asarray(cv2.resize(scenery(), (1280, 720), interpolation=cv2.INTER_CUBIC), np.uint8)
    small = shrunk(picture, size)
    assert small.shape == (size[1], size[0])
    assert abs(float(small.mean()) - float(picture.mean())) < 0.3
    turned = shrunk(np.ascontiguousarray(picture[::-1, ::-1]), size)[::-1, ::-1]
    assert np.abs(small.astype(int) - turned).max() <= 2, "rounded another way, and at the same place"
    averaged = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(float)
    assert np.corrcoef(small.ravel(), averaged.ravel())[0, 1] > 0.995
