"""Presentation times in the ticks of a result."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.errors import EncodeError
from rotoscope.media.frame import Frame
from rotoscope.media.output import container_of
from rotoscope.media.timeline import Timeline, constant_rate

MP4, MKV, AVI, TS = (container_of(Path(f"x.{suffix}")) for suffix in ("mp4", "mkv", "avi", "ts"))
NTSC = Fraction(30000, 1001)


def frame(
    pts: int, unit: Fraction = Fraction(1, 90000), *, index: int = 0, duration: int | None = None
) -> Frame:
    return Frame(np.zeros((2, 2, 3), np.uint8), index=index, pts=pts, time_base=unit, duration=duration)


@given(
    steps=st.lists(st.integers(1, 10_000), min_size=1, max_size=20),
    unit=st.fractions(min_value=Fraction(1, 100_000), max_value=1, max_denominator=100_000),
)
def test_a_free_timeline_carries_any_time_base_exactly(steps: list[int], unit: Fraction) -> None:
    frames = [frame(sum(steps[:n]), unit) for n in range(len(steps))]
    timeline = Timeline(MP4, frames[0], origin=Fraction(0))
    assert [timeline.place(f).pts * timeline.tick for f in frames] == [f.time_seconds for f in frames]
    assert timeline.note() is None


def test_matroska_rounds_to_milliseconds_and_says_how_far() -> None:
    timeline = Timeline(MKV, frame(0), origin=Fraction(0))
    for n in range(30):
        timeline.place(frame(n * 3003))
    assert 0 < timeline.max_deviation_seconds <= Fraction(1, 2000)
    assert "at most 0.500 ms: matroska holds ticks of 1/1000 s" in (timeline.note() or "")


def test_transport_streams_hold_broadcast_ticks_exactly() -> None:
    timeline = Timeline(TS, frame(0), origin=Fraction(0))
    for n in range(30):
        timeline.place(frame(n * 3003))
    assert timeline.note() is None


def test_two_frames_in_one_tick_are_refused() -> None:
    timeline = Timeline(MKV, frame(0), origin=Fraction(0))
    timeline.place(frame(0))
    with pytest.raises(EncodeError, match=r"within one tick of matroska \(1/1000 s\)\. Write \.mp4 or \.mov"):
        timeline.place(frame(9))


def test_frames_out_of_order_are_refused() -> None:
    timeline = Timeline(MP4, frame(0), origin=Fraction(0))
    timeline.place(frame(3000, index=4))
    with pytest.raises(EncodeError, match=r"Frame 5 is shown at 0\.033322 s, which is not after"):
        timeline.place(frame(2999, index=5))


def test_the_origin_becomes_zero() -> None:
    timeline = Timeline(MP4, frame(90000), origin=Fraction(1))
    assert timeline.place(frame(90000)).pts == 0
    assert timeline.place(frame(93000)).pts == 3000


def test_durations_come_from_the_frame_or_from_the_step_before() -> None:
    timeline = Timeline(MP4, frame(0), origin=Fraction(0))
    assert timeline.place(frame(0, duration=1234)).duration == 1234
    assert timeline.place(frame(3000)).duration == 3000


def test_a_constant_timeline_takes_rounded_times_of_a_constant_rate() -> None:
    millisecond = Fraction(1, 1000)
    frames = [frame(round(n * 1000 / NTSC), millisecond) for n in range(300)]
    timeline = Timeline(AVI, frames[0], origin=Fraction(0), rate=NTSC)
    assert [timeline.place(f).pts for f in frames] == list(range(300))
    assert "avi holds a constant rate of 29.97" in (timeline.note() or "")


def test_a_constant_timeline_refuses_a_variable_rate_and_says_what_to_do() -> None:
    timeline = Timeline(AVI, frame(0), origin=Fraction(0), rate=Fraction(30))
    timeline.place(frame(0))
    with pytest.raises(EncodeError, match=r"Frame 1 is shown 33\.333 ms after its place at 30 frames.*--fps"):
        timeline.place(frame(6000, index=1))


def test_a_missing_frame_is_no_constant_rate_even_in_coarse_ticks() -> None:
    unit = Fraction(1, 25)
    timeline = Timeline(AVI, frame(0, unit), origin=Fraction(0), rate=Fraction(25))
    timeline.place(frame(0, unit))
    with pytest.raises(EncodeError, match=r"40\.000 ms after its place"):
        timeline.place(frame(2, unit, index=1))


def test_the_rate_is_the_headers_where_it_fits_and_a_common_one_else() -> None:
    millisecond = Fraction(1, 1000)
    first, second = frame(0, millisecond), frame(33, millisecond)
    assert constant_rate(first, second, header_rate=NTSC) == NTSC
    assert constant_rate(frame(0), frame(3600), header_rate=Fraction(50)) == 25
    one_a_frame = Fraction(1, 25)
    assert constant_rate(frame(0, one_a_frame), frame(1, one_a_frame), header_rate=None) == 25
    assert constant_rate(frame(0), frame(9000), header_rate=None) == 10
    assert constant_rate(frame(0, duration=3003), None, header_rate=None) == NTSC
    with pytest.raises(EncodeError, match=r"single frame without a duration.*--fps"):
        constant_rate(frame(0), None, header_rate=None)
