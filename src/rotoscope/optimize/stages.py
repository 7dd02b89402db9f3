"""From coarse to fine: at which sizes a picture is optimized, and for how long at each."""

from __future__ import annotations

from dataclasses import dataclass

from rotoscope.errors import InvalidOptions

LEAST_SIDE = 32
"""Pixels; smaller pictures have no position left in the deepest maps."""
COARSEST_SIDE = 96
"""Short side, pixels: where nothing is said, no size begins below it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One size."""

    height: int
    width: int
    iterations: int

    @property
    def work(self) -> int:
        """Pixels times iterations: what its time is proportional to."""
        return self.height * self.width * self.iterations


def plan_stages(
    height: int, width: int, *, iterations: int, coarse_iterations: int, levels: int | None = None
) -> tuple[Stage, ...]:
    """The sizes of a picture, each twice the one before; the last is its own.

    Args:
        height: of the picture, pixels.
        width: likewise.
        iterations: at the full size.
        coarse_iterations: at each of the others.
        levels: how many sizes; None: as many as have a short side of COARSEST_SIDE at least.

    Raises:
        InvalidOptions: the picture, or the coarsest of that many sizes, is smaller than LEAST_SIDE.
    """
    short = min(height, width)
    if levels is None:
        levels = 1
        while short / 2**levels >= COARSEST_SIDE:
            levels += 1
    coarsest = round(short / 2 ** (levels - 1))
    if coarsest < LEAST_SIDE:
        raise InvalidOptions(
            f"The picture is {width}x{height} and was to be painted in {levels} sizes, the coarsest "
            f"{coarsest} pixels along its short side; {LEAST_SIDE} are the least. Give fewer levels, or a "
            f"larger size."
        )
    return tuple(
        Stage(
            round(height / 2**level),
            round(width / 2**level),
            coarse_iterations if level else iterations,
        )
        for level in reversed(range(levels))
    )
