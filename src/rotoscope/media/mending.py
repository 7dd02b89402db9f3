"""What becomes of pictures in the middle of a clip that are damaged or cannot be decoded."""

from __future__ import annotations

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
        self._promised = iter(times.pts)
        self._next = next(self._promised, None)
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
        whole: LazyFrame | None = None
        for picture in pictures:
            if self._policy == "hold":
                yield from self._missing(before=picture.pts, whole=whole)
            if not picture.is_corrupt or self._policy == "show":
                whole = picture
                yield picture
            elif self._policy == "fail":
                raise DecodeError(self._refusal(picture))
            elif self._policy == "skip" or whole is None:
                self.skipped += 1
            else:
                self.held += 1
                yield replace(whole, pts=picture.pts, duration=picture.duration)
        if self._policy == "hold":
            yield from self._missing(before=self._times.end_pts, whole=whole)

    def _missing(self, *, before: int, whole: LazyFrame | None) -> Iterator[LazyFrame]:
        """The last whole picture at each time at which the packets promised another one."""
        while self._next is not None and self._next < before:
            pts, self._next = self._next, next(self._promised, None)
            if whole is not None and pts > whole.pts:
                self.held += 1
                whole = replace(whole, pts=pts, duration=None)
                yield whole
        if self._next == before:
            self._next = next(self._promised, None)

    def _refusal(self, picture: LazyFrame) -> str:
        seconds = float((picture.pts - self._times.pts[0]) * self._times.time_base)
        return (
            f"{self._source}: the picture at {seconds:.3f} s is damaged. Copy or export the file again, or "
            "choose with --on-corrupt: hold shows the picture before it instead, skip leaves it out, show "
            "takes it as the decoder made it up."
        )
