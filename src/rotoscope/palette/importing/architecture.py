"""What a recogniser finds: a network, and how it wants its pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np
import onnx

from rotoscope.palette.conventions import ChannelOrder, ValueRange
from rotoscope.palette.importing.faults import Malformed
from rotoscope.palette.importing.weights import Tensors

MOST_CHANNELS = 512
"""Channels of one layer; the classic networks have 128 at most."""
MOST_BLOCKS = 64
_LARGEST_KERNEL = 15
_MOST_SHOWN = 4
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """A network that was recognised."""

    description: str
    """Which one, and how large, in words."""
    model: onnx.ModelProto
    """Its graph in its own terms: one picture in, one out, (1, 3, H, W), H and W multiples of 4."""
    value_range: ValueRange
    """Values it takes and gives."""
    channels: ChannelOrder
    """Order of its color channels, in and out."""
    margin: int
    """Pixels to add on each side and crop off: for networks that pad with zeros inside."""
    minimum: int
    """Least side of a padded picture."""
    parameters: int
    """Numbers it has learned."""
    half_weights: bool = False
    """Whether float16 is enough for its weights: for those of other makers, narrow ones above all, it is not
    quite (8 channels: up to 1.2 levels of 255)."""


Recognize: TypeAlias = Callable[[Tensors], KnownNetwork | None]
"""Gives the network, None where the names are of another, and raises Malformed where only the shapes are."""


def require_shapes(tensors: Tensors, expected: Mapping[str, Shape]) -> int:
    """Hold tensors against the names and shapes that an architecture has.

    Returns:
        How many numbers they have all together.

    Raises:
        Malformed: they differ, or a size is beyond all reason, or a number is not finite; says which.
    """
    for name, shape in expected.items():
        if not all(0 < size <= MOST_CHANNELS for size in shape):
            raise Malformed(f"{name!r} has the shape {shape}; sizes are from 1 to {MOST_CHANNELS}")
    missing = [f"{name!r} is missing" for name in expected if name not in tensors]
    unknown = [f"{name[:80]!r} is unknown" for name in tensors if name not in expected]
    shaped = [
        f"{name!r} has the shape {tensors[name].shape} instead of {shape}"
        for name, shape in expected.items()
        if name in tensors and tensors[name].shape != shape
    ]
    problems = [*missing, *unknown, *shaped]
    if problems:
        more = f" and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise Malformed("; ".join(problems[:_MOST_SHOWN]) + more)
    with np.errstate(over="ignore"):
        bad = [name for name in expected if not np.isfinite(tensors[name].astype(np.float32)).all()]
    if bad:
        raise Malformed(f"{bad[0]!r} holds numbers that are not finite")
    return sum(prod(shape) for shape in expected.values())


def require_kernel(name: str, side: int, *, strided: bool) -> None:
    """Refuse a kernel that the paddings do not fit: these are for odd sides, and for 3 with stride 2.

    Raises:
        Malformed: it is one.
    """
    if side % 2 == 0 or side > _LARGEST_KERNEL or (strided and side != 3):
        allowed = "3" if strided else f"odd and at most {_LARGEST_KERNEL}"
        raise Malformed(f"{name!r} is a kernel of side {side}, which should be {allowed}")


def shape_of(tensors: Tensors, name: str, axes: int) -> Shape:
    """The shape of a tensor that sizes are read from.

    Raises:
        Malformed: it is missing, or has another number of axes.
    """
    if name not in tensors:
        raise Malformed(f"{name!r} is missing")
    shape = tensors[name].shape
    if len(shape) != axes:
        raise Malformed(f"{name!r} has the shape {shape}")
    return shape


def widths(*channels: int) -> str:
    """Channels in words: ``32-64-128 channels``."""
    return f"{'-'.join(map(str, channels))} channels"
