"""The contract of a store: a place that keeps bytes under paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One stored file, as its store tells it."""

    path: str
    """In its store; ``in/drone.mp4``."""
    size_bytes: int
    modified: datetime
    """Aware, UTC."""
    etag: str
    """Changes when the contents do; opaque. Not a checksum."""
    sha256: str | None = None
    """Hex, where the store knows it."""


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """A URL that lets whoever holds it do one thing for a while."""

    url: str
    method: Literal["GET", "PUT"]
    expires: datetime
    """Aware, UTC."""


@runtime_checkable
class Store(Protocol):
    """A place that keeps bytes under paths.

    Promises every store keeps:

    * a path is a relative POSIX path without ``.``, ``..`` and empty parts; folders exist by having files;
    * a file appears whole or not at all, and only after all its bytes have arrived and were checked;
    * ``put`` without ``overwrite`` is create-only, also against another process: of two that put the same
      path at once one raises :class:`~rotoscope.errors.StoredFileExists`;
    * a method may be called from any thread;
    * what goes wrong is a :class:`~rotoscope.errors.StorageError`: StoredFileNotFound, StoredFileExists,
      AccessDenied, StoreUnavailable (after its own retries), CorruptTransfer.
    """

    def stat(self, path: str) -> StoredFile:
        """What is stored at a path.

        Raises:
            StoredFileNotFound: nothing is.
        """
        ...

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """Files whose path begins with ``prefix``, in the order of their paths, folders within included.

        Args:
            prefix: ends with ``/`` where a folder is meant.
            after: only those whose path sorts after this one.
        """
        ...

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop``, in pieces of about 1 MiB.

        Raises:
            StoredFileNotFound: nothing is stored there. Raised by the call, not by the first piece.
        """
        ...

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """Store a local file, or bytes.

        Raises:
            StoredFileExists: something is there and ``overwrite`` is False.
        """
        ...

    def delete(self, path: str) -> None:
        """Remove a file.

        Raises:
            StoredFileNotFound: nothing is stored there.
        """
        ...

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """A URL of the store's own for getting or putting a file; None where the store makes none."""
        ...
