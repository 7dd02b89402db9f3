"""Flow by a network of the user's own: what is run, on what, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from rotoscope.errors import FilterFailed, InvalidOptions, OpenError, UnsafeFile, UnsupportedArchitecture
from rotoscope.motion.engines import ENGINES
from rotoscope.motion.network import NetworkEngine, open_engine

from graph_samples import make_model, node

HERE = np.zeros((21, 42, 3), np.uint8)
THERE = np.full((21, 42, 3), (200, 100, 50), np.uint8)

_FIRST_TWO = {"zero": np.array([0]), "two": np.array([2]), "one": np.array([1])}


def write_network(
    path: Path,
    *,
    nodes: Sequence[onnx.NodeProto] | None = None,
    inputs: Sequence[str] = ("here", "there"),
    shape: Sequence[int | str] = (1, 3, "H", "W"),
    outputs: Mapping[str, Sequence[int | str]] | None = None,
    element: int = TensorProto.FLOAT,
    constants: Mapping[str, Any] | None = None,
) -> Path:
    """A network whose flow is the difference of red and of green, if nothing else is said."""
    if nodes is None:
        nodes = [
            node("Sub", ["there", "here"], "difference"),
            node("Slice", ["difference", "zero", "two", "one"], "flow"),
        ]
    outputs = outputs or {"flow": (1, 2, "H", "W")}
    model = make_model(
        nodes, {**_FIRST_TWO, **(constants or {})}, inputs=inputs, outputs=(), shape=shape, element=element
    )
    for name, size in outputs.items():
        model.graph.output.append(helper.make_tensor_value_info(name, element, size))
    path.write_bytes(model.SerializeToString())
    return path


def test_a_network_sees_colors_from_0_to_255_and_its_flow_is_in_pixels(tmp_path: Path) -> None:
    engine = NetworkEngine(write_network(tmp_path / "raft.onnx"))
    assert engine.name == "raft"
    flow = engine.find(HERE, THERE)
    assert flow.shape == (21, 42, 2)
    assert flow.dtype == np.float32
    assert (flow == (200, 100)).all()


def test_luma_is_shown_to_it_as_gray(tmp_path: Path) -> None:
    engine = NetworkEngine(write_network(tmp_path / "raft.onnx"))
    assert (engine.find(HERE[..., 0], THERE[..., 0]) == 200).all()


def test_pictures_are_continued_to_multiples_of_8_on_both_sides(tmp_path: Path) -> None:
    # Its flow is where it stands: columns and rows, counted in what it was shown.
    nodes = [
        node("Sub", ["there", "here"], "none"),
        node("Slice", ["none", "zero", "two", "one"], "start"),
        node("Add", ["start", "one_f"], "ones"),
        node("CumSum", ["ones", "axis"], "flow"),
    ]
    constants = {"one_f": 1.0, "axis": np.array(3)}
    engine = NetworkEngine(write_network(tmp_path / "raft.onnx", nodes=nodes, constants=constants))
    flow = engine.find(HERE, HERE)
    assert flow[0, :3, 0].tolist() == [4, 5, 6]  # 42 is shown as 48: three columns before
    assert flow.shape == (21, 42, 2)


def test_a_network_of_one_size_gets_that_size_and_its_flow_is_scaled(tmp_path: Path) -> None:
    path = write_network(tmp_path / "raft.onnx", shape=(1, 3, 16, 20), outputs={"flow": (1, 2, 16, 20)})
    flow = NetworkEngine(path).find(
        np.repeat(HERE, 2, axis=0)[:32, :40], np.repeat(THERE, 2, axis=0)[:32, :40]
    )
    assert flow.shape == (32, 40, 2)
    assert flow[5, 5] == pytest.approx((400, 200))


def test_the_last_output_of_the_size_of_the_pictures_counts(tmp_path: Path) -> None:
    nodes = [
        node("Sub", ["there", "here"], "difference"),
        node("Slice", ["difference", "zero", "two", "one"], "early"),
        node("MaxPool", ["early"], "small", kernel_shape=[8, 8], strides=[8, 8]),
        node("Add", ["early", "one_f"], "late"),
    ]
    outputs = {"early": (1, 2, "H", "W"), "late": (1, 2, "H", "W"), "small": (1, 2, "h", "w")}
    path = write_network(tmp_path / "raft.onnx", nodes=nodes, outputs=outputs, constants={"one_f": 1.0})
    assert (NetworkEngine(path).find(HERE, THERE) == (201, 101)).all()


def test_what_decides_its_flow_is_the_file_and_the_library(tmp_path: Path) -> None:
    one = NetworkEngine(write_network(tmp_path / "one.onnx"))
    same = NetworkEngine(write_network(tmp_path / "same.onnx"))
    other = NetworkEngine(write_network(tmp_path / "other.onnx", constants={"more": 1.0}))
    assert one.identity == same.identity != other.identity
    assert "openvino" in one.identity


def test_it_can_be_sent_to_another_process(tmp_path: Path) -> None:
    engine = NetworkEngine(write_network(tmp_path / "raft.onnx"))
    again: NetworkEngine = pickle.loads(pickle.dumps(engine))
    assert (again.find(HERE, THERE) == engine.find(HERE, THERE)).all()
    assert again.identity == engine.identity


def test_an_engine_is_opened_by_name_or_path_and_at_a_size(tmp_path: Path) -> None:
    path = write_network(tmp_path / "raft.onnx")
    assert open_engine("dis") is ENGINES["dis"]
    assert open_engine(str(path)).name == "raft"
    assert open_engine("farneback", short_side=120).name == "farneback at 120"


def test_an_unknown_engine_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidOptions, match=r"no flow engine 'raft'\. Give dis, dis-fine, farneback, or"):
        open_engine("raft")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"The flow network .*raft\.onnx cannot be read"):
        open_engine(str(tmp_path / "raft.onnx"))


def test_a_file_that_is_no_network_is_told(tmp_path: Path) -> None:
    (tmp_path / "raft.onnx").write_bytes(b"no network")
    with pytest.raises(UnsupportedArchitecture, match=r"not an ONNX model\. Export the flow network to ONNX"):
        open_engine(str(tmp_path / "raft.onnx"))


def test_operators_of_other_makers_are_refused(tmp_path: Path) -> None:
    path = write_network(tmp_path / "raft.onnx")
    model = onnx.load_model_from_string(path.read_bytes())
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(UnsafeFile, match=r"A flow network is one ONNX file with all its data"):
        open_engine(str(path))


@pytest.mark.parametrize(
    ("inputs", "shape", "element"),
    [
        (("here",), (1, 3, "H", "W"), TensorProto.FLOAT),
        (("here", "there", "start"), (1, 3, "H", "W"), TensorProto.FLOAT),
        (("here", "there"), (1, 6, "H", "W"), TensorProto.FLOAT),
        (("here", "there"), (1, "H", "W"), TensorProto.FLOAT),
        (("here", "there"), (1, 3, "H", "W"), TensorProto.DOUBLE),
    ],
)
def test_other_inputs_are_refused(
    inputs: Sequence[str], shape: Sequence[int | str], element: int, tmp_path: Path
) -> None:
    nodes = [node("Concat", list(inputs), "flow", axis=0)]
    outputs = {"flow": ("N", *shape[1:])}
    path = write_network(
        tmp_path / "raft.onnx", nodes=nodes, inputs=inputs, shape=shape, element=element, outputs=outputs
    )
    with pytest.raises(UnsupportedArchitecture, match=r"inputs are here .*has two inputs.*0 to 255.*Export"):
        open_engine(str(path))


def test_an_output_that_is_no_flow_is_refused(tmp_path: Path) -> None:
    path = write_network(
        tmp_path / "raft.onnx",
        nodes=[node("Sub", ["there", "here"], "flow")],
        outputs={"flow": (1, 3, "H", "W")},
    )
    with pytest.raises(
        FilterFailed, match=r"gave \(1, 3, 24, 48\) for pictures of \(1, 3, 24, 48\).*\(1, 2, H, W\)"
    ):
        open_engine(str(path)).find(HERE, THERE)


def test_a_size_that_it_cannot_be_run_on_is_told(tmp_path: Path) -> None:
    nodes = [node("Sub", ["there", "here"], "d"), node("Reshape", ["d", "size"], "flow")]
    constants: dict[str, NDArray[np.int64]] = {"size": np.array([1, 2, 30, 30])}
    path = write_network(tmp_path / "raft.onnx", nodes=nodes, constants=constants)
    with pytest.raises(FilterFailed, match=r"cannot be run on pictures of 48x24: .*free height"):
        open_engine(str(path)).find(HERE, THERE)
