"""Chunks of metadata in PNG files (PNG specification, third edition, section 11.3)."""

from __future__ import annotations

import struct
import zlib
from typing import Final

PNG_HEAD_BYTES: Final = 8 + 25
"""The signature and the chunk ``IHDR``, which must come first."""
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0\0\0\0\0"
"""Uncompressed, in no language (XMP Specification Part 3, 1.1.5)."""


def png_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a name of four letters, with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def xmp_chunk(packet: bytes) -> bytes:
    """A chunk that holds an XMP packet."""
    return png_chunk(b"iTXt", _XMP_KEYWORD + packet)
