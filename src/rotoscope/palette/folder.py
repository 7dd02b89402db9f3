"""A folder of filter files, each with its recorded checksum beside it.

``great-wave.onnx`` is the filter, ``great-wave.onnx.sha256`` one line that ``sha256sum --check`` reads.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from rotoscope.errors import ChecksumMismatch, EncodeError, InvalidCard, UnknownFilter, WeightsError
from rotoscope.filters.file import (
    FILE_SUFFIX,
    FilterFile,
    parse_filter_file,
    read_bytes,
    write_new_file,
)
from rotoscope.palette.entry import PaletteEntry

_CHECKSUM_SUFFIX = ".sha256"


def checksum_path(path: Path) -> Path:
    """Where a filter file's checksum is recorded."""
    return path.with_name(path.name + _CHECKSUM_SUFFIX)


def recorded_checksum(path: Path) -> str | None:
    """The checksum recorded for a filter file; None where none is."""
    try:
        line = checksum_path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return line.split()[0].lower() if line.split() else None


def record_checksum(path: Path, digest: str) -> None:
    """Record a filter file's checksum, replacing what was recorded before.

    Raises:
        EncodeError: it cannot be written.
    """
    line = f"{digest}  {path.name}\n"
    write_new_file(checksum_path(path), line.encode(), overwrite=True)


def read_checked_file(path: Path) -> FilterFile:
    """Read a filter file of a folder.

    Raises:
        ChecksumMismatch: it differs from what was recorded when it came.
        UnknownFilter, UnsafeFile, UnsupportedArchitecture, InvalidCard: as
            :func:`rotoscope.filters.file.read_filter_file`.
    """
    data = read_bytes(path)
    digest, recorded = sha256(data).hexdigest(), recorded_checksum(path)
    if recorded is not None and recorded != digest:
        raise ChecksumMismatch(
            f"The filter file {path} has the SHA-256 {digest}, but {recorded} was recorded when it came: it"
            " was changed or damaged since. Import it again from where it came, or delete"
            f" {checksum_path(path).name} if the change was wanted."
        )
    return parse_filter_file(data, what=str(path))


def list_folder(folder: Path, *, bundled: bool) -> list[PaletteEntry]:
    """One entry for each filter file, by file name; damaged ones say what is wrong. No folder, no entries."""
    paths = sorted(p for p in folder.glob(f"*{FILE_SUFFIX}") if p.is_file() and not p.name.startswith("."))
    return [_entry(path, _stamp(path), _stamp(checksum_path(path)), bundled=bundled) for path in paths]


def make_folder(folder: Path) -> None:
    """Make the folder of own filters where it is not there yet.

    Raises:
        EncodeError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EncodeError(
            f"The folder {folder} for own filters cannot be made: {error.strerror}. Set ROTOSCOPE_DATA_DIR"
            " to a place that you may write to."
        ) from error


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes whenever a file does; empty where there is none."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@lru_cache(maxsize=4096)
def _entry(path: Path, *_stamps: tuple[int, ...], bundled: bool) -> PaletteEntry:
    """What a file says; read once for as long as neither it nor its checksum changes."""
    try:
        file = read_checked_file(path)
    except (WeightsError, InvalidCard, UnknownFilter) as error:
        return PaletteEntry(path.stem, "neural", None, bundled, path=path, problem=str(error))
    card = file.card
    return PaletteEntry(
        card.name,
        card.kind,
        card.version,
        bundled,
        title=card.title,
        path=path,
        digest=file.digest,
        card=card,
    )
