"""``verify_backup``: whether every byte of a backup is as it was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rotoscope.errors import CorruptTransfer, StoredFileNotFound
from rotoscope.safekeeping.manifest import BackupEntry, read_manifest
from rotoscope.safekeeping.places import BackupPlace, open_for_reading
from rotoscope.safekeeping.progress import CopyCallback, CopyMeter
from rotoscope.settings import Settings


@dataclass(frozen=True, slots=True)
class Damage:
    """A kept file that cannot be restored as it was."""

    path: str
    told: str
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What was found of a backup."""

    place: str
    files: int
    size_bytes: int
    damaged: tuple[Damage, ...]

    @property
    def passed(self) -> bool:
        """Whether everything is there, and as it was."""
        return not self.damaged


def verify_backup(of: str, settings: Settings, *, on_progress: CopyCallback | None = None) -> VerifyResult:
    """Read all of a backup, and hold it against the checksums in its manifest.

    Args:
        of: a folder, or a URI, as for :func:`rotoscope.safekeeping.backup.back_up`.
        settings: of this installation.
        on_progress: called after every file.

    Raises:
        BackupError: there is none, or its manifest cannot be understood.
        StorageError: the place does not answer.
    """
    place = open_for_reading(of, settings)
    manifest = read_manifest(place)
    meter = CopyMeter(len(manifest.entries), manifest.size_bytes, on_progress)
    damaged: list[Damage] = []
    for entry in manifest.entries:
        fault = _fault(place, entry)
        if fault is not None:
            damaged.append(Damage(entry.path, fault))
        meter.done(entry.size_bytes)
    return VerifyResult(str(place), len(manifest.entries), manifest.size_bytes, tuple(damaged))


def _fault(place: BackupPlace, entry: BackupEntry) -> str | None:
    digest, size = hashlib.sha256(), 0
    try:
        for piece in place.store.read(entry.object_path):
            digest.update(piece)
            size += len(piece)
    except StoredFileNotFound:
        return f"{entry.object_path} is missing"
    except CorruptTransfer as error:
        return str(error)
    if size != entry.size_bytes:
        return f"{entry.object_path} has {size} bytes instead of {entry.size_bytes}"
    return None if digest.hexdigest() == entry.sha256 else f"{entry.object_path} has other bytes than it had"
