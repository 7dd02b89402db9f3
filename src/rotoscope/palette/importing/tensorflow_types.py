"""Parts of TensorFlow's messages that both versions of its checkpoints use.

Field numbers are those of tensorflow/core/framework (types.proto, tensor_shape.proto,
tensor_slice.proto).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rotoscope.palette.importing.faults import Malformed
from rotoscope.palette.importing.protobuf import read_fields
from rotoscope.palette.importing.weights import element_count

FLOAT, DOUBLE, BFLOAT16, HALF = 1, 2, 14, 19
FLOATING: dict[int, np.dtype[Any]] = {
    FLOAT: np.dtype("<f4"),
    DOUBLE: np.dtype("<f8"),
    HALF: np.dtype("<f2"),
    BFLOAT16: np.dtype("<u2"),
}
"""How numbers of the floating-point DataTypes are stored; bfloat16 as its bits."""


def read_shape(message: memoryview) -> tuple[int, ...]:
    """A TensorShapeProto's sizes.

    Raises:
        Malformed: no shape, or one that is not known.
        Hostile: larger than any file.
    """
    sizes: list[int] = []
    for field in read_fields(message):
        if field.number == 3 and field.integer():
            raise Malformed("a tensor of unknown shape")
        if field.number == 2:
            size = [part.integer() for part in read_fields(field.content()) if part.number == 1]
            sizes.append(_signed(size[-1]) if size else 0)
    element_count(tuple(sizes))
    return tuple(sizes)


def covers_all(message: memoryview, shape: tuple[int, ...]) -> bool:
    """Whether a TensorSliceProto is the whole of a tensor."""
    extents = [field.content() for field in read_fields(message) if field.number == 1]
    if len(extents) != len(shape):
        return False
    for extent, size in zip(extents, shape, strict=True):
        values = {part.number: part.integer() for part in read_fields(extent)}
        if values.get(1, 0) != 0 or values.get(2, size) != size:
            return False
    return True


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
