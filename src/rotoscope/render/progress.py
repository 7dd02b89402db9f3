"""The one kind of event that says how far a piece of work is.

The command line's bar, logs and tests all read this one stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work is."""

    step: str
    """``separate``, ``stylize`` or ``assemble``."""
    frames_done: int
    frames_expected: int | None
    """None where the source does not say how many it holds."""
    elapsed_seconds: float
    frame_size: tuple[int, int] | None = None
    """(width, height) of what is written."""
    written_bytes: int | None = None
    """Size of the result so far; None where it is not one file."""
    frames_found: int = 0
    """Those of ``frames_done`` that were painted before, by a run that was cut off or another look."""

    @property
    def frames_per_second(self) -> float:
        """Mean rate since the start."""
        painted = self.frames_done - self.frames_found
        return painted / self.elapsed_seconds if self.elapsed_seconds > 0 else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """Time left at the mean rate; None while it cannot be told."""
        if self.frames_expected is None or not self.frames_per_second:
            return None
        return max(0, self.frames_expected - self.frames_done) / self.frames_per_second


ProgressCallback: TypeAlias = Callable[[Progress], None]
"""Called after every frame, in the thread that asked for the work. What it raises stops it."""


class ProgressMeter:
    """Counts frames and tells a callback."""

    def __init__(
        self, step: str, *, frames_expected: int | None, on_progress: ProgressCallback | None = None
    ) -> None:
        self._step = step
        self._expected = frames_expected
        self._on_progress = on_progress
        self._start = time.monotonic()
        self.frames_done = 0
        self.frames_found = 0
        self.frame_size: tuple[int, int] | None = None
        """(width, height) of what was painted last."""

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the meter was made."""
        return time.monotonic() - self._start

    def following(self, step: str) -> ProgressMeter:
        """A meter of the step after this one, for the same frames, that tells the same callback."""
        meter = ProgressMeter(step, frames_expected=self.frames_done, on_progress=self._on_progress)
        meter.frame_size = self.frame_size
        return meter

    def found(self, frames: int, frame_size: tuple[int, int]) -> None:
        """So many frames were painted before."""
        self.frame_size = frame_size
        self.frames_done += frames
        self.frames_found += frames

    def joined(self, frames: int) -> None:
        """So many more frames, painted before, are in the result; tell the callback."""
        self.frames_done += frames
        self._tell(None)

    def advance(self, frame_size: tuple[int, int], *, written_bytes: int | None = None) -> None:
        """One more frame is done; tell the callback."""
        self.frames_done += 1
        self.frame_size = frame_size
        self._tell(written_bytes)

    def _tell(self, written_bytes: int | None) -> None:
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    self._step,
                    self.frames_done,
                    self._expected,
                    self.elapsed_seconds,
                    self.frame_size,
                    written_bytes,
                    self.frames_found,
                )
            )
