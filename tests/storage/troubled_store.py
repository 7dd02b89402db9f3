"""A store that has troubles."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rotoscope.errors import StoreUnavailable
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.store import StoredFile

MEBIBYTE = 1 << 20


class Troubled(MemoryStore):
    """A store whose lines break, whose files change, and that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks_after: int | None = None
        self.changes = 0
        self.lies: Mapping[str, object] = {}
        self.reads: list[tuple[str, int]] = []

    def stat(self, path: str) -> StoredFile:
        return replace(super().stat(path), **self.lies)  # pyright: ignore[reportArgumentType]

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        self.reads.append((path, start))
        pieces = super().read(path, start=start, stop=stop)
        return self._pieces(path, pieces, start)

    def _pieces(self, path: str, pieces: Iterator[bytes], start: int) -> Iterator[bytes]:
        sent = start
        for piece in pieces:
            if self.breaks_after is not None and sent >= self.breaks_after:
                raise StoreUnavailable("The line broke.")
            if self.changes:
                self.changes -= 1
                self.put(path, os.urandom(3 * MEBIBYTE), overwrite=True)
            sent += len(piece)
            yield piece
