"""The boxes of MP4 and MOV (ISO/IEC 14496-12), as far as they are looked into here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LARGEST_INDEX: Final = 256 << 20
_FIRST_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


@dataclass(frozen=True, slots=True)
class Box:
    """One box, by its places in the bytes it was read from."""

    name: bytes
    start: int
    """Of its header."""
    body: int
    end: int


def read_index(path: Path) -> tuple[int, bytes] | None:
    """Where the ``moov`` box is, and its bytes; None where the file is no MP4 or MOV."""
    size = path.stat().st_size if path.is_file() else 0
    with path.open("rb") as file:
        place = 0
        while place + 8 <= size:
            file.seek(place)
            head = file.read(16)
            length, name = struct.unpack_from(">I4s", head)
            if place == 0 and name not in _FIRST_BOXES:
                return None
            if length == 1 and len(head) == 16:
                length = struct.unpack_from(">Q", head, 8)[0]
            if name == b"moov":
                file.seek(place)
                return (place, file.read(length)) if 8 <= length <= _LARGEST_INDEX else None
            if length < 8:
                return None
            place += length
    return None


def within(content: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places; those after a broken one are not given."""
    while start + 8 <= end:
        length, name = struct.unpack_from(">I4s", content, start)
        if length < 8 or start + length > end:
            return
        yield Box(name, start, start + 8, start + length)
        start += length


def find(content: bytes, parent: Box, names: tuple[bytes, ...]) -> Box | None:
    """The first box along a path of names."""
    box: Box | None = parent
    for name in names:
        inside = () if box is None else within(content, box.body, box.end)
        box = next((child for child in inside if child.name == name), None)
    return box


def tracks(content: bytes) -> Iterator[Box]:
    """The tracks of an index, in the order in which FFmpeg counts them."""
    return (box for box in within(content, 8, len(content)) if box.name == b"trak")
