"""Bodies that are files: to a local file first, checked, then to their URI, whole or not at all."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread
from starlette.requests import Request

from rotoscope.api.refusals import ChecksumDiffers, InvalidHeader
from rotoscope.api.services import Services
from rotoscope.database.identity import new_id
from rotoscope.errors import StoredFileExists, StoredFileNotFound
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import StoredFile

DIGEST_HEADER: Final = "Content-Digest"
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/=]{1,100}):")


@asynccontextmanager
async def received(services: Services, request: Request) -> AsyncGenerator[Path]:
    """The body of a request as a local file, which is gone at the end.

    Raises:
        InvalidHeader: Content-Digest cannot be read.
        ChecksumDiffers: it is another digest than that of what arrived.
    """
    expected = _announced(request)
    folder = services.settings.staging_dir / "received"
    path = folder / new_id("put")
    digest = hashlib.sha256()
    await to_thread.run_sync(lambda: folder.mkdir(parents=True, exist_ok=True))
    try:
        async with await anyio.open_file(path, "xb") as file:
            async for piece in request.stream():
                digest.update(piece)
                await file.write(piece)
        if expected is not None and digest.digest() != expected:
            raise ChecksumDiffers(
                f"The bytes that arrived have the SHA-256 {digest.hexdigest()}, and {DIGEST_HEADER} "
                f"announced {expected.hex()}. Nothing was stored. Send them again."
            )
        yield path
    finally:
        await to_thread.run_sync(lambda: path.unlink(missing_ok=True))


async def store_body(
    services: Services, storage: Storage, uri: str, request: Request, *, overwrite: bool
) -> tuple[StoredFile, bool]:
    """Put the body of a request to a URI; the file, and whether there was none before.

    Raises:
        StorageError: it may not be put there; said before the body is read where that can be known.
    """
    was_there = await to_thread.run_sync(_is_there, storage, uri)
    if was_there and not overwrite:
        raise exists(uri)
    async with received(services, request) as path:
        file = await to_thread.run_sync(lambda: storage.put(uri, path, overwrite=overwrite))
    return file, not was_there


def exists(uri: str) -> StoredFileExists:
    """That something is there already."""
    return StoredFileExists(
        f"Something is stored at {uri} already. Choose another name, or replace it with ?overwrite=true."
    )


def _is_there(storage: Storage, uri: str) -> bool:
    found = storage.locate(uri, "write")
    try:
        found.store.stat(found.path)
    except StoredFileNotFound:
        return False
    return True


def _announced(request: Request) -> bytes | None:
    sent = request.headers.get(DIGEST_HEADER)
    if sent is None:
        return None
    found = _DIGEST.search(sent)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != 32:
        raise InvalidHeader(
            f"{DIGEST_HEADER} is not a SHA-256 by RFC 9530. Write it as sha-256=:<base64 of the 32 bytes>:."
        )
    return digest
