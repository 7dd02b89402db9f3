"""Running graphs by either library."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from rotoscope.errors import FilterFailed, InvalidOptions, MissingExtra, UnsupportedArchitecture
from rotoscope.filters.file import read_filter_file
from rotoscope.runtime import openvino_runtime
from rotoscope.runtime.graph import Backend, Precision, RuntimeOptions
from rotoscope.runtime.load import load_graph
from rotoscope.runtime.openvino_runtime import evaluate

from graph_samples import (
    half_size_model,
    identity_model,
    make_model,
    node,
    random_picture,
    tint_model,
    tinted,
)

BUNDLED = Path(str(files("rotoscope"))) / "palette" / "bundled"
BACKENDS = [("openvino", "f32"), ("openvino", "auto"), ("onnxruntime", "f32")]


@pytest.mark.parametrize(("backend", "precision"), BACKENDS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_comes_back_unchanged(backend: Backend, precision: Precision, dtype: type) -> None:
    count = np.iinfo(dtype).max + 1
    picture = np.repeat(np.arange(count).reshape(-1, 256, 1), 3, axis=2).astype(dtype)
    graph = load_graph(identity_model().SerializeToString(), options=RuntimeOptions(backend, precision))
    assert np.array_equal(graph.run(picture), picture)


@pytest.mark.parametrize(("backend", "precision"), BACKENDS)
def test_channels_keep_their_order(backend: Backend, precision: Precision) -> None:
    picture = random_picture(6, 8)
    graph = load_graph(tint_model().SerializeToString(), options=RuntimeOptions(backend, precision))
    difference = graph.run(picture).astype(int) - tinted(picture)
    assert np.abs(difference).max() <= 1


def test_both_libraries_paint_alike() -> None:
    model, picture = half_size_model().SerializeToString(), random_picture(32, 48)
    first = load_graph(model, options=RuntimeOptions("openvino", "f32")).run(picture).astype(int)
    second = load_graph(model, options=RuntimeOptions("onnxruntime", "f32")).run(picture)
    assert np.abs(first - second).max() <= 1
    assert np.abs(first - picture).max() > 10  # it painted


def test_sizes_and_types_may_change_from_picture_to_picture() -> None:
    graph = load_graph(identity_model().SerializeToString(), options=RuntimeOptions(precision="f32"))
    for height, width, dtype in [(4, 6, np.uint8), (6, 4, np.uint8), (4, 6, np.uint16), (2, 2, np.uint8)] * 2:
        picture = random_picture(height, width, dtype=dtype, seed=height)
        assert np.array_equal(graph.run(picture), picture)


@pytest.mark.parametrize("name", ["great-wave", "pixel-tiles", "bayeux"])
@pytest.mark.parametrize("precision", ["f32", "auto"])
def test_the_graph_for_every_size_paints_the_same_bytes_as_one_for_that_size(
    name: str, precision: Precision
) -> None:
    model = read_filter_file(BUNDLED / f"{name}.onnx").model
    graph = load_graph(model, options=RuntimeOptions(precision=precision))
    for height, width in [(64, 96), (120, 88)]:
        picture = random_picture(height, width, seed=width)
        painted = [graph.run(picture).copy() for _ in range(4)]  # the later ones by one for that size
        assert np.abs(painted[0].astype(int) - picture).max() > 10
        assert all(np.array_equal(painted[0], later) for later in painted[1:])


def test_more_sizes_than_are_remembered_are_painted() -> None:
    graph = load_graph(tint_model().SerializeToString(), options=RuntimeOptions(precision="f32"))
    for side in range(2, 140):
        picture = random_picture(side, 3, seed=side)
        assert np.abs(graph.run(picture).astype(int) - tinted(picture)).max() <= 1


def test_a_graph_that_takes_one_size_only_paints_it_every_time() -> None:
    model = make_model(
        [node("Reshape", ["image", "row"], "flat"), node("Reshape", ["flat", "square"], "painted")],
        {"row": np.array([1, 3 * 4 * 6]), "square": np.array([1, 3, 4, 6])},
    )
    graph, picture = load_graph(model.SerializeToString()), random_picture(4, 6)
    for _ in range(4):
        assert np.array_equal(graph.run(picture), picture)
    with pytest.raises(FilterFailed, match=r"cannot be run on an array of shape \(8, 6, 3\)"):
        graph.run(random_picture(8, 6))


def test_a_size_that_the_graph_cannot_take_is_said() -> None:
    graph = load_graph(half_size_model().SerializeToString())
    with pytest.raises(FilterFailed, match=r"cannot be run on an array of shape \(5, 6, 3\)"):
        graph.run(random_picture(5, 6))


def test_onnx_runtime_says_a_size_that_the_graph_cannot_take() -> None:
    graph = load_graph(half_size_model().SerializeToString(), options=RuntimeOptions("onnxruntime"))
    with pytest.raises(FilterFailed, match=r"cannot be run on an array of shape \(5, 6, 3\)"):
        graph.run(random_picture(5, 6))


def test_identity_names_the_arithmetic_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    model = identity_model().SerializeToString()
    assert load_graph(model, options=RuntimeOptions(precision="f32")).identity.precision == "f32"
    monkeypatch.setattr(openvino_runtime, "has_bf16", lambda: False)
    assert load_graph(model).identity.precision == "f32"
    monkeypatch.setattr(openvino_runtime, "has_bf16", lambda: True)
    assert load_graph(model).identity.precision == "bf16"
    assert str(load_graph(model).identity).startswith("openvino 20")
    assert load_graph(model, options=RuntimeOptions("onnxruntime")).identity.library.startswith(
        "onnxruntime 1"
    )


def test_precision_that_the_processor_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_runtime, "has_bf16", lambda: False)
    with pytest.raises(InvalidOptions, match="'bf16', which this processor does not compute"):
        load_graph(identity_model().SerializeToString(), options=RuntimeOptions(precision="bf16"))


def test_onnx_runtime_has_no_bf16() -> None:
    with pytest.raises(InvalidOptions, match="backend does not compute"):
        load_graph(identity_model().SerializeToString(), options=RuntimeOptions("onnxruntime", "bf16"))


def test_missing_onnx_runtime_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rotoscope.runtime.onnx_runtime.find_spec", _not_installed)
    with pytest.raises(MissingExtra, match=r"needs the package onnxruntime.*extra 'onnxruntime'"):
        load_graph(identity_model().SerializeToString(), options=RuntimeOptions("onnxruntime"))


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_what_is_no_graph_is_refused(backend: Backend) -> None:
    with pytest.raises(UnsupportedArchitecture, match="cannot read this graph"):
        load_graph(b"not a graph", options=RuntimeOptions(backend))


def test_options_outside_what_is_allowed_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="precision was 'f8'; allowed: auto, f32, bf16"):
        RuntimeOptions(precision="f8")  # pyright: ignore[reportArgumentType] - that is the point
    with pytest.raises(InvalidOptions, match="backend was 'tea'; allowed: openvino, onnxruntime"):
        RuntimeOptions(backend="tea")  # pyright: ignore[reportArgumentType] - that is the point
    with pytest.raises(InvalidOptions, match="threads was 0"):
        RuntimeOptions(threads=0)


def test_a_graph_that_would_exhaust_memory_is_refused() -> None:
    huge = make_model(
        [node("Resize", ["image", "", "scales"], "grown"), node("GlobalMaxPool", ["grown"], "one"),
         node("Add", ["image", "one"], "painted")],
        {"scales": np.array([1, 1, 2000, 2000], np.float32)},
    )  # fmt: skip
    with pytest.raises(FilterFailed, match="at most 1024 values a pixel"):
        load_graph(huge.SerializeToString()).run(random_picture(8, 8))
    with pytest.raises(FilterFailed, match="at most 1024 values a pixel"):
        evaluate(huge.SerializeToString(), np.zeros((1, 3, 8, 8), np.float32))


def test_evaluate_neither_scales_nor_clamps() -> None:
    doubled = make_model([node("Mul", ["image", "two"], "painted")], {"two": 2.0})
    values = np.linspace(-300, 300, 3 * 4 * 5, dtype=np.float32).reshape(1, 3, 4, 5)
    assert np.array_equal(evaluate(doubled.SerializeToString(), values), values * 2)


def test_openvino_is_loaded_late_and_tells_nobody() -> None:
    code = (
        "import sys, importlib.util, rotoscope.palette.palette, rotoscope.filters.neural\n"
        "assert importlib.util.find_spec('openvino_telemetry')\n"
        "assert 'openvino' not in sys.modules and 'onnxruntime' not in sys.modules\n"
        "from rotoscope.runtime.openvino_runtime import has_bf16\n"
        "has_bf16()\n"
        "assert 'openvino' in sys.modules\n"
        "assert sys.modules.get('openvino_telemetry') is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _not_installed(name: str) -> None:
    del name
