"""Networks of other makers: whatever conventions they have, the filter paints the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from rotoscope.errors import InvalidCard, UnsafeFile, UnsupportedArchitecture
from rotoscope.filters.card import Import, Padding
from rotoscope.filters.file import filter_file_bytes, parse_filter_file
from rotoscope.filters.neural import NeuralFilter
from rotoscope.palette.conventions import ChannelOrder, ValueRange
from rotoscope.palette.third_party import ConvertedNetwork, ImportOptions, convert_network
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.openvino_runtime import evaluate

from graph_samples import TINTS, half_size_model, make_model, node, random_picture, tinted
from reference import MISSING, REFERENCE_DATA

F32 = RuntimeOptions(precision="f32")
IMAGENET = np.array([123.68, 116.78, 103.94], np.float32)


def convert(model: onnx.ModelProto, **options: Any) -> ConvertedNetwork:  # noqa: ANN401 - ImportOptions' own
    return convert_network(
        model.SerializeToString(), file_name="net.onnx", name="net", options=ImportOptions(**options)
    )


def paint(converted: ConvertedNetwork, picture: NDArray[np.uint8]) -> NDArray[Any]:
    file = parse_filter_file(filter_file_bytes(converted.model, converted.card), what="net")
    return NeuralFilter(file, options=F32).apply(picture)


def found(converted: ConvertedNetwork) -> Import:
    assert converted.card.imported is not None
    return converted.card.imported


def assert_tints(converted: ConvertedNetwork) -> None:
    picture = random_picture(50, 66)
    assert np.abs(paint(converted, picture).astype(int) - tinted(picture)).max() <= 1


def channels(values: NDArray[np.float32], axis: int = 1) -> NDArray[np.float32]:
    shape = [1, 1, 1, 1]
    shape[axis] = 3
    return values.astype(np.float32).reshape(shape)


def diagonal(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of a 1x1 convolution that multiplies each channel."""
    return np.diag(values).astype(np.float32).reshape(3, 3, 1, 1)


def mean_network(order: ChannelOrder) -> onnx.ModelProto:
    """0..255, subtracts ImageNet's mean, tints, adds it again: the way of Johnson et al."""
    step = 1 if order == "rgb" else -1
    mean, tints = IMAGENET[::step], TINTS[::step]
    nodes = [
        node("Sub", ["image", "mean"], "centred"),
        node("Conv", ["centred", "w"], "tinted", kernel_shape=[1, 1]),
        node("Add", ["tinted", "kept"], "sum"),
        node("Clip", ["sum", "low", "high"], "painted"),
    ]
    constants = {"mean": channels(mean), "w": diagonal(tints), "kept": channels(mean * tints)}
    return make_model(nodes, {**constants, "low": 0.0, "high": 255.0})


def affine_network(before: tuple[float, float], after: tuple[float, float]) -> onnx.ModelProto:
    """Scales, shifts, tints on 0..1, shifts and scales back; nothing else tells its range."""
    names = ["a", "b", "c", "d"]
    values = [before[0], before[1], after[0], after[1]]
    nodes = [
        node("Mul", ["image", "a"], "scaled"),
        node("Add", ["scaled", "b"], "shifted"),
        node("Conv", ["shifted", "w"], "tinted", kernel_shape=[1, 1]),
        node("Mul", ["tinted", "c"], "large"),
        node("Add", ["large", "d"], "painted"),
    ]
    constants: dict[str, Any] = dict(zip(names, values, strict=True))
    return make_model(nodes, {**constants, "w": diagonal(TINTS)}, shape=(1, 3, "h", "w"))


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_range_and_order_are_read_from_the_mean(order: ChannelOrder) -> None:
    converted = convert(mean_network(order))
    imported = found(converted)
    assert (imported.input_range, imported.output_range) == ("0..255", "0..255")
    assert (imported.input_channels, imported.output_channels) == (order, order)
    assert any("maps" in line and "to zero" in line for line in imported.evidence)
    assert_tints(converted)


def test_a_flip_inside_the_graph_is_followed() -> None:
    inner = mean_network("bgr")
    nodes = [
        node("Slice", ["rgb", "last", "end", "axis", "back"], "image"),
        *inner.graph.node[:-1],
        node("Clip", ["sum", "low", "high"], "clipped"),
        node("Gather", ["clipped", "reversed"], "painted", axis=1),
    ]
    constants: dict[str, Any] = {t.name: numpy_helper.to_array(t) for t in inner.graph.initializer}
    constants |= {
        "last": np.array([-1]),
        "end": np.array([np.iinfo(np.int64).min + 1]),
        "axis": np.array([1]),
        "back": np.array([-1]),
        "reversed": np.array([2, 1, 0]),
    }
    converted = convert(make_model(nodes, constants, inputs=["rgb"]))
    assert (found(converted).input_channels, found(converted).output_channels) == ("rgb", "rgb")
    assert_tints(converted)


@pytest.mark.parametrize(
    ("before", "after", "takes", "gives"),
    [
        ((1 / 255, 0), (255, 0), "0..255", "0..255"),
        ((1 / 255, 0), (1, 0), "0..255", "0..1"),
        ((255, 0), (1, 0), "0..1", "0..1"),
    ],
)
def test_ranges_that_the_first_operation_tells(
    before: tuple[float, float], after: tuple[float, float], takes: ValueRange, gives: ValueRange
) -> None:
    # "255 * x" alone would leave a network for 0..255 in the middle: undo it before the tint.
    model = affine_network(before, after)
    if before[0] == 255:
        model.graph.initializer[-1].CopyFrom(numpy_helper.from_array(diagonal(TINTS / np.float32(255)), "w"))
    converted = convert(model)
    assert (found(converted).input_range, found(converted).output_range) == (takes, gives)
    assert_tints(converted)


def test_a_network_of_minus_one_to_one_that_ends_in_tanh() -> None:
    nodes = [
        node("Conv", ["image", "w"], "sum", kernel_shape=[1, 1]),
        node("Tanh", ["sum"], "painted"),
    ]
    model = make_model(nodes, {"w": np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1)})
    converted = convert(model)
    assert (found(converted).input_range, found(converted).output_range) == ("-1..1", "-1..1")
    assert any(line.startswith("input range -1..1: probed, likeness") for line in found(converted).evidence)
    picture = random_picture(50, 66)
    wanted = np.tanh(picture / 127.5 - 1) * 127.5 + 127.5
    assert np.abs(paint(converted, picture) - wanted).max() <= 1


def test_what_is_given_overrides_what_is_found() -> None:
    converted = convert(
        mean_network("rgb"), channels="bgr", input_range="0..1", output_range="0..1", margin=3
    )
    imported = found(converted)
    assert (imported.input_channels, imported.output_channels) == ("bgr", "bgr")
    assert (imported.input_range, imported.output_range) == ("0..1", "0..1")
    assert converted.card.padding.margin == 3
    assert "input range 0..1: given" in imported.evidence
    assert "output channels bgr: given" in imported.evidence


def test_windows_ml_metadata_are_believed() -> None:
    model = affine_network((1, 0), (1, 0))
    model.metadata_props.add(key="Image.BitmapPixelFormat", value="Bgr8")
    model.metadata_props.add(key="Image.NominalPixelRange", value="Normalized_0_1")
    imported = found(convert(model))
    assert (imported.input_channels, imported.input_range) == ("bgr", "0..1")
    assert "input channels bgr: metadata say bgr8" in imported.evidence


def test_channels_last() -> None:
    nodes = [node("Mul", ["image", "tints"], "tinted"), node("Clip", ["tinted", "low", "high"], "painted")]
    constants = {"tints": channels(TINTS, axis=3), "low": 0.0, "high": 255.0}
    converted = convert(make_model(nodes, constants, shape=(1, "H", "W", 3)))
    assert found(converted).layout == "nhwc"
    assert_tints(converted)


@pytest.mark.parametrize("element", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_other_float_types(element: int) -> None:
    kind = helper.tensor_dtype_to_np_dtype(element)
    nodes = [node("Mul", ["image", "tints"], "tinted"), node("Clip", ["tinted", "low", "high"], "painted")]
    constants = {
        "tints": channels(TINTS).astype(kind),
        "low": np.zeros((), kind),
        "high": np.ones((), kind),
    }
    converted = convert(make_model(nodes, constants, element=element))
    assert found(converted).output_range == "0..1"
    assert_tints(converted)


def test_bytes_in_and_out() -> None:
    nodes = [
        node("Cast", ["image"], "floats", to=TensorProto.FLOAT),
        node("Mul", ["floats", "tints"], "tinted"),
        node("Clip", ["tinted", "low", "high"], "clipped"),
        node("Cast", ["clipped"], "painted", to=TensorProto.UINT8),
    ]
    constants = {"tints": channels(TINTS), "low": 0.0, "high": 255.0}
    assert_tints(convert(make_model(nodes, constants, element=TensorProto.UINT8)))


def test_a_fixed_size_is_freed_where_the_graph_allows() -> None:
    model = mean_network("rgb")
    for value in (model.graph.input[0], model.graph.output[0]):
        for axis in (2, 3):
            value.type.tensor_type.shape.dim[axis].dim_value = 224
    converted = convert(model)
    assert converted.card.fixed_size is None
    assert_tints(converted)


def test_a_fixed_size_that_is_built_in_is_kept() -> None:
    nodes = [
        node("Reshape", ["image", "flat"], "rows"),
        node("Mul", ["rows", "tints"], "tinted"),
        node("Reshape", ["tinted", "square"], "squared"),
        node("Clip", ["squared", "low", "high"], "painted"),
    ]
    constants = {
        "flat": np.array([1, 3, 40 * 24]),
        "tints": TINTS.reshape(1, 3, 1),
        "square": np.array([1, 3, 40, 24]),
        "low": 0.0,
        "high": 255.0,
    }
    converted = convert(make_model(nodes, constants, shape=(1, 3, 40, 24)), input_range="0..255")
    assert converted.card.fixed_size == (24, 40)
    flat = np.full((100, 80, 3), 120, np.uint8)
    assert np.abs(paint(converted, flat).astype(int) - tinted(flat)).max() <= 1


def test_size_multiples_and_zero_padding_are_found() -> None:
    converted = convert(half_size_model())
    assert converted.card.padding == Padding(multiple=2, margin=16, minimum=32)
    assert converted.card.cost is not None
    assert converted.card.cost.parameters == 4 * 27 + 4 + 4 + 4 + 48 + 2


def old_network() -> onnx.ModelProto:
    """As converters of 2018 wrote them: removed operators, weights among the inputs, a fixed size."""
    side = 32
    nodes = [
        helper.make_node("ImageScaler", ["inputImage"], ["s"], bias=[-103.939, -116.779, -123.68], scale=1.0),
        helper.make_node("Conv", ["s", "w"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node(
            "ConvTranspose", ["half", "v"], ["up"], kernel_shape=[3, 3], strides=[2, 2], auto_pad="VALID",
            output_shape=[side + 2, side + 2],
        ),
        helper.make_node("Crop", ["up"], ["cropped"], border=[1, 1, 1, 1]),
        helper.make_node("Affine", ["cropped"], ["tamed"], alpha=0.002, beta=0.0),
        helper.make_node("Tanh", ["tamed"], ["curved"]),
        helper.make_node("Affine", ["curved"], ["wide"], alpha=150.0, beta=0.0),
        helper.make_node("Add", ["wide", "mean"], ["outputImage"]),
    ]  # fmt: skip
    random = np.random.default_rng(3)
    constants = {
        "w": random.normal(0, 0.3, (4, 3, 2, 2)).astype(np.float32),
        "v": random.normal(0, 0.3, (4, 3, 3, 3)).astype(np.float32),
        "mean": np.array([103.939, 116.779, 123.68], np.float32).reshape(1, 3, 1, 1),
    }
    model = make_model(
        nodes, constants, inputs=["inputImage"], outputs=["outputImage"], shape=("None", 3, side, side),
        opset=7, ir_version=3,
    )  # fmt: skip
    for name, value in constants.items():
        model.graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape))
    return model


def test_operators_that_onnx_removed_are_replaced_exactly() -> None:
    model = old_network()
    converted = convert(model)
    assert converted.card.fixed_size is None
    assert found(converted).input_channels == found(converted).output_channels == "bgr"
    picture = random_picture(32, 32)
    bgr = np.ascontiguousarray(picture[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    painted = paint(converted, picture)
    margin = converted.card.padding.margin
    wanted = np.clip(reference_of_old_network(bgr, constants), 0, 255)[0].transpose(1, 2, 0)[:, :, ::-1]
    assert margin == 0
    assert np.abs(painted - wanted).max() <= 1


def reference_of_old_network(image: NDArray[np.float32], weights: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """The old network by the definition of its operators."""
    centred = image - weights["mean"]
    half = sum(
        np.einsum("oi,nihw->nohw", weights["w"][:, :, y, x], centred[:, :, y::2, x::2])
        for y in range(2)
        for x in range(2)
    )
    up = np.zeros((1, 3, image.shape[2] + 2, image.shape[3] + 2))
    for y in range(3):
        for x in range(3):
            spread = np.einsum("io,nihw->nohw", weights["v"][:, :, y, x], half)
            up[:, :, y : y + image.shape[2] : 2, x : x + image.shape[3] : 2] += spread
    return np.tanh(up[:, :, 1:-1, 1:-1] * 0.002) * 150 + weights["mean"]


def test_two_pictures_in_are_not_a_filter() -> None:
    model = make_model(
        [node("Add", ["content", "style"], "out")], {}, inputs=["content", "style"], outputs=["out"]
    )
    with pytest.raises(
        UnsupportedArchitecture, match=r"net.onnx has 2 inputs and 1 outputs: content \(None, 3"
    ):
        convert(model)


def test_a_classifier_is_not_a_filter() -> None:
    model = make_model([node("GlobalAveragePool", ["image"], "painted")], {})
    with pytest.raises(UnsupportedArchitecture, match="does not give back a picture of the same size"):
        convert(model, input_range="0..1", output_range="0..1")


def test_unsafe_networks_and_bad_names_are_refused() -> None:
    with pytest.raises(UnsafeFile, match=r"net.onnx breaks the safety rules.*'Det' is not allowed"):
        convert(make_model([node("Det", ["image"], "painted")], {}))
    with pytest.raises(InvalidCard, match="name: String should match pattern"):
        convert_network(half_size_model().SerializeToString(), file_name="x.onnx", name="No Name")
    with pytest.raises(InvalidCard, match="title: String should have at most 500 characters"):
        convert(half_size_model(), title="t" * 501)


def test_weights_without_a_graph_are_refused() -> None:
    with pytest.raises(UnsupportedArchitecture, match="hold no graph: `rotoscope filters import` makes"):
        convert_network(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", file_name="mosaic.pth", name="mosaic")


_PUBLISHED = (
    "gnsmrky_nc8_mosaic",
    "jcjohnson_candy",
    "lengstrom_wave",
    "vangogh_tiny_starry_night",
    "winml_candy_720_bgr",
)


@pytest.fixture
def reference_data() -> Path:
    if REFERENCE_DATA is None:
        pytest.skip(MISSING)
    return REFERENCE_DATA


@pytest.mark.reference_data
def test_published_networks_are_imported(reference_data: Path) -> None:
    """The Windows ML network and its later conversion hold the same weights: the filters must paint alike."""
    folder = reference_data / "thirdparty-filters"
    photograph = cv2.imread(str(sorted((reference_data / "validation").glob("*.jpg"))[0]))
    assert photograph is not None
    picture = np.ascontiguousarray(photograph[:160, :200, ::-1]).astype(np.uint8)
    painted: dict[str, NDArray[Any]] = {}
    for stem in _PUBLISHED:  # one of each architecture
        path = folder / f"{stem}.onnx"
        converted = convert_network(path.read_bytes(), file_name=path.name, name="net")
        assert converted.card.fixed_size is None
        assert found(converted).input_range == found(converted).output_range == "0..255"
        painted[path.stem] = paint(converted, picture)
        assert np.std(painted[path.stem]) > 10
    both = [painted["winml_candy_720_bgr"].astype(int), painted["jcjohnson_candy"].astype(int)]
    assert np.abs(both[0] - both[1]).mean() < 0.1


@pytest.mark.reference_data
def test_the_windows_ml_network_keeps_its_own_result(reference_data: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    path = reference_data / "thirdparty-filters" / "winml_candy_720_bgr.onnx"
    image = np.random.default_rng(0).uniform(0, 1, (1, 3, 720, 720)).astype(np.float32)
    settings = runtime.SessionOptions()
    settings.log_severity_level = 3
    session = runtime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    wanted = session.run(None, {"inputImage": image[:, ::-1] * np.float32(255)})[0][:, ::-1]
    converted = convert_network(path.read_bytes(), file_name=path.name, name="candy")
    painted = evaluate(filter_file_bytes(converted.model, converted.card), image) * 255
    assert np.abs(painted - np.clip(wanted, 0, 255)).mean() < 0.05  # weights were rounded to float16
