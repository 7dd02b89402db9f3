"""Makes the test vectors of the filter format: ``python tests/vectors/filter-format/make_vectors.py FOLDER``.

The filter is written with Rotoscope; what it must paint is computed here with NumPy alone, from the
definitions of the operators, so that the vectors check every reader and not only one library.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from rotoscope.filters.card import Card, Padding, StyleImage
from rotoscope.filters.file import write_filter_file

MULTIPLE, MARGIN = 2, 3
EPSILON = 1e-5
HEIGHT, WIDTH = 13, 18
"""Odd and even, so that padding to the multiple is seen."""


def make_weights() -> dict[str, NDArray[Any]]:
    """Weights that float16 holds exactly, so that no rounding is in question."""
    random = np.random.default_rng(1831)
    return {
        "conv1.weight": (random.integers(-8, 9, (4, 3, 3, 3)) / 16).astype(np.float16),
        "conv1.bias": (random.integers(-8, 9, 4) / 16).astype(np.float32),
        "norm.scale": (random.integers(8, 17, 4) / 16).astype(np.float32),
        "norm.bias": (random.integers(-4, 5, 4) / 16).astype(np.float32),
        "conv2.weight": (random.integers(-8, 9, (12, 4, 1, 1)) / 64).astype(np.float16),
        "conv2.bias": (random.integers(-8, 9, 12) / 64).astype(np.float32),
    }


def make_model(weights: dict[str, NDArray[Any]]) -> onnx.ModelProto:
    """Half size, normalised, and back by a pixel shuffle, added to the picture."""
    halves = [name for name, value in weights.items() if value.dtype == np.float16]
    nodes = [
        helper.make_node("Cast", [n], [f"{n}.float32"], to=TensorProto.FLOAT, name=f"{n}.float32")
        for n in halves
    ]
    nodes += [
        helper.make_node(
            "Conv", ["image", "conv1.weight.float32", "conv1.bias"], ["conv1"], name="conv1",
            kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
        ),
        helper.make_node(
            "InstanceNormalization", ["conv1", "norm.scale", "norm.bias"], ["norm"], name="norm",
            epsilon=EPSILON,
        ),
        helper.make_node("Relu", ["norm"], ["relu"], name="relu"),
        helper.make_node(
            "Conv", ["relu", "conv2.weight.float32", "conv2.bias"], ["conv2"], name="conv2",
            kernel_shape=[1, 1],
        ),
        helper.make_node("DepthToSpace", ["conv2"], ["shuffled"], name="shuffled", blocksize=2, mode="CRD"),
        helper.make_node("Add", ["image", "shuffled"], ["sum"], name="sum"),
        helper.make_node("Clip", ["sum", "black", "white"], ["painted"], name="painted"),
    ]  # fmt: skip
    constants = {**weights, "black": np.float32(0), "white": np.float32(1)}
    graph = helper.make_graph(
        nodes,
        "test_vector",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_card() -> Card:
    """A card that uses the fields a reader may show."""
    return Card(
        name="test-vector",
        padding=Padding(multiple=MULTIPLE, margin=MARGIN),
        title="Test vector of filter format 1",
        author="The Rotoscope authors",
        license="CC0-1.0",
        style=StyleImage(title="None: the weights are small fractions from a random generator"),
        tags=("test",),
        recipe={"seed": 1831},
    )


def make_picture() -> NDArray[np.uint8]:
    """Gradients in three directions and some noise."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(17).integers(0, 40, (HEIGHT, WIDTH, 3))
    ramps = np.stack([columns * 12, rows * 16, 210 - (rows + columns) * 7], axis=-1)
    return np.clip(ramps + noise, 0, 255).astype(np.uint8)


def paint(picture: NDArray[np.uint8], weights: dict[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """What the filter must make of a picture, step by step as the format says."""
    height, width = picture.shape[:2]
    sides = [-(-(side + 2 * MARGIN) // MULTIPLE) * MULTIPLE for side in (height, width)]
    rows, columns = (
        [mirror(i - MARGIN, side) for i in range(padded)]
        for side, padded in zip((height, width), sides, strict=True)
    )
    image = picture[rows][:, columns].transpose(2, 0, 1).astype(np.float64) / 255
    weights = {name: value.astype(np.float64) for name, value in weights.items()}
    framed = np.pad(image, [(0, 0), (1, 1), (1, 1)])
    half = weights["conv1.bias"][:, None, None] + sum(
        np.einsum(
            "oi,ihw->ohw",
            weights["conv1.weight"][:, :, y, x],
            framed[:, y : y + sides[0] : 2, x : x + sides[1] : 2],
        )
        for y in range(3)
        for x in range(3)
    )
    mean, variance = half.mean(axis=(1, 2), keepdims=True), half.var(axis=(1, 2), keepdims=True)
    normed = (half - mean) / np.sqrt(variance + EPSILON)
    lit = np.maximum(normed * weights["norm.scale"][:, None, None] + weights["norm.bias"][:, None, None], 0)
    wide = (
        np.einsum("oi,ihw->ohw", weights["conv2.weight"][:, :, 0, 0], lit)
        + weights["conv2.bias"][:, None, None]
    )
    # Channel c*4 + 2*dy + dx of a pixel is channel c of its detail at (dy, dx): the order CRD.
    detail = wide.reshape(3, 2, 2, sides[0] // 2, sides[1] // 2).transpose(0, 3, 1, 4, 2).reshape(3, *sides)
    painted = np.clip(image + detail, 0, 1).transpose(1, 2, 0)
    cropped = painted[MARGIN : MARGIN + height, MARGIN : MARGIN + width]
    return np.floor(cropped * 255 + 0.5).astype(np.uint8)


def mirror(index: int, side: int) -> int:
    """Which pixel of a side a border pixel repeats."""
    period = 2 * (side - 1)
    if period == 0:
        return 0
    return min(index % period, period - index % period)


def main(folder: Path) -> None:
    """Write the three files."""
    weights, picture = make_weights(), make_picture()
    write_filter_file(folder / "test-vector.onnx", make_model(weights), make_card())
    Image.fromarray(picture).save(folder / "input.png")
    Image.fromarray(paint(picture, weights)).save(folder / "painted.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
