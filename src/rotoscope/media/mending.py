"""What becomes of pictures in the middle of a clip that are damaged or cannot be decoded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from rotoscope.errors import DecodeError
from rotoscope.media.lazy import FrameTimes, LazyFrame

OnCorrupt: TypeAlias = Literal["fail", "hold", "skip", "show"]
"""``fail``: a damaged picture ends the work. ``hold``: the picture before it is shown in its place. ``skip``:
it is left out, and the picture before it is shown for longer. ``show``: as the decoder made it up."""


class Mender:
    """Passes pictures on, and puts right what is wrong with them as the user wants it."""

    def __init__(self, source: Path, times: FrameTimes, policy: OnCorrupt) -> None:
        self._source = source
        self._times = times
        self._policy: OnCorrupt = policy
        self.held = 0
        """Pictures shown again in the place of damaged ones so far."""
        self.skipped = 0
        """Damaged pictures left out so far."""

    def sentences(self) -> tuple[str, ...]:
        """What is worth telling."""
        told = [
            (self.held, "damaged frames show the frame before them instead."),
            (self.skipped, "damaged frames were left out."),
        ]
        return tuple(f"{count} {text}" for count, text in told if count)

    def mend(self, pictures: Iterator[LazyFrame]) -> Iterator[LazyFrame]:
        """Pictures in the order of their times.

        Raises:
            DecodeError: one is damaged, and nothing is to be put in its place.
        """
        if self._policy == "hold":
            yield from self._held(pictures)
            return
        for picture in pictures:
            if not picture.is_corrupt or self._policy == "show":
                yield picture
            elif self._policy == "fail":
                raise DecodeError(self._refusal(picture))
            else:
                self.skipped += 1

    def _held(self, pictures: Iterator[LazyFrame]) -> Iterator[LazyFrame]:
        """A picture at each time that the packets promised: its own, or the last whole one before it.

        Before the first whole one there is nothing to hold, and frames are left out.
        """
        promised = deque(self._times.pts)
        whole: LazyFrame | None = None
        for picture in pictures:
            yield from self._fill(promised, before=picture.pts, whole=whole)
            is_promised = bool(promised) and promised[0] == picture.pts
            if is_promised and not picture.is_corrupt:
                whole = picture
                promised.popleft()
                yield picture
        yield from self._fill(promised, before=self._times.end_pts, whole=whole)

    def _fill(self, promised: deque[int], *, before: int, whole: LazyFrame | None) -> Iterator[LazyFrame]:
        while promised and promised[0] < before:
            pts = promised.popleft()
            if whole is None:
                self.skipped += 1
            else:
                self.held += 1
                yield replace(whole, pts=pts, duration=None, is_corrupt=True)

    def _refusal(self, picture: LazyFrame) -> str:
        seconds = float((picture.pts - self._times.pts[0]) * self._times.time_base)
        return (
            f"{self._source}: the picture at {seconds:.3f} s is damaged. Copy or export the file again, or "
            "choose with --on-corrupt: hold shows the picture before it instead, skip leaves it out, show "
            "takes it as the decoder made it up."
        )
