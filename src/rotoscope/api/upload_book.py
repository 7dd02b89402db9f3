"""Resumable uploads: what has arrived lies in the service's store in parts, so that no restart loses any."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy import update as sql_update

from rotoscope.api.receiving import exists
from rotoscope.api.refusals import ChecksumDiffers, Conflict, Gone, NotFound, quoted
from rotoscope.api.services import Services
from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import Upload
from rotoscope.errors import StoredFileExists, StoredFileNotFound
from rotoscope.storage.store import StoredFile

KEPT_FOR: Final = timedelta(days=7)
"""How long an upload may take."""
_FOLDER: Final = "uploads"
_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What an upload is to become."""

    uri: str
    size_bytes: int
    overwrite: bool = False
    sha256: str | None = None
    """Of the whole, in hex, where it was announced."""
    metadata: str = ""
    """As it was sent."""


class UploadBook:
    """Uploads in the database, their bytes in the store."""

    def __init__(self, services: Services) -> None:
        self._database = services.database
        self._store = services.store
        self._storage_of = services.storage_of
        self._folder = services.settings.staging_dir / _FOLDER

    def create(self, client_id: str, wish: UploadWish) -> Upload:
        """Begin an upload.

        Raises:
            StorageError: it may not be put where it is to go, or something is there.
        """
        found = self._storage_of(client_id).locate(wish.uri, "write")
        if not wish.overwrite:
            try:
                found.store.stat(found.path)
            except StoredFileNotFound:
                pass
            else:
                raise exists(wish.uri)
        row = Upload(
            id=new_id("upl"),
            client_id=client_id,
            uri=wish.uri,
            size_bytes=wish.size_bytes,
            overwrite=wish.overwrite,
            settings={"metadata": wish.metadata, "sha256": wish.sha256, "done": False},
            created=now(),
            expires=now() + KEPT_FOR,
        )
        with self._database.writing() as session:
            session.add(row)
        return row

    def get(self, client_id: str, upload_id: str) -> Upload:
        """One upload of a client.

        Raises:
            NotFound: the client has none of that id.
            Gone: it took too long.
        """
        with self._database.reading() as session:
            row = session.get(Upload, upload_id)
        if row is None or row.client_id != client_id:
            raise NotFound(f"There is no upload {quoted(upload_id)}.")
        if row.expires <= now():
            raise Gone(f"The upload {upload_id} ended at {row.expires:%Y-%m-%d %H:%M} UTC. Begin another.")
        return row

    def offset(self, upload: Upload) -> int:
        """How many bytes have arrived."""
        return upload.size_bytes if upload.settings["done"] else _end(self._parts(upload))

    def add(self, upload: Upload, offset: int, data: bytes) -> None:
        """Keep what arrived.

        Raises:
            Conflict: somebody else sent the same part at the same time.
        """
        try:
            self._store.put(f"{_FOLDER}/{upload.id}/{offset:0{_DIGITS}d}", data)
        except StoredFileExists:
            raise Conflict(
                f"The upload {upload.id} was sent from byte {offset} twice at once. Ask for its offset with "
                "HEAD, and go on from there."
            ) from None

    def drop(self, upload: Upload, offset: int) -> None:
        """Forget what arrived from that offset on."""
        for part in self._parts(upload):
            if _start(part) >= offset:
                self._store.delete(part.path)

    def finish(self, upload: Upload) -> None:
        """Put the whole to its URI; does nothing where that was done.

        Raises:
            StorageError: it cannot be put there.
            ChecksumDiffers: it has another checksum than was announced; it is dropped.
        """
        if upload.settings["done"]:
            return
        whole = self._folder / f"{upload.id}-{new_id('whole')}"
        whole.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._check(upload, self._join(upload, whole))
            self._storage_of(upload.client_id).put(upload.uri, whole, overwrite=upload.overwrite)
        finally:
            whole.unlink(missing_ok=True)
        self._note_done(upload)
        self.drop(upload, 0)

    def remove(self, upload: Upload) -> None:
        """End an upload, and forget what arrived."""
        with self._database.writing() as session:
            session.execute(delete(Upload).where(Upload.id == upload.id))
        self.drop(upload, 0)

    def clear(self, moment: datetime) -> int:
        """Remove uploads that took too long; gives how many."""
        with self._database.reading() as session:
            over = session.scalars(select(Upload).where(Upload.expires <= moment)).all()
        for upload in over:
            self.remove(upload)
        return len(over)

    def _parts(self, upload: Upload) -> list[StoredFile]:
        return list(self._store.list(f"{_FOLDER}/{upload.id}/"))

    def _join(self, upload: Upload, whole: Path) -> str:
        digest = hashlib.sha256()
        with whole.open("xb") as file:
            for part in self._parts(upload):
                for piece in self._store.read(part.path):
                    digest.update(piece)
                    file.write(piece)
        return digest.hexdigest()

    def _check(self, upload: Upload, digest: str) -> None:
        announced = upload.settings["sha256"]
        if announced is not None and announced != digest:
            self.remove(upload)
            raise ChecksumDiffers(
                f"What arrived has the SHA-256 {digest}, and {announced} was announced. Nothing was stored. "
                "Upload it again."
            )

    def _note_done(self, upload: Upload) -> None:
        settings = {**upload.settings, "done": True}
        with self._database.writing() as session:
            session.execute(sql_update(Upload).where(Upload.id == upload.id).values(settings=settings))
        upload.settings = settings


def _start(part: StoredFile) -> int:
    return int(part.path.rpartition("/")[2])


def _end(parts: Sequence[StoredFile]) -> int:
    """The end of what lies without a gap from the beginning."""
    end = 0
    for part in parts:
        if _start(part) != end:
            break
        end += part.size_bytes
    return end
