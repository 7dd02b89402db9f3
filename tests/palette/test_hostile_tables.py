"""Tables of TensorFlow checkpoints by strangers: what is not in order is said, and read once at most."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.palette.importing.bundle import read_bundle
from rotoscope.palette.importing.crc32c import crc32c, masked_crc32c
from rotoscope.palette.importing.faults import Damaged, Hostile, Malformed
from rotoscope.palette.importing.table import MAGIC, read_table

FAULTS = (Malformed, Hostile, Damaged)


def table_bytes(entries: list[tuple[bytes, bytes]], *, compression: int = 0) -> bytes:
    """A table of one block, as LevelDB's format document says."""

    def varint(value: int) -> bytes:
        out = bytearray()
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*out, value])

    def block(pairs: list[tuple[bytes, bytes]]) -> bytes:
        rows = b"".join(b"\0" + varint(len(k)) + varint(len(v)) + k + v for k, v in pairs)
        content = rows + (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes([compression])
        return content + masked_crc32c(content).to_bytes(4, "little")

    data = block(entries)
    index = block([(b"z", varint(0) + varint(len(data) - 5))])
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - 5)
    return data + index + footer.ljust(40, b"\0") + MAGIC


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
        (b"123456789", 0xE3069283),
    ],
)
def test_crc32c_is_that_of_rfc_3720(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


def test_crc32c_of_long_data_is_that_of_a_byte_at_a_time() -> None:
    data = np.random.default_rng(1).integers(0, 256, 200_003, np.uint8).tobytes()
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    assert crc32c(data) == state ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the end of a table is missing"),
        (b"\xff" * 40 + MAGIC, "a number that does not end"),
        (b"\x00\x00\x00\x7f".ljust(40, b"\0") + MAGIC, "beyond the end of the file"),
        (table_bytes([(b"a", b"1")], compression=1), "compressed by method 1"),
        (table_bytes([(b"a" * 5000, b"1")]), "a key of 5000 bytes"),
        (table_bytes([(bytes(2), b"")] * 10_001), "more than 10000 entries"),
    ],
)
def test_tables_that_are_not_in_order(data: bytes, message: str) -> None:
    with pytest.raises(FAULTS, match=message):
        list(read_table(data))


def test_blocks_may_not_be_read_again_and_again() -> None:
    """An index whose entries all point at one large block would be read for ever."""
    content = b"\0\x01\x01ax" + bytes(4) + (1).to_bytes(4, "little") + b"\0"
    block = content + masked_crc32c(content).to_bytes(4, "little")
    rows = b"".join(b"\0\x01\x02" + bytes([65 + n]) + bytes([0, len(content) - 1]) for n in range(40))
    index = rows + bytes(4) + (1).to_bytes(4, "little") + b"\0"
    index += masked_crc32c(index).to_bytes(4, "little")
    footer = bytes([0, 0, len(block), 0x80 | (len(index) - 5) & 0x7F, (len(index) - 5) >> 7])
    with pytest.raises(Hostile, match="whose blocks claim more bytes than the file has"):
        list(read_table(block + index + footer.ljust(40, b"\0") + MAGIC))


HEADER = (b"", b"\x08\x01\x1a\x02\x08\x01")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([(b"a", b"\x08\x07")], "the header is missing"),
        ([(b"", b"\x08\x02")], "its numbers are in 2 pieces"),
        ([(b"", b"\x08\x01\x10\x01")], "big-endian"),
        ([HEADER, (b"a", b"\x08\x01\x12\x04\x12\x02\x08\x02\x28\x08\x3a\x00")], "stored in slices"),
        ([HEADER, (b"a", b"\x08\x01\x12\x04\x12\x02\x08\x02\x28\x04")], "has 4 bytes"),
        (
            [HEADER, (b"a", b"\x08\x01\x12\x04\x12\x02\x08\x02\x20\x64\x28\x08")],
            "ends at byte 108, the data at 8",
        ),
        ([HEADER, (b"a", b"\x08\x01\x12\x04\x12\x02\x08\x02\x28\x08")], "differs from its checksum"),
        ([HEADER, (b"a", b"\x08\x01\x12\x02\x18\x01")], "unknown shape"),
        ([HEADER, (b"a", b"\x08\x01\x12\x0c\x12\x0a\x08\xff\xff\xff\xff\xff\xff\xff\x7f")], "cut short"),
        ([HEADER, (b"a", b"\x0b")], "wire type 3"),
        ([HEADER, (b"a", b"\x0a\x00")], "holds bytes where a number belongs"),
    ],
)
def test_bundles_that_are_not_in_order(entries: list[tuple[bytes, bytes]], message: str) -> None:
    with pytest.raises(FAULTS, match=message):
        read_bundle(table_bytes(entries), bytes(8))
