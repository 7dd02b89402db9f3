"""Graphs of old exporters brought to today's operators.

The first converters (2018, for Windows ML and Core ML) wrote experimental operators that ONNX removed
later, and upsampled by ConvTranspose to a fixed output size. Each has an exact equivalent today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference, version_converter

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.filters.graph_rules import MAX_OPSET, MIN_OPSET, dimensions, real_inputs

_END = np.iinfo(np.int64).max


def modernize(model: onnx.ModelProto, *, what: str) -> onnx.ModelProto:
    """A copy of the model with an opset of the filter format and without removed operators.

    Raises:
        UnsupportedArchitecture: the graph cannot be brought there.
    """
    modern = onnx.ModelProto()
    modern.CopyFrom(model)
    version = next((entry.version for entry in modern.opset_import if entry.domain in ("", "ai.onnx")), 0)
    modern.ir_version = max(modern.ir_version, 4)  # before 4, weights had to be inputs as well
    _replace_removed_operators(modern.graph)
    _free_transposed_convolutions(modern, what)
    declared = real_inputs(modern)
    del modern.graph.input[:]
    modern.graph.input.extend(declared)
    if MIN_OPSET <= version <= MAX_OPSET:
        return modern
    try:
        converted = version_converter.convert_version(modern, MIN_OPSET)
    except (RuntimeError, ValueError) as error:
        raise UnsupportedArchitecture(
            f"{what} uses ONNX opset {version}, and cannot be converted to {MIN_OPSET}: {error}. Export the"
            f" network again with opset {MIN_OPSET} to {MAX_OPSET}."
        ) from error
    converted.ir_version = max(converted.ir_version, 8)
    return converted


@dataclass
class _Rewriter:
    """Collects what replaces one node."""

    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    initializers: list[onnx.TensorProto] = field(default_factory=list[onnx.TensorProto])

    def constant(self, name: str, values: Any) -> str:  # noqa: ANN401 - whatever numpy takes
        self.initializers.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def multiply_and_add(self, node: onnx.NodeProto, scale: Any, offset: Any) -> None:  # noqa: ANN401
        out = node.output[0]
        scaled = f"{out}/scaled"
        self.nodes.append(
            helper.make_node("Mul", [node.input[0], self.constant(f"{out}/scale", scale)], [scaled])
        )
        self.nodes.append(helper.make_node("Add", [scaled, self.constant(f"{out}/offset", offset)], [out]))


def _image_scaler(node: onnx.NodeProto, rewriter: _Rewriter) -> None:
    attributes = _attributes(node)
    bias = np.asarray(attributes.get("bias", [0.0, 0.0, 0.0]), np.float32).reshape(1, -1, 1, 1)
    rewriter.multiply_and_add(node, attributes.get("scale", 1.0), bias)


def _affine(node: onnx.NodeProto, rewriter: _Rewriter) -> None:
    attributes = _attributes(node)
    rewriter.multiply_and_add(node, attributes.get("alpha", 1.0), attributes.get("beta", 0.0))


def _crop(node: onnx.NodeProto, rewriter: _Rewriter) -> None:
    attributes = _attributes(node)
    left, top, right, bottom = attributes["border"]
    size = attributes.get("scale")
    ends = (
        [top + size[0], left + size[1]] if size else [-bottom if bottom else _END, -right if right else _END]
    )
    rewriter.nodes.append(
        helper.make_node(
            "Slice", list(node.input[:1]), list(node.output), starts=[top, left], ends=ends, axes=[2, 3]
        )
    )


_REMOVED: Mapping[str, Callable[[onnx.NodeProto, _Rewriter], None]] = {
    "ImageScaler": _image_scaler,
    "Affine": _affine,
    "Crop": _crop,
}


def _replace_removed_operators(graph: onnx.GraphProto) -> None:
    rewriter = _Rewriter()
    for node in graph.node:
        replace = _REMOVED.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if replace is None:
            rewriter.nodes.append(node)
        else:
            replace(node, rewriter)
    nodes = rewriter.nodes
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(rewriter.initializers)


def _free_transposed_convolutions(model: onnx.ModelProto, what: str) -> None:
    """Replace fixed output sizes of ConvTranspose by the padding that yields them at the declared size."""
    fixed = [n for n in model.graph.node if n.op_type == "ConvTranspose" and "output_shape" in _attributes(n)]
    if not fixed:
        return
    inferred = shape_inference.infer_shapes(model)
    shapes = {value.name: dimensions(value) for value in inferred.graph.value_info}
    for node in fixed:
        attributes = _attributes(node)
        sides = shapes.get(node.input[0], ())[2:]
        if len(sides) != 2 or None in sides:
            raise UnsupportedArchitecture(
                f"{what} upsamples to a fixed size from a size that cannot be known. Export the network"
                " with a fixed input size, or with output_padding in its transposed convolutions."
            )
        totals = [
            stride * (side - 1) + (kernel - 1) * dilation + 1 - wanted
            for stride, side, kernel, dilation, wanted in zip(
                attributes.get("strides", [1, 1]),
                [side for side in sides if side is not None],
                attributes["kernel_shape"],
                attributes.get("dilations", [1, 1]),
                attributes["output_shape"],
                strict=True,
            )
        ]
        upper = attributes.get("auto_pad") == b"SAME_UPPER"
        starts = [max(t, 0) // 2 if upper else max(t, 0) - max(t, 0) // 2 for t in totals]
        ends = [max(t, 0) - start for t, start in zip(totals, starts, strict=True)]
        kept = [
            a for a in node.attribute if a.name not in ("auto_pad", "output_shape", "pads", "output_padding")
        ]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.attribute.append(helper.make_attribute("pads", [*starts, *ends]))
        node.attribute.append(helper.make_attribute("output_padding", [max(-t, 0) for t in totals]))


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
