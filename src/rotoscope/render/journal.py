"""What was painted into a folder already: of which source, with which look.

One JSON file in the folder of results, replaced in one step after every item, so that a run that was stopped
goes on where it was, and a changed source or look is noticed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from rotoscope.errors import ManifestError
from rotoscope.media.atomic import encode_errors, flush_to_disk
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.manifest import MANIFEST_NAME
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.layered import END_OF_TIME
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions

JOURNAL_NAME: Final = ".rotoscope-batch.json"
"""Beside the results."""
_VERSION: Final = 1


class Entry(BaseModel):
    """One item that was finished, or that failed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """Its path in the folder of sources."""
    size_bytes: int
    modified_ns: int
    sha256: str
    look: str
    """See :func:`look_key`."""
    output_bytes: int
    """Size of the result; 0 where there is none."""
    error: str | None = None
    """Why there is none."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int = _VERSION
    items: dict[str, Entry] = {}
    """By the result's path in the folder of results."""
    failures: dict[str, Entry] = {}
    """What could not be painted, likewise."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a source was when it was looked at."""

    size_bytes: int
    modified_ns: int


class Journal:
    """The journal of one folder of results.

    Raises:
        ManifestError: there is one that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / JOURNAL_NAME
        self._file = _read(self._path)

    def entry(self, output: Path) -> Entry | None:
        """What is known of a result, by its path in the folder."""
        return self._file.items.get(output.as_posix())

    def failure(self, output: Path) -> Entry | None:
        """Why there is no result of that path, or no new one."""
        return self._file.failures.get(output.as_posix())

    def record(
        self, planned_source: Path, output: Path, place: Path, look: str, *, error: str | None = None
    ) -> None:
        """Remember an item and put the journal on the disk.

        Args:
            planned_source: its path in the folder of sources.
            output: the result's path in the folder of results.
            place: where the source is.
            look: see :func:`look_key`.
            error: why there is no result.

        Raises:
            EncodeError: it cannot be written.
        """
        stamp = stamp_of(place)
        result = self._folder / output
        name = output.as_posix()
        self._file.failures.pop(name, None)
        entries = self._file.items if error is None else self._file.failures
        entries[name] = Entry(
            source=planned_source.as_posix(),
            size_bytes=stamp.size_bytes,
            modified_ns=stamp.modified_ns,
            sha256=_sha256(place),
            look=look,
            output_bytes=0 if error is not None else size_of_result(result),
            error=error,
        )
        self._write()

    def _write(self) -> None:
        part = self._path.with_name(f"{JOURNAL_NAME}.{secrets.token_hex(4)}.part")
        with encode_errors(self._path):
            try:
                part.write_text(self._file.model_dump_json(indent=1), encoding="utf-8")
                flush_to_disk(part)
                part.replace(self._path)
            finally:
                part.unlink(missing_ok=True)


def is_same_source(entry: Entry, planned_source: Path, place: Path) -> bool:
    """Whether an entry was made of the source as it is now: by size and time, else by its contents."""
    stamp = stamp_of(place)
    if entry.source != planned_source.as_posix() or entry.size_bytes != stamp.size_bytes:
        return False
    return entry.modified_ns == stamp.modified_ns or entry.sha256 == _sha256(place)


def stamp_of(source: Path) -> Stamp:
    """Size and time of a file; of a folder of frames, those of its manifest."""
    status = _content(source).stat()
    return Stamp(status.st_size, status.st_mtime_ns)


def size_of_result(result: Path) -> int:
    """Bytes of a file, or of the files in a folder; 0 where there is nothing."""
    if result.is_dir():
        return sum(entry.stat().st_size for entry in result.iterdir() if entry.is_file())
    return result.stat().st_size if result.exists() else 0


def look_key(
    look: AnyLook, encoder: EncoderOptions, options: RenderOptions, *, always: Collection[str]
) -> str:
    """A SHA-256 of everything that decides what a result looks like, beside its source.

    Args:
        look: what is painted.
        encoder: how results are encoded.
        options: how sources are read and rendered.
        always: names of options that count at their defaults too. Others do not, so that results stay
            valid when there is one more option.
    """
    default = DEFAULT_OPTIONS.deciding()
    how = {
        name: value for name, value in options.deciding().items() if name in always or value != default[name]
    }
    facts = [look.digest_between(Fraction(0), END_OF_TIME), repr(encoder), sorted(how.items())]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _content(source: Path) -> Path:
    return source / MANIFEST_NAME if source.is_dir() else source


def _sha256(source: Path) -> str:
    with _content(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> _File:
    if not path.exists():
        return _File()
    try:
        file = _File.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        raise ManifestError(
            f"{path}, which remembers what was painted, cannot be read ({type(error).__name__}). Move it "
            "away; results that are there already are then only replaced with --overwrite."
        ) from error
    if file.version != _VERSION:
        raise ManifestError(
            f"{path} has version {file.version}, and this Rotoscope knows version {_VERSION}. Paint into "
            "another folder, or update Rotoscope."
        )
    return file
