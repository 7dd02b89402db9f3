"""Small ONNX graphs, made in code, whose result can be said in advance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import FilterFile, filter_file_bytes, parse_filter_file

TINTS = np.array([1.0, 0.5, 0.25], np.float32)
"""What the tint graphs multiply red, green and blue by."""


def make_model(
    nodes: Sequence[onnx.NodeProto],
    constants: dict[str, Any],
    *,
    inputs: Sequence[str] = ("image",),
    outputs: Sequence[str] = ("painted",),
    shape: Sequence[int | str] = ("N", 3, "H", "W"),
    element: int = TensorProto.FLOAT,
    opset: int = 17,
    ir_version: int = 8,
) -> onnx.ModelProto:
    """A model of nodes and named constants; floats are stored as float32."""
    tensors = [
        numpy_helper.from_array(
            np.asarray(value, np.float32) if isinstance(value, int | float | list) else value, name
        )
        for name, value in constants.items()
    ]
    graph = helper.make_graph(
        list(nodes),
        "sample",
        [helper.make_tensor_value_info(name, element, shape) for name in inputs],
        [helper.make_tensor_value_info(name, element, shape) for name in outputs],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)


def node(operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> onnx.NodeProto:  # noqa: ANN401
    """One node of one output."""
    return helper.make_node(operator, list(inputs), [output], name=output, **attributes)


def clip_nodes(value: str, output: str = "painted") -> list[onnx.NodeProto]:
    """Clamp to the constants ``black`` and ``white``."""
    return [node("Clip", [value, "black", "white"], output)]


def identity_model() -> onnx.ModelProto:
    """Gives back the picture."""
    return make_model(clip_nodes("image"), {"black": 0.0, "white": 1.0})


def tint_model() -> onnx.ModelProto:
    """Multiplies the channels by :data:`TINTS`."""
    nodes = [node("Mul", ["image", "tints"], "tinted"), *clip_nodes("tinted")]
    return make_model(nodes, {"tints": TINTS.reshape(1, 3, 1, 1), "black": 0.0, "white": 1.0})


def half_size_model() -> onnx.ModelProto:
    """A conv of stride 2 and a pixel shuffle back: takes even sizes only, keeps the size of those."""
    random = np.random.default_rng(5)
    nodes = [
        node("Conv", ["image", "w1", "b1"], "half", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("InstanceNormalization", ["half", "scale", "shift"], "normed", epsilon=1e-5),
        node("Relu", ["normed"], "lit"),
        node("Conv", ["lit", "w2"], "wide", kernel_shape=[1, 1]),
        node("DepthToSpace", ["wide"], "detail", blocksize=2, mode="CRD"),
        node("Add", ["image", "detail"], "sum"),
        *clip_nodes("sum"),
    ]
    constants = {
        "w1": random.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32),
        "b1": random.normal(0, 0.1, 4).astype(np.float32),
        "scale": np.ones(4, np.float32),
        "shift": np.zeros(4, np.float32),
        "w2": random.normal(0, 0.1, (12, 4, 1, 1)).astype(np.float32),
        "black": 0.0,
        "white": 1.0,
    }
    return make_model(nodes, constants)


def filter_file(
    model: onnx.ModelProto,
    *,
    name: str = "sample",
    padding: Padding | None = None,
    **card: Any,  # noqa: ANN401
) -> FilterFile:
    """A filter file in memory."""
    data = filter_file_bytes(model, Card(name=name, padding=padding or Padding(multiple=1), **card))
    return parse_filter_file(data, what=name)


def random_picture(height: int, width: int, *, dtype: Any = np.uint8, seed: int = 0) -> NDArray[Any]:  # noqa: ANN401
    """(H, W, 3) noise over the whole range of the type."""
    return np.random.default_rng(seed).integers(
        0, np.iinfo(dtype).max, (height, width, 3), dtype, endpoint=True
    )


def tinted(picture: NDArray[Any]) -> NDArray[Any]:
    """What :func:`tint_model` makes of a picture."""
    return np.floor(picture.astype(np.float64) * TINTS + 0.5).astype(picture.dtype)
