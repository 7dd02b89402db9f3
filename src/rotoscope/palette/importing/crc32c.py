"""CRC-32C (Castagnoli, RFC 3720), the checksum of TensorFlow's files.

A byte at a time would take seconds for a checkpoint. The checksum is linear, so the bytes are cut into
lanes of one length that NumPy follows side by side; the lanes' states are joined at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x82F63B78
_LANES = 1024
_WORTH_LANES = 64 * 1024
_MASK_OFFSET = 0xA282EAD8


def _byte_table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(_POLYNOMIAL), table >> np.uint32(1))
    return table.astype(np.uint32)


_TABLE = _byte_table()
_TABLE_LIST = [int(entry) for entry in _TABLE]


def crc32c(data: bytes | memoryview) -> int:
    """CRC-32C of bytes, as RFC 3720 defines it."""
    state = 0xFFFFFFFF
    length = len(data) // _LANES if len(data) >= _WORTH_LANES else 0
    if length:
        state = _follow_lanes(state, np.frombuffer(data, np.uint8, count=length * _LANES), length)
    for byte in bytes(data[length * _LANES :]):
        state = _TABLE_LIST[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state ^ 0xFFFFFFFF


def masked_crc32c(data: bytes | memoryview) -> int:
    """The checksum as TensorFlow and LevelDB store it: rotated by 15 bits, plus a constant."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + _MASK_OFFSET) & 0xFFFFFFFF


def _follow_lanes(state: int, data: NDArray[np.uint8], length: int) -> int:
    columns = np.ascontiguousarray(data.reshape(_LANES, length).T).astype(np.uint32)
    states = np.zeros(_LANES, np.uint32)
    states[0] = state
    for column in columns:
        states = _TABLE[(states ^ column) & np.uint32(0xFF)] ^ (states >> np.uint32(8))
    shift = _shift_by_zero_bytes(length)
    joined = int(states[0])
    for lane in states[1:]:
        joined = _apply(shift, joined) ^ int(lane)
    return joined


def _shift_by_zero_bytes(count: int) -> list[int]:
    """What ``count`` zero bytes make of a state: a linear map, given by what it makes of each bit."""
    power = [_TABLE_LIST[bit & 0xFF] ^ (bit >> 8) for bit in (1 << place for place in range(32))]
    result = [1 << place for place in range(32)]
    while count:
        if count & 1:
            result = [_apply(power, column) for column in result]
        power = [_apply(power, column) for column in power]
        count >>= 1
    return result


def _apply(columns: list[int], state: int) -> int:
    joined = 0
    place = 0
    while state:
        if state & 1:
            joined ^= columns[place]
        state >>= 1
        place += 1
    return joined
