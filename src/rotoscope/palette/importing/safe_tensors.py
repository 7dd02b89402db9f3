"""safetensors files: eight bytes that count the header, a JSON header, then the numbers.

The format is that of github.com/huggingface/safetensors, *Format*. Offsets count from the end of the
header; tensors cover the rest of the file without gaps and without overlap.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Hostile, Malformed
from rotoscope.palette.importing.weights import MAX_TENSORS, element_count, widen_bfloat16

_LONGEST_HEADER = 4 * 1024 * 1024
_FLOATING: Final = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def looks_like_safetensors(data: bytes) -> bool:
    """Whether a file's first bytes are those of a safetensors file."""
    return len(data) > 8 and data[8:9] == b"{" and int.from_bytes(data[:8], "little") <= _LONGEST_HEADER


def read_safetensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Floating-point tensors by name.

    Args:
        data: contents of the file.

    Returns:
        Arrays, read-only views of the data where possible.

    Raises:
        Malformed: not a safetensors file, or cut short.
        Hostile: tensors that overlap or lie beyond the end, or a header larger than any network's.
    """
    length = int.from_bytes(data[:8], "little")
    if length > _LONGEST_HEADER:
        raise Hostile(f"a header of {length} bytes; at most {_LONGEST_HEADER} are read")
    if 8 + length > len(data):
        raise Malformed("a header that is cut short")
    header = _read_header(data[8 : 8 + length])
    numbers = memoryview(data)[8 + length :]
    tensors: dict[str, NDArray[Any]] = {}
    ranges: list[tuple[int, int]] = []
    for name, described in header.items():
        if name == "__metadata__":
            continue
        kind, shape, (begin, end) = _read_description(name, described)
        if not 0 <= begin <= end <= len(numbers):
            raise Hostile(f"the tensor {name[:80]!r} lies at {begin} to {end} of {len(numbers)} bytes")
        ranges.append((begin, end))
        if kind in _FLOATING:
            tensors[name] = _read_tensor(name, kind, shape, numbers[begin:end])
    ranges.sort()
    if any(after[0] < before[1] for before, after in pairwise(ranges)):
        raise Hostile("tensors that overlap")
    return tensors


def _read_header(text: bytes) -> dict[str, Any]:
    try:
        header: object = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"a header that is no JSON ({error})") from error
    if not isinstance(header, dict):
        raise Malformed("a header that is no JSON object")
    found = cast("dict[str, Any]", header)
    if len(found) > MAX_TENSORS:
        raise Hostile(f"a header of {len(found)} tensors; at most {MAX_TENSORS} are read")
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _read_description(name: str, described: object) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    parts = cast("dict[str, Any]", described) if isinstance(described, dict) else {}
    kind, shape, offsets = parts.get("dtype"), parts.get("shape"), parts.get("data_offsets")
    if (
        not isinstance(kind, str)
        or not _are_integers(shape)
        or not _are_integers(offsets)
        or len(cast("list[int]", offsets)) != 2
    ):
        raise Malformed(f"the tensor {name[:80]!r} has no dtype, shape and two data_offsets")
    begin, end = cast("list[int]", offsets)
    return kind, tuple(cast("list[int]", shape)), (begin, end)


def _are_integers(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int for value in cast("list[object]", values))


def _read_tensor(name: str, kind: str, shape: tuple[int, ...], content: memoryview) -> NDArray[Any]:
    element = np.dtype(_FLOATING[kind])
    if element_count(shape) * element.itemsize != len(content):
        raise Malformed(f"the tensor {name[:80]!r} of {kind} {shape} has {len(content)} bytes")
    values = np.frombuffer(content, element).reshape(shape)
    return widen_bfloat16(cast("NDArray[np.uint16]", values)) if kind == "BF16" else values
