"""Pictures of a source as times first, pixels on demand.

Choosing frames (``--start``, ``--every``, ``--fps``) needs times only, so a source yields
:class:`LazyFrame` objects, and only those that are chosen pay for their pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd

from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaInfo
from rotoscope.media.planes import StoredPlanes


@dataclass(frozen=True, slots=True)
class LazyFrame:
    """One picture of a source, not yet converted to pixels."""

    pts: int
    """Presentation time in the source's time base."""
    duration: int | None
    """How long it is shown, in the same unit; None where the source does not say."""
    is_corrupt: bool
    """Whether the decoder had to conceal damage."""
    read: Callable[[], Pixels]
    """Makes the upright pixels; may be called again."""
    read_planes: Callable[[], StoredPlanes | None] | None = None
    """The picture as it is stored, where it is upright 8-bit 4:2:0; None where it never is."""


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """When the pictures of a source are shown, known before any of them is decoded."""

    time_base: Fraction
    """Seconds a unit of ``pts`` and ``end_pts``."""
    pts: tuple[int, ...]
    """Presentation times of the pictures a player shows, ascending."""
    end_pts: int
    """When the last one stops being shown."""
    key_pts: tuple[int, ...] = ()
    """Those of ``pts`` at which decoding can begin, as the container says; empty where it says nothing."""

    @property
    def duration_seconds(self) -> Fraction:
        """From the first picture to the end of the last one."""
        return (self.end_pts - self.pts[0]) * self.time_base if self.pts else Fraction(0)

    @property
    def usual_step(self) -> int:
        """The most frequent interval between two pictures; 1 where there is none."""
        steps = Counter(b - a for a, b in pairwise(self.pts))
        return max(steps, key=lambda step: (steps[step], -step)) if steps else 1

    @property
    def is_variable_rate(self) -> bool:
        """Whether intervals differ by more than rounding can explain.

        Two times rounded to whole units put each interval at most one unit from its true length, so two
        intervals at most two from each other. The unit is the coarsest that all intervals are multiples
        of (milliseconds, in a clip that was Matroska once), if that is well below an interval.
        """
        steps = {b - a for a, b in pairwise(self.pts)}
        if not steps:
            return False
        unit = gcd(*steps)
        return max(steps) - min(steps) > min(2 * unit, Fraction(self.usual_step, 2))


@dataclass(frozen=True, slots=True)
class Probed:
    """What is known of a source before its pictures are read."""

    info: MediaInfo
    times: FrameTimes | None
    """None where nobody counted."""
    unsure_count: int = 0
    """Pictures at the beginning that a decoder may leave out, for lack of what they refer to."""
    truncation: str | None = None
    """A sentence where the source holds less than its header claims."""
    claimed_frames: int | None = None
    """Frames that the header claims."""
