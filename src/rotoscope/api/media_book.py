"""Media that clients have registered, and local copies of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import delete, select

from rotoscope.api.refusals import Conflict, NotFound, quoted
from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import Medium
from rotoscope.media.probe import inspect_media
from rotoscope.plain import to_plain
from rotoscope.settings import Settings
from rotoscope.storage.staging import cached_fetch, trim_cache
from rotoscope.storage.storage import Storage

_COPIES_BYTES: Final = 20_000_000_000
"""Of local copies; those that were used within a day stay in any case."""


class MediaBook:
    """The media in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, client_id: str, uri: str, local: Path) -> tuple[Medium, bool]:
        """Make a record of what a URI holds; the one that there is, where nothing has changed.

        Args:
            client_id: whose it is.
            uri: what is registered.
            local: a local copy of it.

        Returns:
            The record, and whether it is new.

        Raises:
            OpenError, DecodeError, UnsupportedMedia, ManifestError: it is nothing that can be painted.
        """
        sha256, size = checksum_of(local)
        info = {**cast("dict[str, Any]", to_plain(inspect_media(local))), "path": uri}
        with self._database.writing() as session:
            same = (Medium.client_id == client_id, Medium.uri == uri, Medium.sha256 == sha256)
            known = session.scalars(select(Medium).where(*same).order_by(Medium.id)).first()
            if known is not None:
                return known, False
            record = Medium(
                id=new_id("med"),
                client_id=client_id,
                uri=uri,
                sha256=sha256,
                size_bytes=size,
                info=info,
                created=now(),
            )
            session.add(record)
        return record, True

    def get(self, client_id: str, medium_id: str) -> Medium:
        """One medium of a client.

        Raises:
            NotFound: the client has none of that id.
        """
        with self._database.reading() as session:
            record = session.get(Medium, medium_id)
        if record is None or record.client_id != client_id:
            raise NotFound(f"There is no medium {quoted(medium_id)}. GET /v1/media lists yours.")
        return record

    def page(self, client_id: str, *, limit: int, after: str | None) -> Sequence[Medium]:
        """Media of a client in the order of their registration, from after an id."""
        query = select(Medium).where(Medium.client_id == client_id, Medium.id > (after or ""))
        with self._database.reading() as session:
            return session.scalars(query.order_by(Medium.id).limit(limit)).all()

    def delete(self, client_id: str, medium_id: str) -> None:
        """Forget a medium. The file stays.

        Raises:
            NotFound: the client has none of that id.
        """
        self.get(client_id, medium_id)
        with self._database.writing() as session:
            session.execute(delete(Medium).where(Medium.id == medium_id))


def local_copy(settings: Settings, storage: Storage, uri: str) -> Path:
    """A local copy of what a URI holds; made once for as long as that does not change.

    Raises:
        StorageError: it cannot be had.
    """
    cache = settings.staging_dir / "media"
    cache.mkdir(parents=True, exist_ok=True)
    local = cached_fetch(storage, uri, cache)
    if not _note_beside(local).is_file():  # it is new: others may have to go
        trim_cache(cache, most_bytes=_COPIES_BYTES)
    return local


def same_copy(settings: Settings, storage: Storage, medium: Medium) -> Path:
    """A local copy of a medium, as it was registered.

    Raises:
        Conflict: it has changed since.
        StorageError: it cannot be had.
    """
    local = local_copy(settings, storage, medium.uri)
    if not _is_same(local, medium):
        raise Conflict(f"{medium.uri} has changed since it was registered as {medium.id}. Register it again.")
    return local


def checksum_of(local: Path) -> tuple[str, int]:
    """SHA-256 and bytes of a file; of a folder, of the names and checksums of its files."""
    if local.is_file():
        with local.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), local.stat().st_size
    digest, size = hashlib.sha256(), 0
    for path in sorted(path for path in local.rglob("*") if path.is_file()):
        own, bytes_ = checksum_of(path)
        digest.update(f"{own}  {path.relative_to(local).as_posix()}\n".encode())
        size += bytes_
    return digest.hexdigest(), size


def _note_beside(local: Path) -> Path:
    return local.parent / f".{local.name}.sha256"


def _is_same(local: Path, medium: Medium) -> bool:
    """Looked up once for each copy: the checksum stands beside it."""
    noted = _note_beside(local)
    if noted.is_file():
        return noted.read_text() == medium.sha256
    sha256, _ = checksum_of(local)
    noted.write_text(sha256)
    return sha256 == medium.sha256
