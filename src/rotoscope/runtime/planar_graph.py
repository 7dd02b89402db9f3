"""A filter's graph rewritten to take and give 4:2:0 planes instead of RGB.

Going from YCbCr to RGB is linear, so it folds into a first convolution; going back folds into a last one.
A graph whose first node is a 4x4 convolution of stride 2 and whose last ones are a 3x3 convolution, a pixel
shuffle, an offset and a clip (as all filters that Rotoscope trains) becomes one on *cells*: the six numbers
of 2x2 pixels, at half the width and height::

    Y00 Y01 Y10 Y11 Cb Cr   (1, 6, H/2, W/2)

The result differs from the way over RGB in two things: colors outside RGB are clipped in YCbCr, and chroma is
repeated for its four pixels rather than interpolated.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rotoscope.media.planes import PlaneEncoding, Scales, color_matrices
from rotoscope.runtime.row_pairs import with_row_pairs

CELLS_INPUT = "cells"
CELLS_OUTPUT = "painted_cells"

_Array = NDArray[np.float32]

_CELL_OF_TAP = (0, 1, 1, 2)
"""Of the four taps of a 4x4 kernel with stride 2 and padding 1: the tap of the 3x3 kernel over cells …"""
_PIXEL_OF_TAP = (1, 0, 1, 0)
"""… and the pixel in that cell, along one axis."""


class FoldedGraph(NamedTuple):
    """A graph on cells."""

    model: bytes
    """ONNX. Input ``cells`` (1, 6, h, w) float32: stored numbers less their offsets (luma 0 or 16, chroma
    128). Output ``painted_cells`` (1, 6 rows_at_once, h / rows_at_once, w): luma less ``luma_center``, and
    chroma, both around 0, where bf16 is finest; not clipped."""
    luma_center: float
    """What is to be added to luma for 0..1."""
    rows_at_once: int
    """Rows of cells that lie behind each other in the channels: see :mod:`rotoscope.runtime.row_pairs`."""


def fold_planes(model: bytes, encoding: PlaneEncoding) -> FoldedGraph | None:
    """The graph on cells, or None where the graph's ends are not of the kind described above.

    Args:
        model: an ONNX model that keeps the filter format's rules.
        encoding: of the planes that come and go.
    """
    proto = onnx.load_model_from_string(model)
    ends = _Ends.find(proto.graph)
    if ends is None:
        return None
    to_rgb, to_ycbcr = color_matrices(encoding)
    graph = ends.folded(proto.graph, to_rgb, to_ycbcr, Scales.of(encoding))
    paired = with_row_pairs(graph)
    folded = helper.make_model(paired or graph, opset_imports=proto.opset_import, ir_version=proto.ir_version)
    return FoldedGraph(folded.SerializeToString(), ends.offset, 1 if paired is None else 2)


class _Ends(NamedTuple):
    """The nodes at both ends of a graph, with their weights."""

    first: onnx.NodeProto
    last: onnx.NodeProto
    tail: tuple[onnx.NodeProto, ...]
    """What follows the last convolution: shuffle, offset, clip."""
    first_weight: _Array
    last_weight: _Array
    last_bias: _Array
    offset: float

    @classmethod
    def find(cls, graph: onnx.GraphProto) -> _Ends | None:
        """The ends, or None where they are of another kind."""
        values = _constants(graph)
        makers = {output: node for node in graph.node for output in node.output}
        users = [node for node in graph.node if graph.input[0].name in node.input]
        tail = _tail(graph.output[0].name, makers)
        if len(users) != 1 or tail is None or tail[0].input[0] not in makers:
            return None
        first, last = users[0], makers[tail[0].input[0]]
        first_weight, last_weight, last_bias, offset = (
            values.get(name)
            for name in (_input(first, 1), _input(last, 1), _input(last, 2), _input(tail[1], 1))
        )
        if first_weight is None or last_weight is None or last_bias is None or offset is None:
            return None
        fits = (
            _is_convolution(first, kernel=4, stride=2)
            and _is_convolution(last, kernel=3, stride=1)
            and last_weight.shape[0] == 12
            and offset.size == 1
        )
        if not fits:
            return None
        return cls(first, last, tail, first_weight, last_weight, last_bias, float(offset.reshape(())))

    def folded(
        self, graph: onnx.GraphProto, to_rgb: _Array, to_ycbcr: _Array, scales: Scales
    ) -> onnx.GraphProto:
        """The graph between the ends, with folded ones."""
        bias = [self.first.input[2]] if len(self.first.input) > 2 else []
        enter = _cell_convolution([CELLS_INPUT, "enter.weight", *bias], self.first.output[0])
        leave = _cell_convolution([self.last.input[0], "leave.weight", "leave.bias"], CELLS_OUTPUT)
        dropped = [self.first, self.last, *self.tail]
        between = [node for node in graph.node if node not in dropped]
        weight, bias_values = self._leaving(to_ycbcr)
        made = [
            numpy_helper.from_array(self._entering(to_rgb, scales), "enter.weight"),
            numpy_helper.from_array(weight, "leave.weight"),
            numpy_helper.from_array(bias_values, "leave.bias"),
        ]
        shape = ["N", 6, "H", "W"]
        # Casts of weights come first, so that everything is defined before it is used.
        casts = [node for node in between if node.op_type == "Cast"]
        return helper.make_graph(
            [*casts, enter, *(node for node in between if node not in casts), leave],
            "on_cells",
            [helper.make_tensor_value_info(CELLS_INPUT, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(CELLS_OUTPUT, TensorProto.FLOAT, shape)],
            [*graph.initializer, *made],
        )

    def _entering(self, to_rgb: _Array, scales: Scales) -> _Array:
        """(O, 3, 4, 4) on RGB to (O, 6, 3, 3) on cells of stored numbers less their offsets."""
        on_ycbcr = np.einsum("ocyx,cp->opyx", self.first_weight, to_rgb)
        weight = np.zeros((on_ycbcr.shape[0], 6, 3, 3), np.float32)
        for y in range(4):
            for x in range(4):
                cell = (_CELL_OF_TAP[y], _CELL_OF_TAP[x])
                pixel = 2 * _PIXEL_OF_TAP[y] + _PIXEL_OF_TAP[x]
                weight[:, pixel, cell[0], cell[1]] += on_ycbcr[:, 0, y, x] / scales.luma
                weight[:, 4:, cell[0], cell[1]] += on_ycbcr[:, 1:, y, x] / scales.chroma
        return weight

    def _leaving(self, to_ycbcr: _Array) -> tuple[_Array, _Array]:
        """(12, I, 3, 3) on RGB of 2x2 pixels, channels in the shuffle's order, to (6, I, 3, 3) on cells."""
        pixels = self.last_weight.reshape(3, 4, *self.last_weight.shape[1:])
        biases = self.last_bias.reshape(3, 4)
        luma = np.einsum("c,ckiyx->kiyx", to_ycbcr[0], pixels)
        chroma = np.einsum("pc,ciyx->piyx", to_ycbcr[1:], pixels.mean(1))
        bias = np.concatenate([to_ycbcr[0] @ biases, to_ycbcr[1:] @ biases.mean(1)])
        return np.concatenate([luma, chroma]).astype(np.float32), bias.astype(np.float32)


def _cell_convolution(inputs: list[str], output: str) -> onnx.NodeProto:
    return helper.make_node(
        "Conv", inputs, [output], name=output, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]
    )


def _tail(output: str, makers: dict[str, onnx.NodeProto]) -> tuple[onnx.NodeProto, ...] | None:
    """Shuffle, offset and clip that end in ``output``, in this order."""
    clip = makers.get(output)
    add = makers.get(clip.input[0]) if clip is not None and clip.op_type == "Clip" else None
    shuffle = makers.get(add.input[0]) if add is not None and add.op_type == "Add" else None
    if clip is None or add is None or shuffle is None or shuffle.op_type != "DepthToSpace":
        return None
    attributes = _attributes(shuffle)
    is_pixel_shuffle = attributes.get("blocksize") == 2 and attributes.get("mode") == b"CRD"
    return (shuffle, add, clip) if is_pixel_shuffle else None


def _is_convolution(node: onnx.NodeProto, *, kernel: int, stride: int) -> bool:
    wanted = {"kernel_shape": [kernel, kernel], "strides": [stride, stride], "pads": [1] * 4}
    plain = {"group": 1, "dilations": [1, 1], "strides": [1, 1], "pads": [0] * 4}
    return node.op_type == "Conv" and {**plain, **_attributes(node)} == {**plain, **wanted}


def _attributes(node: onnx.NodeProto) -> dict[str, object]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _input(node: onnx.NodeProto, position: int) -> str:
    return node.input[position] if position < len(node.input) else ""


def _constants(graph: onnx.GraphProto) -> dict[str, _Array]:
    """Initializers by name, and what casts make of them, as float32."""
    values = {
        tensor.name: np.asarray(numpy_helper.to_array(tensor), np.float32)
        for tensor in graph.initializer
        if tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16)
    }
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    return values
