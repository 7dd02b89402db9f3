"""Frames painted one after the other: in which order, from what, and how alike they become."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.optimize.descent import Descent
from rotoscope.optimize.objective import Objective
from rotoscope.optimize.steps import LimitedMemory
from rotoscope.optimize.video.plan import Step, plan_steps
from rotoscope.optimize.video.progress import VideoMeter, VideoProgress
from rotoscope.optimize.video.recipe import COHERENCES, VideoRecipe

from optimize_toys import ToyEncoder, blocks, tensor, toy_recipe
from video_toys import Wall, paint, pan, toy_video


def told(video: VideoRecipe, *shots: tuple[int, int]) -> list[tuple[int, int, tuple[int, ...]]]:
    return [(step.part, step.index, step.neighbors) for step in plan_steps(shots, video)]


def unlike(wall: Wall, *, part: int = 1) -> float:
    """Mean difference of neighboring paintings, levels."""
    indices = sorted(index for at, index in wall.paintings if at == part)
    pictures = [wall.paintings[part, index].astype(float) for index in indices]
    return fmean(np.abs(a - b).mean() for a, b in pairwise(pictures))


def test_a_frame_is_held_to_those_before_in_its_shot() -> None:
    assert told(toy_video(coherence="temporal"), (0, 2), (2, 4)) == [
        (1, 0, ()), (1, 1, (0,)), (1, 2, ()), (1, 3, (2,)),
    ]  # fmt: skip
    steps = told(toy_video(coherence="long", offsets=(1, 2, 4)), (3, 9))
    assert steps[4:] == [(1, 7, (6, 5, 3)), (1, 8, (7, 6, 4))]
    assert told(toy_video(coherence="none"), (0, 2)) == [(1, 0, ()), (1, 1, ())]


def test_passes_go_forward_and_backward_in_turn_through_each_shot() -> None:
    assert told(toy_video(coherence="passes", passes=3), (0, 3), (3, 4)) == [
        (1, 0, ()), (1, 1, ()), (1, 2, ()),
        (2, 0, ()), (2, 1, (0,)), (2, 2, (1,)),
        (3, 2, ()), (3, 1, (2,)), (3, 0, (1,)),
        (1, 3, ()), (2, 3, ()), (3, 3, ()),
    ]  # fmt: skip


def test_the_first_passes_have_no_temporal_loss() -> None:
    video = toy_video(coherence="passes", passes=4)
    assert [video.has_loss(part) for part in (1, 2, 3, 4)] == [False, False, True, True]
    assert [name for name in COHERENCES if toy_video(coherence=name).has_loss(1)] == ["temporal", "long"]


@pytest.mark.parametrize("coherence", list(COHERENCES))
def test_every_coherence_paints_every_frame(coherence: str) -> None:
    frames = pan(3)
    video = toy_video(coherence=coherence)
    wall = paint(frames, video)
    parts = range(1, video.parts + 1)
    assert sorted(wall.paintings) == [(part, index) for part in parts for index in range(3)]
    for index, frame in enumerate(frames):
        last = wall.paintings[video.parts, index]
        assert last.shape == frame.shape
        assert np.abs(last.astype(int) - frame).mean() > 3


def test_a_clip_that_stands_still_stays_as_it_is() -> None:
    still = [blocks(1)] * 4
    alone = unlike(paint(still, toy_video(coherence="none"), from_noise=True))
    warped = unlike(paint(still, toy_video(coherence="warp"), from_noise=True))
    held = unlike(paint(still, toy_video(coherence="temporal", temporal_weight=5000), from_noise=True))
    assert held < 1
    assert held < warped < alone


def test_of_a_clip_that_stands_still_each_frame_from_its_own_photograph_is_the_same() -> None:
    assert unlike(paint([blocks(1)] * 3, toy_video(coherence="none"))) == 0


def test_blending_with_full_opacity_begins_with_the_painting_before() -> None:
    frames = [blocks(1), blocks(5)]
    full = paint(frames, toy_video(coherence="blend", opacity=1.0))
    slight = paint(frames, toy_video(coherence="blend", opacity=0.1))
    assert unlike(full) < unlike(slight)


def test_what_is_in_the_gallery_is_not_painted_again() -> None:
    frames, video = pan(3), toy_video()
    wall = Wall()
    own = 255 - frames[0]
    wall.put(1, 0, own)
    paint(frames, video, wall=wall)
    assert wall.paintings[1, 0] is own
    assert len(wall.paintings) == 3


def test_progress_counts_work_and_leaves_out_what_was_found() -> None:
    video = toy_video(following_iterations=3)
    steps = list(plan_steps([(0, 3)], video))
    events: list[VideoProgress] = []
    meter = VideoMeter(steps, (48, 64), recipe=toy_recipe(), video=video, on_progress=events.append)
    meter.found_one(steps[0])

    class Frame:
        fraction = 0.5

    meter.tell(steps[1], Frame())  # pyright: ignore[reportArgumentType]
    (event,) = events
    assert event.fraction == pytest.approx((6 + 1.5) / (6 + 3 + 3))
    assert (event.done, event.found, event.frames, event.step) == (1, 1, 3, Step(1, 1, (0,)))
    assert event.seconds_left is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"coherence": "flow"}, r"coherence: Input should be 'none', 'blend', 'warp', 'temporal', 'lo"),
        ({"coherence": "long", "offsets": (2, 4)}, r"offsets were 2, 4; give numbers of frames that ascend"),
        ({"coherence": "passes", "passes": 1}, r"passes: Input should be greater than or equal to 2"),
        ({"coherence": "warp", "opacity": 0.5}, r"opacity was given, which says nothing .* one of blend"),
        ({"passes": 3}, r"passes was given, which says nothing with the coherence temporal"),
        ({"coherence": "none", "following_iterations": 3}, r"one of blend, warp, temporal, long, passes"),
    ],
)  # fmt: skip
def test_a_recipe_that_is_none_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidOptions, match=said):
        VideoRecipe.of_values(**values)


def test_a_start_that_can_hardly_be_better_is_no_error() -> None:
    """A frame that is like the one before begins where a first change of usual size leads up on all sides."""

    class Bowl:
        name, weight = "bowl", 1.0

        def loss(self, picture: Tensor) -> Tensor:
            return (picture - tensor(2)).square().sum()

    near = tensor(2) + 1e-5
    descent = Descent(Objective(ToyEncoder(), [], [Bowl()]), near, LimitedMemory(10))
    totals = [descent.step().total for _ in range(40)]
    assert totals[-1] < totals[0]
    assert (descent.picture - tensor(2)).abs().max() < 1e-4
