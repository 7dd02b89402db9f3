"""Painted pictures on the disk, by the digest of what decided them; the longest unused go first."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import write_new_file

_SWEPT_TO: Final = 0.8
"""Of what may be kept; what a sweep leaves."""


class PictureCache:
    """A folder of pictures. Several processes may share it."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._lock = Lock()
        self._at_work: dict[str, tuple[Lock, int]] = {}
        self._added = most_bytes  # nobody knows what is there: the first addition looks

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """A picture; it is made where it is not there, once for all who ask at the same time.

        Args:
            key: letters and digits.
            make: paints it.
        """
        found = self.find(key)
        if found is None:
            with self._alone(key):
                found = self.find(key)
                if found is None:
                    found = make()
                    self._keep(key, found)
        return found

    def find(self, key: str) -> bytes | None:
        """A picture where it is there; it counts as used."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    @contextmanager
    def _alone(self, key: str) -> Generator[None]:
        with self._lock:
            lock, users = self._at_work.get(key, (Lock(), 0))
            self._at_work[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._at_work.pop(key)
                if users > 1:
                    self._at_work[key] = (lock, users - 1)

    def _keep(self, key: str, content: bytes) -> None:
        path = self._path(key)
        with suppress(OSError, EncodeError):  # a full disk is no reason to refuse a picture
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new_file(path, content, overwrite=True)
        with self._lock:
            self._added += len(content)
            if self._added > self._most * (1 - _SWEPT_TO):
                self._added = 0
                self._sweep()

    def _sweep(self) -> None:
        kept: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("??/*"):
            with suppress(OSError):
                status = path.stat()
                kept.append((status.st_mtime, status.st_size, path))
        size = sum(bytes_ for _, bytes_, _ in kept)
        if size <= self._most * _SWEPT_TO:
            return
        for _, bytes_, path in sorted(kept):
            if size <= self._most * _SWEPT_TO:
                break
            path.unlink(missing_ok=True)
            size -= bytes_

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key
