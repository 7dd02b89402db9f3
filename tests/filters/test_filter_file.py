"""Reading and writing filter files, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rotoscope.errors import InvalidCard, OutputExists, UnknownFilter, UnsafeFile, UnsupportedArchitecture
from rotoscope.filters import file as file_module
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import (
    CARD_KEY,
    FORMAT_KEY,
    filter_file_bytes,
    parse_filter_file,
    read_filter_file,
    write_filter_file,
)
from rotoscope.filters.graph_rules import ALLOWED_OPERATORS

from graph_samples import half_size_model, identity_model, make_model, node, tint_model

CARD = Card(name="sample", padding=Padding(multiple=2))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sample.onnx"
    written = write_filter_file(path, half_size_model(), CARD)
    read = read_filter_file(path)
    assert read == written
    assert read.card == CARD
    assert read.model == path.read_bytes()
    assert read.digest == sha256(path.read_bytes()).hexdigest()
    assert [p.name for p in tmp_path.iterdir()] == ["sample.onnx"]


def test_the_file_is_plain_onnx_with_the_card_in_its_metadata() -> None:
    model = onnx.load_model_from_string(filter_file_bytes(half_size_model(), CARD))
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata == {FORMAT_KEY: "1", CARD_KEY: CARD.to_json()}


def test_the_same_graph_and_card_give_the_same_bytes() -> None:
    assert filter_file_bytes(half_size_model(), CARD) == filter_file_bytes(half_size_model(), CARD)


def test_weights_are_stored_as_float16_where_they_fit() -> None:
    model = half_size_model()
    huge = next(tensor for tensor in model.graph.initializer if tensor.name == "w2")
    huge.CopyFrom(numpy_helper.from_array(np.full((12, 4, 1, 1), 1e6, np.float32), "w2"))
    before = model.SerializeToString()
    stored = onnx.load_model_from_string(filter_file_bytes(model, CARD))
    types = {tensor.name: tensor.data_type for tensor in stored.graph.initializer}
    assert types["w1"] == TensorProto.FLOAT16
    assert types["w2"] == TensorProto.FLOAT
    assert types["b1"] == TensorProto.FLOAT
    assert model.SerializeToString() == before


def test_metadata_of_others_are_kept_and_the_card_replaced() -> None:
    model = onnx.load_model_from_string(filter_file_bytes(identity_model(), CARD))
    model.metadata_props.add(key="origin", value="elsewhere")
    renamed = Card(name="other", padding=Padding(multiple=2))
    again = onnx.load_model_from_string(filter_file_bytes(model, renamed))
    assert {entry.key: entry.value for entry in again.metadata_props} == {
        "origin": "elsewhere",
        FORMAT_KEY: "1",
        CARD_KEY: renamed.to_json(),
    }


def test_nothing_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "sample.onnx"
    path.write_text("precious")
    with pytest.raises(OutputExists, match=r"exists|appeared"):
        write_filter_file(path, identity_model(), CARD)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_graph_against_the_rules_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFile, match="The graph of 'sample' breaks the safety rules"):
        write_filter_file(tmp_path / "a.onnx", make_model([node("Det", ["image"], "painted")], {}), CARD)
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownFilter, match=r"none\.onnx cannot be read: No such file"):
        read_filter_file(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 a pickle in a zip", bytes(range(256))])
def test_what_is_not_onnx_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(UnsupportedArchitecture, match=r"is not an ONNX model\. .*`rotoscope filters import`"):
        read_filter_file(path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.onnx"
    path.write_bytes(filter_file_bytes(identity_model(), CARD))
    monkeypatch.setattr("rotoscope.filters.graph_rules.MAX_FILE_BYTES", 100)
    monkeypatch.setattr(file_module, "MAX_FILE_BYTES", 100)
    with pytest.raises(UnsafeFile, match="has 101 bytes; filter files have at most 100"):
        read_filter_file(path)


def test_onnx_without_a_card_is_sent_to_import() -> None:
    with pytest.raises(InvalidCard, match=r"without a Rotoscope card.*filters import"):
        parse_filter_file(identity_model().SerializeToString(), what="x.onnx")


def test_a_later_format_is_said_before_its_card_is_read() -> None:
    model = identity_model()
    model.metadata_props.add(key=FORMAT_KEY, value="2")
    model.metadata_props.add(key=CARD_KEY, value='{"format": "2", "unheard": true}')
    with pytest.raises(InvalidCard, match=r"is a filter of format '2'.*reads format '1'.*Update"):
        parse_filter_file(model.SerializeToString(), what="x.onnx")


def _external(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def _external_constant(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "k")
    tensor.external_data.add(key="location", value="weights.bin")
    model.graph.node.insert(0, helper.make_node("Constant", [], ["k"], value=tensor))


def _foreign_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.example"


def _foreign_domain(model: onnx.ModelProto) -> None:
    model.opset_import.add(domain="com.example", version=1)


def _function(model: onnx.ModelProto) -> None:
    model.functions.append(
        helper.make_function(
            "here", "F", ["a"], ["b"], [node("Relu", ["a"], "b")], [helper.make_opsetid("", 17)]
        )
    )


def _subgraph(model: onnx.ModelProto) -> None:
    branch = helper.make_graph([], "branch", [], [])
    model.graph.node.insert(0, helper.make_node("If", ["c"], ["d"], then_branch=branch, else_branch=branch))


def _hidden_subgraph(model: onnx.ModelProto) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("extra", helper.make_graph([], "g", [], [])))


def _sparse(model: onnx.ModelProto) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "s")
    indices = numpy_helper.from_array(np.zeros(1, np.int64), "i")
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3]))


def _training(model: onnx.ModelProto) -> None:
    model.training_info.add()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_external, "the data of 'tints' lie in another file"),
        (_external_constant, "the data of 'k' lie in another file"),
        (_foreign_operator, "the operator 'Mul' is of the domain 'com.example'"),
        (_foreign_domain, "it imports the operator domain 'com.example'"),
        (_function, r"it defines functions of its own \(F\)"),
        (_subgraph, "the operator 'If' is not allowed"),
        (_hidden_subgraph, "the operator 'Mul' has the attribute 'extra' of type GRAPH"),
        (_sparse, "it has sparse weights"),
        (_training, "it has training information"),
    ],
)
def test_what_could_do_more_than_compute_is_refused(
    harm: Callable[[onnx.ModelProto], None], message: str
) -> None:
    model = onnx.load_model_from_string(filter_file_bytes(tint_model(), CARD))
    harm(model)
    with pytest.raises(UnsafeFile, match=message) as caught:
        parse_filter_file(model.SerializeToString(), what="x.onnx")
    assert "Allowed are these operators" in str(caught.value)


def test_no_allowed_operator_holds_a_graph_or_reads_anything() -> None:
    for name in ALLOWED_OPERATORS:
        schema = onnx.defs.get_schema(name, 21)
        kinds = {str(attribute.type).rpartition(".")[2] for attribute in schema.attributes.values()}
        assert not kinds & {"GRAPH", "GRAPHS"}, name
    assert not ALLOWED_OPERATORS & {"If", "Loop", "Scan", "Optional", "SequenceMap", "RandomNormal"}


@pytest.mark.parametrize("name", ["style", "statistics"])
def test_inputs_of_later_formats_are_named(name: str) -> None:
    model = make_model([node("Add", ["image", name], "painted")], {}, inputs=("image", name))
    with pytest.raises(UnsupportedArchitecture, match=f"takes the input '{name}'.*later version"):
        parse_filter_file(filter_file_bytes(model, CARD), what="x.onnx")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            make_model([node("Relu", ["rgb"], "out")], {}, inputs=["rgb"], outputs=["out"]),
            r"\['rgb'\].*'image'",
        ),
        (
            make_model([node("Relu", ["image"], "painted")], {}, shape=(1, "H", "W", 3)),
            "must be .N, 3, H, W. float32",
        ),
        (
            make_model([node("Relu", ["image"], "painted")], {}, element=TensorProto.FLOAT16),
            "must be .N, 3, H, W.",
        ),
        (
            make_model([node("Relu", ["image"], "painted")], {}, shape=(4, 3, "H", "W")),
            "must be .N, 3, H, W.",
        ),
        (
            make_model([node("Relu", ["image"], "painted")], {}, opset=16),
            "uses ONNX opset 16; filters use 17 to 21",
        ),
        (
            make_model([node("Relu", ["image"], "painted")], {}, opset=22),
            "uses ONNX opset 22; filters use 17 to 21",
        ),
    ],
)
def test_a_graph_that_is_no_filter_is_said(model: onnx.ModelProto, message: str) -> None:
    with pytest.raises(UnsupportedArchitecture, match=message):
        parse_filter_file(filter_file_bytes(model, CARD), what="x.onnx")
