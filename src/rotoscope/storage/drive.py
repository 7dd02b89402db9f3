"""A folder of a Google Drive as a store."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NoReturn

import httpx

from rotoscope.errors import CorruptTransfer, StoredFileExists, StoredFileNotFound, StoreUnavailable
from rotoscope.storage.drive_api import DriveApi, DriveError, DriveFile, storage_error
from rotoscope.storage.drive_folders import Folders, Parts
from rotoscope.storage.drive_upload import SESSION_PIECE_BYTES, Checksums, upload_into, upload_new
from rotoscope.storage.https_retry import DEFAULT_RETRIES, PIECE_BYTES, Retries, range_header, read_on
from rotoscope.storage.https_source import Source, open_source
from rotoscope.storage.paths import check_path, check_prefix, path_fault
from rotoscope.storage.store import SignedUrl, StoredFile
from rotoscope.storage.tokens import TokenSource

_VERSIONS: Final = 12
"""How often a read begins anew where the file was overwritten meanwhile."""
_ROUNDS: Final = 3
"""How often a put begins anew where the folder or the file was removed meanwhile."""


class DriveStore:
    """A folder of a Google Drive, or all of My Drive.

    It keeps the promises of :class:`~rotoscope.storage.store.Store` but two, which Drive cannot keep:

    * Two files of a folder may have one name there, and nothing is created on the condition that its name is
      free. A put without ``overwrite`` looks before and after: where several made the file, the oldest stays,
      by the time at which Drive says it was created, then by its id; the others are moved to the trash, and
      their puts raise StoredFileExists. That settles all but the moment in which Drive's search does not yet
      show what another one has just made: then both may believe that they stored the file. Keep what must be
      created once and only once elsewhere, such as in ``data://``.
    * A file is checked when it has arrived, not before: one that arrived damaged is there for the moment
      until it is moved to the trash.

    Of several files of one name, by whomever, the oldest is the one that is told, read and overwritten;
    removing removes them all. Several folders of one name count as one. What is in the trash is not there,
    and removing moves there. Documents that live in the browser, shortcuts, and names with a slash are not
    there either. Folders are remembered for half a minute.
    """

    def __init__(
        self,
        token: TokenSource,
        folder_id: str = "root",
        *,
        api_url: str = "https://www.googleapis.com",
        client: httpx.Client | None = None,
        retries: Retries = DEFAULT_RETRIES,
        piece_bytes: int = SESSION_PIECE_BYTES,
    ) -> None:
        """Nothing is asked for yet.

        Args:
            token: whose Drive.
            folder_id: the id of the folder, the last part of its address in the browser; ``root``: My Drive.
            api_url: where calls go.
            client: sends the requests; by default this process's.
            retries: how often a call that fails is made again.
            piece_bytes: files go up in pieces of this size, a multiple of 256 KiB.
        """
        self._folder_id = folder_id
        self._api = DriveApi(token, api_url, client, retries)
        self._folders = Folders(self._api, folder_id)
        self._piece_bytes = piece_bytes

    def stat(self, path: str) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`."""
        return self._file(path).stored(path)

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :class:`~rotoscope.storage.store.Store`.

        Drive tells files in no order, so all folders are asked for before the first file is given.
        """
        check_prefix(prefix)
        found = self._walked(prefix)
        if not found and self._folders.forget():
            found = self._walked(prefix)
        oldest: dict[str, DriveFile] = {}
        for path, file in found:
            if after is None or path > after:
                oldest[path] = min(file, oldest.get(path, file), key=lambda one: one.age)
        return iter([oldest[path].stored(path) for path in sorted(oldest)])

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :class:`~rotoscope.storage.store.Store`.

        A connection that breaks is taken up again where it was, unless the file has changed meanwhile. The
        MD5 of a file that is read whole is checked; where it is small, before the first piece is given.

        Raises:
            CorruptTransfer: it has changed, or the MD5 is another one.
        """
        for _ in range(_VERSIONS):
            file = self._file(path)
            end = file.size_bytes if stop is None else min(stop, file.size_bytes)
            if start >= end:
                return iter(())
            reading = _Reading(self._api, file, start, end, self._shown(path))
            with self._told(path):
                if reading.is_whole and end <= PIECE_BYTES:
                    with contextlib.suppress(CorruptTransfer):
                        return iter([b"".join(reading.pieces())])
                else:
                    pieces = reading.pieces()
                    if self._api.get(file.id).revision == file.revision:
                        return pieces
        raise CorruptTransfer(
            f"{self._shown(path)} arrived with other bytes than Google Drive has, {_VERSIONS} times, or "
            "changes all the time. Try again later."
        )

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`, and what the class says of creating only.

        Raises:
            CorruptTransfer: it did not arrive as it was sent, or the file changed meanwhile. What was there
                before is in the file's versions in Drive then.
        """
        check_path(path)
        with open_source(source, self._shown(path)) as opened, self._told(path):
            sums = Checksums.of(opened)
            for _ in range(_ROUNDS):
                stored = self._stored(path, opened, sums, overwrite=overwrite)
                if stored is not None:
                    return stored.stored(path)
                self._folders.forget()
        raise StoreUnavailable(
            f"{self._shown(path)} was not stored: its folder is not there, or is removed again and again. "
            "Check the connector's folder, and try again."
        )

    def delete(self, path: str) -> None:
        """See :class:`~rotoscope.storage.store.Store`. It moves to the trash; a folder never does."""
        self._file(path)
        with self._told(path):
            for file in self._files(path):
                self._api.trash(file.id)

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """See :class:`~rotoscope.storage.store.Store`; None: Drive makes no links that end."""
        check_path(path)
        return None

    def _stored(self, path: str, source: Source, sums: Checksums, *, overwrite: bool) -> DriveFile | None:
        """Store it; None: the folder, or the file to be overwritten, went away meanwhile."""
        there = self._files(path)
        if there and not overwrite:
            self._refuse(path)
        try:
            if there:
                file = upload_into(self._api, source, there[0], self._piece_bytes)
                self._check(path, file, sums)
                return None if file.is_trashed else file
            return self._made(path, source, sums, overwrite=overwrite)
        except DriveError as error:
            if error.status != 404:
                raise
            return None

    def _made(self, path: str, source: Source, sums: Checksums, *, overwrite: bool) -> DriveFile | None:
        parts, name = _split(path)
        parent = self._folders.make(parts)[0]
        made = upload_new(self._api, source, name, parent, self._piece_bytes)
        if made.is_trashed:  # with its folder
            return None
        try:
            self._check(path, made, sums)
            winner = min([made, *self._files(path)], key=lambda one: one.age)
        except BaseException:
            self._api.trash(made.id)
            raise
        if winner.id == made.id:
            return made
        self._api.trash(made.id)
        if not overwrite:
            self._refuse(path)
        return None  # another one made it at the same time: it is overwritten in the next round

    def _check(self, path: str, file: DriveFile, sums: Checksums) -> None:
        if not sums.fit(file):
            raise CorruptTransfer(
                f"{self._shown(path)} did not arrive at Google Drive as it was sent, or the file changed "
                "meanwhile. Leave it alone, and try again."
            )

    def _file(self, path: str) -> DriveFile:
        """The file of a path."""
        check_path(path)
        with self._told(path):
            files = self._files(path)
            if not files and self._folders.forget():
                files = self._files(path)
        if not files:
            raise StoredFileNotFound(
                f"{self._shown(path)} is not in this Drive. Check the path, and the connector's folder."
            )
        return files[0]

    def _files(self, path: str) -> list[DriveFile]:
        """The files of a path, the oldest first; none where a folder is gone."""
        parts, name = _split(path)
        try:
            found = list(self._api.children(self._folders.find(parts), name))
        except DriveError as error:
            if error.status != 404:
                raise
            return []
        return sorted((file for file in found if file.has_bytes), key=lambda one: one.age)

    def _walked(self, prefix: str) -> list[tuple[str, DriveFile]]:
        """The files whose path begins so, also those of one path; none where a folder is gone."""
        with self._told(prefix):
            try:
                return [
                    (path, file)
                    for path, file in self._folders.walk(tuple(prefix.split("/")[:-1]), prefix)
                    if path.startswith(prefix) and file.has_bytes and path_fault(path) is None
                ]
            except DriveError as error:
                if error.status != 404:
                    raise
                return []

    def _refuse(self, path: str) -> NoReturn:
        raise StoredFileExists(
            f"{self._shown(path)} is there already. Choose another name, or ask for it to be overwritten."
        )

    def _shown(self, path: str) -> str:
        return f"gdrive://{path}"

    @contextmanager
    def _told(self, path: str) -> Generator[None]:
        """Errors that speak of the file."""
        try:
            yield
        except DriveError as error:
            raise storage_error(error, self._shown(path)) from error


class _Reading:
    """One version of a file while it is read."""

    def __init__(self, api: DriveApi, file: DriveFile, start: int, end: int, shown: str) -> None:
        self._api = api
        self._file = file
        self._start = start
        self._end = end
        self._shown = shown
        self._hashed = hashlib.md5(usedforsecurity=False)
        self.is_whole = start == 0 and end == file.size_bytes

    def pieces(self) -> Iterator[bytes]:
        """Its bytes.

        Raises:
            DriveError: Drive says no; by the call, not by the first piece.
            CorruptTransfer: it has changed meanwhile, or the MD5 is another one.
        """
        span = {} if self.is_whole else range_header(self._start, self._end)
        return read_on(
            self._open_again,
            self._api.download(self._file.id, span),
            start=self._start,
            end=self._end,
            service="Google Drive",
            retries=self._api.retries,
            check=self._hashed.update,
            finish=self._finish,
        )

    def _open_again(self, position: int) -> httpx.Response:
        try:
            if self._api.get(self._file.id).revision != self._file.revision:
                raise CorruptTransfer(f"{self._shown} changed while it was read. Try again.")
            return self._api.download(self._file.id, range_header(position, self._end))
        except DriveError as error:
            raise storage_error(error, self._shown) from error

    def _finish(self) -> None:
        if self.is_whole and self._hashed.hexdigest() != self._file.md5:
            raise CorruptTransfer(f"{self._shown} arrived with other bytes than Google Drive has. Try again.")


def _split(path: str) -> tuple[Parts, str]:
    *parts, name = path.split("/")
    return tuple(parts), name
