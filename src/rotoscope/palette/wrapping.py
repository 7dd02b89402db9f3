"""A network of another maker fitted into the filter format by nodes before and after it.

::

    image ─ flip? ─ scale ─ transpose? ─ cast? ─ [ network ]
    [ network ] ─ cast? ─ transpose? ─ scale ─ flip? ─ clip ─ painted
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from rotoscope.palette.conventions import ChannelOrder, Layout, ValueRange
from rotoscope.runtime.graph import INPUT_NAME, OUTPUT_NAME

_PREFIX = "network/"
_INTO_RANGE: dict[ValueRange, tuple[float, float]] = {"0..1": (1, 0), "0..255": (255, 0), "-1..1": (2, -1)}
_OUT_OF_RANGE: dict[ValueRange, tuple[float, float]] = {
    "0..1": (1, 0),
    "0..255": (1 / 255, 0),
    "-1..1": (0.5, 0.5),
}


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a network wants its pictures, all decided."""

    input_range: ValueRange
    output_range: ValueRange
    input_channels: ChannelOrder
    output_channels: ChannelOrder
    layout: Layout


@dataclass
class _Path:
    """A row of nodes, each taking what the one before gives."""

    name: str
    end: str
    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    initializers: list[onnx.TensorProto] = field(default_factory=list[onnx.TensorProto])

    def step(self, operator: str, *constants: np.ndarray, **attributes: int | list[int]) -> None:
        number = len(self.nodes)
        names = [f"{self.name}/{number}/{i}" for i in range(len(constants))]
        tensors = [numpy_helper.from_array(c, n) for c, n in zip(constants, names, strict=True)]
        self.initializers.extend(tensors)
        output = f"{self.name}/{number}"
        self.nodes.append(helper.make_node(operator, [self.end, *names], [output], name=output))
        self.nodes[-1].attribute.extend(helper.make_attribute(k, v) for k, v in attributes.items())
        self.end = output

    def flip_channels(self) -> None:
        self.step("Gather", np.array([2, 1, 0], np.int64), axis=1)

    def scale(self, factor: float, offset: float) -> None:
        if factor != 1:
            self.step("Mul", np.array(factor, np.float32))
        if offset != 0:
            self.step("Add", np.array(offset, np.float32))


def wrap_network(
    network: onnx.ModelProto,
    conventions: Conventions,
    *,
    size: tuple[int, int] | None,
) -> onnx.ModelProto:
    """The graph of a filter around a network.

    Args:
        network: one input, one output, an opset of the format.
        conventions: how it wants its pictures.
        size: (width, height) to declare where it is fixed; None leaves both free, and the network's own
            declaration is dropped.

    Returns:
        A model that takes ``image`` and gives ``painted``, (1, 3, H, W) float32 in 0..1.
    """
    inner = compose.add_prefix(network, _PREFIX, rename_functions=False)
    graph = inner.graph
    before = _before(conventions, graph.input[0].type.tensor_type.elem_type)
    after = _after(conventions, graph.output[0].name, graph.output[0].type.tensor_type.elem_type)
    before.nodes.append(helper.make_node("Identity", [before.end], [graph.input[0].name], name="prepared"))
    shape = [1, 3, "H", "W"] if size is None else [1, 3, size[1], size[0]]
    wrapped = helper.make_graph(
        [*before.nodes, *graph.node, *after.nodes],
        "filter",
        [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, shape)],
        [*before.initializers, *graph.initializer, *after.initializers],
    )
    model = helper.make_model(
        wrapped,
        opset_imports=list(inner.opset_import),
        ir_version=inner.ir_version,
        producer_name="rotoscope",
    )
    onnx.checker.check_model(model)
    return model


def _before(conventions: Conventions, element: int) -> _Path:
    path = _Path("before", INPUT_NAME)
    if conventions.input_channels == "bgr":
        path.flip_channels()
    path.scale(*_INTO_RANGE[conventions.input_range])
    if element in (TensorProto.UINT8, TensorProto.INT8):
        path.step("Round")  # an integer entrance would cut the fraction off
    if conventions.layout == "nhwc":
        path.step("Transpose", perm=[0, 2, 3, 1])
    if element != TensorProto.FLOAT:
        path.step("Cast", to=element)
    return path


def _after(conventions: Conventions, name: str, element: int) -> _Path:
    path = _Path("after", name)
    if element != TensorProto.FLOAT:
        path.step("Cast", to=TensorProto.FLOAT)
    if conventions.layout == "nhwc":
        path.step("Transpose", perm=[0, 3, 1, 2])
    path.scale(*_OUT_OF_RANGE[conventions.output_range])
    if conventions.output_channels == "bgr":
        path.flip_channels()
    path.step("Clip", np.array(0, np.float32), np.array(1, np.float32))
    path.nodes[-1].output[0] = OUTPUT_NAME
    return path
