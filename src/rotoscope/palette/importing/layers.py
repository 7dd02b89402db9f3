"""A network in ONNX, written layer by layer from named arrays.

Each node is named after the parameters it uses. Weights are float32 here; the filter's file stores those
of convolutions as float16.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rotoscope.filters.graph_rules import MIN_OPSET
from rotoscope.palette.importing.weights import Tensors

INPUT, OUTPUT = "picture", "painting"
_IR_VERSION = 8
"""ONNX file version that belongs to the operator set."""


class NetworkBuilder:
    """Collects nodes and initializers. Each method appends nodes and returns its output's name."""

    def __init__(self, tensors: Tensors) -> None:
        """Begin with the input.

        Args:
            tensors: parameters by name, in ONNX's order of axes.
        """
        self._tensors = tensors
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def convolution(
        self,
        x: str,
        weight: str,
        bias: str | None = None,
        *,
        stride: int = 1,
        pads: tuple[int, int] = (0, 0),
        groups: int = 1,
    ) -> str:
        """A convolution that pads with zeros: ``pads`` pixels before and after, in both directions."""
        attributes = {"strides": [stride] * 2, "pads": [pads[0]] * 2 + [pads[1]] * 2, "group": groups}
        return self._weighted("Conv", x, weight, bias, attributes)

    def reflected_convolution(self, x: str, weight: str, bias: str | None = None, *, stride: int = 1) -> str:
        """A convolution of what is mirrored by half the kernel, as PyTorch's ReflectionPad2d does."""
        border = self._tensors[weight].shape[-1] // 2
        if border:
            pads = self._constant(f"reflect{border}", np.array([0, 0, border, border] * 2, np.int64))
            x = self._node("Pad", [x, pads], f"{weight}/reflected", mode="reflect")
        return self.convolution(x, weight, bias, stride=stride)

    def transposed_convolution(
        self, x: str, weight: str, bias: str | None = None, *, pads: tuple[int, int], extra: int = 0
    ) -> str:
        """A transposed convolution of stride 2 that crops ``pads`` and adds ``extra`` rows and columns."""
        attributes = {
            "strides": [2, 2],
            "pads": [pads[0]] * 2 + [pads[1]] * 2,
            "output_padding": [extra] * 2,
        }
        return self._weighted("ConvTranspose", x, weight, bias, attributes)

    def instance_norm(self, x: str, scale: str, shift: str, *, epsilon: float) -> str:
        """Each channel less its mean, by its deviation, times scale, plus shift."""
        inputs = [x, self._parameter(scale), self._parameter(shift)]
        return self._node("InstanceNormalization", inputs, f"{scale}/normed", epsilon=epsilon)

    def relu(self, x: str) -> str:
        """Nothing below zero."""
        return self._node("Relu", [x], f"{x}/relu")

    def add(self, x: str, y: str) -> str:
        """The sum."""
        return self._node("Add", [x, y], f"{y}/sum")

    def doubled(self, x: str) -> str:
        """Every pixel as four: upsampling by the nearest neighbour."""
        scales = self._constant("twice", np.array([1, 1, 2, 2], np.float32))
        return self._node(
            "Resize",
            [x, "", scales],
            f"{x}/doubled",
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def pixel_shuffle(self, x: str) -> str:
        """Channels to pixels, in PyTorch's order."""
        return self._node("DepthToSpace", [x], f"{x}/shuffled", blocksize=2, mode="CRD")

    def tanh(self, x: str) -> str:
        """Squeezed to -1..1."""
        return self._node("Tanh", [x], f"{x}/tanh")

    def times(self, x: str, factor: float) -> str:
        """Multiplied by a number."""
        return self._node("Mul", [x, self._number(f"{x}/factor", factor)], f"{x}/times")

    def plus(self, x: str, offset: float) -> str:
        """A number added."""
        return self._node("Add", [x, self._number(f"{x}/offset", offset)], f"{x}/plus")

    def finish(self, x: str) -> onnx.ModelProto:
        """The network, whose output is ``x``; input and output are (1, 3, H, W) float32.

        Returns:
            A checked model without metadata.
        """
        self._nodes.append(helper.make_node("Identity", [x], [OUTPUT], name=OUTPUT))
        shape = [1, 3, "H", "W"]
        graph = helper.make_graph(
            self._nodes,
            "network",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape)],
            list(self._initializers.values()),
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", MIN_OPSET)], ir_version=_IR_VERSION
        )
        onnx.checker.check_model(model)
        return model

    def _weighted(
        self, operator: str, x: str, weight: str, bias: str | None, attributes: dict[str, Any]
    ) -> str:
        inputs = [x, self._parameter(weight)] + ([] if bias is None else [self._parameter(bias)])
        kernel = list(self._tensors[weight].shape[2:])
        return self._node(operator, inputs, f"{weight}/{operator}", kernel_shape=kernel, **attributes)

    def _node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:  # noqa: ANN401
        node = helper.make_node(operator, inputs, [output], name=output)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output

    def _parameter(self, name: str) -> str:
        return self._constant(name, np.ascontiguousarray(self._tensors[name], np.float32))

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, np.float32))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._initializers.setdefault(name, numpy_helper.from_array(value, name))
        return name
