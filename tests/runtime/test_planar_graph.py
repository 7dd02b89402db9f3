"""A graph folded onto 4:2:0 planes paints what the graph itself paints on RGB."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rotoscope.media.planes import LUMA_WEIGHTS, PlaneEncoding, Planes, color_matrices
from rotoscope.networks.export import build_style_graph
from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.openvino_planar import OpenVinoPlanarGraph, pack_cells, unpack_cells
from rotoscope.runtime.planar_graph import fold_planes

F32 = RuntimeOptions(precision="f32")


def _model(*, kernel: int = 4, clip: bool = True, half: bool = False) -> bytes:
    """A small graph with the ends that fold: convolution, ReLU, convolution, shuffle, offset, clip."""
    rng = np.random.default_rng(3)
    dtype = np.float16 if half else np.float32

    def constant(name: str, values: NDArray[np.float64] | float) -> onnx.TensorProto:
        return numpy_helper.from_array(np.asarray(values).astype(dtype if ".w" in name else np.float32), name)

    sides = [kernel, kernel]
    weight, casts = ("first.w", []) if not half else (
        "first.float32",
        [
            helper.make_node("Cast", ["first.w"], ["first.float32"], to=TensorProto.FLOAT),
            helper.make_node("Cast", ["last.w"], ["last.float32"], to=TensorProto.FLOAT),
        ],
    )  # fmt: skip
    nodes = [
        *casts,
        helper.make_node(
            "Conv", ["image", weight, "first.b"], ["features"],
            kernel_shape=sides, strides=[2, 2], pads=[1] * 4,
        ),
        helper.make_node("Relu", ["features"], ["active"]),
        helper.make_node(
            "Conv", ["active", "last.float32" if half else "last.w", "last.b"], ["twelve"],
            kernel_shape=[3, 3], pads=[1] * 4,
        ),
        helper.make_node("DepthToSpace", ["twelve"], ["shuffled"], blocksize=2, mode="CRD"),
        helper.make_node("Add", ["shuffled", "offset"], ["centred" if clip else "painted"]),
    ]  # fmt: skip
    if clip:
        nodes.append(helper.make_node("Clip", ["centred", "black", "white"], ["painted"]))
    shape = ["N", 3, "H", "W"]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, shape)],
        [
            constant("first.w", rng.normal(0, 0.1, (16, 3, kernel, kernel))),
            constant("first.b", rng.normal(0, 0.1, 16)),
            constant("last.w", rng.normal(0, 0.03, (12, 16, 3, 3))),
            constant("last.b", rng.normal(0, 0.05, 12)),
            constant("offset", 0.5),
            constant("black", 0.0),
            constant("white", 1.0),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def _planes(height: int = 48, width: int = 64) -> Planes:
    rng = np.random.default_rng(7)
    chroma = (2, height // 2, width // 2)
    cb, cr = rng.integers(100, 156, chroma).astype(np.uint8)
    return Planes(rng.integers(16, 236, (height, width)).astype(np.uint8), cb, cr)


def _reference(
    model: bytes, planes: Planes, encoding: PlaneEncoding, margin: int
) -> list[NDArray[np.float64]]:
    """The long way: planes to RGB, the graph in ONNX Runtime, RGB to planes; in floating point."""
    offset, luma_scale, chroma_scale = (0, 255, 255) if encoding.is_full_range else (16, 219, 224)
    height, width = planes.luma.shape
    border = [(margin, margin + -(side + 2 * margin) % 4) for side in (height, width)]
    luma = np.pad(planes.luma.astype(float), border, mode="reflect")
    chroma = [
        np.pad(plane.astype(float), [(a // 2, b // 2) for a, b in border], mode="symmetric")
        .repeat(2, 0)
        .repeat(2, 1)
        for plane in (planes.cb, planes.cr)
    ]
    ycbcr = np.stack([(luma - offset) / luma_scale, *((plane - 128) / chroma_scale for plane in chroma)])
    to_rgb, to_ycbcr = color_matrices(encoding)
    rgb = np.einsum("cp,phw->chw", to_rgb, ycbcr)[None].astype(np.float32)
    painted = np.asarray(onnxruntime.InferenceSession(model).run(None, {"image": rgb})[0])[0]
    back = np.einsum("pc,chw->phw", to_ycbcr, painted)
    cells = back.reshape(3, back.shape[1] // 2, 2, -1, 2).mean((2, 4))
    top = margin // 2
    luma_back = back[0, margin : margin + height, margin : margin + width] * luma_scale + offset
    return [
        luma_back,
        *(cells[1:, top : top + height // 2, top : top + width // 2] * chroma_scale + 128),
    ]


@pytest.mark.parametrize("matrix", sorted(LUMA_WEIGHTS))
@pytest.mark.parametrize("is_full_range", [False, True])
def test_planes_are_painted_as_rgb_would_be(matrix: str, is_full_range: bool) -> None:
    model, planes, encoding = _model(), _planes(), PlaneEncoding(matrix, is_full_range)
    folded = fold_planes(model, encoding)
    assert folded is not None
    painted = OpenVinoPlanarGraph(folded, encoding, options=F32).run(planes, margin=16, multiple=4)
    for plane, wanted in zip(painted, _reference(model, planes, encoding, 16), strict=True):
        assert plane.shape == wanted.shape
        assert float(np.abs(plane - wanted).max()) <= 0.51  # rounding to bytes


@pytest.mark.parametrize("margin", [8, 10])
@pytest.mark.parametrize("size", [(48, 64), (50, 62)])
def test_a_style_network_is_painted_as_rgb_would_be_two_rows_at_once(
    size: tuple[int, int], margin: int
) -> None:
    torch.manual_seed(3)
    network = StyleNetwork(StyleNetworkSize(stem=8, trunk=12, hidden=8, blocks=1))
    with torch.no_grad():
        network.paint.weight *= 0.5  # no color outside RGB: those are clipped in another way
    model, planes = build_style_graph(network.state_dict()).SerializeToString(), _planes(*size)
    encoding = PlaneEncoding("bt709", False)
    folded = fold_planes(model, encoding)
    assert folded is not None
    assert folded.rows_at_once == 2
    painted = OpenVinoPlanarGraph(folded, encoding, options=F32).run(planes, margin=margin, multiple=4)
    for plane, wanted in zip(painted, _reference(model, planes, encoding, margin), strict=True):
        assert plane.shape == wanted.shape
        assert float(np.abs(plane - wanted).max()) <= 0.51  # rounding to bytes


def test_weights_stored_as_float16_fold_too() -> None:
    model, planes, encoding = _model(half=True), _planes(), PlaneEncoding("bt709", False)
    folded = fold_planes(model, encoding)
    assert folded is not None
    painted = OpenVinoPlanarGraph(folded, encoding, options=F32).run(planes, margin=16, multiple=4)
    wanted = _reference(model, planes, encoding, 16)
    assert float(np.abs(painted.luma - wanted[0]).max()) <= 0.51


def test_a_second_size_is_painted_like_a_first() -> None:
    encoding = PlaneEncoding("bt709", False)
    folded = fold_planes(_model(), encoding)
    assert folded is not None
    graph = OpenVinoPlanarGraph(folded, encoding, options=F32)
    graph.run(_planes(40, 40), margin=16, multiple=4)
    again = graph.run(_planes(), margin=16, multiple=4)
    fresh = OpenVinoPlanarGraph(folded, encoding, options=F32).run(_planes(), margin=16, multiple=4)
    for first, second in zip(again, fresh, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("model", [_model(kernel=6), _model(clip=False)], ids=["other kernel", "no clip"])
def test_other_ends_are_not_folded(model: bytes) -> None:
    assert fold_planes(model, PlaneEncoding("bt709", False)) is None


def test_cells_hold_every_sample_of_the_planes() -> None:
    planes = _planes()
    cells = np.empty((24, 32, 6), np.uint8)
    pack_cells(planes, (0, 0, 0, 0), cells)
    assert cells[3, 5].tolist() == [
        *planes.luma[6, 10:12].tolist(),
        *planes.luma[7, 10:12].tolist(),
        int(planes.cb[3, 5]),
        int(planes.cr[3, 5]),
    ]
    pairs = cells.reshape(12, 2, 32, 6).transpose(0, 2, 1, 3)  # as a graph with two rows at once gives them
    for given in (cells[:, :, None], np.ascontiguousarray(pairs)):
        for plane, again in zip(planes, unpack_cells(given), strict=True):
            np.testing.assert_array_equal(plane, again)
