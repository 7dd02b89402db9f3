"""From a few measured samples to what all of it will take, with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import stdev
from typing import Final

WIDEST: Final = 0.25
"""The share of the likely value by which the true one may be off, at most, as an estimate says it."""
NARROWEST: Final = 0.20
"""The same, at least: so much differs from run to run on one machine (docs/how-to/know-what-it-costs.md)."""
_STUDENT: Final = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31)
"""Student's t, two-sided 95 %, for 1, 2 … degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What something will be, and between what."""

    likely: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """By how much of the likely value the true one may be off: 0.15 is ±15 %."""
        return (self.high - self.likely) / self.likely if self.likely else 0.0

    @classmethod
    def around(cls, likely: float, share: float) -> Estimate:
        """So much, give or take a share of it."""
        return cls(likely, likely * (1 - share), likely * (1 + share))

    @classmethod
    def total(cls, parts: Sequence[Estimate]) -> Estimate:
        """All of them together, as if all erred the same way."""
        return cls(
            sum(part.likely for part in parts),
            sum(part.low for part in parts),
            sum(part.high for part in parts),
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """What some units of the work took, without any beginning or end."""

    units: float
    """Frames, or megapixels."""
    seconds: float

    @property
    def rate(self) -> float:
        """Seconds a unit."""
        return self.seconds / self.units


def extrapolated(begin_seconds: float, samples: Sequence[Sample], units: float) -> Estimate:
    """What all of a work will take.

    Args:
        begin_seconds: what was measured of its beginning, which happens once.
        samples: of its middle, from several places; one at least.
        units: how many there are of what is counted in the samples, without those of the beginning.

    Returns:
        ``begin + rate * units`` with the mean rate of the samples; the range is the 95 % interval of that
        mean by Student's t, widened by :data:`NARROWEST`, and never wider than :data:`WIDEST`.
    """
    rate = sum(sample.seconds for sample in samples) / sum(sample.units for sample in samples)
    likely = begin_seconds + rate * units
    error = standard_error([sample.rate for sample in samples]) * units
    share = WIDEST if not likely else min(WIDEST, sqrt(NARROWEST**2 + (error / likely) ** 2))
    return Estimate.around(likely, share)


def standard_error(rates: Sequence[float]) -> float:
    """Half of the 95 % interval of the mean of measured rates; 0 where one alone was measured."""
    if len(rates) < 2:
        return 0.0
    degrees = min(len(rates) - 1, len(_STUDENT))
    return _STUDENT[degrees - 1] * stdev(rates) / sqrt(len(rates))
