"""Named tensors out of a file, and what is allowed of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rotoscope.palette.importing.faults import Hostile, Malformed

MAX_WEIGHTS_BYTES = 256 * 1024 * 1024
"""Larger files are refused. Classic style networks are of 7 MB, with an optimizer's moments of 20."""
MAX_TENSORS = 10_000
MAX_RANK = 8
_MOST_SHOWN = 6

Tensors: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by the names their framework gave them; float32 or float64, of the framework's own axes."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """What was read of a file (or a checkpoint of several files) of weights."""

    form: str
    """The file format in words, e.g. ``a TensorFlow checkpoint (version 2)``."""
    file_name: str
    """Name of the file that holds the numbers, without folder."""
    sha256: str
    """SHA-256 (hex) of that file."""
    tensors: Tensors
    """Floating-point tensors alone, read-only; others (counters, texts) are left out."""


def element_count(shape: tuple[int, ...]) -> int:
    """Numbers of a tensor.

    Args:
        shape: sizes as a stranger's file claims them.

    Raises:
        Malformed: a negative size.
        Hostile: more axes or more numbers than any file that is read could hold.
    """
    if len(shape) > MAX_RANK:
        raise Hostile(f"a tensor of {len(shape)} axes; at most {MAX_RANK} are read")
    count = 1
    for size in shape:
        if size < 0:
            raise Malformed(f"a tensor of shape {shape}")
        count *= size
    if count > MAX_WEIGHTS_BYTES:
        raise Hostile(f"a tensor of shape {shape}, which no file of at most {MAX_WEIGHTS_BYTES} bytes holds")
    return count


def widen_bfloat16(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The float32 numbers whose upper halves are given; any shape."""
    return (halves.astype(np.uint32) << np.uint32(16)).view(np.float32)


def describe_tensors(tensors: Tensors) -> str:
    """How many tensors there are, and the first names with their shapes."""
    if not tensors:
        return "no floating-point tensors"
    shown = [f"{name[:80]!r} {tuple(array.shape)}" for name, array in list(tensors.items())[:_MOST_SHOWN]]
    more = ", …" if len(tensors) > _MOST_SHOWN else ""
    return f"{len(tensors)} floating-point tensors ({', '.join(shown)}{more})"
