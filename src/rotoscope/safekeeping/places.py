"""Where backups are: a folder of this machine, or a place that a URI leads to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from rotoscope.database.engine import Database
from rotoscope.errors import AccessDenied, BackupError, InvalidOptions
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.jobs.places import storage_of_client
from rotoscope.safekeeping.records import has_database
from rotoscope.settings import Settings
from rotoscope.storage.local import LocalStore
from rotoscope.storage.opening import open_store
from rotoscope.storage.storage import Storage, client_storage
from rotoscope.storage.store import SignedUrl, Store, StoredFile
from rotoscope.storage.uri import is_uri, parse_uri

_CLOUDS: Final = ("s3", "gs", "az")


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """The folder of a store that holds a backup."""

    store: Store
    shown_as: str
    folder: Path | None
    """Where it is a folder of this machine."""

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """Store something that only the owner may read."""
        stored = self.store.put(path, source, overwrite=overwrite)
        if self.folder is not None:
            (self.folder / path).chmod(0o600)
        return stored

    def __str__(self) -> str:
        return self.shown_as


def open_for_writing(text: str, settings: Settings) -> BackupPlace:
    """The place where a backup is to go; a folder is made, and closed to others.

    Raises:
        InvalidOptions: it lies in what is backed up.
        StorageError: it cannot be reached.
    """
    place = open_for_reading(text, settings)
    if place.folder is not None:
        _refuse_own(place.folder, settings)
        try:
            place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BackupError(
                f"The folder {place.folder} cannot be made: {error.strerror}. Name a folder that you may "
                "write to."
            ) from error
    return place


def open_for_reading(text: str, settings: Settings) -> BackupPlace:
    """The place where a backup is.

    Args:
        text: a folder, or a URI: ``s3://``, ``gs://`` and ``az://`` by a connector of the local client that
            leads there, else with the environment's keys; ``dropbox://`` and ``gdrive://`` by a connector.
        settings: of this installation.

    Raises:
        InvalidOptions: it lies in what is backed up.
        InvalidUri, AccessDenied, StorageError: it is no URI, or nothing leads there.
    """
    if not is_uri(text) and "://" not in text:
        folder = Path(text).expanduser().absolute()
        return BackupPlace(LocalStore(folder, shown_as=f"{folder}/"), str(folder), folder)
    uri = parse_uri(text if text.endswith("/") else f"{text}/")
    if uri.scheme in ("data", "file"):
        told = "is a part of what is backed up" if uri.scheme == "data" else "is closed to the command line"
        raise InvalidOptions(
            f"{text} {told}. Name a folder of this machine, or a place such as s3://bucket/folder."
        )
    try:
        located = local_storage(settings).locate(uri, "read")
    except AccessDenied:
        if uri.scheme not in _CLOUDS or uri.label:
            raise
        store = open_store(str(uri), shown_as=str(uri))
        return BackupPlace(store, str(uri), None)
    return BackupPlace(_Below(located.store, located.path), str(uri), None)


def local_storage(settings: Settings) -> Storage:
    """What the local client reaches; its connectors are in the database, if there is one."""
    if not has_database(settings):
        return client_storage(settings, LOCAL_CLIENT)
    database = Database(settings.database)
    try:
        return storage_of_client(settings, database, LOCAL_CLIENT)
    except SQLAlchemyError:  # a database without tables has no connectors either
        return client_storage(settings, LOCAL_CLIENT)
    finally:
        database.close()


def _refuse_own(folder: Path, settings: Settings) -> None:
    own = [settings.data_dir, settings.cache_dir]
    own += [] if is_uri(settings.store) else [Path(settings.store)]
    target = Path(os.path.realpath(folder))
    for place in own:
        if target.is_relative_to(os.path.realpath(place.expanduser())):
            raise InvalidOptions(
                f"{folder} lies in {place}, which is what is to be kept safe. Name a folder elsewhere, "
                "better on another disk."
            )


@dataclass(frozen=True, slots=True)
class _Below:
    """A folder of a store as a store."""

    inner: Store
    prefix: str

    def stat(self, path: str) -> StoredFile:
        return self._own(self.inner.stat(self.prefix + path))

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        start = None if after is None else self.prefix + after
        return (self._own(file) for file in self.inner.list(self.prefix + prefix, after=start))

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        return self.inner.read(self.prefix + path, start=start, stop=stop)

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        return self._own(self.inner.put(self.prefix + path, source, overwrite=overwrite))

    def delete(self, path: str) -> None:
        self.inner.delete(self.prefix + path)

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        return self.inner.sign(self.prefix + path, method, seconds=seconds)

    def _own(self, file: StoredFile) -> StoredFile:
        return replace(file, path=file.path.removeprefix(self.prefix))
