"""Fetching one file whose address and checksum are pinned."""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from rotoscope.errors import ChecksumMismatch, FetchError
from rotoscope.media.atomic import StagedFile, encode_errors

TIMEOUT_SECONDS = 30.0
"""Without a byte for so long, the fetch is given up."""
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on a server, and how to know it again."""

    url: str
    sha256: str
    """Hex."""
    size_bytes: int


DownloadCallback: TypeAlias = Callable[[int, int], None]
"""Called with (bytes so far, bytes in all)."""


def download(remote: RemoteFile, destination: Path, *, on_progress: DownloadCallback | None = None) -> None:
    """Fetch a file; it appears at its place only whole and with the pinned checksum.

    Args:
        remote: what to fetch. No more than its size is read.
        destination: where; its folder must exist. A file that is there is replaced.
        on_progress: told after every megabyte.

    Raises:
        FetchError: it cannot be fetched; says the server's or the network's reason.
        ChecksumMismatch: what came is something else.
        EncodeError: it cannot be written.
    """
    staged = StagedFile(destination, overwrite=True)
    try:
        digest = _fetch_into(staged, remote, on_progress)
        if digest != remote.sha256:
            raise ChecksumMismatch(
                f"what came from {remote.url} is not the pinned file: SHA-256 is {digest} and should be "
                f"{remote.sha256}. It was thrown away; try again, or find out what stands between this "
                f"machine and the server."
            )
        staged.publish()
    except BaseException:
        staged.discard()
        raise


def _fetch_into(staged: StagedFile, remote: RemoteFile, on_progress: DownloadCallback | None) -> str:
    request = urllib.request.Request(remote.url, headers={"User-Agent": "rotoscope"})
    hasher = hashlib.sha256()
    done = 0
    try:
        with (
            urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response,
            staged.part.open("wb") as file,
        ):
            # One byte more than is expected would show that it is another file.
            while chunk := response.read(min(_CHUNK_BYTES, remote.size_bytes + 1 - done)):
                _write(file, chunk, staged.output)
                hasher.update(chunk)
                done += len(chunk)
                if on_progress is not None:
                    on_progress(done, remote.size_bytes)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise FetchError(f"{remote.url} cannot be fetched: {reason}") from error
    return hasher.hexdigest()


def _write(file: BinaryIO, chunk: bytes, output: Path) -> None:
    with encode_errors(output):  # a full disk is not the network's fault
        file.write(chunk)
