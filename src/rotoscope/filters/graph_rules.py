"""Which ONNX graphs may be in a filter file: those that can do nothing but arithmetic on a picture.

The rules are those of the filter format (docs/filter-format.md, *Rules for the graph*). They are applied
to every file before a runtime sees it.
"""

from __future__ import annotations

from collections.abc import Iterator

import onnx
from google.protobuf.message import DecodeError as ProtobufDecodeError

from rotoscope.errors import UnsafeFile, UnsupportedArchitecture
from rotoscope.runtime.graph import INPUT_NAME, OUTPUT_NAME

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Larger files are refused; the largest known style networks are of 7 MB."""
MIN_OPSET = 17
MAX_OPSET = 21
RESERVED_INPUTS = ("style", "statistics")
"""Inputs that later versions of the format will have."""

_NAMES = (
    "Abs Add AveragePool BatchNormalization Cast Ceil Clip Concat Constant ConstantOfShape Conv "
    "ConvTranspose DepthToSpace DequantizeLinear Div Elu Exp Expand Flatten Floor Gather Gelu Gemm "
    "GlobalAveragePool GlobalMaxPool GroupNormalization HardSigmoid HardSwish Identity "
    "InstanceNormalization LayerNormalization LeakyRelu Log MatMul Max MaxPool Mean Min Mish Mul Neg "
    "PRelu Pad Pow QuantizeLinear ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Resize Round "
    "Selu Shape Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Tanh "
    "Transpose Unsqueeze"
)

ALLOWED_OPERATORS = frozenset(_NAMES.split())
"""Operators of ONNX's default domain that a filter may use: each computes values from values."""

_PLAIN_ATTRIBUTES = frozenset({"FLOAT", "INT", "STRING", "TENSOR", "FLOATS", "INTS", "STRINGS", "TENSORS"})


def parse_model(data: bytes, *, what: str) -> onnx.ModelProto:
    """Read an ONNX file's bytes.

    Args:
        data: contents of the file.
        what: what to call it in errors, e.g. its path.

    Raises:
        UnsafeFile: it is larger than :data:`MAX_FILE_BYTES`, or a pickle.
        UnsupportedArchitecture: it is not ONNX.
    """
    if len(data) > MAX_FILE_BYTES:
        raise UnsafeFile(
            f"{what} has {len(data)} bytes; filter files have at most {MAX_FILE_BYTES}. Export the network"
            " with smaller weights."
        )
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except ProtobufDecodeError as error:
        raise not_onnx(what) from error
    if not model.graph.node or not model.opset_import:
        raise not_onnx(what)
    return model


def not_onnx(what: str) -> UnsupportedArchitecture:
    """The error for what is no ONNX file."""
    return UnsupportedArchitecture(
        f"{what} is not an ONNX model. Filters are .onnx files. Weights in other forms hold no graph:"
        " `rotoscope filters import` makes filters of those of known networks (PyTorch state dicts,"
        " safetensors, TensorFlow checkpoints); export other networks to ONNX where they were made."
    )


def require_safe(model: onnx.ModelProto, *, what: str) -> None:
    """Refuse a graph that could do more than compute.

    Args:
        model: the parsed model.
        what: what to call it in errors, e.g. its path.

    Raises:
        UnsafeFile: external data, an operator or domain that is not allowed, functions, sub-graphs.
    """
    problems = [*_domain_problems(model), *_data_problems(model), *_node_problems(model)]
    if problems:
        raise UnsafeFile(
            f"{what} breaks the safety rules of filter files: {'; '.join(dict.fromkeys(problems))}. Allowed"
            " are these operators of ONNX's default domain, with all data inside the file:"
            f" {', '.join(sorted(ALLOWED_OPERATORS))}."
        )


def require_contract(model: onnx.ModelProto, *, what: str) -> None:
    """Refuse a graph whose opset, input or output are not those of the format.

    Raises:
        UnsupportedArchitecture: they are not.
    """
    version = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    if not MIN_OPSET <= version <= MAX_OPSET:
        raise UnsupportedArchitecture(
            f"{what} uses ONNX opset {version}; filters use {MIN_OPSET} to {MAX_OPSET}. Export it again"
            " with one of these, or import it as a third-party network."
        )
    inputs = [value.name for value in real_inputs(model)]
    reserved = [name for name in inputs if name in RESERVED_INPUTS]
    if reserved:
        raise UnsupportedArchitecture(
            f"{what} takes the input {' and '.join(map(repr, reserved))}, which belongs to a later version"
            " of the filter format. Update Rotoscope to use it."
        )
    outputs = [value.name for value in model.graph.output]
    if inputs != [INPUT_NAME] or outputs != [OUTPUT_NAME]:
        raise UnsupportedArchitecture(
            f"{what} has the inputs {inputs} and outputs {outputs}; a filter has one input {INPUT_NAME!r}"
            f" and one output {OUTPUT_NAME!r}. Import it as a third-party network."
        )
    for value in (*real_inputs(model), *model.graph.output):
        _require_picture(value, what)


def real_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """Inputs that a caller gives; until IR version 3, weights were listed among the inputs too."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def dimensions(value: onnx.ValueInfoProto) -> tuple[int | None, ...]:
    """Sizes of a value's axes; None where they are free."""
    return tuple(
        axis.dim_value if axis.HasField("dim_value") and axis.dim_value > 0 else None
        for axis in value.type.tensor_type.shape.dim
    )


def _require_picture(value: onnx.ValueInfoProto, what: str) -> None:
    shape = dimensions(value)
    is_float = value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    if not is_float or len(shape) != 4 or shape[1] != 3 or shape[0] not in (1, None):
        raise UnsupportedArchitecture(
            f"{what}: {value.name!r} has the shape {shape} and element type"
            f" {value.type.tensor_type.elem_type}; it must be (N, 3, H, W) float32. Import it as a"
            " third-party network."
        )


def _domain_problems(model: onnx.ModelProto) -> Iterator[str]:
    for entry in model.opset_import:
        if entry.domain not in ("", "ai.onnx"):
            yield f"it imports the operator domain {entry.domain!r}"
    if model.functions:
        yield f"it defines functions of its own ({', '.join(f.name for f in model.functions)})"
    if model.training_info:
        yield "it has training information"
    if model.graph.sparse_initializer:
        yield "it has sparse weights"


def _data_problems(model: onnx.ModelProto) -> Iterator[str]:
    tensors = [
        *model.graph.initializer,
        *(a.t for n in model.graph.node for a in n.attribute if a.HasField("t")),
    ]
    for tensor in tensors:
        if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
            yield f"the data of {tensor.name or 'a constant'!r} lie in another file"


def _node_problems(model: onnx.ModelProto) -> Iterator[str]:
    for node in model.graph.node:
        if node.domain not in ("", "ai.onnx"):
            yield f"the operator {node.op_type!r} is of the domain {node.domain!r}"
        elif node.op_type not in ALLOWED_OPERATORS:
            yield f"the operator {node.op_type!r} is not allowed"
        for attribute in node.attribute:
            kind = onnx.AttributeProto.AttributeType.Name(attribute.type)
            if kind not in _PLAIN_ATTRIBUTES:
                yield f"the operator {node.op_type!r} has the attribute {attribute.name!r} of type {kind}"
