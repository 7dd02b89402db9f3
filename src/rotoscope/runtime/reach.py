"""How far a graph looks: which pixels of a picture decide one number of a map inside the graph.

Element ``i`` of a map, along one axis, comes of pixels ``i * stride - before`` to ``i * stride + after``. A
tile of the picture gives the same numbers as the whole picture wherever these pixels lie within the tile, if
the tile begins at a multiple of every map's stride. Where a graph has borders of its own (zeros around a
convolution, mirrored ones), elements that see them look beyond the tile by the same measure; at the
picture's own edge tile and picture end together, so the border is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Any, NamedTuple

import onnx
from numpy.typing import NDArray
from onnx import helper

from rotoscope.errors import UnsupportedArchitecture

_Constants = Mapping[str, NDArray[Any]]

_POINTWISE_NAMES = (
    "Abs Add BatchNormalization Cast Ceil Clip DequantizeLinear Div Elu Exp Floor Gelu HardSigmoid "
    "HardSwish Identity InstanceNormalization LeakyRelu Log Max Mean Min Mish Mul Neg PRelu Pow "
    "QuantizeLinear Relu Round Selu Sigmoid Softplus Softsign Sqrt Sub Tanh"
)
_POINTWISE = frozenset(_POINTWISE_NAMES.split())
"""Operators that make each number of those at its own place; of a norm, once its statistics are given."""
_ALONG_CHANNELS = frozenset(
    ["Concat", "Gather", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Slice", "Softmax", "Split"]
)
"""Operators that do so when they work along the channels."""
_SHIFTED_ALIKE = (b"half_pixel", b"asymmetric", b"pytorch_half_pixel")
"""Ways of Resize to place pixels that do not depend on how large the picture is."""
_RESIZE_TAPS = 3
"""Pixels on either side that any interpolation of Resize looks at, generously."""
_ENDLESS = 2**30
"""Ends of a Slice from here on mean: to the end."""


class Extent(NamedTuple):
    """What one number of a map sees along one axis, in pixels."""

    stride: Fraction
    before: Fraction
    after: Fraction

    def moved(self, elements: int) -> Extent:
        """Of a map whose element ``i`` was element ``i + elements``."""
        shift = elements * self.stride
        return Extent(self.stride, self.before - shift, self.after + shift)

    def widened(self, before: Fraction | int, after: Fraction | int, stride: Fraction) -> Extent:
        """Looking further by so many pixels, at another stride."""
        return Extent(stride, self.before + before, self.after + after)


Extents = tuple[Extent, Extent]
"""Along rows and columns."""
_PIXEL = Extent(Fraction(1), Fraction(0), Fraction(0))
_PICTURE: Extents = (_PIXEL, _PIXEL)


@dataclass(frozen=True, slots=True)
class Reach:
    """How a graph can be run on tiles."""

    multiple: int
    """Tiles begin and end at multiples of this, in pixels."""
    halo: int
    """Pixels around a tile that decide what is in it; a multiple of ``multiple``."""
    strides: Mapping[str, Extents]
    """Of every map by its name."""

    def elements(self, name: str, pixels: int, axis: int) -> int:
        """Elements of a map for so many pixels, a multiple of ``multiple``; axis 0 is rows, 1 columns."""
        return int(pixels / self.strides[name][axis].stride)


def find_reach(graph: onnx.GraphProto, constants: _Constants, given: frozenset[str]) -> Reach:
    """Follow a graph from its picture to its end.

    Args:
        graph: of a filter; its input is the picture.
        constants: values that do not depend on the picture, by name.
        given: outputs of nodes that are given from outside: one number a channel for the whole picture.

    Raises:
        UnsupportedArchitecture: an operator looks at the whole picture, or in a way that is not known.
    """
    maps: dict[str, Extents] = {graph.input[0].name: _PICTURE}
    for node in graph.node:
        seen = [maps[name] for name in node.input if name in maps]
        if not seen or set(node.output) <= given:
            continue
        extents = _extents(node, seen, maps, constants)
        maps |= dict.fromkeys(node.output, extents)
    if {extent.stride for extent in maps.get(graph.output[0].name, ())} != {Fraction(1)}:
        raise UnsupportedArchitecture("the painting has another size than the picture")
    extents = [extent for pair in maps.values() for extent in pair]
    multiple = lcm(*(extent.stride.numerator for extent in extents))
    widest = max(max(extent.before, extent.after) for extent in extents)
    return Reach(multiple, ceil(widest / multiple) * multiple, maps)


def _extents(
    node: onnx.NodeProto, seen: Sequence[Extents], maps: Mapping[str, Extents], constants: _Constants
) -> Extents:
    """What the outputs of a node see."""
    operator = node.op_type
    if operator in _POINTWISE or (operator in _ALONG_CHANNELS and _is_along_channels(node, constants)):
        if any(_has_places(constants[name]) for name in node.input if name in constants):
            raise UnsupportedArchitecture(f"its operator {operator} has numbers for a picture of one size")
        return _together(seen, operator)
    follow = _FOLLOWED.get(operator)
    if follow is None or node.input[0] not in maps:
        raise UnsupportedArchitecture(f"its operator {operator} may look at the whole picture")
    rows, columns = (follow(maps[node.input[0]][axis], _Operator(node, constants, axis)) for axis in (0, 1))
    return rows, columns


def _together(seen: Sequence[Extents], operator: str) -> Extents:
    if any(one.stride != other.stride for pair in seen for one, other in zip(pair, seen[0], strict=True)):
        raise UnsupportedArchitecture(f"its operator {operator} joins maps of different sizes")
    rows, columns = (
        Extent(
            seen[0][axis].stride,
            max(pair[axis].before for pair in seen),
            max(pair[axis].after for pair in seen),
        )
        for axis in (0, 1)
    )
    return rows, columns


@dataclass(frozen=True, slots=True)
class _Operator:
    """A node, read along one axis."""

    node: onnx.NodeProto
    constants: _Constants
    axis: int

    def attribute(self, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - whatever ONNX holds
        return attributes(self.node).get(name, otherwise)

    def of_axis(self, name: str, otherwise: int) -> int:
        return int(self.attribute(name, [otherwise] * 2)[self.axis])

    def values(self, position: int) -> NDArray[Any] | None:
        """A constant input; None where there is none."""
        if position >= len(self.node.input) or not self.node.input[position]:
            return None
        if self.node.input[position] not in self.constants:
            raise UnsupportedArchitecture(
                f"its operator {self.node.op_type} depends on numbers that are calculated from the picture"
            )
        return self.constants[self.node.input[position]]

    def kernel(self) -> tuple[int, int, int]:
        """Elements that a kernel spans less one, its stride, and the border before."""
        sides = self.attribute("kernel_shape", None)
        side = int(sides[self.axis] if sides else self._weight_shape()[2 + self.axis])
        stride, span = self.of_axis("strides", 1), (side - 1) * self.of_axis("dilations", 1)
        mode = self.attribute("auto_pad", b"NOTSET")
        if mode in (b"NOTSET", b"VALID"):
            return span, stride, 0 if mode == b"VALID" else int(self.attribute("pads", [0] * 4)[self.axis])
        total = max(span + 1 - stride, 0)
        return span, stride, total // 2 if mode == b"SAME_UPPER" else total - total // 2

    def _weight_shape(self) -> tuple[int, ...]:
        weight = self.values(1)
        return (1,) * 4 if weight is None else weight.shape


def _follow_convolution(seen: Extent, operator: _Operator) -> Extent:
    span, stride, border = operator.kernel()
    unit = seen.stride
    return seen.widened(border * unit, (span - border) * unit, unit * stride)


def _follow_pool(seen: Extent, operator: _Operator) -> Extent:
    if operator.attribute("ceil_mode", 0):
        raise UnsupportedArchitecture(f"its operator {operator.node.op_type} rounds sizes up")
    return _follow_convolution(seen, operator)


def _follow_transposed(seen: Extent, operator: _Operator) -> Extent:
    if operator.attribute("auto_pad", b"NOTSET") != b"NOTSET" or operator.attribute("output_shape", None):
        raise UnsupportedArchitecture("its operator ConvTranspose has a fixed or automatic size")
    span, stride, border = operator.kernel()
    unit = seen.stride / stride
    return seen.widened((span - border) * unit, border * unit, unit)


def _follow_shuffle(seen: Extent, operator: _Operator) -> Extent:
    block = int(operator.attribute("blocksize", 1))
    unit = seen.stride / block
    return seen.widened((block - 1) * unit, 0, unit)


def _follow_unshuffle(seen: Extent, operator: _Operator) -> Extent:
    block = int(operator.attribute("blocksize", 1))
    return seen.widened(0, (block - 1) * seen.stride, seen.stride * block)


def _follow_resize(seen: Extent, operator: _Operator) -> Extent:
    way = operator.attribute("coordinate_transformation_mode", b"half_pixel")
    scales = operator.values(2)
    factor = Fraction(0) if scales is None or scales.size != 4 else Fraction(float(scales[2 + operator.axis]))
    if way not in _SHIFTED_ALIKE or factor <= 0 or 1 not in (factor.numerator, factor.denominator):
        raise UnsupportedArchitecture("its operator Resize depends on the size of the picture")
    border = _RESIZE_TAPS * max(seen.stride, seen.stride / factor)
    return seen.widened(border, border, seen.stride / factor)


def _follow_pad(seen: Extent, operator: _Operator) -> Extent:
    pads, axes = operator.values(1), operator.values(3)
    if pads is None or axes is not None or pads.size != 8:
        raise UnsupportedArchitecture("its operator Pad is of an unknown form")
    return seen.moved(-int(pads[2 + operator.axis]))


def _follow_slice(seen: Extent, operator: _Operator) -> Extent:
    starts, ends, axes, steps = (operator.values(position) for position in (1, 2, 3, 4))
    if starts is None or ends is None or axes is None or (steps is not None and (steps != 1).any()):
        raise UnsupportedArchitecture("its operator Slice is of an unknown form")
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist(), strict=True):
        if axis % 4 != 2 + operator.axis:
            continue
        if start < 0 or 0 <= end < _ENDLESS:
            raise UnsupportedArchitecture("its operator Slice cuts at a fixed place of the picture")
        seen = seen.moved(start)
    return seen


_FOLLOWED = {
    "Conv": _follow_convolution,
    "AveragePool": _follow_pool,
    "MaxPool": _follow_pool,
    "ConvTranspose": _follow_transposed,
    "DepthToSpace": _follow_shuffle,
    "SpaceToDepth": _follow_unshuffle,
    "Resize": _follow_resize,
    "Pad": _follow_pad,
    "Slice": _follow_slice,
}


def _is_along_channels(node: onnx.NodeProto, constants: _Constants) -> bool:
    """Whether the one axis a node works along is that of channels."""
    axes = axes_of(node, constants)
    keeps = attributes(node).get("keepdims", 1) == 1
    return axes == (1,) and keeps and all(name in constants for name in node.input[1:] if _is_index(node))


def _has_places(values: NDArray[Any]) -> bool:
    """Whether there is a number for each row or column."""
    return values.ndim == 4 and max(values.shape[2:]) > 1


def _is_index(node: onnx.NodeProto) -> bool:
    return node.op_type == "Gather"


def axes_of(node: onnx.NodeProto, constants: _Constants) -> tuple[int, ...] | None:
    """Axes of (N, C, H, W) that a node works along, counted from 0; None where they cannot be known."""
    own = attributes(node)
    if "axis" in own:
        return (own["axis"] % 4,)
    if "axes" in own:
        return tuple(sorted(axis % 4 for axis in own["axes"]))
    position = {"Slice": 3}.get(node.op_type, 1)
    if position < len(node.input) and node.input[position] in constants:
        return tuple(sorted(axis % 4 for axis in constants[node.input[position]].ravel().tolist()))
    return {"Concat": None, "Gather": (0,), "Softmax": (3,), "Split": (0,)}.get(node.op_type)


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """Attributes of a node by name."""
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
