"""Shots of a clip: where one ends and the next begins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import Clip

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


def shots_of(clip: Clip, stated: Sequence[Fraction] | None, find_cuts: CutFinder | None) -> Shots | None:
    """The shots of a clip, of cuts that the look states or that are found; the one place for both.

    Args:
        clip: what is painted.
        stated: cuts as the look's file states them; None: it states none.
        find_cuts: None where nothing finds cuts.

    Returns:
        None where cuts are neither stated nor found.
    """
    if stated is not None:
        return Shots(tuple(stated))
    return None if find_cuts is None else Shots(tuple(find_cuts(clip)))


def require_shots(shots: Shots | None) -> Shots:
    """The shots, for layers that show in some of them.

    Raises:
        InvalidOptions: there are none.
    """
    if shots is None:
        raise InvalidOptions(
            "A layer of the look names shots, and where they begin is not known. State cuts: [4s, 0:09.5]."
        )
    return shots
