"""Everything one client can reach, by URI."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from rotoscope.errors import AccessDenied, StorageError
from rotoscope.settings import FILE_ROOTS_VARIABLE, Settings
from rotoscope.storage.connectors import Connector, ConnectorSettings, Right
from rotoscope.storage.local import LocalStore
from rotoscope.storage.opening import connect, open_host, open_store
from rotoscope.storage.store import SignedUrl, Store, StoredFile
from rotoscope.storage.uri import StorageUri, is_uri, parse_uri

_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DONE: Final = {"read": "read", "write": "written"}


@dataclass(frozen=True, slots=True)
class Located:
    """Where a URI leads."""

    connector: Connector
    path: str
    """In the connector's store."""
    uri: StorageUri

    @property
    def store(self) -> Store:
        """The connector's."""
        return self.connector.store


class Storage:
    """Everything one client can reach, by URI. Rights are enforced here.

    Args:
        connectors: where URIs lead. Of several that answer for one, that of the longest prefix counts.
        host: gives the store of a host of ``https``; None: nothing is read from there.
    """

    def __init__(
        self, connectors: Sequence[Connector], *, host: Callable[[str], Store] | None = None
    ) -> None:
        self.connectors = tuple(connectors)
        self._host = host

    def locate(self, uri: str | StorageUri, right: Right) -> Located:
        """Where a URI leads, for one who wants to do this there.

        Raises:
            InvalidUri: it is none.
            AccessDenied: no connector leads there, or it does not allow that.
        """
        uri = parse_uri(uri) if isinstance(uri, str) else uri
        connector = self._connector(uri)
        path = connector.path_of(uri) if connector is not None else None
        if connector is None or path is None:
            raise AccessDenied(f"{uri} cannot be {_DONE[right]}: {self._offered(uri)}")
        if right not in connector.rights:
            raise AccessDenied(
                f"{uri} cannot be {_DONE[right]}: the connector {connector} does not allow that. Choose "
                f"another place, or give it the right to {right}."
            )
        return Located(connector, path, uri)

    def stat(self, uri: str | StorageUri) -> StoredFile:
        """What is stored at a URI; its path is that in the connector's store. Errors as of a store."""
        found = self.locate(uri, "read")
        return found.store.stat(found.path)

    def list(
        self, uri: str | StorageUri, *, after: str | StorageUri | None = None
    ) -> Iterator[tuple[StorageUri, StoredFile]]:
        """Files whose URI begins with this one, in the order of their paths.

        Args:
            uri: ends with ``/`` where a folder is meant.
            after: a URI; only those that sort after it.
        """
        found = self.locate(uri, "read")
        last = None if after is None else self.locate(after, "read").path
        listed = found.store.list(found.path, after=last)
        return ((found.connector.uri_of(file.path), file) for file in listed)

    def read(self, uri: str | StorageUri, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of a file, in pieces. Errors as of a store."""
        found = self.locate(uri, "read")
        return found.store.read(found.path, start=start, stop=stop)

    def put(self, uri: str | StorageUri, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """Store a local file, or bytes. Errors as of a store."""
        found = self.locate(uri, "write")
        return found.store.put(found.path, source, overwrite=overwrite)

    def delete(self, uri: str | StorageUri) -> None:
        """Remove a file. Errors as of a store."""
        found = self.locate(uri, "write")
        found.store.delete(found.path)

    def sign(self, uri: str | StorageUri, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """A URL of the store's own for getting or putting a file; None where the store makes none."""
        found = self.locate(uri, "read" if method == "GET" else "write")
        return found.store.sign(found.path, method, seconds=seconds)

    def _connector(self, uri: StorageUri) -> Connector | None:
        if uri.scheme == "https" and uri.label is None and self._host is not None:
            return Connector(
                "https", self._host(uri.authority), authority=uri.authority, rights=frozenset({"read"})
            )
        fitting = [one for one in self.connectors if one.path_of(uri) is not None]
        return max(fitting, key=lambda one: len(one.prefix), default=None)

    def _offered(self, uri: StorageUri) -> str:
        """Says what there is instead."""
        same = [str(connector) for connector in self.connectors if connector.scheme == uri.scheme]
        if same:
            return (
                f"no connector leads there. For {uri.scheme}:// there are {', '.join(same)}. Use one of "
                f"them, or {'have this folder opened' if uri.scheme == 'file' else 'add another'}."
            )
        if uri.scheme == "file":
            return (
                f"files of the service's own machine are closed. Whoever runs it opens folders with "
                f"{FILE_ROOTS_VARIABLE}."
            )
        others = sorted({f"{connector.scheme}://" for connector in self.connectors})
        return (
            f"there is no connector for {uri.scheme}://. There are some for "
            f"{', '.join(others) or 'nothing'}; add one, or use those."
        )


def client_storage(settings: Settings, client_id: str, records: Sequence[ConnectorSettings] = ()) -> Storage:
    """What one client of the service can reach.

    ``data://`` is the client's own name space in the service's store, ``file://`` the folders that were
    opened, ``https://`` what anybody can read on the public internet, and the rest are the client's
    connectors.

    Raises:
        StorageError: the service's store, an opened folder or a connector is not in order.
    """
    if _CLIENT_ID.fullmatch(client_id) is None:
        raise StorageError(f"{client_id!r} is no client's id: letters, digits, _ and -, at most 64 of them.")
    own = open_store(settings.store, f"clients/{client_id}", shown_as="data://")
    return Storage(
        [
            Connector("data", own, title="The service's own store", place=f"{settings.store}/{client_id}"),
            *(_opened_folder(root, settings) for root in settings.file_roots),
            *(connect(record) for record in records),
        ],
        host=lambda host: open_host(host, settings.allowed_hosts),
    )


def system_store(settings: Settings) -> Store:
    """The root of the service's own store.

    Clients' files are in ``clients/``; what jobs keep is beside that, where no client reaches it.

    Raises:
        StorageError: it is neither a folder nor a place in a bucket.
    """
    return open_store(settings.store, shown_as="the service's store: ")


def _opened_folder(root: Path, settings: Settings) -> Connector:
    database = settings.database.removeprefix("sqlite:///")
    closed = [settings.data_dir, settings.cache_dir]
    closed += [Path(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal")]
    own = None if is_uri(settings.store) else Path(settings.store).expanduser().resolve()
    folder = root.resolve()
    if own is not None and folder.is_relative_to(own):
        raise StorageError(
            f"{FILE_ROOTS_VARIABLE} opens {root}, which lies in the service's own store ({own}): every "
            f"client would reach every other's files. Open another folder."
        )
    prefix = f"{root.absolute().as_posix().strip('/')}/".lstrip("/")
    store = LocalStore(
        root,
        shown_as=str(StorageUri("file", None, "", prefix)),
        make_root=False,
        closed=[*closed, own] if own is not None else closed,
    )
    return Connector("file", store, prefix=prefix, title=f"The folder {root.name or root}")
