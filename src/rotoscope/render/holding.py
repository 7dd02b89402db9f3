"""Which frame's painting is shown at which frame, where a look holds its paintings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from rotoscope.media.clip import Clip
from rotoscope.render.any_look import AnyLook


def cut_frames(clip: Clip, look: AnyLook) -> tuple[int, ...]:
    """Frames that begin a new shot, as far as the look knows of any; ascending, the first frame left out."""
    frames = range(clip.expected_frames)
    found = (bisect_left(frames, time, key=clip.seconds_at) for time in look.known_cuts)
    return tuple(sorted({index for index in found if 0 < index < len(frames)}))


def held_within_shots(clip: Clip, look: AnyLook) -> Callable[[int], int]:
    """The frame whose painting is shown at a frame: one of the same shot, even where a hold began before."""
    cuts = cut_frames(clip, look)

    def held_from(index: int) -> int:
        shot = bisect_right(cuts, index)
        return max(look.held_from(index), cuts[shot - 1] if shot else 0)

    return held_from
