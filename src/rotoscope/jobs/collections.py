"""The collections of clients, on every machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from rotoscope.errors import InvalidCollection, StoredFileExists, StoredFileNotFound
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.publish.collection import Collection
from rotoscope.publish.media import Fetch, MediaFinder
from rotoscope.publish.publishing import to_publish
from rotoscope.publish.shelf import CollectionShelf, duplicate, require_name, unknown
from rotoscope.publish.site.gathering import ToPublish
from rotoscope.publish.writing import write_collection
from rotoscope.settings import Settings
from rotoscope.storage.store import Store
from rotoscope.storage.transfer import Watch, locked

_FOLDER: Final = "collections"
_SUFFIX: Final = ".json"


class ClientCollections:
    """Each client's own collections.

    On one machine they are folders, as ``rotoscope collection`` makes them; on several, documents in the
    service's store, whose works name their files by URI.
    """

    def __init__(self, settings: Settings, shared: Store | None) -> None:
        """Keep collections below the data folder.

        Args:
            settings: has the folder.
            shared: a store that other machines reach too; None: there are no others.
        """
        self._settings = settings
        self._shared = shared

    def names(self, client_id: str) -> list[str]:
        """Names of a client's collections, from a to z.

        Raises:
            StorageError: the service's store does not answer.
        """
        if self._shared is None:
            return self._shelf(client_id).names()
        paths = (file.path for file in self._shared.list(_path(client_id, "")))
        names = (path.rpartition("/")[2] for path in paths)
        return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))

    def read(self, client_id: str, name: str) -> Collection:
        """A client's collection.

        Raises:
            CollectionNotFound: there is none of that name.
            InvalidCollection: its files are not in order.
            StorageError: the service's store does not answer.
        """
        if self._shared is None:
            return self._shelf(client_id).read(name)
        try:
            content = b"".join(self._shared.read(_path(client_id, f"{name}{_SUFFIX}")))
        except StoredFileNotFound:
            raise unknown(name, self.names(client_id)) from None
        try:
            return Collection.model_validate_json(content)
        except ValidationError as error:
            raise InvalidCollection(
                f"What the service keeps of the collection {name!r} is damaged. Bring it back from a backup, "
                "or delete it and make it anew."
            ) from error

    def make(self, client_id: str, collection: Collection) -> None:
        """Keep a new collection.

        Raises:
            DuplicateCollection: there is one of that name.
            InvalidCollection: that is no name.
            StorageError, EncodeError: it cannot be kept.
        """
        require_name(collection.name)
        if self._shared is None:
            with self._held(client_id):
                self._shelf(client_id).make(collection)
            return
        try:
            self._put(client_id, collection, overwrite=False)
        except StoredFileExists:
            raise duplicate(collection.name) from None

    def change(self, client_id: str, name: str, change: Callable[[Collection], Collection]) -> Collection:
        """Put a changed collection in a collection's place; others on this machine wait meanwhile.

        Args:
            client_id: whose.
            name: which; it stays.
            change: makes the changed one; what it raises comes through, and nothing is changed.

        Raises:
            CollectionNotFound, InvalidCollection: as :meth:`read`.
            StorageError, EncodeError: it cannot be kept.
        """
        with self._held(client_id):
            changed = change(self.read(client_id, name))
            if self._shared is None:
                write_collection(self._shelf(client_id).find(name), changed)
            else:
                self._put(client_id, changed, overwrite=True)
            return changed

    def delete(self, client_id: str, name: str, check: Callable[[Collection], None]) -> None:
        """Throw a collection away, with the media in its folder where it has one.

        Args:
            client_id: whose.
            name: which.
            check: may raise, to keep it.

        Raises:
            CollectionNotFound, InvalidCollection: as :meth:`read`.
            StorageError, EncodeError: it cannot be deleted.
        """
        with self._held(client_id):
            check(self.read(client_id, name))
            if self._shared is None:
                self._shelf(client_id).delete(name)
            else:
                self._shared.delete(_path(client_id, f"{name}{_SUFFIX}"))

    def to_publish(self, client_id: str, name: str, fetch: Fetch) -> ToPublish:
        """A collection with its files and, where it is a folder, its updates.

        Args:
            client_id: whose.
            name: which.
            fetch: brings files that are named by URI.

        Raises:
            CollectionNotFound, InvalidCollection: as :meth:`read`.
        """
        if self._shared is None:
            return to_publish(self._shelf(client_id).find(name), fetch)
        nowhere = self._settings.cache_dir / _FOLDER / client_id / name  # its works name files by URI
        return ToPublish(self.read(client_id, name), MediaFinder(nowhere, fetch))

    def _shelf(self, client_id: str) -> CollectionShelf:
        return CollectionShelf(self._folder(client_id))

    def _folder(self, client_id: str) -> Path:
        if client_id == LOCAL_CLIENT:
            return self._settings.collections_dir
        return self._settings.data_dir / "clients" / client_id / _FOLDER

    @contextlib.contextmanager
    def _held(self, client_id: str) -> Generator[None]:
        folder = self._folder(client_id)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder, Watch(None, None)):
            yield

    def _put(self, client_id: str, collection: Collection, *, overwrite: bool) -> None:
        assert self._shared is not None
        content = collection.model_dump_json(exclude_none=True).encode()
        self._shared.put(_path(client_id, f"{collection.name}{_SUFFIX}"), content, overwrite=overwrite)


def _path(client_id: str, name: str) -> str:
    return f"{_FOLDER}/{client_id}/{name}"
