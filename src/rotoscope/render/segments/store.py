"""Where pieces are kept: a folder of files, each under the digest of everything that decides its bytes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import encode_errors
from rotoscope.media.manifest import file_sha256
from rotoscope.media.pieces import Piece, read_piece
from rotoscope.media.sequence import find_stills
from rotoscope.render.segments.frame_log import read_notes

_SUFFIX: Final = ".piece"
_NOTES_SUFFIX: Final = ".frames"
_YOUNG_SECONDS: Final = 3600
"""Pieces used since are not pruned: another render may be about to join them."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a store holds."""

    pieces: int
    size_bytes: int


class SegmentStore:
    """A folder of pieces; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made when it is first written to."""
        self.folder = folder

    def find(self, key: str) -> Piece | None:
        """The piece of that key; None where there is none. A damaged one is removed."""
        place = self._place(key)
        if not place.exists():
            return None
        piece = read_piece(place)
        with contextlib.suppress(OSError):  # gone meanwhile, or a folder that is only read
            if piece is None:
                place.unlink()
            else:
                os.utime(place)
        return piece

    def place(self, key: str) -> Path:
        """Where the piece of that key is to be put; the folder is made.

        Raises:
            EncodeError: the folder cannot be made.
        """
        place = self._place(key)
        with encode_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def notes(self, key: str) -> dict[int, str] | None:
        """What was noted of the frames of a piece: times and hashes; None where nothing was."""
        return read_notes(self.notes_place(key))

    def notes_place(self, key: str) -> Path:
        """Where the notes on the frames of a piece lie: beside it."""
        return self._place(key).with_suffix(_NOTES_SUFFIX)

    def usage(self) -> Usage:
        """How many pieces there are, and their size."""
        sizes = [size for _, _, size in self._pieces()]
        return Usage(len(sizes), sum(sizes))

    def prune(self, limit_bytes: int, *, young_seconds: float = _YOUNG_SECONDS) -> Usage:
        """Remove the pieces that were not used for longest, until the rest fits; gives what was removed.

        Args:
            limit_bytes: how much may stay.
            young_seconds: pieces used since so many seconds stay in any case.
        """
        found = sorted(self._pieces())
        size = sum(piece_size for _, _, piece_size in found)
        removed = freed = 0
        for used, path, piece_size in found:
            if size - freed <= limit_bytes or time.time() - used < young_seconds:
                break
            with contextlib.suppress(OSError):  # somebody else prunes as well
                path.unlink()
                path.with_suffix(_NOTES_SUFFIX).unlink(missing_ok=True)
                removed, freed = removed + 1, freed + piece_size
        self._remove_leftovers()
        return Usage(removed, freed)

    def source_digest(self, source: Path) -> str:
        """SHA-256 of a source's contents; remembered by place, size and time of change.

        Raises:
            ManifestError: it cannot be read.
        """
        if source.is_dir() or not source.exists():  # a folder or a pattern of stills
            files = find_stills(source).files
            told = ",".join(f"{file.name}:{self._file_digest(file)}" for file in files)
            return hashlib.sha256(told.encode()).hexdigest()
        return self._file_digest(source)

    def _file_digest(self, file: Path) -> str:
        status = file.stat()
        facts = f"{file.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        note = self.folder / "sources" / f"{hashlib.sha256(facts.encode()).hexdigest()}.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads(note.read_text())["sha256"])
        digest = file_sha256(file)
        with contextlib.suppress(OSError):  # remembering saves time and nothing else
            note.parent.mkdir(parents=True, exist_ok=True)
            part = note.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps({"sha256": digest}))
            part.replace(note)
        return digest

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_SUFFIX}"

    def _pieces(self) -> list[tuple[float, Path, int]]:
        """(last use, path, bytes) of each."""
        found: list[tuple[float, Path, int]] = []
        for path in self.folder.glob(f"*/*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, path, status.st_size))
        return found

    def _remove_leftovers(self) -> None:
        """Unfinished files of renders that were killed."""
        for path in self.folder.glob("*/.*.part"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _YOUNG_SECONDS:
                    path.unlink()


def require_folder(store: SegmentStore) -> None:
    """Refuse a store whose folder cannot be written to, before any work.

    Raises:
        EncodeError: it cannot.
    """
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(store.folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise EncodeError(
            f"Finished segments are kept in {store.folder}, which cannot be written to. Set "
            "ROTOSCOPE_CACHE_DIR to a folder that can."
        )
