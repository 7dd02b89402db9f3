"""The network of PyTorch's own examples (``fast_neural_style``), by its state dict.

After Johnson et al. 2016: three convolutions (9x9, then two 3x3 of stride 2), residual blocks, twice a
doubling by the nearest neighbour with a 3x3 convolution, and a 9x9 convolution. All mirror the picture at
its border, have a bias, and all but the last are followed by an instance norm.
"""

from __future__ import annotations

from typing import Any

from rotoscope.palette.importing.architecture import (
    MOST_BLOCKS,
    KnownNetwork,
    Shape,
    require_kernel,
    require_shapes,
    shape_of,
    widths,
)
from rotoscope.palette.importing.layers import INPUT, NetworkBuilder
from rotoscope.palette.importing.weights import Tensors

_EPSILON = 1e-5
_STRIDED = ("conv2", "conv3", "deconv1", "deconv2")


def recognize_transformer_net(tensors: Tensors) -> KnownNetwork | None:
    """The network of a state dict; see :data:`rotoscope.palette.importing.architecture.Recognize`.

    Raises:
        Malformed: the names are this network's, but not all of them or not of its shapes.
    """
    if "conv1.conv2d.weight" not in tensors or "deconv1.conv2d.weight" not in tensors:
        return None
    blocks = sum(1 for number in range(1, MOST_BLOCKS + 1) if f"res{number}.conv1.conv2d.weight" in tensors)
    full, half, quarter, upper, last = (
        shape_of(tensors, f"{name}.conv2d.weight", 4)[0]
        for name in ("conv1", "conv2", "conv3", "deconv1", "deconv2")
    )
    convolutions = {"conv1": (full, 3), "conv2": (half, full), "conv3": (quarter, half)}
    norms = {"in1": full, "in2": half, "in3": quarter, "in4": upper, "in5": last}
    for number in range(1, blocks + 1):
        convolutions |= {f"res{number}.conv{place}": (quarter, quarter) for place in (1, 2)}
        norms |= {f"res{number}.in{place}": quarter for place in (1, 2)}
    convolutions |= {"deconv1": (upper, quarter), "deconv2": (last, upper), "deconv3": (3, last)}
    expected: dict[str, Shape] = {}
    for name, (outs, ins) in convolutions.items():
        side = shape_of(tensors, f"{name}.conv2d.weight", 4)[2]
        require_kernel(f"{name}.conv2d.weight", side, strided=name in _STRIDED)
        expected |= {f"{name}.conv2d.weight": (outs, ins, side, side), f"{name}.conv2d.bias": (outs,)}
    for name, size in norms.items():
        expected |= {f"{name}.weight": (size,), f"{name}.bias": (size,)}
    parameters = require_shapes(tensors, expected)
    description = (
        f"TransformerNet of PyTorch's examples, {widths(full, half, quarter)}, {blocks} residual blocks"
    )
    return KnownNetwork(
        description, _build(tensors, blocks), "0..255", "rgb", margin=0, minimum=32, parameters=parameters
    )


def _build(tensors: Tensors, blocks: int) -> Any:  # noqa: ANN401 - an onnx.ModelProto
    graph = NetworkBuilder(tensors)

    def convolution(x: str, name: str, stride: int = 1) -> str:
        return graph.reflected_convolution(x, f"{name}.conv2d.weight", f"{name}.conv2d.bias", stride=stride)

    def normed(x: str, name: str, norm: str, stride: int = 1) -> str:
        return graph.instance_norm(
            convolution(x, name, stride), f"{norm}.weight", f"{norm}.bias", epsilon=_EPSILON
        )

    x = graph.relu(normed(INPUT, "conv1", "in1"))
    x = graph.relu(normed(x, "conv2", "in2", stride=2))
    x = graph.relu(normed(x, "conv3", "in3", stride=2))
    for block in (f"res{number}" for number in range(1, blocks + 1)):
        inner = graph.relu(normed(x, f"{block}.conv1", f"{block}.in1"))
        x = graph.add(x, normed(inner, f"{block}.conv2", f"{block}.in2"))
    x = graph.relu(normed(graph.doubled(x), "deconv1", "in4"))
    x = graph.relu(normed(graph.doubled(x), "deconv2", "in5"))
    return graph.finish(convolution(x, "deconv3"))
