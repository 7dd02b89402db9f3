"""Bytes that go up to Drive in pieces, by a session that goes on where a connection broke.

https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from rotoscope.errors import CorruptTransfer, StoreUnavailable
from rotoscope.storage.drive_api import DriveApi, DriveError, DriveFile, allowed, is_throttled
from rotoscope.storage.https_retry import PASSING, answer_of
from rotoscope.storage.https_source import Source

SESSION_PIECE_BYTES: Final = 8 << 20
"""A multiple of 256 KiB, as Drive wants it."""
_SESSIONS: Final = 3
_ENDED: Final = frozenset({404, 410})
_RANGE: Final = re.compile(r"bytes=0-(\d+)")


@dataclass(frozen=True, slots=True)
class Checksums:
    """Of what is sent."""

    size_bytes: int
    md5: str
    sha256: str

    @classmethod
    def of(cls, source: Source) -> Checksums:
        """Reads all of it."""
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        for piece in source.pieces():
            md5.update(piece)
            sha256.update(piece)
            size += len(piece)
        return cls(size, md5.hexdigest(), sha256.hexdigest())

    def fit(self, file: DriveFile) -> bool:
        """Whether Drive has these bytes."""
        return (
            file.size_bytes == self.size_bytes
            and file.md5 == self.md5
            and file.sha256 in ("", self.sha256)  # older files have none
        )


def upload_new(api: DriveApi, source: Source, name: str, parent: str, piece_bytes: int) -> DriveFile:
    """Make a file of a name in a folder, whether or not there is one.

    Raises:
        DriveError: Drive says no.
        StoreUnavailable: it does not answer.
        CorruptTransfer: the file became shorter while it was sent.
    """
    file_id = api.new_id()
    metadata = {"id": file_id, "name": name, "parents": [parent]}
    try:
        return _sent(api, source, metadata, None, name, piece_bytes)
    except DriveError as error:
        if error.status != 409:
            raise
        return api.get(file_id)  # made by a session whose last answer was lost


def upload_into(api: DriveApi, source: Source, file: DriveFile, piece_bytes: int) -> DriveFile:
    """Give a file new contents; its links, and who may see it, stay. Errors as of :func:`upload_new`."""
    return _sent(api, source, {}, file.id, file.name, piece_bytes)


def _sent(
    api: DriveApi,
    source: Source,
    metadata: Mapping[str, object],
    file_id: str | None,
    name: str,
    piece_bytes: int,
) -> DriveFile:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    for _ in range(_SESSIONS):
        session = api.start_upload(metadata, file_id=file_id, kind=kind, size_bytes=source.size_bytes)
        made = _through(api, session, source, piece_bytes)
        if made is not None:
            return made
    raise StoreUnavailable(f"Google Drive ended the upload of {name} {_SESSIONS} times. Try again later.")


def _through(api: DriveApi, session: str, source: Source, piece_bytes: int) -> DriveFile | None:
    """Send all pieces; the file, or None where the session has ended before."""
    position, failures, is_lost = 0, 0, False
    while True:
        try:
            response = (
                _ask(api, session, source) if is_lost else _send(api, session, source, position, piece_bytes)
            )
        except httpx.TransportError:
            response = None
        is_lost = response is None or response.status_code in PASSING or is_throttled(response)
        if response is None or is_lost:
            failures += 1
            if failures >= api.retries.times:
                raise StoreUnavailable(
                    f"Google Drive did not take an upload on, {failures} times. Check the connection, and "
                    "try again later."
                )
            api.retries.wait(failures, response)
            continue
        if response.status_code in _ENDED:
            return None
        if allowed(response).status_code != 308:
            return DriveFile.read(answer_of(response))
        arrived = _arrived(response)
        failures = 0 if arrived > position else failures
        position = arrived


def _send(api: DriveApi, session: str, source: Source, position: int, piece_bytes: int) -> httpx.Response:
    """Send a piece."""
    total = source.size_bytes
    piece = source.piece(position, piece_bytes)
    if len(piece) < min(piece_bytes, total - position):
        raise CorruptTransfer("The file became shorter while it was sent. Leave it alone, and try again.")
    # No bytes have no range.
    span = {"Content-Range": f"bytes {position}-{position + len(piece) - 1}/{total}"} if total else {}
    return api.send_piece(session, span, piece)


def _ask(api: DriveApi, session: str, source: Source) -> httpx.Response:
    """Ask how much has arrived."""
    return api.send_piece(session, {"Content-Range": f"bytes */{source.size_bytes}"}, b"")


def _arrived(response: httpx.Response) -> int:
    """How many bytes Drive has; without a header it has none."""
    found = _RANGE.fullmatch(response.headers.get("Range", ""))
    return int(found[1]) + 1 if found else 0
