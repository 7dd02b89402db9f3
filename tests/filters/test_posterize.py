"""The ``posterize`` kind."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.filters.kinds import KINDS
from rotoscope.filters.posterize import soft_steps


def ramp() -> np.ndarray:
    return np.repeat(np.tile(np.arange(256, dtype=np.uint8), (8, 1))[:, :, None], 3, axis=2)


@pytest.mark.parametrize("levels", [2, 3, 6, 16])
def test_hard_steps_leave_that_many_tones_evenly_spaced(levels: int) -> None:
    painter = KINDS["posterize"].build({"levels": str(levels), "softness": "0", "smooth": "0"})
    tones = np.unique(painter.apply(ramp()))
    np.testing.assert_array_equal(tones, np.rint(np.linspace(0, 255, levels)))


def test_black_and_white_stay() -> None:
    painted = KINDS["posterize"].build({"smooth": "0"}).apply(ramp())
    assert painted[0, 0].tolist() == [0, 0, 0]
    assert painted[0, 255].tolist() == [255, 255, 255]


def test_steps_go_to_the_nearest_tread_and_never_fall() -> None:
    values = np.linspace(0, 1, 1001, dtype=np.float32)
    hard = soft_steps(values, levels=5, softness=0)
    off_edge = np.abs(values * 4 % 1 - 0.5) > 0.01
    np.testing.assert_allclose(hard[off_edge], (np.rint(values * 4) / 4)[off_edge], atol=1e-6)
    assert (np.diff(soft_steps(values, levels=5, softness=0.7)) >= 0).all()


def test_softer_steps_are_less_steep() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32)
    steepest = [np.diff(soft_steps(values, levels=6, softness=s)).max() for s in (0.0, 0.2, 0.6, 1.0)]
    assert steepest == sorted(steepest, reverse=True)
    assert steepest[-1] < 0.02


def test_saturation_zero_is_grey_and_more_is_more() -> None:
    picture = np.full((16, 16, 3), (170, 110, 90), np.uint8)

    def chroma(saturation: float) -> int:
        painted = KINDS["posterize"].build({"saturation": str(saturation)}).apply(picture)[8, 8].astype(int)
        return int(painted.max() - painted.min())

    assert chroma(0) <= 1
    assert chroma(0.5) < chroma(1) < chroma(1.5)


def test_luma_tones_keep_the_hue_and_channel_tones_do_not() -> None:
    picture = np.full((16, 16, 3), (200, 120, 60), np.uint8)
    by_luma = KINDS["posterize"].build({"saturation": "1", "softness": "0"}).apply(picture)[8, 8].astype(int)
    by_channel = KINDS["posterize"].build(
        {"saturation": "1", "softness": "0", "tones": "channels", "levels": "2"}
    )
    assert by_luma[0] > by_luma[1] > by_luma[2]
    assert set(by_channel.apply(picture)[8, 8].tolist()) == {0, 255}


def test_smoothing_removes_texture_and_keeps_the_edge() -> None:
    random = np.random.default_rng(3)
    picture = np.full((192, 192, 3), 90, np.uint8)
    picture[:, 96:] = 200
    noisy = np.clip(picture + random.normal(0, 8, picture.shape[:2])[:, :, None], 0, 255).astype(np.uint8)
    painted = (
        KINDS["posterize"]
        .build({"levels": "16", "smooth": "0.6", "softness": "1"})
        .apply(noisy)
        .astype(float)
    )
    assert painted[20:-20, 20:80].std() < noisy[20:-20, 20:80].std() / 3
    assert painted[:, 97:99].mean() - painted[:, 93:95].mean() > 80
