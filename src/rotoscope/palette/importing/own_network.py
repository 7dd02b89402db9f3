"""The style network of ``rotoscope train``, by a state dict or a checkpoint of a training.

What it computes is said in :mod:`rotoscope.networks.style_network`, which needs torch; this is the same
without. A test holds the two against each other.
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
MARGIN = 32
"""Pixels of border, as filters of ``rotoscope train`` have."""
_SIGN = "trunk.0.depthwise1.weight"
_PREFIXES = ("", "average.", "network.")
"""Names of a plain state dict, or in a checkpoint: the averaged weights before those of the last step."""


def recognize_own_network(tensors: Tensors) -> KnownNetwork | None:
    """The network of a state dict; see :data:`rotoscope.palette.importing.architecture.Recognize`.

    Raises:
        Malformed: the names are this network's, but not all of them or not of its shapes.
    """
    prefix = next((prefix for prefix in _PREFIXES if f"{prefix}{_SIGN}" in tensors), None)
    if prefix is None:
        return None
    own = {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}
    stem, trunk = shape_of(own, "stem.weight", 4)[0], shape_of(own, "up.weight", 4)[1]
    blocks = sum(1 for number in range(MOST_BLOCKS) if f"trunk.{number}.depthwise1.weight" in own)
    layers: dict[str, Shape] = {
        "stem": (stem, 3, 4, 4),
        "down": (trunk, stem, 3, 3),
        "up": (4 * stem, trunk, 1, 1),
        "paint": (12, stem, 3, 3),
        "norm": (trunk,),
    }
    for block in (f"trunk.{number}" for number in range(blocks)):
        hidden = shape_of(own, f"{block}.norm.weight", 1)[0]
        layers[f"{block}.depthwise1"] = (trunk, 1, 3, 3)
        layers[f"{block}.pointwise1"] = (hidden, trunk, 1, 1)
        layers[f"{block}.norm"] = (hidden,)
        layers[f"{block}.depthwise2"] = (hidden, 1, 3, 3)
        layers[f"{block}.pointwise2"] = (trunk, hidden, 1, 1)
    expected: dict[str, Shape] = {}
    for name, shape in layers.items():
        expected |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    parameters = require_shapes(own, expected)
    kind = {"": "", "average.": ", averaged weights of a checkpoint", "network.": ", a checkpoint"}[prefix]
    description = f"style network of Rotoscope, {widths(stem, trunk)}, {blocks} residual blocks{kind}"
    return KnownNetwork(
        description,
        _build(own, blocks),
        "0..1",
        "rgb",
        margin=MARGIN,
        minimum=1,
        parameters=parameters,
        half_weights=True,
    )


def _build(tensors: Tensors, blocks: int) -> Any:  # noqa: ANN401 - an onnx.ModelProto
    graph = NetworkBuilder(tensors)

    def convolution(x: str, name: str, *, stride: int = 1, border: int = 0, groups: int = 1) -> str:
        return graph.convolution(
            x, f"{name}.weight", f"{name}.bias", stride=stride, pads=(border, border), groups=groups
        )

    def depthwise(x: str, name: str) -> str:
        return convolution(x, name, border=1, groups=tensors[f"{name}.weight"].shape[0])

    def norm(x: str, name: str) -> str:
        return graph.instance_norm(x, f"{name}.weight", f"{name}.bias", epsilon=_EPSILON)

    x = graph.relu(convolution(INPUT, "stem", stride=2, border=1))
    x = graph.relu(norm(convolution(x, "down", stride=2, border=1), "norm"))
    for block in (f"trunk.{number}" for number in range(blocks)):
        y = depthwise(x, f"{block}.depthwise1")
        y = graph.relu(norm(convolution(y, f"{block}.pointwise1"), f"{block}.norm"))
        x = graph.add(x, convolution(depthwise(y, f"{block}.depthwise2"), f"{block}.pointwise2"))
    x = graph.relu(graph.pixel_shuffle(convolution(x, "up")))
    return graph.finish(graph.plus(graph.pixel_shuffle(convolution(x, "paint", border=1)), 0.5))
