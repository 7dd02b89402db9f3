"""In which order the frames of a clip are painted, and what each is held to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rotoscope.optimize.video.recipe import VideoRecipe

Span = tuple[int, int]
"""First frame of a shot, and the first one after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One painting of one frame."""

    part: int
    """Which pass, counted from 1."""
    index: int
    """Of the frame, counted from 0 at the clip's first one."""
    neighbors: tuple[int, ...] = ()
    """Frames whose painting of the same pass it is held to, the nearest first; all in its own shot."""

    @property
    def is_alone(self) -> bool:
        """Whether no painting decides what it begins with."""
        return self.part == 1 and not self.neighbors


def plan_steps(shots: Sequence[Span], video: VideoRecipe) -> Iterator[Step]:
    """All paintings of a clip in their order: shot by shot, and pass by pass within a shot.

    Args:
        shots: in order.
        video: which coherence.
    """
    for first, stop in shots:
        if video.coherence != "passes":
            for index in range(first, stop):
                back = tuple(index - offset for offset in video.neighbors if index - offset >= first)
                yield Step(1, index, back)
            continue
        for index in range(first, stop):
            yield Step(1, index)
        for part in range(2, video.passes + 1):
            forward = part % 2 == 0
            for index in range(first, stop) if forward else reversed(range(first, stop)):
                neighbor = index - 1 if forward else index + 1
                yield Step(part, index, (neighbor,) if first <= neighbor < stop else ())
