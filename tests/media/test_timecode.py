"""Times as people type them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.errors import InvalidOptions
from rotoscope.media.timecode import format_time, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12.5", Fraction(25, 2)),
        ("0", Fraction(0)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1s", Fraction(1)),
        ("1.1 s", Fraction(11, 10)),
        ("500ms", Fraction(1, 2)),
        ("2m", Fraction(120)),
        ("2min", Fraction(120)),
        ("1.5h", Fraction(5400)),
        ("1H", Fraction(3600)),
        (" 1:02.5 ", Fraction(125, 2)),
        ("90:00", Fraction(5400)),
        ("00:01:02.500", Fraction(125, 2)),
        ("100:00:00", Fraction(360000)),
    ],
)
def test_every_way_of_writing_is_exact(text: str, seconds: Fraction) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "-1", "1:2:3:4", "1:60", "0:61:00", "abc", "1,5", "1d", ":5", "1:", "1e3", "1/2", "inf", "٣"]
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidOptions, match=r"1:02\.5") as caught:
        parse_time(text)
    assert repr(text) in str(caught.value)


@given(st.integers(min_value=0, max_value=10**9))
def test_formatted_times_are_read_back(milliseconds: int) -> None:
    seconds = Fraction(milliseconds, 1000)
    assert parse_time(format_time(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(0), "0:00.000"),
        (Fraction(125, 2), "1:02.500"),
        (Fraction(3661), "1:01:01.000"),
        (Fraction(-1, 2), "-0:00.500"),
    ],
)
def test_format(seconds: Fraction, text: str) -> None:
    assert format_time(seconds) == text
