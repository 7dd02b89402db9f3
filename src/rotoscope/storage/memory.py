"""A store that keeps its files in memory: for tests, and for demonstrations."""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final, Literal

from rotoscope.errors import StoredFileExists, StoredFileNotFound
from rotoscope.storage.paths import check_path, check_prefix
from rotoscope.storage.store import SignedUrl, StoredFile

_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Kept:
    described: StoredFile
    data: bytes


class MemoryStore:
    """A store in memory. It keeps every promise of a store within its process, and forgets all at its end.

    Args:
        shown_as: how messages write its root.
    """

    def __init__(self, *, shown_as: str = "data://") -> None:
        self._shown_as = shown_as
        self._files: dict[str, _Kept] = {}
        self._order: list[str] = []
        self._versions = count(1)
        self._lock = threading.Lock()

    def stat(self, path: str) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.stat`."""
        return self._kept(path).described

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :meth:`rotoscope.storage.store.Store.list`."""
        check_prefix(prefix)
        return self._listed(prefix, after)

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :meth:`rotoscope.storage.store.Store.read`."""
        data = self._kept(path).data[start:stop]
        return (data[first : first + _PIECE_BYTES] for first in range(0, len(data), _PIECE_BYTES))

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.put`."""
        check_path(path)
        try:
            data = source if isinstance(source, bytes) else source.read_bytes()
        except OSError as error:
            raise StoredFileNotFound(
                f"{self._shown_as}{path} cannot be stored: {source} cannot be read ({error.strerror})."
            ) from error
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:
            if path not in self._files:
                bisect.insort(self._order, path)
            elif not overwrite:
                raise StoredFileExists(
                    f"{self._shown_as}{path} is there already. Choose another name, or ask for it to be "
                    f"overwritten."
                )
            now = datetime.now(UTC)
            described = StoredFile(path, len(data), now, f"{next(self._versions)}", sha256)
            self._files[path] = _Kept(described, data)
        return described

    def delete(self, path: str) -> None:
        """See :meth:`rotoscope.storage.store.Store.delete`."""
        check_path(path)
        with self._lock:
            if self._files.pop(path, None) is None:
                raise StoredFileNotFound(f"Nothing is stored at {self._shown_as}{path}.")
            self._order.remove(path)

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """None: memory has no URLs."""
        check_path(path)
        return None

    def _kept(self, path: str) -> _Kept:
        kept = self._files.get(check_path(path))
        if kept is None:
            raise StoredFileNotFound(f"Nothing is stored at {self._shown_as}{path}.")
        return kept

    def _listed(self, prefix: str, after: str | None) -> Iterator[StoredFile]:
        last = after
        while True:
            with self._lock:
                if last is None or last < prefix:
                    place = bisect.bisect_left(self._order, prefix)
                else:
                    place = bisect.bisect_right(self._order, last)
                path = self._order[place] if place < len(self._order) else None
                if path is None or not path.startswith(prefix):
                    return
                found = self._files[path].described
            yield found
            last = path
