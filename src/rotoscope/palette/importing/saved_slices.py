"""TensorFlow checkpoints of version 1 (before 2017, and ``write_version=SaverDef.V1``): one table.

The value of the empty key is a SavedTensorSlices message with the names, shapes and types of all tensors;
each further value is one with the name and the numbers of one tensor (tensorflow/core/util,
saved_tensor_slice.proto; the numbers are a TensorProto of tensorflow/core/framework).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Hostile, Malformed
from rotoscope.palette.importing.protobuf import read_fields
from rotoscope.palette.importing.table import read_table
from rotoscope.palette.importing.tensorflow_types import DOUBLE, FLOAT, FLOATING, covers_all, read_shape
from rotoscope.palette.importing.weights import element_count

_LISTS = {FLOAT: 5, DOUBLE: 6}
"""Fields of a TensorProto that hold numbers of a type one after the other."""
_CONTENT = 4
"""Field of a TensorProto that holds numbers of any type as bytes."""


@dataclass(frozen=True, slots=True)
class _Described:
    shape: tuple[int, ...]
    data_type: int
    is_whole: bool


def is_version_1(table: bytes) -> bool:
    """Whether a table is a checkpoint of version 1, by its first entry.

    Raises:
        Malformed, Damaged, Hostile: the table cannot be read.
    """
    for key, value in read_table(table):
        kinds = {field.number: isinstance(field.value, int) for field in read_fields(value)}
        return key == b"" and kinds.get(1) is False  # version 2 has a number there
    return False


def read_saved_slices(table: bytes) -> dict[str, NDArray[Any]]:
    """Float32 and float64 tensors of a checkpoint by name.

    Args:
        table: contents of the file.

    Returns:
        Arrays in TensorFlow's order of axes, read-only views where possible.

    Raises:
        Malformed: not a checkpoint of version 1, or tensors in slices.
        Damaged: a checksum does not fit.
        Hostile: larger than any checkpoint.
    """
    described: dict[str, _Described] = {}
    tensors: dict[str, NDArray[Any]] = {}
    for key, value in read_table(table):
        for field in read_fields(value):
            if key == b"" and field.number == 1:
                described = _read_descriptions(field.content())
            elif key != b"" and field.number == 2:
                _read_slice(field.content(), described, tensors)
    missing = [name for name, about in described.items() if about.data_type in _LISTS and name not in tensors]
    if missing:
        raise Malformed(f"the numbers of the tensor {missing[0]!r} are missing")
    return tensors


def _read_descriptions(message: memoryview) -> dict[str, _Described]:
    described: dict[str, _Described] = {}
    for field in read_fields(message):
        if field.number != 1:
            continue
        name, shape, data_type, slices = "", (), 0, list[memoryview]()
        for part in read_fields(field.content()):
            if part.number == 1:
                name = part.text()
            elif part.number == 2:
                shape = read_shape(part.content())
            elif part.number == 3:
                data_type = part.integer()
            elif part.number == 4:
                slices.append(part.content())
        is_whole = len(slices) == 1 and covers_all(slices[0], shape)
        described[name] = _Described(shape, data_type, is_whole)
    return described


def _read_slice(
    message: memoryview, described: dict[str, _Described], tensors: dict[str, NDArray[Any]]
) -> None:
    parts = {field.number: field for field in read_fields(message)}
    if 1 not in parts or 3 not in parts:
        raise Malformed("a tensor without name or numbers")
    name = parts[1].text()
    about = described.get(name)
    if about is None:
        raise Malformed(f"the tensor {name[:80]!r} is not among those that the file lists")
    if about.data_type not in _LISTS:
        return
    if not about.is_whole:
        raise Malformed(f"the tensor {name[:80]!r} is stored in slices; save the network without partitions")
    if name in tensors:
        raise Hostile(f"the tensor {name[:80]!r} is there twice")
    values = _read_numbers(parts[3].content(), about.data_type)
    if values.size != element_count(about.shape):
        raise Malformed(f"the tensor {name[:80]!r} of shape {about.shape} has {values.size} numbers")
    tensors[name] = values.reshape(about.shape)


def _read_numbers(message: memoryview, data_type: int) -> NDArray[Any]:
    kind = FLOATING[data_type]
    pieces: list[bytes | memoryview] = []
    for field in read_fields(message):
        if field.number not in (_LISTS[data_type], _CONTENT):
            continue
        value = field.value
        if isinstance(value, int):  # one number by itself, of four or eight bytes
            value = value.to_bytes(8, "little")[: kind.itemsize]
        pieces.append(value)
    content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    if len(content) % kind.itemsize:
        raise Malformed("numbers that are cut short")
    return np.frombuffer(content, kind)
