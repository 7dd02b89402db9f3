"""TensorFlow checkpoints of version 2: a table of entries (``.index``) beside raw numbers (``.data-…``).

The first entry, of the empty key, is the header (BundleHeaderProto); each other is a tensor's name with a
BundleEntryProto: type, shape, where its bytes are, and their masked CRC-32C (tensorflow/core/protobuf,
tensor_bundle.proto).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.crc32c import masked_crc32c
from rotoscope.palette.importing.faults import Damaged, Malformed
from rotoscope.palette.importing.protobuf import read_fields
from rotoscope.palette.importing.table import read_table
from rotoscope.palette.importing.tensorflow_types import BFLOAT16, FLOATING, read_shape
from rotoscope.palette.importing.weights import element_count, widen_bfloat16

_HEADER_KEY = b""


@dataclass(frozen=True, slots=True)
class _Entry:
    data_type: int = 0
    shape: tuple[int, ...] = ()
    shard: int = 0
    offset: int = 0
    size: int = 0
    checksum: int = 0
    is_sliced: bool = False


def read_bundle(index: bytes, data: bytes) -> dict[str, NDArray[Any]]:
    """Floating-point tensors of a checkpoint by name.

    Args:
        index: contents of the ``.index`` file.
        data: contents of the one ``.data-00000-of-00001`` file.

    Returns:
        Arrays in TensorFlow's order of axes, float16, float32 or float64, read-only views where possible.

    Raises:
        Malformed: not a checkpoint, one in several pieces, or a tensor beyond the end of the data.
        Damaged: a checksum does not fit.
        Hostile: larger than any checkpoint.
    """
    tensors: dict[str, NDArray[Any]] = {}
    has_header = False
    for key, value in read_table(index):
        if key == _HEADER_KEY:
            _check_header(value)
            has_header = True
            continue
        entry = _read_entry(value)
        if entry.data_type in FLOATING:
            name = key.decode(errors="replace")
            tensors[name] = _read_tensor(name, entry, data)
    if not has_header:
        raise Malformed("the header is missing")
    return tensors


def _check_header(message: memoryview) -> None:
    header = {field.number: field.value for field in read_fields(message)}
    if header.get(1, 0) != 1:
        raise Malformed(
            f"its numbers are in {header.get(1, 0)} pieces; checkpoints in one piece are read"
            " (tf.train.Saver without sharded=True)"
        )
    if header.get(2, 0) != 0:
        raise Malformed("its numbers are big-endian; little-endian ones are read")


def _read_entry(message: memoryview) -> _Entry:
    values: dict[str, Any] = {}
    names = {1: "data_type", 3: "shard", 4: "offset", 5: "size", 6: "checksum"}
    for field in read_fields(message):
        if field.number in names:
            values[names[field.number]] = field.integer()
        elif field.number == 2:
            values["shape"] = read_shape(field.content())
        elif field.number == 7:
            values["is_sliced"] = True
    return _Entry(**values)


def _read_tensor(name: str, entry: _Entry, data: bytes) -> NDArray[Any]:
    kind = FLOATING[entry.data_type]
    count = element_count(entry.shape)
    if entry.is_sliced or entry.shard != 0:
        raise Malformed(f"the tensor {name[:80]!r} is stored in slices; save the network without partitions")
    if entry.size != count * kind.itemsize:
        raise Malformed(f"the tensor {name[:80]!r} of shape {entry.shape} has {entry.size} bytes")
    if entry.offset + entry.size > len(data):
        raise Malformed(
            f"the tensor {name[:80]!r} ends at byte {entry.offset + entry.size}, the data at {len(data)}"
        )
    content = memoryview(data)[entry.offset : entry.offset + entry.size]
    if masked_crc32c(content) != entry.checksum:
        raise Damaged(f"the tensor {name[:80]!r} differs from its checksum")
    values = np.frombuffer(content, kind).reshape(entry.shape)
    return widen_bfloat16(cast("NDArray[np.uint16]", values)) if entry.data_type == BFLOAT16 else values
