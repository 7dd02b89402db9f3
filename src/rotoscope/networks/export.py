"""A style network as an ONNX graph, written by hand.

``torch.onnx`` would do it, with names nobody can read. Here each node is named after the parameter it
uses, and the file stays the same whatever torch is installed. Weights are float16 initializers with a
cast to float32 each: half the file, and runtimes fold the casts when they load the graph.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from rotoscope.errors import WeightsError
from rotoscope.networks.style_network import NORM_EPSILON, SIZE_MULTIPLE, StyleNetworkSize

OPSET_VERSION = 17
"""ONNX operator set of the graph; from 2022, known to every runtime in use."""
IR_VERSION = 8
"""ONNX file version that belongs to the operator set."""
INPUT_NAME = "image"
OUTPUT_NAME = "painted"


def build_style_graph(state: Mapping[str, Tensor]) -> onnx.ModelProto:
    """The graph of a style network: what :class:`StyleNetwork` computes, clipped to 0..1.

    The margin of :data:`MARGIN_PIXELS` is not in it: whoever runs the graph reflects and crops.

    Args:
        state: state dict of a style network, float32.

    Returns:
        A checked model. Input ``image`` (N, 3, H, W) float32 sRGB 0..1, H and W multiples of 4; output
        ``painted``, the same shape and range. N, H and W are free. Without metadata.

    Raises:
        UnsupportedArchitecture: the tensors are not those of a style network.
        WeightsError: a value does not fit into float16.
    """
    size = StyleNetworkSize.of_state(state)
    graph = _GraphBuilder({name: tensor.detach().float().cpu().numpy() for name, tensor in state.items()})
    half = graph.relu(graph.convolution(INPUT_NAME, "stem", kernel=4, stride=2, padding=1))
    quarter = graph.relu(graph.norm(graph.convolution(half, "down", kernel=3, stride=2, padding=1), "norm"))
    for block in range(size.blocks):
        quarter = graph.residual(quarter, f"trunk.{block}", channels=size.trunk, hidden=size.hidden)
    half = graph.relu(graph.pixel_shuffle(graph.convolution(quarter, "up")))
    full = graph.pixel_shuffle(graph.convolution(half, "paint", kernel=3, padding=1))
    graph.offset_and_clip(full)
    return graph.finish()


def read_style_graph(model: onnx.ModelProto) -> dict[str, Tensor]:
    """The state dict in a graph that :func:`build_style_graph` made, float32.

    Raises:
        UnsupportedArchitecture: the graph's weights are not those of a style network.
    """
    state = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in model.graph.initializer
        if tensor.data_type == TensorProto.FLOAT16
    }
    StyleNetworkSize.of_state(state)
    return state


class _GraphBuilder:
    """Collects nodes and initializers. Each method appends nodes and returns its output's name."""

    def __init__(self, state: Mapping[str, np.ndarray]) -> None:
        self._state = state
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []

    def convolution(
        self, x: str, name: str, *, kernel: int = 1, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> str:
        parameters = [self._parameter(f"{name}.weight"), self._parameter(f"{name}.bias")]
        return self._node(
            "Conv",
            [x, *parameters],
            name,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[padding] * 4,
            group=groups,
        )

    def norm(self, x: str, name: str) -> str:
        # A group norm of one channel a group is instance norm, for which ONNX has an operator.
        parameters = [self._parameter(f"{name}.weight"), self._parameter(f"{name}.bias")]
        return self._node("InstanceNormalization", [x, *parameters], name, epsilon=NORM_EPSILON)

    def residual(self, x: str, name: str, *, channels: int, hidden: int) -> str:
        y = self.convolution(x, f"{name}.depthwise1", kernel=3, padding=1, groups=channels)
        y = self.relu(self.norm(self.convolution(y, f"{name}.pointwise1"), f"{name}.norm"))
        y = self.convolution(y, f"{name}.depthwise2", kernel=3, padding=1, groups=hidden)
        return self.add(x, self.convolution(y, f"{name}.pointwise2"), f"{name}.sum")

    def relu(self, x: str) -> str:
        return self._node("Relu", [x], f"{x}.relu")

    def add(self, x: str, y: str, name: str) -> str:
        return self._node("Add", [x, y], name)

    def pixel_shuffle(self, x: str) -> str:
        # CRD is the order of channels that torch's pixel_shuffle has; ONNX's default is another.
        return self._node("DepthToSpace", [x], f"{x}.shuffled", blocksize=2, mode="CRD")

    def offset_and_clip(self, x: str) -> None:
        centred = self.add(x, self._constant("offset", 0.5), "centred")
        bounds = [self._constant("black", 0.0), self._constant("white", 1.0)]
        self._node("Clip", [centred, *bounds], OUTPUT_NAME)

    def finish(self) -> onnx.ModelProto:
        shape = ["N", 3, "H", "W"]
        graph = helper.make_graph(
            self._nodes,
            "style_network",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, shape)],
            self._initializers,
            doc_string=f"H and W are multiples of {SIZE_MULTIPLE}; sRGB 0..1 in and out.",
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET_VERSION)],
            ir_version=IR_VERSION,
            producer_name="rotoscope",
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def _node(
        self, operator: str, inputs: list[str], output: str, **attributes: int | float | str | list[int]
    ) -> str:
        node = helper.make_node(operator, inputs, [output], name=output)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output

    def _parameter(self, name: str) -> str:
        with np.errstate(over="ignore"):  # found just below, and said in words
            half = self._state[name].astype(np.float16)
        if not np.isfinite(half).all():
            raise WeightsError(
                f"parameter {name} holds values that are not finite as float16 (beyond ±65504, or not a "
                f"number); a filter file cannot hold them. Train again, with a lower learning rate."
            )
        self._initializers.append(numpy_helper.from_array(half, name))
        return self._node("Cast", [name], f"{name}.float32", to=TensorProto.FLOAT)

    def _constant(self, name: str, value: float) -> str:
        self._initializers.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name
