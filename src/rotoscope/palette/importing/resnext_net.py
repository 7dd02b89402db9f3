"""The TransformerResNextNetwork of github.com/rrmina/fast-neural-style-pytorch, by its state dict.

As the network of PyTorch's examples, except that a residual block is a bottleneck (1x1, 3x3, 1x1, after
Xie et al. 2016) and that sizes grow back by transposed convolutions. It was trained on pictures in OpenCV's
order, blue first.
"""

from __future__ import annotations

from typing import Any

from rotoscope.palette.importing.architecture import (
    MOST_BLOCKS,
    KnownNetwork,
    Shape,
    require_shapes,
    shape_of,
    widths,
)
from rotoscope.palette.importing.layers import INPUT, NetworkBuilder
from rotoscope.palette.importing.weights import Tensors

_EPSILON = 1e-5
_MARGIN = 16
"""Pixels of border: the transposed convolutions see zeros beyond theirs."""


def recognize_resnext_net(tensors: Tensors) -> KnownNetwork | None:
    """The network of a state dict; see :data:`rotoscope.palette.importing.architecture.Recognize`.

    Raises:
        Malformed: the names are this network's, but not all of them or not of its shapes.
    """
    if (
        "ConvBlock.0.conv_layer.weight" not in tensors
        or "ResidualBlock.0.conv3.conv_layer.weight" not in tensors
    ):
        return None
    blocks = sum(
        1 for number in range(MOST_BLOCKS) if f"ResidualBlock.{number}.conv1.conv_layer.weight" in tensors
    )
    full, half, quarter = (
        shape_of(tensors, f"ConvBlock.{place}.conv_layer.weight", 4)[0] for place in (0, 2, 4)
    )
    upper, last = (shape_of(tensors, f"DeconvBlock.{place}.conv_transpose.weight", 4)[1] for place in (0, 2))
    layers: dict[str, Shape] = {
        "ConvBlock.0.conv_layer": (full, 3, 9, 9),
        "ConvBlock.2.conv_layer": (half, full, 3, 3),
        "ConvBlock.4.conv_layer": (quarter, half, 3, 3),
    }
    for number in range(blocks):
        block = f"ResidualBlock.{number}"
        first, second = (
            shape_of(tensors, f"{block}.conv{place}.conv_layer.weight", 4)[0] for place in (1, 2)
        )
        layers[f"{block}.conv1.conv_layer"] = (first, quarter, 1, 1)
        layers[f"{block}.conv2.conv_layer"] = (second, first, 3, 3)
        layers[f"{block}.conv3.conv_layer"] = (quarter, second, 1, 1)
    layers["DeconvBlock.0.conv_transpose"] = (quarter, upper, 3, 3)
    layers["DeconvBlock.2.conv_transpose"] = (upper, last, 3, 3)
    layers["DeconvBlock.4.conv_layer"] = (3, last, 9, 9)
    expected: dict[str, Shape] = {}
    for name, shape in layers.items():
        outs = shape[1] if name.endswith("conv_transpose") else shape[0]
        expected |= {f"{name}.weight": shape, f"{name}.bias": (outs,)}
        if name != "DeconvBlock.4.conv_layer":
            norm = f"{name.rpartition('.')[0]}.norm_layer"
            expected |= {f"{norm}.weight": (outs,), f"{norm}.bias": (outs,)}
    parameters = require_shapes(tensors, expected)
    description = f"TransformerResNextNetwork, {widths(full, half, quarter)}, {blocks} residual blocks"
    return KnownNetwork(
        description,
        _build(tensors, blocks),
        "0..255",
        "bgr",
        margin=_MARGIN,
        minimum=32,
        parameters=parameters,
    )


def _build(tensors: Tensors, blocks: int) -> Any:  # noqa: ANN401 - an onnx.ModelProto
    graph = NetworkBuilder(tensors)

    def norm(x: str, layer: str) -> str:
        return graph.instance_norm(
            x, f"{layer}.norm_layer.weight", f"{layer}.norm_layer.bias", epsilon=_EPSILON
        )

    def convolution(x: str, layer: str, stride: int = 1) -> str:
        return graph.reflected_convolution(
            x, f"{layer}.conv_layer.weight", f"{layer}.conv_layer.bias", stride=stride
        )

    def growth(x: str, layer: str) -> str:
        names = (f"{layer}.conv_transpose.weight", f"{layer}.conv_transpose.bias")
        return norm(graph.transposed_convolution(x, *names, pads=(1, 1), extra=1), layer)

    x = graph.relu(norm(convolution(INPUT, "ConvBlock.0"), "ConvBlock.0"))
    for layer in ("ConvBlock.2", "ConvBlock.4"):
        x = graph.relu(norm(convolution(x, layer, stride=2), layer))
    for block in (f"ResidualBlock.{number}" for number in range(blocks)):
        y = x
        for layer in (f"{block}.conv1", f"{block}.conv2"):
            y = graph.relu(norm(convolution(y, layer), layer))
        x = graph.add(x, norm(convolution(y, f"{block}.conv3"), f"{block}.conv3"))
    for layer in ("DeconvBlock.0", "DeconvBlock.2"):
        x = graph.relu(growth(x, layer))
    return graph.finish(convolution(x, "DeconvBlock.4"))
