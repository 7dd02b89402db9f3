"""Computing what a graph computes from constants alone, once and for all.

Exporters write a reflection pad's four numbers as a dozen nodes (ConstantOfShape, Concat, Slice …). Folded,
the numbers can be read, by the importer and by people.
"""

from __future__ import annotations

from math import prod
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

_FOLDED = frozenset(
    [
        "Add",
        "Cast",
        "Concat",
        "ConstantOfShape",
        "Div",
        "Floor",
        "Gather",
        "Identity",
        "Mul",
        "Neg",
        "Reshape",
        "Slice",
        "Squeeze",
        "Sub",
        "Transpose",
        "Unsqueeze",
    ]
)
_MOST_ELEMENTS = 4096
"""Larger constants stay as they are: they are weights, or made to exhaust memory."""

Constants = dict[str, NDArray[Any]]


def fold_constants(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the model whose small constant parts are initializers, without unused ones."""
    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    graph = folded.graph
    known: Constants = small_constants(graph)
    kept: list[onnx.NodeProto] = []
    made: Constants = {}
    for node in graph.node:
        value = _fold(node, known, folded)
        if value is None:
            kept.append(node)
        else:
            known[node.output[0]] = made[node.output[0]] = value
    used = {name for node in kept for name in node.input} | {value.name for value in graph.output}
    initializers = [tensor for tensor in graph.initializer if tensor.name in used]
    initializers += [numpy_helper.from_array(value, name) for name, value in made.items() if name in used]
    del graph.node[:]
    graph.node.extend(kept)
    del graph.initializer[:]
    graph.initializer.extend(initializers)
    return folded


def small_constants(graph: onnx.GraphProto) -> Constants:
    """Initializers of few elements, by name."""
    return {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in graph.initializer
        if prod(tensor.dims) <= _MOST_ELEMENTS
    }


def _fold(node: onnx.NodeProto, known: Constants, model: onnx.ModelProto) -> NDArray[Any] | None:
    if node.op_type == "Constant":
        return _constant_value(node)
    if node.op_type not in _FOLDED or len(node.output) != 1 or not all(n in known for n in node.input if n):
        return None
    if node.op_type == "ConstantOfShape" and prod(int(n) for n in known[node.input[0]]) > _MOST_ELEMENTS:
        return None
    inputs = {name: known[name] for name in node.input if name}
    graph = helper.make_graph(
        [node],
        "constant",
        [_describe(name, value) for name, value in inputs.items()],
        [helper.make_empty_tensor_value_info(node.output[0])],
    )
    single = helper.make_model(graph, opset_imports=list(model.opset_import), ir_version=model.ir_version)
    value = np.asarray(cast("list[NDArray[Any]]", ReferenceEvaluator(single).run(None, inputs))[0])
    return value if value.size <= _MOST_ELEMENTS else None


def _describe(name: str, value: NDArray[Any]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)


def _constant_value(node: onnx.NodeProto) -> NDArray[Any] | None:
    attribute = node.attribute[0]
    if attribute.name == "value":
        value = numpy_helper.to_array(attribute.t)
        return value if value.size <= _MOST_ELEMENTS else None
    types = {
        "value_float": np.float32,
        "value_floats": np.float32,
        "value_int": np.int64,
        "value_ints": np.int64,
    }
    if attribute.name not in types:
        return None
    return np.asarray(helper.get_attribute_value(attribute), dtype=types[attribute.name])
