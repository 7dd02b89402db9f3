"""Dropbox's HTTP API, version 2: how it is spoken to, and what its errors mean.

https://www.dropbox.com/developers/documentation/http/documentation
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, cast

import httpx

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StorageError,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.https_calls import Caller
from rotoscope.storage.https_retry import Retries, answer_of
from rotoscope.storage.store import StoredFile
from rotoscope.storage.tokens import TokenSource

BLOCK_BYTES: Final = 4 << 20
"""The content hash is made of blocks of this size."""


class ContentHash:
    """Dropbox's content hash: SHA-256 of the SHA-256 of every 4 MiB.

    https://www.dropbox.com/developers/reference/content-hash
    """

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self._block = hashlib.sha256()
        self._room = BLOCK_BYTES

    def update(self, data: bytes) -> None:
        """Take in the next bytes."""
        view = memoryview(data)
        while view:
            part = view[: self._room]
            self._block.update(part)
            self._room -= len(part)
            view = view[len(part) :]
            if self._room == 0:
                self._whole.update(self._block.digest())
                self._block = hashlib.sha256()
                self._room = BLOCK_BYTES

    def hexdigest(self) -> str:
        """The hash of all bytes so far."""
        whole = self._whole.copy()
        if self._room < BLOCK_BYTES:
            whole.update(self._block.digest())
        return whole.hexdigest()


def content_hash(pieces: Iterable[bytes]) -> str:
    """The content hash of bytes."""
    made = ContentHash()
    for piece in pieces:
        made.update(piece)
    return made.hexdigest()


class DropboxError(Exception):
    """An answer that says what is wrong, before it is known what that means for a file."""

    def __init__(self, status: int, summary: str, error: Mapping[str, object]) -> None:
        super().__init__(summary)
        self.status = status
        self.summary = summary
        """Tags with slashes between: ``path/conflict/file``."""
        self.error = error

    def has(self, *tags: str) -> bool:
        """Whether one of these tags is among those of the error."""
        return any(tag in tags for tag in self.summary.split("/"))

    def find(self, key: str) -> object:
        """A value of the error, wherever in it that is; None: it has none."""
        waiting: list[Mapping[str, object]] = [self.error]
        while waiting:
            one = waiting.pop()
            if key in one:
                return one[key]
            waiting.extend(
                cast("Mapping[str, object]", value) for value in one.values() if isinstance(value, dict)
            )
        return None


class DropboxApi:
    """Sends calls to Dropbox. Any thread may use it."""

    def __init__(
        self,
        token: TokenSource,
        api_url: str,
        content_url: str,
        client: httpx.Client | None,
        retries: Retries,
    ) -> None:
        self._api = api_url.rstrip("/")
        self._content = content_url.rstrip("/")
        self.retries = retries
        self._caller = Caller("Dropbox", token, client=client, retries=retries, is_passing=_is_passing)

    def call(self, route: str, argument: Mapping[str, object]) -> dict[str, object]:
        """The result of a call whose argument and result are JSON, such as ``files/get_metadata``.

        Raises:
            DropboxError: Dropbox says no.
            StoreUnavailable: it does not answer.
        """
        response = self._caller.send(
            "POST",
            f"{self._api}/2/{route}",
            headers={"Content-Type": "application/json"},
            content=json.dumps(argument).encode(),
        )
        return answer_of(_allowed(response))

    def upload(
        self,
        route: str,
        argument: Mapping[str, object],
        content: bytes,
        *,
        failures: list[str] | None = None,
    ) -> dict[str, object]:
        """The result of a call that brings bytes. ``failures``: see :func:`again_and_again`.

        Raises:
            DropboxError: Dropbox says no.
            StoreUnavailable: it does not answer.
        """
        response = self._caller.send(
            "POST",
            f"{self._content}/2/{route}",
            headers={"Content-Type": "application/octet-stream", "Dropbox-API-Arg": header_json(argument)},
            content=content,
            failures=failures,
        )
        return answer_of(_allowed(response))

    def download(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """The streamed bytes of a file; its metadata is in the header ``Dropbox-API-Result``.

        Raises:
            DropboxError: Dropbox says no.
            StoreUnavailable: it does not answer.
        """
        response = self._caller.send(
            "POST",
            f"{self._content}/2/files/download",
            headers={"Dropbox-API-Arg": header_json({"path": path}), **headers},
            stream=True,
        )
        return _allowed(response)


def header_json(argument: Mapping[str, object]) -> str:
    """JSON that fits into a header: without characters beyond ASCII, and DEL escaped as well."""
    return json.dumps(argument).replace("\x7f", "\\u007f")


def stored_file(path: str, metadata: Mapping[str, object]) -> StoredFile:
    """A file as Dropbox tells it."""
    return StoredFile(
        path=path,
        size_bytes=int(cast("int", metadata["size"])),
        modified=datetime.fromisoformat(str(metadata["server_modified"])),
        etag=str(metadata["rev"]),
    )


_MEANINGS: Final[Sequence[tuple[tuple[str, ...], type[StorageError], str]]] = (
    (
        ("content_hash_mismatch",),
        CorruptTransfer,
        "{shown} arrived at Dropbox with other bytes than were sent, and was not stored. Try again.",
    ),
    (
        ("malformed_path", "disallowed_name"),
        InvalidUri,
        "{shown} has a name that Dropbox does not allow. Give another one.",
    ),
    (
        ("folder", "file_ancestor"),
        StoredFileExists,
        "{shown} cannot be stored: a folder is there, or a file where a folder is meant. Choose another "
        "name.",
    ),
    (
        ("conflict",),
        StoredFileExists,
        "{shown} is there already. Choose another name, or ask for it to be overwritten.",
    ),
    (
        ("not_found", "not_file", "not_folder"),
        StoredFileNotFound,
        "{shown} is not in this Dropbox. Check the path, and the connector's folder.",
    ),
    (
        ("insufficient_space",),
        StoreUnavailable,
        "{shown} cannot be stored: this Dropbox is full. Make room, and try again.",
    ),
    (
        ("missing_scope",),
        AccessDenied,
        "{shown} needs the permission {scope}, which this token does not have. Tick it in Dropbox's console "
        "of apps, and connect the account again.",
    ),
    (
        ("no_write_permission", "restricted_content", "team_folder", "no_permission", "unsupported_file"),
        AccessDenied,
        "{shown} is refused by Dropbox ({summary}). Check what the account may do there.",
    ),
    (
        ("expired_access_token", "invalid_access_token", "user_suspended"),
        AccessDenied,
        "{shown} is refused by Dropbox ({summary}): the token is valid no more. Connect the account again.",
    ),
)
"""What a tag among those of an error means; the first that fits counts."""


def storage_error(error: DropboxError, shown: str) -> StorageError:
    """What an error of Dropbox means for a file."""
    for tags, kind, told in _MEANINGS:
        if error.has(*tags):
            scope = error.find("required_scope")
            return kind(told.format(shown=shown, summary=error.summary[:100], scope=scope))
    kind = AccessDenied if error.status in (401, 403) else StoreUnavailable
    return kind(f"{shown}: Dropbox says no ({error.status}, {error.summary[:200]}).")


def _allowed(response: httpx.Response) -> httpx.Response:
    """The answer, where it is one.

    Raises:
        DropboxError: it is not.
    """
    if response.status_code in (200, 206, 416):
        return response
    response.close()
    answer = answer_of(response)
    error = answer.get("error")
    details = cast("Mapping[str, object]", error) if isinstance(error, dict) else {}
    summary = str(answer.get("error_summary") or "").rstrip("./")
    raise DropboxError(response.status_code, summary or response.text[:200], details)


def _is_passing(response: httpx.Response) -> bool:
    """Whether an answer means "later" though its status is another one."""
    if response.status_code != 409:
        return False
    response.read()
    return "too_many_write_operations" in str(answer_of(response).get("error_summary"))
