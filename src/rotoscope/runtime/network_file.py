"""Networks of the user's own that are no filters: which files are run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import onnx
from google.protobuf.message import DecodeError as ProtobufDecodeError

from rotoscope.errors import OpenError, UnsafeFile, UnsupportedArchitecture

_MOST_BYTES: Final = 512 * 1024 * 1024


def read_network_file(path: Path, *, what: str) -> bytes:
    """An ONNX model that has all it needs in itself.

    Args:
        path: its file.
        what: what messages call it, e.g. ``segmentation network``.

    Raises:
        OpenError: there is no such file.
        UnsafeFile: it is too large, its data lie in other files, or its operators are not all ONNX's own.
        UnsupportedArchitecture: it is not an ONNX model.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnsafeFile(f"{path} has more than {_MOST_BYTES:,} bytes. Give a smaller {what}.")
        data = path.read_bytes()
    except OSError as error:
        raise OpenError(f"The {what} {path} cannot be read: {error.strerror}.") from error
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except ProtobufDecodeError:
        model.Clear()
    if not model.graph.node:
        raise UnsupportedArchitecture(f"{path} is not an ONNX model. Export the {what} to ONNX.")
    foreign = {entry.domain for entry in model.opset_import} - {"", "ai.onnx"}
    if foreign or any(_is_external(tensor) for tensor in _tensors(model.graph)):
        raise UnsafeFile(
            f"{path} refers to what is outside it: data in other files, or operators of other makers. A"
            f" {what} is one ONNX file with all its data, of ONNX's own operators."
        )
    return data


def _is_external(tensor: onnx.TensorProto) -> bool:
    return bool(tensor.external_data) or tensor.data_location == onnx.TensorProto.EXTERNAL


def _tensors(graph: onnx.GraphProto) -> Iterable[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from _tensors(attribute.g)
