"""Large pictures: painted in tiles, without a seam, like the whole."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto

from rotoscope.errors import FilterFailed
from rotoscope.filters.base import Filter
from rotoscope.filters.card import Padding
from rotoscope.filters.controls import Controls, with_controls
from rotoscope.filters.file import FilterFile
from rotoscope.filters.mixture import mix_filters
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.strength import with_strength
from rotoscope.filters.tiles import TilePlan, tile_spans
from rotoscope.filters.tiling import TileLimits, pooled, sampled_tiles, watch_tiles
from rotoscope.media.planes import PlaneEncoding
from rotoscope.palette.palette import Palette
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.whole_picture import Moments

from graph_samples import clip_nodes, filter_file, half_size_model, make_model, node, random_picture

F32 = RuntimeOptions(precision="f32")
ENCODING = PlaneEncoding("bt709", is_full_range=False)


def in_tiles(side: int = 1280) -> TileLimits:
    """Everything in tiles of that side."""
    return TileLimits(most_whole_bytes=0, tile_side=side)


def scene(height: int, width: int) -> NDArray[np.uint8]:
    """Bright on one side and dark on the other, so that no tile has the statistics of the whole."""
    ramp = np.linspace(0.1, 0.9, width)[None, :, None] * np.linspace(1, 0.4, height)[:, None, None]
    noise = random_picture(height, width).astype(np.float64) / 255
    return (np.clip(ramp + 0.2 * (noise - 0.5), 0, 1) * 255).astype(np.uint8)


def difference(one: NDArray[Any], other: NDArray[Any]) -> int:
    return int(np.abs(one.astype(np.int64) - other.astype(np.int64)).max())


def reduce_chain_model() -> onnx.ModelProto:
    """A norm written out as means, as some exporters do, between mirrored borders and a resize."""
    random = np.random.default_rng(3)
    nodes = [
        node("Pad", ["image", "border"], "framed", mode="reflect"),
        node("Conv", ["framed", "w1"], "half", kernel_shape=[5, 5], strides=[2, 2]),
        node("ReduceMean", ["half"], "mean", axes=[2, 3], keepdims=1),
        node("Sub", ["half", "mean"], "centered"),
        node("Mul", ["centered", "centered"], "squares"),
        node("ReduceMean", ["squares"], "variance", axes=[-2, -1], keepdims=1),
        node("Add", ["variance", "epsilon"], "positive"),
        node("Sqrt", ["positive"], "deviation"),
        node("Div", ["centered", "deviation"], "normed"),
        node("Relu", ["normed"], "lit"),
        node(
            "Resize",
            ["lit", "", "scales"],
            "large",
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
        ),
        node("Conv", ["large", "w2"], "detail", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Sigmoid", ["detail"], "painted"),
    ]
    constants = {
        "border": np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64),
        "w1": random.normal(0, 0.3, (4, 3, 5, 5)).astype(np.float32),
        "epsilon": 1e-4,
        "scales": np.array([1, 1, 2, 2], np.float32),
        "w2": random.normal(0, 0.3, (3, 4, 3, 3)).astype(np.float32),
    }
    return make_model(nodes, constants)


def cropping_model() -> onnx.ModelProto:
    """Blocks that lose their border, beside a shortcut that is cut; grows back by transposed convolution."""
    random = np.random.default_rng(4)
    nodes = [
        node("Pad", ["image", "border"], "framed", mode="reflect"),
        node("Conv", ["framed", "w1"], "half", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Conv", ["half", "w2"], "inner", kernel_shape=[3, 3]),
        node("InstanceNormalization", ["inner", "scale", "shift"], "normed", epsilon=1e-5),
        node("Slice", ["half", "starts", "ends", "axes"], "shortcut"),
        node("Add", ["normed", "shortcut"], "sum"),
        node("ConvTranspose", ["sum", "w3"], "large", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
             output_padding=[1, 1]),
        node("InstanceNormalization", ["large", "scale3", "shift3"], "even", epsilon=1e-5),
        node("Sigmoid", ["even"], "painted"),
    ]  # fmt: skip
    constants = {
        "border": np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64),
        "w1": random.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32),
        "w2": random.normal(0, 0.3, (4, 4, 3, 3)).astype(np.float32),
        "w3": random.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32),
        "scale": np.array([1, 0.5, 2, 1], np.float32),
        "shift": np.array([0, 0.5, -1, 0.2], np.float32),
        "scale3": np.ones(3, np.float32),
        "shift3": np.zeros(3, np.float32),
        "starts": np.array([1, 1], np.int64),
        "ends": np.array([-1, -1], np.int64),
        "axes": np.array([2, 3], np.int64),
    }
    return make_model(nodes, constants)


FILES = {
    "a norm and a shuffle": filter_file(half_size_model(), padding=Padding(multiple=2, margin=6)),
    "a norm written out": filter_file(
        reduce_chain_model(), padding=Padding(multiple=4, margin=3, mode="edge")
    ),
    "cropped blocks": filter_file(cropping_model(), padding=Padding(multiple=4)),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
@settings(max_examples=8, deadline=None)
@given(height=st.integers(30, 150), width=st.integers(30, 150), side=st.integers(1, 90))
def test_tiles_of_any_size_are_within_one_level_of_the_whole(
    file: FilterFile, height: int, width: int, side: int
) -> None:
    picture = scene(height, width)
    whole = NeuralFilter(file, options=F32).apply(picture)
    tiled = NeuralFilter(file, options=F32, limits=in_tiles(side)).apply(picture)
    assert tiled.shape == picture.shape
    assert difference(tiled, whole) <= 1


def test_without_common_statistics_tiles_would_not_fit() -> None:
    file, picture = FILES["a norm and a shuffle"], scene(120, 160)
    whole = NeuralFilter(file, options=F32)
    alone = np.concatenate([whole.apply(picture[:, :80]), whole.apply(picture[:, 80:])], axis=1)
    assert difference(alone, whole.apply(picture)) > 10


def test_sixteen_bits_stay_sixteen_bits_in_tiles() -> None:
    file = FILES["a norm and a shuffle"]
    picture = np.asarray(scene(90, 120).astype(np.uint16) * 257, np.uint16)
    tiled = NeuralFilter(file, options=F32, limits=in_tiles(40)).apply(picture)
    assert tiled.dtype == np.uint16
    assert difference(tiled, NeuralFilter(file, options=F32).apply(picture)) <= 257


def test_onnx_runtime_paints_in_tiles_too() -> None:
    pytest.importorskip("onnxruntime")
    options, picture = RuntimeOptions(backend="onnxruntime"), scene(90, 120)
    file = FILES["a norm and a shuffle"]
    tiled = NeuralFilter(file, options=options, limits=in_tiles(40)).apply(picture)
    assert difference(tiled, NeuralFilter(file, options=options).apply(picture)) <= 1


@pytest.fixture(scope="module")
def great_wave() -> FilterFile:
    loaded = Palette(Path("none")).load("great-wave")
    assert isinstance(loaded, NeuralFilter)
    return loaded.file


@pytest.mark.parametrize("size", [(301, 420), (256, 256), (417, 190)])
def test_a_bundled_filter_paints_tiles_like_the_whole(great_wave: FilterFile, size: tuple[int, int]) -> None:
    picture = scene(*size)
    whole = NeuralFilter(great_wave, options=F32).apply(picture)
    tiled = NeuralFilter(great_wave, options=F32, limits=in_tiles(160)).apply(picture)
    assert difference(tiled, whole) <= 1


def test_controls_strength_and_mixtures_go_on_working_in_tiles(great_wave: FilterFile) -> None:
    picture = scene(300, 400)
    whole = NeuralFilter(great_wave, options=F32)
    tiled = NeuralFilter(great_wave, options=F32, limits=in_tiles(160))
    other = NeuralFilter(FILES["cropped blocks"], options=F32)
    turns: tuple[Callable[[Filter], Filter], ...] = (
        lambda painter: with_strength(painter, 0.6),
        lambda painter: with_controls(painter, Controls(stroke=0.5, color="photo")),
        lambda painter: mix_filters([(painter, 1), (other, 1)]),
    )
    for turned in turns:
        assert difference(turned(tiled).apply(picture), turned(whole).apply(picture)) <= 2


def test_a_small_picture_is_painted_whole_and_planes_are_left_for_large_ones(great_wave: FilterFile) -> None:
    told: list[tuple[int, int]] = []
    painter = NeuralFilter(great_wave, options=F32)
    with watch_tiles(lambda done, total: told.append((done, total))):
        painter.apply(scene(64, 64))
    assert told == []
    assert painter.for_planes(ENCODING, (128, 96)) is not None
    assert NeuralFilter(great_wave, limits=in_tiles()).for_planes(ENCODING, (128, 96)) is None


def test_whoever_watches_is_told_of_every_tile(great_wave: FilterFile) -> None:
    told: list[tuple[int, int]] = []
    with watch_tiles(lambda done, total: told.append((done, total))):
        NeuralFilter(great_wave, options=F32, limits=in_tiles(160)).apply(scene(301, 420))
    totals = {total for _, total in told}
    assert len(totals) == 1
    assert [done for done, _ in told] == list(range(1, totals.pop() + 1))


def max_pool_model() -> onnx.ModelProto:
    """Looks at the brightest place of the whole picture."""
    nodes = [
        node("GlobalMaxPool", ["image"], "brightest"),
        node("Div", ["image", "brightest"], "relative"),
        *clip_nodes("relative"),
    ]
    return make_model(nodes, {"black": 0.0, "white": 1.0})


def test_a_network_that_cannot_be_cut_paints_whole_until_that_takes_too_much() -> None:
    file, picture = filter_file(max_pool_model(), name="brightest"), scene(40, 50)
    whole = NeuralFilter(file, options=F32).apply(picture)
    assert np.array_equal(NeuralFilter(file, options=F32, limits=in_tiles()).apply(picture), whole)
    limits = TileLimits(most_whole_bytes=0, most_untiled_bytes=1e4)
    with pytest.raises(FilterFailed) as refusal:
        NeuralFilter(file, options=F32, limits=limits).apply(picture)
    message = str(refusal.value)
    assert "'brightest' cannot paint a picture of 50x40" in message
    assert "its operator GlobalMaxPool may look at the whole picture" in message
    assert "GB of memory" in message
    assert "--size" in message
    assert "--stroke-scale" in message


def test_a_graph_of_one_size_is_never_cut() -> None:
    model = half_size_model()
    for value in (model.graph.input[0], model.graph.output[0]):
        for axis, size in ((2, 24), (3, 32)):
            value.type.tensor_type.shape.dim[axis].dim_value = size
        assert value.type.tensor_type.elem_type == TensorProto.FLOAT
    file = filter_file(model, fixed_size=(32, 24))
    picture = scene(60, 80)
    whole = NeuralFilter(file, options=F32).apply(picture)
    assert np.array_equal(NeuralFilter(file, options=F32, limits=in_tiles(8)).apply(picture), whole)


@given(
    units=st.integers(1, 400), tile=st.integers(1, 500), halo=st.integers(0, 12), multiple=st.integers(1, 9)
)
def test_cores_follow_each_other_and_every_tile_shows_its_halo(
    units: int, tile: int, halo: int, multiple: int
) -> None:
    side, halo = units * multiple, halo * multiple
    spans = tile_spans(side, tile=tile, halo=halo, multiple=multiple)
    assert spans[0].start == spans[0].core_start == 0
    assert spans[-1].stop == spans[-1].core_stop == side
    assert len({span.stop - span.start for span in spans}) == 1
    assert all(edge % multiple == 0 for span in spans for edge in span)
    for one, other in pairwise(spans):
        assert one.core_stop == other.core_start
        assert one.core_stop <= one.stop - halo
        assert other.core_start >= other.start + halo


def test_moments_of_parts_are_those_of_all() -> None:
    values = np.random.default_rng(0).normal(3, 2, (5, 90))
    pieces = [values[:, :20], values[:, 20:25], values[:, 25:]]
    together = pooled([(part.shape[1], Moments(part.mean(1), part.var(1))) for part in pieces])
    assert np.allclose(together.mean, values.mean(1))
    assert np.allclose(together.variance, values.var(1))


def test_many_statistics_are_taken_of_tiles_spread_over_the_picture() -> None:
    plan = TilePlan.of(Padding(multiple=4), (4000, 4000), tile=400, halo=40, multiple=4)
    assert len(sampled_tiles(plan, 4)) == len(plan)
    some = sampled_tiles(plan, 16)
    assert 24 <= len(some) < len(plan)
    assert len({tile.rows for tile in some}) == len(plan.rows)
    assert len({tile.columns for tile in some}) == len(plan.columns)
