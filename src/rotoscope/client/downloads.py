"""Downloads that go on where they stopped, and appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Final

import httpx

from rotoscope.client.connection import Connection, may_be_served_later
from rotoscope.client.records import File, Transfer
from rotoscope.client.uploads import PIECE_BYTES, OnTransfer
from rotoscope.errors import ApiError, CorruptTransfer, EncodeError, OutputExists

_TRIES: Final = 6
"""In a row without a byte that came."""
_LONGEST_WAIT: Final = 8.0
_PARTIAL: Final = 206


def receive_file(
    line: Connection, file: File, path: Path, *, overwrite: bool, on_transfer: OnTransfer | None = None
) -> Path:
    """Get a file.

    It grows under a hidden name beside its place that says which contents it has: a download that was cut off
    is gone on with by the next one of the same file, be it another process's.

    Args:
        line: to the server.
        file: as the server knows it.
        path: where it goes.
        overwrite: whether what is there may be replaced.
        on_transfer: told of what has come.

    Raises:
        OutputExists: something is there already.
        ApiError, ServerUnreachable: it cannot be had.
        CorruptTransfer: other bytes came than the server has.
    """
    require_place(path, overwrite=overwrite)
    mark = hashlib.sha256(f"{file.uri}\n{file.etag}\n{file.size_bytes}".encode()).hexdigest()[:16]
    growing = path.parent / f".{path.name}.{mark}.part"
    failures = 0
    while (have := _size(growing)) is None or have < file.size_bytes:
        try:
            _receive(line, file, growing, have or 0, on_transfer)
        except (httpx.TransportError, ApiError) as error:
            if isinstance(error, ApiError) and not may_be_served_later(error):
                raise
            failures = failures + 1 if _size(growing) == have else 0
            if failures >= _TRIES:
                raise error if isinstance(error, ApiError) else line.unreachable(error) from error
            time.sleep(min(0.2 * 2**failures, _LONGEST_WAIT))
    _check(growing, file)
    put_in_place(growing, path, overwrite=overwrite)
    return path


def require_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a place where something is, or that cannot be.

    Raises:
        OutputExists: something is.
        EncodeError: its folder is missing.
    """
    if not overwrite and os.path.lexists(path):
        raise OutputExists(f"{path} exists already. Give another name, or --overwrite to replace it.")
    if not path.parent.is_dir():
        raise EncodeError(
            f"{path} cannot be written: the folder {path.parent} does not exist. Make it first, or give a "
            "place in a folder that exists."
        )


def put_in_place(growing: Path, path: Path, *, overwrite: bool) -> None:
    """Give a whole file its name, in one step."""
    if overwrite:
        growing.replace(path)
        return
    try:
        os.link(growing, path)
    except FileExistsError:
        require_place(path, overwrite=False)
        raise
    except OSError:  # a file system without hard links
        require_place(path, overwrite=False)
        growing.rename(path)
        return
    growing.unlink()


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


def _receive(line: Connection, file: File, growing: Path, have: int, on_transfer: OnTransfer | None) -> None:
    etag = f'"{file.etag.strip(chr(34))}"'
    headers = {"Range": f"bytes={have}-", "If-Range": etag} if have else {}
    with line.stream("/v1/files/content", query={"uri": file.uri}, headers=headers) as answer:
        if answer.headers.get("ETag", etag) != etag:
            growing.unlink(missing_ok=True)
            raise _differs(file)
        goes_on = answer.status_code == _PARTIAL
        at = have if goes_on else 0
        with growing.open("ab" if goes_on else "wb") as to:
            for piece in answer.iter_bytes(PIECE_BYTES):
                to.write(piece)
                at += len(piece)
                if on_transfer is not None:
                    on_transfer(Transfer(at, file.size_bytes))
            to.flush()
            os.fsync(to.fileno())


def _check(growing: Path, file: File) -> None:
    right = growing.stat().st_size == file.size_bytes
    if right and file.sha256 is not None:
        with growing.open("rb") as whole:
            right = hashlib.file_digest(whole, "sha256").hexdigest() == file.sha256
    if not right:
        growing.unlink()
        raise _differs(file)


def _differs(file: File) -> CorruptTransfer:
    return CorruptTransfer(
        f"The bytes of {file.uri} that came are not those that the server had when the download began "
        f"({file.size_bytes:,} bytes); perhaps it was replaced meanwhile. Get it again."
    )
