"""What is kept of one optimization."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Record:
    """One finished optimization."""

    seconds: float
    """By the clock."""
    processor_seconds: float
    """Of all threads; what others did on the machine counts less there."""
    objectives: list[float]
    """Before each iteration at the full size."""
    final: float
    """Of the picture, by the yardstick."""
    picture: Tensor
    """(1, 3, H, W) float32 sRGB 0..1, not clipped."""
