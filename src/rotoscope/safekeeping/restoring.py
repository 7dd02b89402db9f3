"""``restore``: what a backup holds, in its place again, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rotoscope.errors import BackupDamaged, BackupError, CorruptTransfer, StoredFileNotFound
from rotoscope.jobs.filters import LOCAL_CLIENT
from rotoscope.safekeeping.arriving import Arrival, refuse_taken
from rotoscope.safekeeping.manifest import BackupEntry, BackupManifest, read_manifest
from rotoscope.safekeeping.places import BackupPlace, open_for_reading
from rotoscope.safekeeping.progress import CopyCallback, CopyMeter
from rotoscope.safekeeping.records import migrations_known
from rotoscope.safekeeping.returning import make_sqlite, postgresql_target
from rotoscope.settings import Settings
from rotoscope.storage.storage import system_store
from rotoscope.storage.store import Store
from rotoscope.storage.transfer import contents_digest
from rotoscope.storage.uri import is_uri


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What is there again."""

    place: str
    """Where it came from."""
    created: datetime
    """When the backup was made."""
    files: int
    size_bytes: int
    data_dir: Path
    database: str | None
    """``sqlite`` or ``postgresql``: what it is in now; None: the backup has none."""


def restore(
    source: str,
    settings: Settings,
    *,
    overwrite: bool = False,
    on_progress: CopyCallback | None = None,
) -> RestoreResult:
    """Bring back what a backup holds.

    Everything is fetched and checked before anything is put in its place. Where the data folder is not there
    yet, it appears in one step; otherwise its files come one by one, and are taken back should one fail.

    Args:
        source: a folder, or a URI, as for :func:`rotoscope.safekeeping.backup.back_up`.
        settings: of the installation that gets it; folders, database and store may be others than they were.
        overwrite: whether what is there is replaced.
        on_progress: called after every file.

    Raises:
        BackupError: there is no backup, it is of a newer version, or the disk refuses.
        BackupDamaged: bytes are missing or changed; nothing was restored.
        RestoreRefused: something is there already, or a server or worker runs.
        StorageError: a place does not answer.
    """
    place = open_for_reading(source, settings)
    manifest = read_manifest(place)
    _refuse_newer(place, manifest)
    kept = manifest.database
    with ExitStack() as stack:
        arrival = stack.enter_context(Arrival(settings).opened())
        target = stack.enter_context(postgresql_target(settings, manifest, overwrite=overwrite))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rotoscope-restore-")))
        returning = _Returning(settings, arrival, scratch)
        returning.fetch_all(place, manifest, on_progress)
        if kept is not None and target is None:
            arrival.bring_database(make_sqlite(kept, scratch / "database"))
        if not overwrite:
            refuse_taken([*arrival.in_the_way(), *returning.in_the_way()])
        with arrival.placed():
            returning.store_all(overwrite=overwrite)
            if kept is not None and target is not None:
                target.fill(kept, scratch / "database", overwrite=overwrite)
    return RestoreResult(
        place=str(place),
        created=manifest.created,
        files=len(manifest.entries),
        size_bytes=manifest.size_bytes,
        data_dir=settings.data_dir,
        database=None if kept is None else ("sqlite" if target is None else "postgresql"),
    )


@dataclass
class _Returning:
    """Fetches files, and stores those that belong into a store outside the data folder."""

    settings: Settings
    arrival: Arrival
    scratch: Path
    _store: Store | None = field(init=False)
    _stored: list[tuple[str, BackupEntry, Path]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._store = system_store(self.settings) if self.settings.store_place else None

    def fetch_all(
        self, place: BackupPlace, manifest: BackupManifest, on_progress: CopyCallback | None
    ) -> None:
        meter = CopyMeter(len(manifest.entries), manifest.size_bytes, on_progress)
        taken: dict[str, BackupEntry] = {}
        for entry in manifest.entries:
            for target in _targets(entry.path, is_shared=is_uri(self.settings.store)):
                if taken.setdefault(target, entry).sha256 != entry.sha256:
                    raise BackupError(
                        f"{entry.path} and {taken[target].path} of the backup would have the same place "
                        "here, and are not alike. Restore with ROTOSCOPE_STORE as it was."
                    )
                file = self._file(target, entry)
                _fetch(place, entry, file)
                if file.is_relative_to(self.arrival.data / "store"):
                    file.chmod(0o400)  # as the store itself makes files: links to them are handed out
            meter.done(entry.size_bytes)

    def in_the_way(self) -> list[str]:
        """What the store has already, with other bytes."""
        return [f"{path} in the store" for path, entry, _ in self._stored if self._is_taken(path, entry)]

    def store_all(self, *, overwrite: bool) -> None:
        """Put files into the store; should one fail, those that came new are removed."""
        store = self._store
        if store is None:
            return
        with ExitStack() as undo:
            for path, entry, file in self._stored:
                there = self._digest(path)
                if there != entry.sha256:
                    store.put(path, file, overwrite=overwrite)
                if there is None:
                    undo.callback(_remove, store, path)
            undo.pop_all()

    def _file(self, target: str, entry: BackupEntry) -> Path:
        section, _, rest = target.partition("/")
        if section == "data":
            return self.arrival.data / rest
        if section == "store" and self._store is None:
            return self.arrival.data / target
        if section == "training":
            return self.arrival.cache / target
        file = self.scratch / target
        if section == "store":
            self._stored.append((rest, entry, file))
        return file

    def _is_taken(self, path: str, entry: BackupEntry) -> bool:
        return self._digest(path) not in (None, entry.sha256)

    def _digest(self, path: str) -> str | None:
        assert self._store is not None
        try:
            found = self._store.stat(path)
            if found.sha256 is not None:
                return found.sha256
            return contents_digest(self._store.read(path))
        except StoredFileNotFound:
            return None


def _targets(path: str, *, is_shared: bool) -> Iterator[str]:
    """Where a kept file belongs: filters are in a store that machines share, or in the data folder."""
    parts = path.split("/")
    if parts[:2] == ["store", "filters"] and not is_shared:
        client, name = parts[2], "/".join(parts[3:])
        yield f"data/filters/{name}" if client == LOCAL_CLIENT else f"data/clients/{client}/filters/{name}"
    elif parts[:2] == ["store", "checkpoints"] and not is_shared:
        yield "/".join(["training", *parts[2:]])
    elif parts[:2] == ["data", "clients"] and parts[3:4] == ["filters"] and is_shared:
        if path.endswith(".onnx"):  # checksums are made anew on each machine
            yield "/".join(["store", "filters", parts[2], *parts[4:]])
    else:
        yield path
        if parts[:2] == ["data", "filters"] and is_shared and path.endswith(".onnx"):
            yield "/".join(["store", "filters", LOCAL_CLIENT, *parts[2:]])


def _fetch(place: BackupPlace, entry: BackupEntry, file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        file.touch(mode=0o600)
        with file.open("wb") as written:
            for piece in place.store.read(entry.object_path):
                written.write(piece)
                digest.update(piece)
    except StoredFileNotFound:
        raise BackupDamaged(_damage(place, entry, "is missing")) from None
    except CorruptTransfer as error:
        raise BackupDamaged(_damage(place, entry, "cannot be read as it was")) from error
    except OSError as error:
        raise BackupError(
            f"{entry.path} cannot be written beside its place: {error.strerror}. Nothing was restored; "
            "make room, or name other folders."
        ) from error
    if digest.hexdigest() != entry.sha256:
        raise BackupDamaged(_damage(place, entry, "has other bytes than it had"))


def _damage(place: BackupPlace, entry: BackupEntry, told: str) -> str:
    return (
        f"{entry.path} cannot be restored: {entry.object_path} in {place} {told}. Nothing was restored. "
        "rotoscope backup --verify lists all that is damaged; take another copy of the backup."
    )


def _refuse_newer(place: BackupPlace, manifest: BackupManifest) -> None:
    kept = manifest.database
    if kept is not None and kept.migration not in migrations_known():
        raise BackupError(
            f"{place} was made by Rotoscope {manifest.rotoscope}, whose database (migration "
            f"{kept.migration}) this version does not know. Install that version or a newer one."
        )


def _remove(store: Store, path: str) -> None:
    with contextlib.suppress(StoredFileNotFound):
        store.delete(path)
