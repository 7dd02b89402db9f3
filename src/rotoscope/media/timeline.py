"""Presentation times of the frames, in the ticks a result holds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from rotoscope.errors import EncodeError
from rotoscope.media.frame import Frame
from rotoscope.media.output import Clock, Container

COMMON_RATES: tuple[Fraction, ...] = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)
"""Frames a second of film and television; MPEG-2 knows no others."""

_CONTAINER_TICK = {Clock.MILLISECONDS: Fraction(1, 1000), Clock.MPEG: Fraction(1, 90000)}
_FINE_TICKS_A_FRAME = 8
_MAX_TICKS_PER_SECOND = 2**31 - 1  # the timescale of MP4 is a signed 32-bit number in FFmpeg


class Timed(Protocol):
    """A frame, as far as its time goes."""

    @property
    def time_base(self) -> Fraction:
        """Seconds a unit of :attr:`duration`."""
        ...

    @property
    def time_seconds(self) -> Fraction:
        """When it is shown."""
        ...

    @property
    def duration(self) -> int | None:
        """How long; None where nobody says."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """When a frame is shown in the result."""

    pts: int
    """In units of :attr:`Timeline.tick`."""
    duration: int
    """In units of :attr:`Timeline.tick`; at least 1."""


class Timeline:
    """Carries presentation times over, exactly where the container can, and says where it cannot.

    A free timeline keeps every time: its tick divides the frames' time base. A constant one (AVI, MPEG-2,
    MPEG-4 part 2) gives the n-th frame the n-th tick, and refuses frames that are not evenly spaced.
    """

    def __init__(
        self,
        container: Container,
        first: Timed,
        *,
        origin: Fraction,
        rate: Fraction | None = None,
        index: int = 0,
        previous: Fraction | None = None,
    ) -> None:
        """Start with the first frame, or go on with a later one.

        Args:
            container: Where the times go.
            first: The first frame of the result; its time base is that of all.
            origin: Seconds on the frames' clock that become 0.
            rate: Frames a second, for a constant timeline; None for a free one.
            index: Which frame of the result :meth:`place` will get first.
            previous: When the frame before that one is shown, in seconds; None: there is none.
        """
        self._container = container
        self._rate = rate
        self._origin = origin
        self._first_seconds = first.time_seconds
        self.tick = Fraction(1, first.time_base.denominator) if rate is None else 1 / rate
        """Seconds a unit of :class:`Moment`."""
        if self.tick.denominator > _MAX_TICKS_PER_SECOND:
            raise EncodeError(
                f"The frames' time base {first.time_base} is finer than {_MAX_TICKS_PER_SECOND} ticks a "
                f"second, which no container here holds. Re-time the clip with --fps."
            )
        self._container_tick = _CONTAINER_TICK.get(container.clock, self.tick)
        self._count = index
        self._last = previous
        self._last_container_pts: int | None = None
        self._last_step = self.tick
        self.max_deviation_seconds = Fraction(0)
        """How far the result's times are from the frames', at most."""

    def place(self, frame: Frame) -> Moment:
        """The moment of the next frame.

        Raises:
            EncodeError: it is not later than the one before, or cannot be held by the container.
        """
        seconds = frame.time_seconds
        if self._last is not None:
            if seconds <= self._last:
                raise EncodeError(
                    f"Frame {frame.index} is shown at {float(seconds):.6f} s, which is not after the frame "
                    f"before it ({float(self._last):.6f} s). Frames must be given in presentation order."
                )
            self._last_step = seconds - self._last
        pts = self._constant_pts(frame) if self._rate is not None else self._exact_pts(seconds)
        self._refuse_collision(frame, pts)
        self._last = seconds
        self._count += 1
        shown = self._last_step if frame.duration is None else frame.duration * frame.time_base
        return Moment(pts, max(1, round(shown / self.tick)))

    def note(self) -> str | None:
        """A sentence on how far times moved, or None where they did not."""
        if not self.max_deviation_seconds:
            return None
        what = (
            f"a constant rate of {float(1 / self.tick):.6g} frames a second"
            if self._rate is not None
            else f"ticks of {self._container_tick} s"
        )
        return (
            f"presentation times moved by at most {float(self.max_deviation_seconds * 1000):.3f} ms: "
            f"{self._container.name} holds {what}"
        )

    def _exact_pts(self, seconds: Fraction) -> int:
        ticks = (seconds - self._origin) / self.tick
        self._deviate((ticks - round(ticks)) * self.tick)
        return round(ticks)

    def _constant_pts(self, frame: Frame) -> int:
        seconds = self._first_seconds + self._count * self.tick
        deviation = frame.time_seconds - seconds
        # A time rounded to the source's own tick is still evenly spaced; anything more is a variable rate.
        if abs(deviation) > _rounding(frame.time_base, self.tick):
            raise EncodeError(
                f"Frame {frame.index} is shown {abs(float(deviation)) * 1000:.3f} ms "
                f"{'after' if deviation > 0 else 'before'} its place at {float(1 / self.tick):.6g} frames a "
                f"second, and {self._container.name} with this codec holds a constant rate only. Write .mp4, "
                f".mov or .mkv with h264 or hevc to keep the clip's own times, or re-time it with --fps."
            )
        self._deviate(deviation)
        return self._count

    def _refuse_collision(self, frame: Frame, pts: int) -> None:
        ticks = pts * self.tick / self._container_tick
        container_pts = round(ticks)
        if self._rate is None:
            self._deviate((ticks - container_pts) * self._container_tick)
        if container_pts == self._last_container_pts:
            raise EncodeError(
                f"Frame {frame.index} and the one before it are shown within one tick of "
                f"{self._container.name} ({self._container_tick} s). Write .mp4 or .mov, whose ticks are as "
                f"fine as the clip's."
            )
        self._last_container_pts = container_pts

    def _deviate(self, seconds: Fraction) -> None:
        self.max_deviation_seconds = max(self.max_deviation_seconds, abs(seconds))


def constant_rate(first: Timed, second: Timed | None, *, header_rate: Fraction | None) -> Fraction:
    """Frames a second that two neighbours suggest, snapped to the header's or a common rate.

    Times are rounded to the time base, so the rate itself is not in them: 33 ms may be 30 or 30000/1001.

    Raises:
        EncodeError: there is one frame only, without a duration and without a rate in the header.
    """
    if second is not None:
        step = second.time_seconds - first.time_seconds
    elif first.duration:
        step = first.duration * first.time_base
    elif header_rate:
        return header_rate
    else:
        raise EncodeError(
            "A single frame without a duration has no frame rate, and this container needs one. Write a "
            "still (.png, .jpg), or give --fps."
        )
    slack = _rounding(first.time_base, step)
    candidates = [*([header_rate] if header_rate else []), *COMMON_RATES]
    fitting = [rate for rate in candidates if abs(1 / rate - step) <= slack]
    return fitting[0] if fitting else 1 / step


def _rounding(time_base: Fraction, step: Fraction) -> Fraction:
    """How far a time may be off its true value: a tick where ticks are fine, else nothing."""
    return time_base if time_base * _FINE_TICKS_A_FRAME <= step else Fraction(0)
