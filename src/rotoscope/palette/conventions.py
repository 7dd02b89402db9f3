"""How a network of another maker wants its pictures, as far as its graph tells.

Networks differ in range (0..1, 0..255, -1..1), in the order of color channels and of axes. Much of it can
be read off: the first operations subtract a mean that betrays range and order, the last ones clip or
stretch a tanh to a known range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from rotoscope.palette.folding import Constants, small_constants

ValueRange: TypeAlias = Literal["0..1", "0..255", "-1..1"]
ChannelOrder: TypeAlias = Literal["rgb", "bgr"]
Layout: TypeAlias = Literal["nchw", "nhwc"]


@dataclass(frozen=True, slots=True)
class SideFacts:
    """What is known of a graph's input or output side; None: the graph does not tell."""

    value_range: ValueRange | None
    channels: ChannelOrder | None
    range_reason: str = ""
    channels_reason: str = ""


@dataclass(frozen=True, slots=True)
class _Affine:
    """By channel: outer = scale * inner + offset (output side), inner = scale * outer + offset (input)."""

    scale: NDArray[np.float64]
    offset: NDArray[np.float64]
    is_flipped: bool = False
    """Whether the channels at hand are in the opposite order of those outside."""


_UNCHANGED = _Affine(np.ones(3), np.zeros(3))


def read_input_side(graph: onnx.GraphProto, name: str) -> SideFacts:
    """What the first operations on the input tell."""
    constants = small_constants(graph)
    affine = _UNCHANGED
    while (node := _only_consumer(graph, name)) is not None:
        following = _step(affine, node, name, constants, is_input=True)
        if following is None:
            break
        affine, name = following, node.output[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = -affine.offset / affine.scale  # the value outside that is 0 inside
    value_range, reason = _range_of_zero(zero, float(np.mean(np.abs(affine.scale))))
    outside = zero[::-1] if affine.is_flipped else zero
    channels, order_reason = _order_of_means(outside, "subtracts the mean")
    return SideFacts(value_range, channels, reason, order_reason)


def read_output_side(graph: onnx.GraphProto, name: str) -> SideFacts:
    """What the last operations before the output tell."""
    constants = small_constants(graph)
    producers = {output: node for node in graph.node for output in node.output}
    affine = _UNCHANGED
    bounds: tuple[float, float] | None = None
    reason = ""
    while (node := producers.get(name)) is not None:
        own = _own_bounds(node, constants)
        if own is not None and bounds is None:
            ends = np.concatenate(
                [affine.scale * own[0] + affine.offset, affine.scale * own[1] + affine.offset]
            )
            bounds = (float(ends.min()), float(ends.max()))
            reason = f"ends in {node.op_type} between {bounds[0]:.4g} and {bounds[1]:.4g}"
        data = _data_input(node, constants)
        following = None if data is None else _step(affine, node, data, constants, is_input=False)
        if data is None or following is None:
            break
        affine, name = following, data
    outside = affine.offset[::-1] if affine.is_flipped else affine.offset
    channels, order_reason = _order_of_means(outside, "adds the mean")
    return SideFacts(_range_of_bounds(bounds), channels, reason, order_reason)


def _step(
    affine: _Affine, node: onnx.NodeProto, data: str, constants: Constants, *, is_input: bool
) -> _Affine | None:
    """The affine map across one more node; None where the node is not of that kind."""
    if node.op_type in ("Identity", "Cast", "Transpose", "Clip", "Pad"):
        return affine
    if node.op_type in ("Slice", "Gather"):
        flipped = _Affine(affine.scale[::-1], affine.offset[::-1], not affine.is_flipped)
        return {"flip": flipped, "crop": affine, "other": None}[_slice_kind(node, constants)]
    own = _own_affine(node, data, constants)
    if own is None:
        return None
    scale, offset = own
    if is_input:
        return _Affine(scale * affine.scale, scale * affine.offset + offset, affine.is_flipped)
    return _Affine(affine.scale * scale, affine.scale * offset + affine.offset, affine.is_flipped)


def _own_affine(
    node: onnx.NodeProto, data: str, constants: Constants
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """(scale, offset) of an arithmetic node with one constant operand."""
    if node.op_type not in ("Add", "Sub", "Mul", "Div") or len(node.input) != 2:
        return None
    is_first = node.input[0] == data
    other = constants.get(node.input[1 if is_first else 0])
    if other is None or other.size not in (1, 3):
        return None
    value = np.broadcast_to(other.astype(np.float64).reshape(-1), 3)
    if node.op_type == "Add":
        return np.ones(3), value
    if node.op_type == "Sub":
        return (np.ones(3), -value) if is_first else (-np.ones(3), value)
    if node.op_type == "Mul":
        return value, np.zeros(3)
    return (1 / value, np.zeros(3)) if is_first and np.all(value != 0) else None


def _slice_kind(node: onnx.NodeProto, constants: Constants) -> Literal["flip", "crop", "other"]:
    """Whether a Slice or Gather reverses the channels, or only cuts a border off."""
    if node.op_type == "Gather":
        picked = constants.get(node.input[1])
        return "flip" if picked is not None and picked.reshape(-1).tolist() == [2, 1, 0] else "other"
    inputs: list[NDArray[Any] | None] = [constants.get(name) for name in node.input[1:]]
    axes = inputs[2] if len(inputs) > 2 else None
    steps = inputs[3] if len(inputs) > 3 else None
    if axes is None:
        return "other"
    if steps is not None and steps.tolist() == [-1] and axes.tolist() in ([1], [3], [-1]):
        return "flip"
    return (
        "crop"
        if set(axes.tolist()) <= {1, 2, 3} and (steps is None or set(steps.tolist()) == {1})
        else "other"
    )


def _own_bounds(node: onnx.NodeProto, constants: Constants) -> tuple[float, float] | None:
    if node.op_type == "Tanh":
        return -1.0, 1.0
    if node.op_type == "Sigmoid":
        return 0.0, 1.0
    if node.op_type != "Clip":
        return None
    limits = [constants.get(name) for name in node.input[1:]]
    if len(limits) != 2 or limits[0] is None or limits[1] is None:
        return None
    return float(limits[0]), float(limits[1])


def _data_input(node: onnx.NodeProto, constants: Constants) -> str | None:
    names = [name for name in node.input if name and name not in constants]
    return names[0] if len(names) == 1 else None


def _only_consumer(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    consumers = [node for node in graph.node if name in node.input and node.op_type != "Shape"]
    return consumers[0] if len(consumers) == 1 else None


def _range_of_zero(zero: NDArray[np.float64], scale: float) -> tuple[ValueRange | None, str]:
    middle = float(np.mean(zero))
    shown = ", ".join(f"{z:.4g}" for z in zero)
    if 80 <= middle <= 150:  # the means of ImageNet are 104, 117 and 124; half of 255 is 127.5
        return "0..255", f"maps {shown} to zero"
    if 0.3 <= middle <= 0.7 and scale > 0.5:
        return "0..1", f"maps {shown} to zero"
    if abs(middle) < 1e-6 and 1 / 300 < scale < 1 / 100:  # 1/255, 1/127.5, 1/128 …
        return "0..255", f"divides by {1 / scale:.4g}"
    if abs(middle) < 1e-6 and 100 < scale < 300:
        return "0..1", f"multiplies by {scale:.4g}"
    return None, ""


def _range_of_bounds(bounds: tuple[float, float] | None) -> ValueRange | None:
    if bounds is None:
        return None
    low, high = bounds
    if high > 2:
        return "0..255"
    return "-1..1" if low < -0.25 else "0..1"


def _order_of_means(means: NDArray[np.float64], verb: str) -> tuple[ChannelOrder | None, str]:
    # ImageNet's mean is largest in red and smallest in blue, in every unit it is written in.
    if not np.isfinite(means).all() or np.ptp(means) < 1e-3 * max(1.0, float(np.abs(means).max())):
        return None, ""
    shown = ", ".join(f"{m:.4g}" for m in means)
    if means[0] > means[1] > means[2]:
        return "rgb", f"{verb} {shown}"
    return ("bgr", f"{verb} {shown}") if means[0] < means[1] < means[2] else (None, "")


def read_metadata(model: onnx.ModelProto) -> SideFacts:
    """What Windows ML's standard metadata say, where they are there."""
    known = {entry.key: entry.value for entry in model.metadata_props}
    pixels = known.get("Image.BitmapPixelFormat", "").lower()
    nominal = known.get("Image.NominalPixelRange", "")
    channels: ChannelOrder | None = (
        "bgr" if pixels.startswith("bgr") else "rgb" if pixels.startswith("rgb") else None
    )
    ranges: dict[str, ValueRange] = {
        "NominalRange_0_255": "0..255",
        "Normalized_0_1": "0..1",
        "Normalized_1_1": "-1..1",
    }
    return SideFacts(ranges.get(nominal), channels, f"metadata say {nominal}", f"metadata say {pixels}")


def element_type(value: onnx.ValueInfoProto) -> np.dtype[Any]:
    """NumPy's name of a value's element type."""
    return helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
