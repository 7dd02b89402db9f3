"""Keyframes and what lies between; which of them decide a span."""

from __future__ import annotations

from fractions import Fraction
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.render.looks.easing import Easing, ease
from rotoscope.render.looks.track import Key, Track, constant, number_at, with_fades

EASINGS = cast("tuple[Easing, ...]", get_args(Easing))
TIMES = st.fractions(min_value=0, max_value=20, max_denominator=24)
KEYS = st.lists(
    st.tuples(TIMES, st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from(EASINGS)),
    min_size=1,
    max_size=6,
    unique_by=lambda key: key[0],
)


def track_of(keys: list[tuple[Fraction, float, Easing]]) -> Track[float]:
    return Track(tuple(Key(*key) for key in sorted(keys, key=lambda key: key[0])))


@pytest.mark.parametrize("easing", EASINGS)
def test_every_easing_begins_at_0_and_never_falls(easing: Easing) -> None:
    shares = [ease(step / 20, easing) for step in range(21)]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] == (0 if easing == "hold" else 1)


def test_ease_is_slow_at_both_ends_in_at_first_and_out_at_last() -> None:
    early, late = 0.1, 0.9
    assert ease(early, "ease") < early < 1 - ease(late, "ease") + early
    assert ease(early, "ease-in") < early < ease(early, "ease-out")
    assert 1 - ease(late, "ease") < 0.1


@given(KEYS, TIMES)
def test_a_number_stays_between_its_keyframes(
    keys: list[tuple[Fraction, float, Easing]], time: Fraction
) -> None:
    track = track_of(keys)
    values = [key.value for key in track.keys]
    assert min(values) <= number_at(track, time) <= max(values)


@given(KEYS)
def test_at_a_keyframe_is_its_value(keys: list[tuple[Fraction, float, Easing]]) -> None:
    track = track_of(keys)
    assert [number_at(track, key.time) for key in track.keys] == [key.value for key in track.keys]
    assert number_at(track, Fraction(99)) == track.keys[-1].value


@given(KEYS, KEYS, TIMES, st.fractions(min_value="1/24", max_value=5, max_denominator=24))
def test_spans_with_the_same_governing_keyframes_have_the_same_values(
    first: list[tuple[Fraction, float, Easing]],
    second: list[tuple[Fraction, float, Easing]],
    start: Fraction,
    length: Fraction,
) -> None:
    one, other = track_of(first), track_of(second)
    if one.governing(start, start + length) == other.governing(start, start + length):
        for step in range(8):
            time = start + length * step / 8
            assert number_at(one, time) == number_at(other, time)


@given(KEYS, st.integers(0, 19), st.sampled_from([0.1, 0.9]))
def test_a_change_elsewhere_leaves_a_span_alone(
    keys: list[tuple[Fraction, float, Easing]], second: int, value: float
) -> None:
    track = track_of([*keys, (Fraction(50), 0.0, "linear"), (Fraction(51), 0.0, "linear")])
    changed = Track((*track.keys, Key(Fraction(52), value)))
    span = Fraction(second), Fraction(second + 1)
    assert changed.governing(*span) == track.governing(*span)
    assert changed.governing(Fraction(51), Fraction(53)) != track.governing(Fraction(51), Fraction(53))


def test_what_never_changes_is_constant() -> None:
    assert constant(0.5).is_constant
    assert Track((Key(Fraction(0), 1.0), Key(Fraction(5), 1.0))).is_constant
    assert not Track((Key(Fraction(0), 1.0), Key(Fraction(5), 0.0))).is_constant
    still = Track((Key(Fraction(0), 1.0), Key(Fraction(5), 1.0), Key(Fraction(9), 0.0)))
    assert still.governing(Fraction(1), Fraction(4)) == constant(1.0).governing(Fraction(1), Fraction(4))


@pytest.mark.parametrize(
    ("fade", "time", "expected"),
    [(2, 7, ("a", "a", 0.0)), (2, 9, ("a", "b", 0.5)), (2, 10, ("b", "b", 0.0)), (0, 9, ("a", "b", 0.0)),
     (0, 10, ("b", "b", 0.0)), (30, 5, ("a", "b", 0.5))],
)  # fmt: skip
def test_a_fade_ends_when_the_next_value_begins(
    fade: int, time: int, expected: tuple[str, str, float]
) -> None:
    track = with_fades([Key(Fraction(0), "a"), Key(Fraction(10), "b")], Fraction(fade))
    between = track.at(Fraction(time))
    found = (between.before, between.after, between.share)
    assert found == expected
