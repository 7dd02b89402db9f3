"""Where a clip is cut into segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rotoscope.media.clip import Clip

_PIXELS: Final = 240 * 1280 * 720
"""In one segment: some five seconds of painting at 50 megapixels a second."""
_FEWEST, _MOST = 24, 240
"""Frames in one segment."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of frames handled as one task."""

    number: int
    """Counted from 0."""
    first: int
    """Index of its first frame in the result."""
    stop: int
    """Index after its last one."""
    within: tuple[int, int] | None = None
    """Of a part of a longer segment: first and stop of that, with which its frames are steadied, so that they
    are the same as there; None: it is no part."""

    @property
    def frames(self) -> int:
        """How many it should have."""
        return self.stop - self.first


def plan_segments(
    clip: Clip, *, cuts: Sequence[int] = (), held_from: Callable[[int], int] | None = None
) -> tuple[Segment, ...]:
    """Cut a clip into segments, by what the source is and nothing else.

    A segment ends at a cut, or where the source can be read from without reading what lies before, if there
    is such a place in its second half; else where it is full.

    Args:
        clip: what is painted.
        cuts: indices of frames that begin a new shot, where somebody looked for them.
        held_from: the frame whose painting a frame shows; segments begin at one that is painted anew.
    """
    width, height = clip.info.video.frame_size
    most = max(_FEWEST, min(_MOST, round(_PIXELS / (width * height))))
    return tuple(
        Segment(number, first, stop)
        for number, (first, stop) in enumerate(
            _spans(
                clip.expected_frames,
                most,
                keys=clip.key_frames,
                cuts=tuple(cuts),
                held_from=held_from or _itself,
            )
        )
    )


def _spans(
    total: int,
    most: int,
    *,
    keys: Sequence[int],
    cuts: Sequence[int],
    held_from: Callable[[int], int],
) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    first = 0
    while total - first > most + most // 4:  # what little remains belongs to the last one
        good = _last(cuts, first + most // 2, first + most) or _last(keys, first + most // 2, first + most)
        stop = held_from(good or first + most)
        spans.append((first, stop))
        first = stop
    return [*spans, (first, total)]


def _itself(index: int) -> int:
    return index


def _last(places: Sequence[int], after: int, until: int) -> int | None:
    """The last of the places in (after, until]; they rise."""
    position = bisect_right(places, until)
    return places[position - 1] if position and places[position - 1] > after else None
