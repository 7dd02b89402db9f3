"""How much memory a graph takes for a picture, roughly, without running it."""

from __future__ import annotations

from math import prod

import onnx
from onnx import numpy_helper, shape_inference

from rotoscope.runtime.whole_picture import constants_of

_SIDE = 512
"""Of the picture that sizes are calculated for; a multiple of every known network's."""


def values_per_pixel(model: bytes) -> float | None:
    """Most numbers that must be kept at once while a graph runs, for each pixel of the picture.

    A map is kept from when it is made until it is last looked at; a runtime may do better by working in
    place, or worse by keeping more. Weights do not count.

    Args:
        model: an ONNX model that keeps the filter format's rules.

    Returns:
        None where sizes within the graph cannot be told without running it.
    """
    proto = onnx.load_model_from_string(model)
    _fold(proto)
    for axis, side in zip(proto.graph.input[0].type.tensor_type.shape.dim, (1, 3, _SIDE, _SIDE), strict=True):
        axis.dim_value = side
    for output in proto.graph.output:
        output.type.tensor_type.ClearField("shape")
    try:
        graph = shape_inference.infer_shapes(proto, data_prop=True).graph
    except (shape_inference.InferenceError, RuntimeError):
        return None
    known = [*graph.value_info, *graph.output, graph.input[0]]
    sizes = {value.name: size for value in known if (size := _size(value)) > 0}
    weights = {tensor.name for tensor in graph.initializer}
    last_use = {name: place for place, node in enumerate(graph.node) for name in node.input}
    live = {graph.input[0].name: sizes[graph.input[0].name]}
    most = 0
    for place, node in enumerate(graph.node):
        for name in node.output:
            if name not in sizes:
                return None
            live[name] = sizes[name]
        most = max(most, sum(live.values()))
        for name in node.input:
            if last_use[name] == place and name not in weights:
                live.pop(name, None)
    return most / _SIDE**2


def _fold(model: onnx.ModelProto) -> None:
    """Put values that do not depend on the picture in place of what calculates them."""
    constants = constants_of(model)
    nodes = [node for node in model.graph.node if not set(node.output) <= constants.keys()]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())


def _size(value: onnx.ValueInfoProto) -> int:
    """Numbers in a value; 0 where that is not known."""
    return prod(axis.dim_value for axis in value.type.tensor_type.shape.dim)
