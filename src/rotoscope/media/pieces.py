"""A piece: a run of painted frames, encoded, in a file of its own until the result is joined.

::

    m bytes    packets, one after the other, in the order of decoding
    n bytes    the index, JSON: what the piece is, and the times and sizes of its packets
    8 bytes    n, unsigned, big endian
    8 bytes    "ROTOPCE1"

Packets are kept as the encoder gave them; a container would round their times. Their decoding times are not
kept: they follow from the presentation times of the whole result, see :mod:`rotoscope.media.joining`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, NamedTuple

import av
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import OutputExists
from rotoscope.media.atomic import StagedFile, encode_errors

_MAGIC: Final = b"ROTOPCE1"
_LENGTH_BYTES: Final = 8


class PacketEntry(NamedTuple):
    """One packet of the picture stream."""

    pts: int
    """In ticks of the result's timeline."""
    duration: int
    """Likewise."""
    is_keyframe: bool
    size: int
    """Bytes."""


class PieceFacts(BaseModel):
    """What is known of a piece beside its packets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[int, Field(ge=0)]
    """Index in the result of its first frame."""
    stop: Annotated[int, Field(ge=1)]
    """Index after its last one."""
    frames: Annotated[int, Field(ge=0)]
    """Frames that were painted and encoded; fewer than the span where the source lacks some."""
    shape: tuple[int, int, int]
    """(H, W, 3 or 4) of the painted pictures."""
    is_deep: bool
    """Whether their pixels were uint16."""
    first_duration: int | None = None
    """Of its first frame, in the source's ticks; None where nobody says."""
    damaged: int = 0
    """Those of the frames that are damaged, or show the one before instead."""
    deviation: str = "0"
    """How far times moved at most, in seconds, as a fraction."""


class PieceIndex(BaseModel):
    """What a piece holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: PieceFacts
    packets: tuple[PacketEntry, ...]
    sha256: str
    """Of all packets."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece on the disk."""

    path: Path
    index: PieceIndex

    def packets(self) -> Iterator[tuple[PacketEntry, bytes]]:
        """Every packet in the order of decoding."""
        with self.path.open("rb") as file:
            for entry in self.index.packets:
                yield entry, file.read(entry.size)


class PieceWriter:
    """Grows a piece beside its place; :meth:`publish` or :meth:`discard` it."""

    def __init__(self, place: Path) -> None:
        """Open a file for packets.

        Raises:
            EncodeError: the folder cannot be written to.
        """
        self._place = place
        self._staged = StagedFile(place, overwrite=False)
        with encode_errors(place):
            self._file = self._staged.part.open("wb")
        self._entries: list[PacketEntry] = []
        self._digest = hashlib.sha256()

    def add(self, packets: Sequence[av.Packet[Any]]) -> int:
        """Keep packets of the encoder; gives their size in bytes.

        Raises:
            EncodeError: the disk is full.
        """
        with encode_errors(self._place):
            for packet in packets:
                content = bytes(packet)
                assert packet.pts is not None, "the encoder was given times"
                entry = PacketEntry(packet.pts, packet.duration or 0, packet.is_keyframe, len(content))
                self._entries.append(entry)
                self._digest.update(content)
                self._file.write(content)
        return sum(packet.size for packet in packets)

    def publish(self, facts: PieceFacts) -> None:
        """Put the whole piece in its place, where there is none yet: one of that name is the same.

        Raises:
            EncodeError: the disk refuses.
        """
        index = PieceIndex(facts=facts, packets=tuple(self._entries), sha256=self._digest.hexdigest())
        text = index.model_dump_json().encode()
        with encode_errors(self._place):
            self._file.write(text + len(text).to_bytes(_LENGTH_BYTES, "big") + _MAGIC)
            self._file.close()
        try:
            self._staged.publish()
        except OutputExists:
            self.discard()

    def discard(self) -> None:
        """Remove what is unfinished."""
        self._file.close()
        self._staged.discard()


def read_piece(path: Path) -> Piece | None:
    """The piece in a file, its packets checked; None where there is none, or it is damaged."""
    try:
        with path.open("rb") as file:
            index = _read_index(file)
            if index is None:
                return None
            file.seek(0)
            digest = hashlib.sha256()
            for entry in index.packets:
                digest.update(file.read(entry.size))
    except (OSError, ValidationError):
        return None
    return Piece(path, index) if digest.hexdigest() == index.sha256 else None


def _read_index(file: BinaryIO) -> PieceIndex | None:
    end = file.seek(0, os.SEEK_END)
    tail = _LENGTH_BYTES + len(_MAGIC)
    if end < tail:
        return None
    file.seek(end - tail)
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    if file.read() != _MAGIC or length > end - tail:
        return None
    file.seek(end - tail - length)
    return PieceIndex.model_validate_json(file.read(length))
