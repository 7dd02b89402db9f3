"""Choosing frames by time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.errors import InvalidOptions
from rotoscope.media.lazy import FrameTimes
from rotoscope.media.selection import Picker, Selection

F = Fraction


def constant(count: int, rate: Fraction | None = None, *, start: int = 0) -> FrameTimes:
    """``count`` frames at ``rate`` (25), rounded to ticks of 1/1000 s, as a coarse container writes them."""
    rate = rate or F(25)
    pts = tuple(start + round(1000 * i / rate) for i in range(count))
    return FrameTimes(F(1, 1000), pts, start + round(1000 * count / rate))


def picked(selection: Selection, times: FrameTimes) -> list[int]:
    """Which source frames come, by position."""
    position = {pts: index for index, pts in enumerate(times.pts)}
    picks = Picker(selection, times).pick(times.pts, pts_of=lambda pts: pts)
    return [position[pick.item] for pick in picks]


def slots(selection: Selection, times: FrameTimes) -> list[int | None]:
    return [pick.slot for pick in Picker(selection, times).pick(times.pts, pts_of=lambda pts: pts)]


def test_everything() -> None:
    times = constant(10)
    assert picked(Selection(), times) == list(range(10))
    assert slots(Selection(), times) == [None] * 10


def test_start_and_stop_are_half_open() -> None:
    times = constant(10)  # 0, 40, 80 … ms
    assert picked(Selection(start=F(80, 1000), stop=F(200, 1000)), times) == [2, 3, 4]
    assert picked(Selection(start=F(81, 1000), stop=F(201, 1000)), times) == [3, 4, 5]


def test_seconds_count_from_the_first_frame() -> None:
    assert picked(Selection(start=F(80, 1000), stop=F(120, 1000)), constant(10, start=5000)) == [2]


def test_every_takes_the_first_frame_of_each_interval() -> None:
    times = FrameTimes(F(1, 1000), (0, 33, 67, 100, 350, 383, 900), 933)
    assert picked(Selection(every=F(1, 10)), times) == [0, 3, 4, 6]


def test_every_counts_from_start() -> None:
    times = constant(100)
    assert picked(Selection(start=F(1, 2), every=F(1)), times) == [13, 38, 63, 88]


def test_every_shorter_than_a_frame_takes_all() -> None:
    assert picked(Selection(every=F(1, 1000)), constant(5)) == list(range(5))


def test_fps_of_the_source_changes_nothing_but_the_clock() -> None:
    times = constant(30, F(30000, 1001))
    assert picked(Selection(fps=F(30000, 1001)), times) == list(range(30))
    assert slots(Selection(fps=F(30000, 1001)), times) == list(range(30))


def test_double_fps_shows_each_twice_and_half_each_second_one() -> None:
    times = constant(10)
    assert picked(Selection(fps=F(50)), times) == [i // 2 for i in range(20)]
    assert picked(Selection(fps=F(25, 2)), times) == [0, 2, 4, 6, 8]


def test_fps_fills_a_gap_with_the_frame_before_it() -> None:
    times = FrameTimes(F(1, 1000), (0, 100, 400, 500), 600)
    assert picked(Selection(fps=F(10)), times) == [0, 1, 1, 1, 2, 3]


def test_fps_starts_with_the_first_frame_of_a_late_start() -> None:
    times = FrameTimes(F(1, 1000), (0, 400), 500)
    selection = Selection(start=F(1, 5), fps=F(10))
    assert picked(selection, times) == [1, 1, 1]
    assert slots(selection, times) == [0, 1, 2]


def test_a_lower_rate_than_one_frame_gives_one_frame() -> None:
    assert len(picked(Selection(fps=F(1, 100)), constant(10))) == 1


@given(
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    start=st.fractions(0, 3) | st.none(),
    length=st.fractions(F(1, 100), 3) | st.none(),
    fps=st.fractions(F(1, 2), 120) | st.none(),
)
def test_what_is_announced_is_what_comes(
    steps: list[int], start: Fraction | None, length: Fraction | None, fps: Fraction | None
) -> None:
    pts = [0]
    for step in steps:
        pts.append(pts[-1] + step)
    times = FrameTimes(F(1, 1000), tuple(pts), pts[-1] + 40)
    stop = None if length is None else (start or F(0)) + length
    selection = Selection(start=start, stop=stop, fps=fps)
    picks = picked(selection, times)
    assert Picker(selection, times).count == len(picks)
    assert picks == sorted(picks)
    if fps is None:
        inside = [t for t in pts if t >= (start or 0) * 1000 and (stop is None or t < stop * 1000)]
        assert [pts[i] for i in picks] == inside
    elif picks:
        assert slots(selection, times) == list(range(len(picks)))
        span = min(stop or F(10**6), F(times.end_pts, 1000)) - (start or 0)
        assert abs(len(picks) - span * fps) <= 1 or len(picks) == 1


def test_stop_ends_the_reading() -> None:
    times = constant(10)
    read: list[int] = []

    def reading() -> Iterator[int]:
        for pts in times.pts:
            read.append(pts)
            yield pts

    list(Picker(Selection(stop=F(1, 10)), times).pick(reading(), pts_of=lambda pts: pts))
    assert read == [0, 40, 80, 120]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": F(-1)}, "start is -1 s"),
        ({"stop": F(-1)}, "stop is -1 s"),
        ({"start": F(2), "stop": F(2)}, r"stop \(2 s\) is not after start \(2 s\)"),
        ({"stop": F(0)}, r"stop \(0 s\) is not after start \(0 s\)"),
        ({"every": F(0)}, "every is 0; it must be more than 0"),
        ({"fps": F(-25)}, "fps is -25; it must be more than 0"),
        ({"every": F(1), "fps": F(25)}, "every and fps are given together"),
    ],
)
def test_nonsense_is_refused(options: dict[str, Fraction], words: str) -> None:
    with pytest.raises(InvalidOptions, match=words):
        Selection(**options)
