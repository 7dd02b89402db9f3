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

    @property
    def frames_per_second(self) -> float:
        """Mean rate since the start."""
        return self.frames_done / self.elapsed_seconds if self.elapsed_seconds > 0 else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """Time left at the mean rate; None while it cannot be told."""
        if self.frames_expected is None or not self.frames_done:
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

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the meter was made."""
        return time.monotonic() - self._start

    def advance(self, frame_size: tuple[int, int], *, written_bytes: int | None = None) -> None:
        """One more frame is done; tell the callback."""
        self.frames_done += 1
        if self._on_progress is not None:
            self._on_progress(
                Progress(
                    self._step,
                    self.frames_done,
                    self._expected,
                    self.elapsed_seconds,
                    frame_size,
                    written_bytes,
                )
            )
