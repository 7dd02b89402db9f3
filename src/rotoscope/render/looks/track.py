"""Values over time: keyframes, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

from rotoscope.render.looks.easing import Easing, ease

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Key(Generic[Value]):
    """A value at a moment."""

    time: Fraction
    """Seconds from the clip's first frame."""
    value: Value
    easing: Easing = "linear"
    """Of the way to it from the keyframe before."""


@dataclass(frozen=True, slots=True)
class Between(Generic[Value]):
    """Where a moment lies: ``share`` of the way from one value to another."""

    before: Value
    after: Value
    share: float
    """0 to 1; 0 where nothing is on its way."""


@dataclass(frozen=True, slots=True)
class Track(Generic[Value]):
    """A value over all time: before the first keyframe as there, after the last one as there."""

    keys: tuple[Key[Value], ...]
    """At least one; their times rise."""

    def at(self, time: Fraction) -> Between[Value]:
        """What holds at a moment."""
        first, last = self.keys[0], self.keys[-1]
        if time < first.time:
            return Between(first.value, first.value, 0.0)
        for key, following in pairwise(self.keys):
            if time < following.time:
                share = float((time - key.time) / (following.time - key.time))
                return Between(key.value, following.value, ease(share, following.easing))
        return Between(last.value, last.value, 0.0)

    @property
    def is_constant(self) -> bool:
        """Whether it is the same at all times."""
        return all(key.value == self.keys[0].value for key in self.keys)

    def governing(self, start: Fraction, stop: Fraction) -> tuple[Key[Value], ...]:
        """The keyframes that decide the values at ``start <= time < stop``, and no other.

        A value that stays the same throughout is one keyframe at time 0, wherever its keyframes lie.
        """
        inside = [key for key in self.keys if start < key.time < stop]
        before = [key for key in self.keys if key.time <= start][-1:]
        after = [key for key in self.keys if key.time >= stop][:1]
        governing = [*before, *inside]
        if not governing:
            return (Key(Fraction(0), self.keys[0].value),)
        # The first of all is a constant before its time; later ones are on their way to the next.
        if after and after[0].easing != "hold" and after[0].value != governing[-1].value:
            governing += after
        if all(key.value == governing[0].value for key in governing):
            return (Key(Fraction(0), governing[0].value),)
        # How the first one was reached is not part of the span, unless the span began before it.
        first = governing[0]
        return (Key(first.time, first.value), *governing[1:])


def constant(value: Value) -> Track[Value]:
    """A value that never changes."""
    return Track((Key(Fraction(0), value),))


def with_fades(keys: Sequence[Key[Value]], fade: Fraction) -> Track[Value]:
    """Each value stays until ``fade`` seconds before the next keyframe, and then goes over to it."""
    placed: list[Key[Value]] = [keys[0]]
    for key, following in pairwise(keys):
        begin = following.time - fade
        if fade and begin > key.time:
            placed.append(Key(begin, key.value, "hold"))
        placed.append(following if fade else Key(following.time, following.value, "hold"))
    return Track(tuple(placed))


def number_at(track: Track[float], time: Fraction) -> float:
    """A number at a moment."""
    between = track.at(time)
    return between.before + (between.after - between.before) * between.share


def told(keys: Sequence[Key[Value]], tell: Callable[[Value], object]) -> list[object]:
    """Keyframes as JSON holds them."""
    return [[str(key.time), tell(key.value), key.easing] for key in keys]
