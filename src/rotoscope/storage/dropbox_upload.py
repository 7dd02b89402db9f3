"""Bytes that go up to Dropbox: at once, or in pieces that go on where a connection broke."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from rotoscope.errors import CorruptTransfer
from rotoscope.storage.dropbox_api import ContentHash, DropboxApi, DropboxError, content_hash
from rotoscope.storage.https_source import Source, open_source

SESSION_PIECE_BYTES: Final = 8 << 20


def upload(
    api: DropboxApi, full: str, source: Path | bytes, *, overwrite: bool, piece_bytes: int
) -> Mapping[str, object]:
    """Store a file at a path of Dropbox; gives its metadata.

    Every call carries the hash of its bytes, so Dropbox refuses what did not arrive as it was sent. With
    ``strict_conflict`` a file of the same contents counts as being there too: without, Dropbox would call two
    that store the same bytes at once both the first.

    Raises:
        DropboxError: Dropbox says no.
        CorruptTransfer: the file changed while it was sent.
        StoreUnavailable: Dropbox does not answer.
    """
    commit: dict[str, object] = {
        "path": full,
        "mode": "overwrite" if overwrite else "add",
        "autorename": False,
        "mute": True,
        "strict_conflict": not overwrite,
    }
    failures: list[str] = []
    with open_source(source, full) as opened:
        whole = content_hash(opened.pieces())
        try:
            if opened.size_bytes <= piece_bytes:
                data = opened.piece(0, piece_bytes)
                argument = {**commit, "content_hash": whole}
                metadata = api.upload("files/upload", argument, data, failures=failures)
            else:
                metadata = _Session(api, opened, piece_bytes).stored(commit, whole, failures)
        except DropboxError as error:
            metadata = _stored_by_us(api, full, whole, error, failures)
    if metadata.get("content_hash") != whole:
        with contextlib.suppress(DropboxError):
            api.call("files/delete_v2", {"path": full, "parent_rev": metadata["rev"]})
        raise _changed(full)
    return metadata


class _Session:
    """An upload in pieces. Each says where it belongs; Dropbox says where it wants to go on."""

    def __init__(self, api: DropboxApi, source: Source, piece_bytes: int) -> None:
        self._api = api
        self._source = source
        self._piece_bytes = piece_bytes
        self._hash = ContentHash()
        self._hashed = 0

    def stored(self, commit: Mapping[str, object], whole: str, failures: list[str]) -> Mapping[str, object]:
        """Send all pieces, then store them as a file."""
        started = self._api.upload("files/upload_session/start", {"close": False}, b"")
        session = str(started["session_id"])
        last = self._last_start()
        position = 0
        while position < last:
            position = self._sent(session, position)
        piece = self._piece(position)
        if self._hash.hexdigest() != whole:
            raise _changed(str(commit["path"]))
        argument = {
            "cursor": {"session_id": session, "offset": position},
            "commit": commit,
            "content_hash": content_hash([piece]),
        }
        try:
            return self._api.upload("files/upload_session/finish", argument, piece, failures=failures)
        except DropboxError as error:
            if _correct_offset(error) != self._source.size_bytes:
                raise
        # The last piece arrived before, and the answer to it was lost.
        argument["cursor"] = {"session_id": session, "offset": self._source.size_bytes}
        argument["content_hash"] = content_hash([])
        return self._api.upload("files/upload_session/finish", argument, b"", failures=failures)

    def _last_start(self) -> int:
        """Where the last piece begins: it is sent with the order to store."""
        return (self._source.size_bytes - 1) // self._piece_bytes * self._piece_bytes

    def _sent(self, session: str, position: int) -> int:
        """Send a piece; gives where the next one begins."""
        piece = self._piece(position)
        argument = {
            "cursor": {"session_id": session, "offset": position},
            "close": False,
            "content_hash": content_hash([piece]),
        }
        try:
            self._api.upload("files/upload_session/append_v2", argument, piece)
        except DropboxError as error:
            correct = _correct_offset(error)
            # Dropbox has all of this piece, or some of it, from a try whose answer was lost.
            if correct is None or not position < correct <= position + len(piece):
                raise
            return correct
        return position + len(piece)

    def _piece(self, position: int) -> bytes:
        """Up to the end of the piece that a position is in, so that the last one stays the last one."""
        end = (position // self._piece_bytes + 1) * self._piece_bytes
        piece = self._source.piece(position, end - position)
        if position + len(piece) > self._hashed:
            self._hash.update(piece[self._hashed - position :])
            self._hashed = position + len(piece)
        if not piece:
            raise CorruptTransfer("The file became shorter while it was sent. Leave it alone, and try again.")
        return piece


def _correct_offset(error: DropboxError) -> int | None:
    """Where Dropbox wants to go on; None: it says something else."""
    if not error.has("incorrect_offset"):
        return None
    return int(cast("int", error.find("correct_offset")))


def _stored_by_us(
    api: DropboxApi, full: str, whole: str, error: DropboxError, failures: list[str]
) -> Mapping[str, object]:
    """The metadata of what is there, where that is what an earlier try of ours has stored.

    Raises:
        DropboxError: the error as it was: it is another one's.
    """
    if not failures or not error.has("conflict", "not_found", "closed"):
        raise error
    try:
        metadata = api.call("files/get_metadata", {"path": full})
    except DropboxError:
        raise error from None
    if metadata.get("content_hash") != whole:
        raise error
    return metadata


def _changed(full: str) -> CorruptTransfer:
    return CorruptTransfer(
        f"{full} was not stored: the file changed while it was sent. Leave it alone, and try again."
    )
