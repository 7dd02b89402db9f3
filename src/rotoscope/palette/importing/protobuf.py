"""Just enough of Protocol Buffers' wire format to read messages whose fields are known.

The encoding is that of protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rotoscope.palette.importing.faults import Malformed

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message."""

    number: int
    value: int | memoryview
    """An integer for varints and fixed widths (unsigned), the bytes for everything that has a length."""

    def integer(self) -> int:
        """The value of a number field.

        Raises:
            Malformed: it is of bytes.
        """
        if not isinstance(self.value, int):
            raise Malformed(f"the field {self.number} of a message holds bytes where a number belongs")
        return self.value

    def content(self) -> memoryview:
        """The bytes of a text, message or packed field.

        Raises:
            Malformed: it is a number.
        """
        if isinstance(self.value, int):
            raise Malformed(f"the field {self.number} of a message holds a number where bytes belong")
        return self.value

    def text(self) -> str:
        """The value of a text field.

        Raises:
            Malformed: it is no UTF-8.
        """
        try:
            return bytes(self.content()).decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"the field {self.number} of a message is no UTF-8") from error


def read_varint(data: memoryview, position: int) -> tuple[int, int]:
    """An unsigned number of 64 bits, and the position after it.

    Raises:
        Malformed: it does not end.
    """
    value = 0
    for index in range(_LONGEST_VARINT):
        if position + index >= len(data):
            break
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position + index + 1
    raise Malformed("a number that does not end")


def read_fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message in order; nothing is copied.

    Raises:
        Malformed: the bytes are no message.
    """
    position = 0
    while position < len(message):
        key, position = read_varint(message, position)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, position = read_varint(message, position)
            yield Field(number, value)
            continue
        if wire == _BYTES:
            length, position = read_varint(message, position)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise Malformed(f"a message field of wire type {wire}")
        end = position + length
        if end > len(message):
            raise Malformed("a message that is cut short")
        content = message[position:end]
        position = end
        if wire == _BYTES:
            yield Field(number, content)
        else:
            yield Field(number, int(struct.unpack("<I" if length == 4 else "<Q", content)[0]))
