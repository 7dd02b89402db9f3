"""How far a backup, a check or a restore is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far the files are."""

    files_done: int
    file_count: int
    bytes_done: int
    byte_count: int

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return self.bytes_done / self.byte_count if self.byte_count else 1.0


CopyCallback: TypeAlias = Callable[[CopyProgress], None]
"""Called after every file. What it raises stops the work."""


class CopyMeter:
    """Counts files and bytes, and tells a callback."""

    def __init__(self, file_count: int, byte_count: int, on_progress: CopyCallback | None) -> None:
        self._files, self._bytes = file_count, byte_count
        self._on_progress = on_progress
        self._files_done = 0
        self._bytes_done = 0

    def done(self, size_bytes: int) -> None:
        """One more file of so many bytes is done."""
        self._files_done += 1
        self._bytes_done += size_bytes
        if self._on_progress is not None:
            self._on_progress(CopyProgress(self._files_done, self._files, self._bytes_done, self._bytes))
