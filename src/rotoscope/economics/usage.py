"""What was used, in the units that rates and plans have a price for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from math import floor
from typing import Final, TypeAlias

Quantity: TypeAlias = int | float | Fraction
"""Any number from 0. Floats count as exactly what they are."""
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used."""

    cpu_seconds: Quantity = 0
    """Of processors, summed over them."""
    gpu_seconds: Quantity = 0
    gb_months: Quantity = 0
    """Of 10⁹ bytes, stored for 30 days."""
    gb_moved: Quantity = 0
    """In or out, of 10⁹ bytes."""
    calls: Quantity = 0
    """Of the API."""
    training_hours: Quantity = 0
    """On the clock."""
    kwh: Quantity = 0
    pictures: Quantity = 0
    """Painted, that are no part of a video."""
    video_seconds: Quantity = 0
    """How long painted videos last."""

    @property
    def compute_seconds(self) -> Fraction:
        """Of processors and GPUs together."""
        return Fraction(self.cpu_seconds) + Fraction(self.gpu_seconds)

    def plus(self, other: Usage) -> Usage:
        """Both together, without any rounding."""
        names = [field.name for field in fields(Usage)]
        return Usage(*(Fraction(getattr(self, name)) + Fraction(getattr(other, name)) for name in names))

    @classmethod
    def total(cls, parts: Iterable[Usage]) -> Usage:
        """All of them together."""
        whole = Usage()
        for part in parts:
            whole = whole.plus(part)
        return whole


def rounded(micros: Fraction) -> int:
    """Exact millionths of a currency, to whole ones: to the nearest, halves up."""
    return floor(micros + _HALF)
