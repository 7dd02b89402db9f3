"""Files by URI."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote

import httpx

from rotoscope.client.connection import Connection
from rotoscope.client.downloads import receive_file, require_place
from rotoscope.client.records import File, SignedUrl, Transfer
from rotoscope.client.uploads import PIECE_BYTES, OnTransfer, read_pieces, send_file
from rotoscope.errors import ApiError, OpenError, ServiceError

RESUMABLE_BYTES: Final = 4_000_000
"""Files from this size on are sent by a protocol that goes on where the line broke."""


class Files:
    """Stored files: ``client.files``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def list(self, uri: str = "data://") -> Iterator[File]:
        """Files below a folder, those of folders within included, by their paths."""
        return self._line.pages(File, "/v1/files", {"uri": uri})

    def stat(self, uri: str) -> File:
        """What is known of a file.

        Raises:
            ApiError: there is none (code ``stored-file-not-found``), or rights forbid it.
        """
        return self._line.read(File, "GET", "/v1/files/stat", query={"uri": uri})

    def read(self, uri: str, *, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes of a file, or those from ``start`` to before ``stop``.

        Raises:
            ApiError: it cannot be had.
        """
        is_whole = start == 0 and stop is None
        headers = {} if is_whole else {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        return self._line.send("GET", "/v1/files/content", query={"uri": uri}, headers=headers).content

    def put(self, uri: str, content: bytes, *, overwrite: bool = False) -> File:
        """Store bytes. Those that are there already are left as they are.

        Raises:
            ApiError: something is there already (code ``stored-file-exists``), or they may not be put there.
        """
        digest = hashlib.sha256(content)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        }
        query = {"uri": uri, "overwrite": overwrite}
        try:
            return self._line.read(
                File, "PUT", "/v1/files/content", query=query, body=content, headers=headers
            )
        except ApiError as error:
            self._raise_unless_there(error, uri, len(content), digest.hexdigest())
            return self.stat(uri)

    def upload(
        self,
        path: str | Path,
        uri: str,
        *,
        overwrite: bool = False,
        resume: str | None = None,
        on_transfer: OnTransfer | None = None,
    ) -> File:
        """Store a local file; its checksum goes along.

        A file that is there already with the same contents is left as it is: sending twice does no harm.

        Args:
            path: of the file.
            uri: where it goes; of a folder (it ends with ``/``), under the file's own name.
            overwrite: whether what is there may be replaced.
            resume: path of an upload of this file that was cut off in another process, as
                :attr:`~rotoscope.client.records.Transfer.upload` told it.
            on_transfer: told how far it is.

        Raises:
            OpenError: there is no such local file.
            ApiError, ServerUnreachable: it cannot be stored.
        """
        place = Path(path)
        if not place.is_file():
            raise OpenError(f"{place} is no file. Give the path of one; folders are sent by upload_folder.")
        target = f"{uri}{quote(place.name)}" if uri.endswith("/") else uri
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        try:
            if place.stat().st_size < RESUMABLE_BYTES and resume is None:
                return self._put_file(place, target, digest.digest(), overwrite, on_transfer)
            send_file(
                self._line,
                place,
                target,
                sha256=digest.hexdigest(),
                overwrite=overwrite,
                upload=resume,
                on_transfer=on_transfer,
            )
        except ApiError as error:
            self._raise_unless_there(error, target, place.stat().st_size, digest.hexdigest())
        return replace(self.stat(target), sha256=digest.hexdigest())

    def upload_folder(
        self,
        folder: str | Path,
        uri: str,
        *,
        overwrite: bool = False,
        on_transfer: OnTransfer | None = None,
    ) -> Sequence[File]:
        """Store the files of a folder, hidden ones and folders in it left out.

        Args:
            folder: the local one.
            uri: of the folder that they go to.
            overwrite: whether what is there may be replaced.
            on_transfer: told how far it is, all files together.

        Raises:
            OpenError: there is no such folder, or nothing in it.
            ApiError, ServerUnreachable: a file cannot be stored.
        """
        place = Path(folder)
        if not place.is_dir():
            raise OpenError(f"{place} is no folder. Give the path of one; a file is sent by upload.")
        paths = sorted(one for one in place.iterdir() if one.is_file() and not one.name.startswith("."))
        if not paths:
            raise OpenError(f"{place} has no files in it that could be sent.")
        tell = _summed(on_transfer, sum(path.stat().st_size for path in paths))
        base = uri if uri.endswith("/") else f"{uri}/"
        return [self.upload(path, base, overwrite=overwrite, on_transfer=tell and tell()) for path in paths]

    def download(
        self,
        uri: str,
        path: str | Path,
        *,
        overwrite: bool = False,
        on_transfer: OnTransfer | None = None,
    ) -> Path:
        """Get a file: whole, or not at all. What was cut off is gone on with, by a later call too.

        Args:
            uri: of the file.
            path: where it goes; of a folder that exists, under the file's own name.
            overwrite: whether what is there may be replaced.
            on_transfer: told how far it is.

        Raises:
            OutputExists: something is there already.
            ApiError, ServerUnreachable: it cannot be had.
            CorruptTransfer: other bytes came than the server has.
        """
        file = self.stat(uri)
        place = Path(path)
        place = place / file.name if place.is_dir() else place
        return receive_file(self._line, file, place, overwrite=overwrite, on_transfer=on_transfer)

    def download_folder(
        self,
        uri: str,
        folder: str | Path,
        *,
        overwrite: bool = False,
        on_transfer: OnTransfer | None = None,
    ) -> Path:
        """Get the files of a folder, folders in it included: all of them, or nothing.

        Args:
            uri: of the folder.
            folder: where they go; it must not be there, or be empty.
            overwrite: whether files that are there may be replaced.
            on_transfer: told how far it is, all files together.

        Raises:
            OutputExists: the folder has something in it already.
            ApiError, ServerUnreachable, CorruptTransfer: as :meth:`download`.
        """
        base = uri if uri.endswith("/") else f"{uri}/"
        place = Path(folder)
        if not (place.is_dir() and not any(place.iterdir())):
            require_place(place, overwrite=overwrite)
        found = list(self.list(base))
        if not found:
            raise ServiceError(f"{base} has no files in it. rotoscope files list {base} shows what is there.")
        tell = _summed(on_transfer, sum(file.size_bytes for file in found))
        growing = place.parent / f".{place.name}.{secrets.token_hex(4)}.part"
        try:
            for file in found:
                inner = _inside(growing, unquote(file.uri).removeprefix(unquote(base)))
                inner.parent.mkdir(parents=True, exist_ok=True)
                receive_file(self._line, file, inner, overwrite=False, on_transfer=tell and tell())
            _put_folder(growing, place)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        return place

    def delete(self, uri: str) -> None:
        """Remove a file. There is no way back.

        Raises:
            ApiError: there is none, or rights forbid it.
        """
        self._line.send("DELETE", "/v1/files/content", query={"uri": uri})

    def sign(
        self,
        uri: str,
        *,
        method: Literal["GET", "PUT"] = "GET",
        seconds: int = 3600,
        overwrite: bool = False,
    ) -> SignedUrl:
        """A URL with which a file can be got or put without a key, for a while, up to a week.

        Raises:
            ApiError: it cannot be signed.
        """
        asked = {"uri": uri, "method": method, "seconds": seconds, "overwrite": overwrite}
        return self._line.read(SignedUrl, "POST", "/v1/files:sign", json=asked)

    def _put_file(
        self, path: Path, uri: str, digest: bytes, overwrite: bool, on_transfer: OnTransfer | None
    ) -> File:
        size = path.stat().st_size

        def pieces() -> Iterator[bytes]:
            for end, piece in read_pieces(path, 0, size):
                yield piece
                if on_transfer is not None:
                    on_transfer(Transfer(end, size))

        return self._line.read(
            File,
            "PUT",
            "/v1/files/content",
            query={"uri": uri, "overwrite": overwrite},
            body=pieces,
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Length": str(size),
                "Content-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
            },
        )

    def _raise_unless_there(self, error: ApiError, uri: str, size: int, sha256: str) -> None:
        """A refusal, unless it is that these very contents are there: it may be that an answer was lost."""
        if error.code != "stored-file-exists" or not self._has(uri, size, sha256):
            raise error

    def _has(self, uri: str, size: int, sha256: str) -> bool:
        """Whether a stored file has these contents; it is read where the store does not know its checksum."""
        file = self.stat(uri)
        if file.size_bytes != size or file.sha256 is not None:
            return file.sha256 == sha256
        found = hashlib.sha256()
        try:
            with self._line.stream("/v1/files/content", query={"uri": uri}) as answer:
                for piece in answer.iter_bytes(PIECE_BYTES):
                    found.update(piece)
        except httpx.TransportError as error:
            raise self._line.unreachable(error) from error
        return found.hexdigest() == sha256


def _summed(on_transfer: OnTransfer | None, total: int) -> Callable[[], OnTransfer] | None:
    """One callback for several files: each call begins the next file."""
    if on_transfer is None:
        return None
    before = 0
    at = 0

    def next_file() -> OnTransfer:
        nonlocal before, at
        before, at = before + at, 0

        def tell(transfer: Transfer) -> None:
            nonlocal at
            at = transfer.done_bytes
            on_transfer(Transfer(before + at, total))

        return tell

    return next_file


def _inside(folder: Path, name: str) -> Path:
    """A place in a folder, whatever a server calls it.

    Raises:
        ServiceError: the name leads out of it.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise ServiceError(f"The server has a file called {name!r}, which is no name within a folder.")
    return folder.joinpath(*parts)


def _put_folder(growing: Path, place: Path) -> None:
    """Give a whole folder its name; into one that is there, its files one by one."""
    if not place.exists() or not any(place.iterdir()):
        growing.replace(place)
        return
    for path in sorted(growing.rglob("*")):
        if path.is_file():
            to = place / path.relative_to(growing)
            to.parent.mkdir(parents=True, exist_ok=True)
            path.replace(to)
