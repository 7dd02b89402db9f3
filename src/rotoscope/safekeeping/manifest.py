"""The manifest of a backup: what was kept, with size and SHA-256 of everything.

A backup is a folder of a store: ``manifest.json``, and every file's bytes once, in ``objects/``, under their
SHA-256. The manifest is written last, so what it lists is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import BackupError, InvalidUri, StoredFileNotFound
from rotoscope.safekeeping.places import BackupPlace
from rotoscope.storage.paths import path_fault

MANIFEST_NAME: Final = "manifest.json"
OBJECTS: Final = "objects/"
Section = Literal["data", "training", "store", "database"]
"""What the path of a kept file begins with: the data folder, checkpoints of trainings, the service's store,
the service's database."""
SECTIONS: Final[tuple[Section, ...]] = ("data", "training", "store", "database")
_SCHEMA: Final = 1


def _safe(path: str) -> str:
    section, _, rest = path.partition("/")
    if section not in SECTIONS or path_fault(path) is not None or not rest:
        raise ValueError(f"{path!r} is no path of a kept file")
    return path


class BackupEntry(BaseModel):
    """One kept file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(_safe)]
    """``data/filters/mine.onnx``; begins with a :data:`Section`."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)

    @property
    def object_path(self) -> str:
        """Where in the backup its bytes are."""
        return object_path(self.sha256)


class KeptDatabase(BaseModel):
    """What was kept of the service's database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["sqlite", "postgresql"]
    """``sqlite``: a copy of the file. ``postgresql``: a file of JSON lines for each table."""
    migration: str
    """The newest migration that it had."""
    rows: dict[str, int]
    """Of each table."""


class BackupManifest(BaseModel):
    """What is in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = _SCHEMA
    created: datetime
    """Aware, UTC."""
    rotoscope: str
    """The version that made it."""
    machine: str
    data_dir: str
    """The data folder that was kept; tells one installation's backup from another's."""
    with_files: bool
    """Whether clients' files are in it."""
    database: KeptDatabase | None
    entries: tuple[BackupEntry, ...]
    """In the order of their paths."""

    @property
    def size_bytes(self) -> int:
        """Of all that is kept; what is there twice counts twice."""
        return sum(entry.size_bytes for entry in self.entries)

    def below(self, prefix: str) -> list[BackupEntry]:
        """Entries whose path begins so."""
        return [entry for entry in self.entries if entry.path.startswith(prefix)]


def object_path(sha256: str) -> str:
    """Where in a backup the bytes of that SHA-256 are."""
    return f"{OBJECTS}{sha256[:2]}/{sha256}"


def find_manifest(place: BackupPlace) -> BackupManifest | None:
    """The manifest of a backup; None where there is none.

    Raises:
        BackupError: it cannot be understood.
        StorageError: the place does not answer.
    """
    try:
        data = b"".join(place.store.read(MANIFEST_NAME))
    except StoredFileNotFound:
        return None
    try:
        return BackupManifest.model_validate_json(data)
    except (ValidationError, InvalidUri) as error:
        raise BackupError(_fault(place, data, error)) from None


def read_manifest(place: BackupPlace) -> BackupManifest:
    """The manifest of a backup.

    Raises:
        BackupError: there is none, or it cannot be understood.
        StorageError: the place does not answer.
    """
    manifest = find_manifest(place)
    if manifest is None:
        raise BackupError(
            f"{place} holds no backup: there is no {MANIFEST_NAME}. A backup that was cut off has none "
            "either; make it again with rotoscope backup, or name another place."
        )
    return manifest


def write_manifest(place: BackupPlace, manifest: BackupManifest) -> None:
    """Put a manifest in its place, instead of an earlier one."""
    text = manifest.model_dump_json(indent=2) + "\n"
    place.put(MANIFEST_NAME, text.encode(), overwrite=True)


def _fault(place: BackupPlace, data: bytes, error: Exception) -> str:
    newer = b'"schema_version"' in data and f'"schema_version": {_SCHEMA},'.encode() not in data
    if newer:
        return (
            f"{MANIFEST_NAME} in {place} is of another version than this Rotoscope knows ({_SCHEMA}). Use "
            "the version that made it, or a newer one."
        )
    detail = str(error).partition("\n")[2].strip().replace("\n", " ") or str(error)
    return (
        f"{MANIFEST_NAME} in {place} is damaged: {detail[:300]}. "
        "Make the backup anew, or take an older copy of it."
    )
