"""``back_up``: everything that a user cannot make again, at another place."""

from __future__ import annotations

import hashlib
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from rotoscope._version import __version__
from rotoscope.database.engine import Database
from rotoscope.errors import BackupError, RestoreRefused, StoredFileExists, StoredFileNotFound
from rotoscope.safekeeping.manifest import (
    OBJECTS,
    BackupEntry,
    BackupManifest,
    KeptDatabase,
    find_manifest,
    object_path,
    write_manifest,
)
from rotoscope.safekeeping.places import BackupPlace, open_for_writing
from rotoscope.safekeeping.progress import CopyCallback, CopyMeter
from rotoscope.safekeeping.records import (
    SQLITE_NAME,
    copy_sqlite,
    count_rows,
    dump_rows,
    has_database,
    migration_of,
    sqlite_file,
)
from rotoscope.safekeeping.sources import Source, find_sources, local_source
from rotoscope.settings import Settings


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What was kept."""

    place: str
    created: datetime
    files: int
    size_bytes: int
    copied: int
    """Files whose bytes were not there before."""
    copied_bytes: int
    database: str | None
    """``sqlite`` or ``postgresql``; None: there is none yet."""
    with_files: bool


def back_up(
    to: str,
    settings: Settings,
    *,
    with_files: bool = False,
    overwrite: bool = False,
    on_progress: CopyCallback | None = None,
) -> BackupResult:
    """Keep own filters, checkpoints of trainings and the service's database at another place.

    Work may go on meanwhile: the database is copied as it is at one moment. What is there from an earlier
    backup is not copied again; the manifest is written last, and then bytes that only earlier backups had are
    removed. The backup holds secrets of connectors and digests of keys; files are made for the owner alone.

    Args:
        to: a folder, or a URI; see :func:`rotoscope.safekeeping.places.open_for_reading`.
        settings: of this installation.
        with_files: whether clients' files (``data://``) are kept as well.
        overwrite: whether the backup of another installation may be replaced.
        on_progress: called after every file.

    Raises:
        InvalidOptions: the place lies in what is backed up.
        RestoreRefused: the place holds the backup of another installation.
        BackupError: the database or a file cannot be read.
        StorageError: the place does not take it.
    """
    place = open_for_writing(to, settings)
    _refuse_others(place, settings, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix="rotoscope-backup-") as folder:
        scratch = Path(folder)
        database, records = _keep_database(settings, scratch)
        sources = [*records, *find_sources(settings, with_files=with_files)]
        meter = CopyMeter(len(sources), sum(source.size_bytes for source in sources), on_progress)
        writer = _Writer(place, scratch / "copy")
        entries: list[BackupEntry] = []
        for source in sources:
            entries.append(writer.keep(source))
            meter.done(source.size_bytes)
    manifest = BackupManifest(
        created=datetime.now(UTC),
        rotoscope=__version__,
        machine=socket.gethostname(),
        data_dir=str(settings.data_dir.absolute()),
        with_files=with_files,
        database=database,
        entries=tuple(sorted(entries, key=lambda entry: entry.path)),
    )
    write_manifest(place, manifest)
    writer.remove_others({entry.sha256 for entry in entries})
    return BackupResult(
        place=str(place),
        created=manifest.created,
        files=len(entries),
        size_bytes=manifest.size_bytes,
        copied=writer.copied,
        copied_bytes=writer.copied_bytes,
        database=None if database is None else database.kind,
        with_files=with_files,
    )


def _refuse_others(place: BackupPlace, settings: Settings, *, overwrite: bool) -> None:
    there = None if overwrite else find_manifest(place)
    if there is not None and there.data_dir != str(settings.data_dir.absolute()):
        raise RestoreRefused(
            f"{place} holds the backup of {there.data_dir} on {there.machine}, and this is "
            f"{settings.data_dir.absolute()}. Name another place, or give --overwrite to replace it."
        )


def _keep_database(settings: Settings, scratch: Path) -> tuple[KeptDatabase | None, list[Source]]:
    if not has_database(settings):
        return None, []
    file = sqlite_file(settings)
    if file is not None:
        copy = scratch / SQLITE_NAME
        copy_sqlite(file, copy)
        database = Database(f"sqlite:///{copy}")
        try:
            kept = KeptDatabase(kind="sqlite", migration=_migration(database), rows=count_rows(database))
        except SQLAlchemyError as error:
            raise BackupError(_unread(database, error)) from error
        finally:
            database.close()
        return kept, [local_source(f"database/{SQLITE_NAME}", copy)]
    return _dump_postgresql(settings, scratch)


def _dump_postgresql(settings: Settings, scratch: Path) -> tuple[KeptDatabase, list[Source]]:
    database = Database(settings.database)
    try:
        migration, rows = _migration(database), dump_rows(database, scratch)
    except SQLAlchemyError as error:
        raise BackupError(_unread(database, error)) from error
    finally:
        database.close()
    kept = KeptDatabase(kind="postgresql", migration=migration, rows=rows)
    return kept, [local_source(f"database/{name}.jsonl", scratch / f"{name}.jsonl") for name in rows]


def _migration(database: Database) -> str:
    found = migration_of(database)
    if found is None:
        raise BackupError(
            f"{database.shown_url} is no database of Rotoscope, or has no tables yet. Start rotoscope "
            "serve once, or check ROTOSCOPE_DATABASE_URL."
        )
    return found


def _unread(database: Database, error: SQLAlchemyError) -> str:
    told = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return f"The database {database.shown_url} cannot be read: {told}. rotoscope doctor says more."


@dataclass
class _Writer:
    """Puts bytes under their SHA-256, those that are not there."""

    place: BackupPlace
    copy: Path
    """A file for a source's bytes, so that what is stored is what was hashed, whatever changes meanwhile."""
    copied: int = 0
    copied_bytes: int = 0
    there: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.there = {file.path: file.size_bytes for file in self.place.store.list(OBJECTS)}

    def keep(self, source: Source) -> BackupEntry:
        try:
            if source.is_local:
                digest, size = _digest(source.read())
                if self.there.get(object_path(digest)) == size:
                    return BackupEntry(path=source.path, sha256=digest, size_bytes=size)
            with self.copy.open("wb") as file:
                digest, size = _digest(_written(source.read(), file.write))
        except OSError as error:
            raise BackupError(
                f"{source.path} cannot be read: {error.strerror or error}. Make it readable, and back up "
                "again; what is copied already is not copied twice."
            ) from error
        self._put(object_path(digest), size)
        return BackupEntry(path=source.path, sha256=digest, size_bytes=size)

    def _put(self, path: str, size: int) -> None:
        if self.there.get(path) == size:
            return
        try:
            self.place.put(path, self.copy, overwrite=path in self.there)
        except StoredFileExists:
            return  # another backup has put the same bytes there just now
        self.there[path] = size
        self.copied += 1
        self.copied_bytes += size

    def remove_others(self, kept: set[str]) -> None:
        """Remove bytes that no file of the manifest has."""
        for path in self.there:
            if path.rpartition("/")[2] not in kept:
                try:
                    self.place.store.delete(path)
                except StoredFileNotFound:
                    continue


def _digest(pieces: Iterator[bytes]) -> tuple[str, int]:
    """SHA-256 and size of bytes."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _written(pieces: Iterator[bytes], write: Callable[[bytes], object]) -> Iterator[bytes]:
    for piece in pieces:
        write(piece)
        yield piece
