"""What is kept: everything that a user cannot make again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from rotoscope.settings import Settings
from rotoscope.storage.paths import is_unfinished
from rotoscope.storage.storage import system_store
from rotoscope.storage.store import Store
from rotoscope.storage.uri import is_uri

DATA_FOLDERS: Final = ("filters", "clients", "projects", "collections")
"""Folders of the data folder that are kept: own filters with their checksums, those of the service's clients,
projects (Git repositories, hidden files included), collections. One that is not there is left out."""
STORE_FOLDERS: Final = ("filters/", "checkpoints/", "projects/", "collections/")
"""The same of a store that several machines share. What is left out can be made again: pieces, previews,
results on their way."""
CLIENT_FILES: Final = "clients/"
"""Where in the store clients' files are, ``data://``."""
TRAINING: Final = "training"
"""Where in the cache folder checkpoints of trainings are."""
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is kept."""

    path: str
    """In the backup: ``data/filters/mine.onnx``."""
    size_bytes: int
    read: Callable[[], Iterator[bytes]]
    """Its bytes, in pieces."""
    is_local: bool
    """Whether it can be read twice without cost."""


def local_source(path: str, file: Path) -> Source:
    """A file of this machine."""
    return Source(path, file.stat().st_size, partial(_pieces, file), is_local=True)


def find_sources(settings: Settings, *, with_files: bool) -> list[Source]:
    """All that is kept beside the database.

    Args:
        settings: where things are.
        with_files: whether clients' files in ``data://`` are kept.

    Raises:
        StorageError: the service's store does not answer.
    """
    found: list[Source] = []
    for name in DATA_FOLDERS:
        found += _folder(f"data/{name}", settings.data_dir / name)
    found += _folder(TRAINING, settings.cache_dir / TRAINING)
    is_shared = is_uri(settings.store)
    folders = (*(STORE_FOLDERS if is_shared else ()), *((CLIENT_FILES,) if with_files else ()))
    if folders and (is_shared or Path(settings.store).expanduser().is_dir()):
        store = system_store(settings)
        for folder in folders:
            found += _stored(store, folder, is_local=not is_shared)
    return sorted(found, key=lambda source: source.path)


def _folder(prefix: str, folder: Path) -> Iterator[Source]:
    for parent, _, names in os.walk(folder):
        for name in names:
            file = Path(parent, name)
            if file.is_symlink() or not file.is_file() or _is_being_made(name):
                continue
            yield local_source(f"{prefix}/{file.relative_to(folder).as_posix()}", file)


def _stored(store: Store, folder: str, *, is_local: bool) -> Iterator[Source]:
    for file in store.list(folder):
        yield Source(f"store/{file.path}", file.size_bytes, partial(store.read, file.path), is_local=is_local)


def _is_being_made(name: str) -> bool:
    return is_unfinished(name) or (name.startswith(".") and name.endswith(".part"))


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            yield piece
