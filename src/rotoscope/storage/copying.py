"""A file of a store as a local one, for who has the store itself and no URI."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rotoscope.storage.store import Store
from rotoscope.storage.transfer import disk_errors


def copy_out(store: Store, path: str, place: Path) -> None:
    """Bring a stored file to a local place, replacing what is there; it appears whole or not at all.

    Several may bring it to one place at once: each has a file of its own until it is complete.

    Raises:
        StoredFileNotFound: nothing is stored there.
        StorageError: it cannot be read, or the local disk does not take it.
    """
    pieces = store.read(path)
    with disk_errors(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
