"""Which frames of a clip, and when: ``--start``, ``--stop``, ``--every``, ``--fps``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Generic, TypeVar

from rotoscope.errors import InvalidOptions
from rotoscope.media.lazy import FrameTimes

Item = TypeVar("Item")

_LATE = Fraction(1, 8)
"""Share of an interval by which a rounded time may be late; 1 ms in 120 frames a second."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which frames of a clip are wanted. Seconds count from the clip's first frame.

    ``start`` and ``stop`` cut, ``every`` thins, and both leave presentation times as they are::

        source    0    1    2    3    4    5    6     (frames; start=1, stop=6)
        cut            1    2    3    4    5          half open: 6 is out
        every=2        1         3         5

    Only ``fps`` changes timing: the result has a constant rate, with frames repeated or dropped.

    Raises:
        InvalidOptions: a negative time, an empty span, a rate or interval that is not positive, or ``every``
            together with ``fps``.
    """

    start: Fraction | None = None
    """First moment wanted; None: the clip's first frame."""
    stop: Fraction | None = None
    """First moment not wanted any more; None: the clip's end."""
    every: Fraction | None = None
    """One frame an interval: the first at or after ``start + k * every``."""
    fps: Fraction | None = None
    """Resample to this many frames a second; times become 0, 1, 2 … in units of ``1 / fps``."""

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("stop", self.stop)):
            if value is not None and value < 0:
                raise InvalidOptions(
                    f"{name} is {_show(value)} s; times count from the first frame, so 0 or more."
                )
        if self.stop is not None and self.stop <= (self.start or 0):
            raise InvalidOptions(
                f"stop ({_show(self.stop)} s) is not after start ({_show(self.start or Fraction(0))} s), so "
                "no frame lies between them. Give a later stop."
            )
        for name, value in (("every", self.every), ("fps", self.fps)):
            if value is not None and value <= 0:
                raise InvalidOptions(f"{name} is {_show(value)}; it must be more than 0.")
        if self.every is not None and self.fps is not None:
            raise InvalidOptions(
                "every and fps are given together: every keeps some frames with their own times, fps makes a "
                "constant rate. Give one of them."
            )


WHOLE_CLIP = Selection()
"""Nothing cut, thinned or resampled."""


@dataclass(frozen=True, slots=True)
class Picked(Generic[Item]):
    """An item and when it is shown."""

    item: Item
    slot: int | None
    """Its time in units of ``1 / fps`` where the selection resamples; None: its own time stands."""


@dataclass(frozen=True)
class Picker:
    """A :class:`Selection` applied to one source, in whole ticks of its time base.

    The same code chooses among decoded pictures and among bare times, so what is announced
    (:attr:`count`) and what comes cannot differ.
    """

    selection: Selection
    times: FrameTimes

    @property
    def first_pts(self) -> int:
        """First presentation time wanted."""
        return self._origin + ceil(self._ticks(self.selection.start or Fraction(0)))

    @property
    def stop_pts(self) -> int:
        """First presentation time not wanted any more."""
        if self.selection.stop is None:
            return self.times.end_pts
        return min(self.times.end_pts, self._origin + ceil(self._ticks(self.selection.stop)))

    @property
    def wanted_pts(self) -> tuple[int, ...]:
        """Times of the pictures within start and stop, before ``every`` or ``fps``."""
        return tuple(self.cut(self.times.pts, pts_of=_identity))

    @property
    def count(self) -> int:
        """How many frames come out."""
        return sum(1 for _ in self.pick(self.times.pts, pts_of=_identity))

    @cached_property
    def picks(self) -> tuple[Picked[int], ...]:
        """The time of the source's picture that each frame shows, in the order of the frames."""
        return tuple(self.pick(self.times.pts, pts_of=_identity))

    def pick(
        self, items: Iterable[Item], *, pts_of: Callable[[Item], int], first: int = 0
    ) -> Iterator[Picked[Item]]:
        """Choose among ``items``, which come in the order of their times, lazily.

        Args:
            items: they may begin with the picture that frame ``first`` shows, or before it.
            pts_of: the time of an item.
            first: the first frame that is wanted, counted from 0.
        """
        wanted = self.cut(items, pts_of=pts_of)
        if first:
            since = self.picks[first].item
            wanted = (item for item in wanted if pts_of(item) >= since)
        if self.selection.fps is not None:
            return self._resample(wanted, self.selection.fps, pts_of, slot=first)
        if self.selection.every is not None:
            return self._thin(wanted, self.selection.every, pts_of, first=first)
        return (Picked(item, None) for item in wanted)

    def cut(self, items: Iterable[Item], *, pts_of: Callable[[Item], int]) -> Iterator[Item]:
        """Those within start and stop; stops reading at the first one after."""
        first, stop, is_open = self.first_pts, self.stop_pts, self.selection.stop is None
        for item in items:
            pts = pts_of(item)
            if pts >= stop and not is_open:
                return
            if pts >= first:
                yield item

    def _thin(
        self, items: Iterable[Item], every: Fraction, pts_of: Callable[[Item], int], *, first: int
    ) -> Iterator[Picked[Item]]:
        start = self._ticks(self.selection.start or Fraction(0))
        interval = self._ticks(every)
        due = floor((self.picks[first - 1].item - self._origin - start) / interval) + 1 if first else 0
        for item in items:
            passed = pts_of(item) - self._origin - start
            if passed >= due * interval:
                yield Picked(item, None)
                due = floor(passed / interval) + 1

    def _resample(
        self, items: Iterable[Item], fps: Fraction, pts_of: Callable[[Item], int], *, slot: int
    ) -> Iterator[Picked[Item]]:
        # At each slot's time the picture on show is taken. Times are rounded to the source's unit, so that
        # 67 ms stands for the second thirtieth: a picture late by little still belongs to its slot.
        start = self._ticks(self.selection.start or Fraction(0))
        per_tick = fps * self.times.time_base
        total = max(1, floor((self.stop_pts - self._origin - start) * per_tick + Fraction(1, 2)))
        shown: Item | None = None
        for item in items:
            due = ceil((pts_of(item) - self._origin - start) * per_tick - _LATE)
            while shown is not None and slot < min(due, total):
                yield Picked(shown, slot)
                slot += 1
            if slot >= total:
                continue  # the rest is read all the same: at the end, missing frames are noticed
            shown = item
        if shown is not None:
            for last in range(slot, total):
                yield Picked(shown, last)

    @property
    def _origin(self) -> int:
        return self.times.pts[0] if self.times.pts else 0

    def _ticks(self, seconds: Fraction) -> Fraction:
        return seconds / self.times.time_base


def _identity(pts: int) -> int:
    return pts


def _show(value: Fraction) -> str:
    return f"{float(value):g}"
