"""XMP packets in animated pictures, whose muxers write none: put in once the file is whole."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path
from typing import BinaryIO, Final

from rotoscope.media.png_chunks import PNG_HEAD_BYTES, xmp_chunk

_GIF_XMP: Final = b"\x21\xff\x0bXMP DataXMP"
_GIF_EXTENSION: Final = b"\x21\xff"
_GIF_TRAILER: Final = bytes([1, *range(255, -1, -1), 0])
"""A packet is no GIF data: whoever skips blocks by their lengths lands in these bytes, which lead to the end
of the block from wherever that is (XMP Specification Part 3, 1.1.2)."""
_WEBP_HAS_XMP: Final = 0x04
"""A bit of the first byte of the chunk ``VP8X`` (WebP Container Specification)."""


def embed_packet(path: Path, packet: bytes) -> None:
    """Put a packet into a GIF, an animated PNG or an animated WebP that has none.

    Args:
        path: the file; it is replaced at once, and has the same pictures.
        packet: by :func:`rotoscope.media.xmp.painted_packet`.

    Raises:
        ValueError: it is none of these.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:] == b"WEBPVP8X":
        _append_to_webp(path, packet)
    elif head[:4] == b"GIF8":
        _insert(path, _gif_place(path), _GIF_XMP + packet + _GIF_TRAILER)
    elif head[:4] == b"\x89PNG":
        _insert(path, PNG_HEAD_BYTES, xmp_chunk(packet))
    else:
        raise ValueError(f"{path} is no animated picture")


def read_gif_packet(path: Path) -> bytes | None:
    """The packet before a GIF's first picture; None where there is none, or where it is no GIF."""
    with path.open("rb") as file:
        if file.read(4) != b"GIF8":
            return None
        _skip_gif_head(file)
        while file.read(2) == _GIF_EXTENSION:
            name = file.read(12)
            if _GIF_EXTENSION + name == _GIF_XMP:
                packet, end, _ = _until_trailer(file).partition(_GIF_TRAILER)
                return packet if end else None
            _skip_blocks(file)
    return None


def _until_trailer(file: BinaryIO) -> bytes:
    found = bytearray()
    while _GIF_TRAILER not in found and (more := file.read(65_536)):
        found += more
    return bytes(found)


def _gif_place(path: Path) -> int:
    """Where the first block begins that is no application extension: how often it is played stays first."""
    with path.open("rb") as file:
        file.seek(4)
        _skip_gif_head(file)
        place = file.tell()
        while file.read(2) == _GIF_EXTENSION:
            file.seek(12, os.SEEK_CUR)
            _skip_blocks(file)
            place = file.tell()
        return place


def _skip_gif_head(file: BinaryIO) -> None:
    """From the fifth byte to after the color table."""
    flags = file.read(9)[6]
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), os.SEEK_CUR)


def _skip_blocks(file: BinaryIO) -> None:
    while (length := file.read(1)) not in (b"", b"\0"):
        file.seek(length[0], os.SEEK_CUR)


def _append_to_webp(path: Path, packet: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(20)
        flags = file.read(1)[0]
        file.seek(20)
        file.write(bytes([flags | _WEBP_HAS_XMP]))
        file.seek(0, os.SEEK_END)
        file.write(b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2))
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))


def _insert(path: Path, place: int, content: bytes) -> None:
    grown = path.with_name(f"{path.name}.told")
    try:
        with path.open("rb") as old, grown.open("wb") as new:
            new.write(old.read(place) + content)
            shutil.copyfileobj(old, new)
        grown.replace(path)
    finally:
        grown.unlink(missing_ok=True)
