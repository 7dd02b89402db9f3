"""Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import httpx

from rotoscope.client.connection import Connection, may_be_served_later
from rotoscope.client.records import Transfer
from rotoscope.errors import ApiError, CorruptTransfer

OnTransfer: TypeAlias = Callable[[Transfer], None]
"""Told how far a transfer is. What it raises ends it."""
PIECE_BYTES: Final = 1 << 18
_PART_BYTES: Final = 8_000_000
"""Of one request: what is sent twice at most where a server has not noticed yet that the line broke."""
_VERSION: Final = {"Tus-Resumable": "1.0.0"}
_ELSEWHERE: Final = 409
"""The upload goes on at another byte."""
_TRIES: Final = 6
"""In a row without a byte that arrived."""
_NOTICED_SECONDS: Final = 0.3
"""After which a server has usually noticed that the line broke, and kept what had arrived."""
_LONGEST_WAIT: Final = 8.0


def send_file(
    line: Connection,
    path: Path,
    uri: str,
    *,
    sha256: str,
    overwrite: bool,
    upload: str | None = None,
    on_transfer: OnTransfer | None = None,
) -> None:
    """Send a file in parts; where the line breaks, from what has arrived.

    Args:
        line: to the server.
        path: of the file.
        uri: where it goes.
        sha256: of the file, hexadecimal; the server holds it against what arrived.
        overwrite: whether what is at the URI may be replaced.
        upload: path of an upload that was begun before, of the same file.
        on_transfer: told of what was sent.

    Raises:
        ApiError, ServerUnreachable: it cannot be sent.
    """
    size = path.stat().st_size
    place = upload or _begin(line, size, uri, sha256=sha256, overwrite=overwrite)
    offset = _offset(line, place)
    failures = 0
    while True:
        try:
            offset = _send_part(line, path, place, offset, size, on_transfer)
            failures = 0
        except (httpx.TransportError, ApiError) as error:
            if isinstance(error, ApiError) and error.status != _ELSEWHERE and not may_be_served_later(error):
                raise
            time.sleep(min(_NOTICED_SECONDS * 2**failures, _LONGEST_WAIT))
            arrived = _offset(line, place)
            failures = failures + 1 if arrived <= offset else 0
            offset = arrived
            if failures >= _TRIES:
                raise error if isinstance(error, ApiError) else line.unreachable(error) from error
        if offset >= size:
            return


def _begin(line: Connection, size: int, uri: str, *, sha256: str, overwrite: bool) -> str:
    said = {"uri": uri, "overwrite": "true" if overwrite else "false", "sha256": sha256}
    pairs = (f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    headers = {**_VERSION, "Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
    answer = line.send("POST", "/v1/uploads", headers=headers)
    # The path alone: behind a proxy a server may not know how it is reached.
    return urlsplit(answer.headers["Location"]).path


def _offset(line: Connection, place: str) -> int:
    return int(line.send("HEAD", place, headers=_VERSION).headers["Upload-Offset"])


def _send_part(
    line: Connection, path: Path, place: str, offset: int, size: int, on_transfer: OnTransfer | None
) -> int:
    """Send one part; gives how much has arrived then."""
    stop = min(size, offset + _PART_BYTES)

    def pieces() -> Iterator[bytes]:
        for end, piece in read_pieces(path, offset, stop):
            yield piece
            if on_transfer is not None:
                on_transfer(Transfer(end, size, place))

    headers = {
        **_VERSION,
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(stop - offset),
        "Upload-Offset": str(offset),
    }
    return int(line.once("PATCH", place, body=pieces, headers=headers).headers["Upload-Offset"])


def read_pieces(path: Path, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """A part of a file in pieces, each with the position after it.

    Raises:
        CorruptTransfer: the file was cut off meanwhile.
    """
    with path.open("rb") as file:
        file.seek(start)
        at = start
        while at < stop:
            piece = file.read(min(PIECE_BYTES, stop - at))
            if not piece:
                raise CorruptTransfer(
                    f"{path} had {stop:,} bytes or more when its upload began, and has {at:,} now. Send it "
                    "when nothing writes to it any more."
                )
            at += len(piece)
            yield at, piece
