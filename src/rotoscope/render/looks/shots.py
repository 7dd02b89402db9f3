"""Shots of a clip: where one ends and the next begins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.shots import find_shots

CutFinder: TypeAlias = Callable[[Clip], Sequence[Fraction]]
"""Finds the cuts of a clip: seconds from its first frame, rising."""


@dataclass(frozen=True, slots=True)
class Shots:
    """The shots between cuts."""

    cuts: tuple[Fraction, ...] = ()
    """Seconds from the clip's first frame at which a shot begins, the first one's left out; rising."""

    def number_at(self, time: Fraction) -> int:
        """The number of the shot at a moment, counted from 1."""
        return bisect_right(self.cuts, time) + 1

    def span_at(self, time: Fraction) -> tuple[Fraction, Fraction | None]:
        """Begin and end of the shot at a moment; None: the clip's end."""
        after = bisect_right(self.cuts, time)
        begin = self.cuts[after - 1] if after else Fraction(0)
        return begin, self.cuts[after] if after < len(self.cuts) else None


def shots_of(clip: Clip, stated: Sequence[Fraction] | None, find_cuts: CutFinder) -> Shots:
    """The shots of a clip, of cuts that the look states or that are found; the one place for both.

    Args:
        clip: what is painted.
        stated: cuts as the look's file states them; None: it states none.
        find_cuts: finds them then.
    """
    return Shots(tuple(find_cuts(clip) if stated is None else stated))


def found_cuts(clip: Clip) -> tuple[Fraction, ...]:
    """The cuts of a clip's whole source, whatever part of it is selected."""
    whole = open_clip(clip.source, on_truncated="keep")
    return tuple(shot.start_seconds for shot in find_shots(whole)[1:])
