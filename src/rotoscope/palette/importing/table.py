"""Sorted tables of keys and values, as LevelDB defined them and TensorFlow keeps its checkpoints.

A file is blocks, an index block that says where they are, and a footer of 48 bytes that says where the
index is (LevelDB's doc/table_format.md). In a block each key is stored as what it has beyond the key
before it. Every block ends in a byte for its compression and a masked CRC-32C.
"""

from __future__ import annotations

from collections.abc import Iterator

from rotoscope.palette.importing.crc32c import masked_crc32c
from rotoscope.palette.importing.faults import Damaged, Hostile, Malformed
from rotoscope.palette.importing.protobuf import read_varint
from rotoscope.palette.importing.weights import MAX_TENSORS

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
"""The last eight bytes of every table."""
_FOOTER_BYTES = 48
_TRAILER_BYTES = 5
_LONGEST_KEY = 4096


def read_table(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values of a table, in order; values are views of the data.

    Args:
        data: the whole file.

    Raises:
        Malformed: not a table, or a compressed one.
        Damaged: a block's checksum does not fit.
        Hostile: blocks that overlap, more entries or longer keys than any checkpoint has.
    """
    if len(data) < _FOOTER_BYTES or not data.endswith(MAGIC):
        raise Malformed("the end of a table is missing")
    whole = memoryview(data)
    footer = whole[-_FOOTER_BYTES:]
    _, _, position = _read_handle(footer, 0)  # of the meta index, which is not used
    offset, size, _ = _read_handle(footer, position)
    left = len(data)
    entries = 0
    for _, handle in _read_block(whole, offset, size):
        offset, size, _ = _read_handle(handle, 0)
        left -= size + _TRAILER_BYTES
        if left < 0:
            raise Hostile("a table whose blocks claim more bytes than the file has")
        for key, value in _read_block(whole, offset, size):
            entries += 1
            if entries > MAX_TENSORS:
                raise Hostile(f"a table of more than {MAX_TENSORS} entries")
            yield key, value


def _read_handle(data: memoryview, position: int) -> tuple[int, int, int]:
    """(offset, size) of a block, and the position after them."""
    offset, position = read_varint(data, position)
    size, position = read_varint(data, position)
    return offset, size, position


def _read_block(data: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    end = offset + size
    if end + _TRAILER_BYTES > len(data):
        raise Malformed("a block that lies beyond the end of the file")
    compression = data[end]
    if masked_crc32c(data[offset : end + 1]) != int.from_bytes(data[end + 1 : end + 5], "little"):
        raise Damaged(f"the block of {size} bytes at byte {offset} differs from its checksum")
    if compression != 0:
        raise Malformed(
            f"a block compressed by method {compression}; TensorFlow's own checkpoints are not compressed"
        )
    return _read_entries(data[offset:end])


def _read_entries(block: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise Malformed("a block shorter than its list of restarts")
    block = block[:end]
    key = b""
    position = 0
    while position < end:
        shared, position = read_varint(block, position)
        own, position = read_varint(block, position)
        length, position = read_varint(block, position)
        if shared > len(key) or position + own + length > end:
            raise Malformed("an entry that does not fit its block")
        if shared + own > _LONGEST_KEY:
            raise Hostile(f"a key of {shared + own} bytes; at most {_LONGEST_KEY} are read")
        key = key[:shared] + bytes(block[position : position + own])
        position += own
        yield key, block[position : position + length]
        position += length
