"""Filter files: one ``.onnx`` file with graph, weights and card (docs/filter-format.md)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rotoscope.errors import InvalidCard, UnknownFilter
from rotoscope.filters.card import FORMAT, Card, parse_card
from rotoscope.filters.graph_rules import MAX_FILE_BYTES, parse_model, require_contract, require_safe
from rotoscope.media.atomic import write_new_file

CARD_KEY = "rotoscope.card"
"""Key of the card's JSON in the model's ``metadata_props``."""
FORMAT_KEY = "rotoscope.format"
"""Key of the format's version there."""
FILE_SUFFIX = ".onnx"

_WEIGHT_OPERATORS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})


@dataclass(frozen=True, slots=True)
class FilterFile:
    """A filter file that was read and keeps the rules."""

    card: Card
    model: bytes
    """The whole file: an ONNX model that may be given to a runtime."""
    digest: str
    """SHA-256 (hex) of the file."""


def read_filter_file(path: Path) -> FilterFile:
    """Read a filter file and hold it against the format's rules.

    Raises:
        UnknownFilter: there is no such file, or it cannot be read.
        UnsafeFile: it could do more than compute.
        UnsupportedArchitecture: not ONNX, or not the graph of a filter.
        InvalidCard: no card, a card that breaks the schema, or a later version of the format.
    """
    data = read_bytes(path)
    return parse_filter_file(data, what=str(path))


def parse_filter_file(data: bytes, *, what: str) -> FilterFile:
    """Hold a filter file's bytes against the format's rules.

    Args:
        data: contents of the file.
        what: what to call it in errors.

    Raises:
        UnsafeFile, UnsupportedArchitecture, InvalidCard: as :func:`read_filter_file`.
    """
    model = parse_model(data, what=what)
    require_safe(model, what=what)
    card = _read_card(model, what=what)
    require_contract(model, what=what)
    return FilterFile(card, data, sha256(data).hexdigest())


def write_filter_file(path: Path, model: onnx.ModelProto, card: Card) -> FilterFile:
    """Make a filter file; it appears whole or not at all, and nothing is ever replaced.

    Args:
        path: where; its folder must exist.
        model: a graph that keeps the format's rules. It is not changed; metadata of its own is kept.
        card: what is known of the filter.

    Returns:
        What was written. Weights of convolutions and matrix products are stored as float16 where they
        were float32 and fit.

    Raises:
        OutputExists: the file is there already.
        EncodeError: it cannot be written.
        UnsafeFile, UnsupportedArchitecture: the graph breaks the rules.
    """
    data = filter_file_bytes(model, card)
    file = parse_filter_file(data, what=f"The graph of {card.name!r}")
    write_new_file(path, data)
    return file


def filter_file_bytes(model: onnx.ModelProto, card: Card, *, half_weights: bool = True) -> bytes:
    """Contents of the filter file of a graph and a card; the same for the same.

    Args:
        model: the graph. It is not changed.
        card: what is known of the filter.
        half_weights: store float32 weights of convolutions and matrix products as float16 where they fit,
            at the price of up to one level of 255 in a few pixels.
    """
    own = onnx.ModelProto()
    own.CopyFrom(model)
    if half_weights:
        _store_weights_as_float16(own.graph)
    kept = [entry for entry in own.metadata_props if entry.key not in (CARD_KEY, FORMAT_KEY)]
    kept.append(onnx.StringStringEntryProto(key=FORMAT_KEY, value=FORMAT))
    kept.append(onnx.StringStringEntryProto(key=CARD_KEY, value=card.to_json()))
    del own.metadata_props[:]
    own.metadata_props.extend(sorted(kept, key=lambda entry: entry.key))
    return own.SerializeToString(deterministic=True)


def read_bytes(path: Path) -> bytes:
    """Contents of a file that should be a filter; one byte more than is allowed at most.

    Raises:
        UnknownFilter: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnknownFilter(
            f"The filter file {path} cannot be read: {error.strerror}. Give the path of an {FILE_SUFFIX}"
            " file that you may read."
        ) from error


def _read_card(model: onnx.ModelProto, *, what: str) -> Card:
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    version = metadata.get(FORMAT_KEY)
    if version is None or CARD_KEY not in metadata:
        raise InvalidCard(
            f"{what} is an ONNX network without a Rotoscope card. Bring it into the palette with"
            " `rotoscope filters import`, which finds out how it wants its pictures."
        )
    if version != FORMAT:
        raise InvalidCard(
            f"{what} is a filter of format {version!r}; this version of Rotoscope reads format {FORMAT!r}."
            " Update Rotoscope to use it."
        )
    return parse_card(metadata[CARD_KEY])


def _store_weights_as_float16(graph: onnx.GraphProto) -> None:
    wanted = {
        node.input[1] for node in graph.node if node.op_type in _WEIGHT_OPERATORS and len(node.input) > 1
    }
    casts: list[onnx.NodeProto] = []
    renamed: dict[str, str] = {}
    for tensor in graph.initializer:
        if tensor.name not in wanted or tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.isfinite(half).all():
            continue  # what float16 cannot hold stays as it is
        name = tensor.name
        renamed[name] = f"{name}.float32"
        tensor.CopyFrom(numpy_helper.from_array(half, name))
        casts.append(
            helper.make_node("Cast", [name], [renamed[name]], to=TensorProto.FLOAT, name=renamed[name])
        )
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    declared = [value for value in graph.input if value.name not in {t.name for t in graph.initializer}]
    del graph.input[:]  # weights are not inputs: an old form that would now name another type
    graph.input.extend(declared)
