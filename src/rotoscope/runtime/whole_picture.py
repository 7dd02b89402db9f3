"""What a graph takes from a picture as a whole, and the graph without it.

An instance norm looks at the mean and the variance of a map, the whole of it (Ulyanov et al. 2016); so does
whatever else averages over all places. All other operators that a filter is made of look at neighbors only.
So a graph is cut at these *statistics*: one graph for each gives the map that it is taken of, and a last one
paints, each with the statistics before it as constants. These graphs can be run on tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.runtime.graph import OUTPUT_NAME
from rotoscope.runtime.reach import Reach, attributes, axes_of, find_reach

_MEANS = ("ReduceMean", "GlobalAveragePool")
_NORM_EPSILON = 1e-5
"""Of ONNX's InstanceNormalization where the node does not say."""


class Moments(NamedTuple):
    """Statistics of one map over the whole picture."""

    mean: NDArray[np.float64]
    """(C,)."""
    variance: NDArray[np.float64]
    """(C,), of the whole population."""


@dataclass(frozen=True, slots=True)
class LocalGraphs:
    """A graph cut at its statistics."""

    model: onnx.ModelProto
    statistics: tuple[onnx.NodeProto, ...]
    """Nodes that look at a whole map, in the order in which they can be calculated."""
    constants: dict[str, NDArray[Any]]
    """Values that do not depend on the picture, by name."""
    reach: Reach

    def map_name(self, stage: int) -> str:
        """Name, in the whole graph, of the map that a statistic is taken of."""
        return self.statistics[stage].input[0]

    def map_model(self, stage: int, known: Sequence[Moments]) -> bytes:
        """ONNX that makes the map of one statistic, (1, C, h, w), given those before it."""
        end = helper.make_node("Identity", [self.map_name(stage)], [OUTPUT_NAME])
        nodes, tensors = self._with_constants(known)
        return self._model([*(n for n in nodes if OUTPUT_NAME not in n.output), end], tensors)

    def painting_model(self, known: Sequence[Moments]) -> bytes:
        """ONNX that paints, given all statistics."""
        return self._model(*self._with_constants(known))

    def _with_constants(
        self, known: Sequence[Moments]
    ) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """The graph's nodes, those of known statistics replaced, and its weights."""
        by_output = {node.output[0]: moments for node, moments in zip(self.statistics, known, strict=False)}
        nodes: list[onnx.NodeProto] = []
        tensors = list(self.model.graph.initializer)
        for node in self.model.graph.node:
            moments = by_output.get(node.output[0])
            if moments is None:
                nodes.append(node)
            elif node.op_type == "InstanceNormalization":
                own_nodes, own_tensors = _scaling(node, self.constants, moments)
                nodes += own_nodes
                tensors += own_tensors
            else:
                shape = (1, -1, 1, 1) if attributes(node).get("keepdims", 1) else (1, -1)
                tensors.append(_tensor(moments.mean.reshape(shape), node.output[0]))
        return nodes, tensors

    def _model(self, nodes: Sequence[onnx.NodeProto], tensors: Sequence[onnx.TensorProto]) -> bytes:
        """A model of what leads to the output."""
        kept: list[onnx.NodeProto] = []
        wanted = {OUTPUT_NAME}
        for node in reversed(nodes):
            if wanted & set(node.output):
                kept.insert(0, node)
                wanted |= set(node.input)
        graph = helper.make_graph(
            kept,
            "tile",
            [self.model.graph.input[0]],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["N", "C", "H", "W"])],
            [tensor for tensor in tensors if tensor.name in wanted],
        )
        model = helper.make_model(
            graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version
        )
        return model.SerializeToString()


def cut_at_statistics(model: bytes) -> LocalGraphs:
    """Cut a filter's graph at its statistics.

    Args:
        model: an ONNX model that keeps the filter format's rules.

    Raises:
        UnsupportedArchitecture: it looks at the whole picture in a way that is not known; the message is a
            clause that says how.
    """
    proto = onnx.load_model_from_string(model)
    constants = constants_of(proto)
    statistics = tuple(node for node in proto.graph.node if _is_statistic(node, constants))
    means = frozenset(node.output[0] for node in statistics if node.op_type in _MEANS)
    reach = find_reach(proto.graph, constants, means)
    statistics = tuple(node for node in statistics if node.input[0] in reach.strides)
    for node in statistics:
        if node.op_type == "InstanceNormalization" and not set(node.input[1:]) <= constants.keys():
            raise UnsupportedArchitecture("its norms are scaled by numbers that are calculated")
    return LocalGraphs(proto, statistics, constants, reach)


def constants_of(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """Weights, constants, and what is calculated of nothing else, by name."""
    known = {tensor.name for tensor in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        if all(name in known or not name for name in node.input):
            nodes.append(node)
            known |= set(node.output)
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    names = [name for node in nodes for name in node.output if name]
    if not names:
        return values
    outputs = [onnx.ValueInfoProto(name=name) for name in names]
    graph = helper.make_graph(nodes, "constants", [], outputs, list(model.graph.initializer))
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    results: Any = ReferenceEvaluator(made).run(None, {})
    return values | dict(zip(names, map(np.asarray, results), strict=True))


def _is_statistic(node: onnx.NodeProto, constants: dict[str, NDArray[Any]]) -> bool:
    if node.op_type == "ReduceMean":
        return axes_of(node, constants) == (2, 3)
    return node.op_type in ("InstanceNormalization", "GlobalAveragePool")


def _scaling(
    node: onnx.NodeProto, constants: dict[str, NDArray[Any]], moments: Moments
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """A norm whose statistics are known: a multiplication and an addition for each channel."""
    scale, shift = (constants[name].astype(np.float64) for name in node.input[1:3])
    epsilon = attributes(node).get("epsilon", _NORM_EPSILON)
    gain = scale / np.sqrt(moments.variance + epsilon)
    output = node.output[0]
    names = f"{output}.gain", f"{output}.offset", f"{output}.scaled"
    nodes = [
        helper.make_node("Mul", [node.input[0], names[0]], [names[2]]),
        helper.make_node("Add", [names[2], names[1]], [output]),
    ]
    offset = shift - moments.mean * gain
    return nodes, [_tensor(v.reshape(1, -1, 1, 1), n) for v, n in ((gain, names[0]), (offset, names[1]))]


def _tensor(values: NDArray[Any], name: str) -> onnx.TensorProto:
    return numpy_helper.from_array(values.astype(np.float32), name)
