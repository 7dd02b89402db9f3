"""Finished pieces of segments, where every machine finds them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rotoscope.errors import StoredFileExists, StoredFileNotFound
from rotoscope.media.pieces import Piece
from rotoscope.render.segments.store import SegmentStore
from rotoscope.settings import Settings
from rotoscope.storage.copying import copy_out
from rotoscope.storage.storage import system_store
from rotoscope.storage.store import Store
from rotoscope.storage.uri import is_uri

_FOLDER: Final = "pieces"


class SharedPieces:
    """The pieces in the service's store, and those on this machine.

    Where the store is a folder, both are one: nothing is copied.
    """

    def __init__(self, store: Store | None, local: SegmentStore) -> None:
        """Use a store that other machines reach too (None: there are no others), and a folder of this one."""
        self._store = store
        self.local = local

    @classmethod
    def of(cls, settings: Settings) -> SharedPieces:
        """Where the service keeps them.

        Raises:
            StorageError: the service's store is not in order.
        """
        if is_uri(settings.store):
            return cls(system_store(settings), SegmentStore(settings.segments_dir))
        return cls(None, SegmentStore(Path(settings.store).expanduser() / _FOLDER))

    def find(self, key: str) -> Piece | None:
        """The piece of a key, brought to this machine; None where nobody has painted it.

        Raises:
            StorageError: the store does not answer.
        """
        piece = self.local.find(key)
        if piece is not None or self._store is None:
            return piece
        try:
            copy_out(self._store, _path(key), self.local.place(key))
        except StoredFileNotFound:
            return None
        return self.local.find(key)

    def share(self, key: str) -> None:
        """Let every machine have a piece of this one. Who else painted it has made the same bytes."""
        if self._store is not None:
            try:
                self._store.put(_path(key), self.local.place(key))
            except StoredFileExists:
                return

    def trim(self, limit_bytes: int, *, young_seconds: float) -> None:
        """Remove the pieces that were not used for longest, until the rest fits; the young ones stay."""
        self.local.prune(limit_bytes, young_seconds=young_seconds)
        if self._store is None:
            return
        files = sorted(self._store.list(f"{_FOLDER}/"), key=lambda file: file.modified)
        size = sum(file.size_bytes for file in files)
        old = datetime.now(UTC) - timedelta(seconds=young_seconds)
        for file in files:
            if size <= limit_bytes or file.modified > old:
                return
            with contextlib.suppress(StoredFileNotFound):  # another machine tidies as well
                self._store.delete(file.path)
            size -= file.size_bytes


def _path(key: str) -> str:
    return f"{_FOLDER}/{key[:2]}/{key}.piece"
