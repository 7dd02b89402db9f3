"""Flow as a picture, and which of it is to be trusted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.motion.flow import edges_of_motion, hidden
from rotoscope.motion.wheel import paint_flow

Flow = NDArray[np.float32]


def one(right: float, down: float, *, max_speed: float = 10) -> list[int]:
    """The color of one movement."""
    return paint_flow(np.array([[[right, down]]], np.float32), max_speed=max_speed)[0, 0].tolist()


def still(height: int = 40, width: int = 60) -> Flow:
    return np.zeros((height, width, 2), np.float32)


def test_the_direction_is_the_hue() -> None:
    assert one(10, 0) == [255, 0, 0]
    red, green, blue = one(0, 10)  # down
    assert red == 255
    assert green > 220
    assert blue == 0
    red, green, blue = one(-10, 0)
    assert red == 0
    assert blue == 255
    red, green, blue = one(0, -10)  # up
    assert blue == 255
    assert red > 60
    assert green == 0


def test_the_speed_is_how_far_it_is_from_white() -> None:
    assert one(0, 0) == [255, 255, 255]
    assert one(5, 0) == [255, 128, 128]
    assert one(5, 0, max_speed=5) == [255, 0, 0]


def test_what_is_faster_than_the_scale_is_darker() -> None:
    assert one(20, 0) == [191, 0, 0]


def test_what_is_not_known_is_black() -> None:
    assert one(float("nan"), 3) == [0, 0, 0]


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_scale_of_nothing_is_refused(speed: float) -> None:
    with pytest.raises(InvalidOptions, match="give the pixels, above 0, that have full color"):
        one(1, 1, max_speed=speed)


def test_what_comes_back_to_where_it_was_is_not_hidden() -> None:
    flow = still() + np.float32(0.25)
    assert not hidden(flow, -flow).any()  # at the border neither: a quarter of a pixel is not out of it


def test_what_leaves_the_picture_is_hidden() -> None:
    flow = still()
    flow[..., 0] = 5
    found = hidden(flow, -flow)
    assert found[:, 55:].all()
    assert not found[:, :54].any()


def test_where_there_and_back_disagree_it_is_hidden() -> None:
    flow = still()
    back = still()
    back[10:20, 10:20] = 4
    found = hidden(flow, back)
    assert found[10:20, 10:20].all()
    assert not found[:10].any()


def test_the_edges_of_what_moves_are_hidden_and_its_inside_is_not() -> None:
    flow = still()
    flow[10:30, 20:40, 0] = 3
    edges = edges_of_motion(flow)
    assert edges[15, 19:21].all()
    assert edges[9:11, 30].all()
    assert not edges[12:28, 22:38].any()
    assert not edges[:8].any()


def test_a_slope_that_is_small_beside_the_speed_is_no_edge() -> None:
    flow = still()
    flow[..., 0] = np.arange(60)[None] * 0.1
    assert edges_of_motion(flow)[5, 2]  # slow: 0.01 squared pixels are more than 0.01 * 0.04 + 0.002
    assert not edges_of_motion(flow)[5, 40]
