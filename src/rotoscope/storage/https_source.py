"""What is sent: a local file or bytes, read piece by piece, from any position again."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rotoscope.errors import StoredFileNotFound
from rotoscope.storage.https_retry import PIECE_BYTES


class Source:
    """Bytes to be sent."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size_bytes = file.seek(0, io.SEEK_END)

    def piece(self, start: int, most_bytes: int) -> bytes:
        """So many bytes from a position on; fewer at the end."""
        self._file.seek(start)
        return self._file.read(most_bytes)

    def pieces(self) -> Iterator[bytes]:
        """All bytes."""
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            yield piece


@contextmanager
def open_source(source: Path | bytes, shown: str) -> Generator[Source]:
    """Open what is to be stored at a place, which errors name.

    Raises:
        StoredFileNotFound: the local file cannot be read.
    """
    try:
        file: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise StoredFileNotFound(
            f"{shown} cannot be stored: {source} cannot be read ({error.strerror})."
        ) from error
    with file:
        yield Source(file)
