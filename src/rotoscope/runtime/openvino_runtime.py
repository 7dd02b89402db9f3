"""Graphs on the CPU by OpenVINO, the default.

What makes it quick: a graph is compiled with static shapes for a picture size that comes again and again,
and once for all sizes that come now and then; integers go in and come out (conversion, scaling and the change
of layout are part of the compiled graph), and arithmetic is bf16 where the processor has it.
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed, InvalidOptions, UnsupportedArchitecture
from rotoscope.machine import processors
from rotoscope.media.frame import Pixels
from rotoscope.runtime.graph import RuntimeIdentity, RuntimeOptions
from rotoscope.runtime.tensors import full_scale

_SIZES_KEPT = 2
"""Compiled sizes kept: landscape and portrait of one camera."""
_TIMES_BEFORE_COMPILED = 2
"""Pictures of one size that the graph for all sizes paints, before one is compiled for that size.

A graph for one size paints up to a third quicker, and takes 60 to 200 ms to compile; with pictures whose size
changes from one to the next, as while somebody turns a control, that is most of the time."""
_MOST_ANY_SIZE_PIXELS = 4_000_000
"""Of pictures that the graph for all sizes paints. With larger ones compiling counts for little, and memory
for much."""
_MOST_SIZES_OF_ANY = 64
"""Sizes after which the graph for all sizes is compiled anew: OpenVINO keeps 1 MB for each it has met."""
_ANY_SIDE = -1
"""Stands for every height or width in OpenVINO's shapes."""
_MOST_VALUES_PER_PIXEL = 1024
"""Above this an intermediate value is taken for an attack or a mistake: known networks stay below 100."""
_SMALL_PICTURE_PIXELS = 64 * 64
"""Below this number of pixels the limit above is not applied more strictly."""


_Size: TypeAlias = tuple[int, int, str]
"""Height, width and type of a picture."""


@cache
def load_openvino() -> Any:  # noqa: ANN401 - a module
    """The library, imported when it is first needed."""
    # Importing it takes 0.2 to 0.3 s, so only whoever paints pays for it. The import also reports itself
    # to OpenVINO's makers by way of openvino_telemetry, unless that package cannot be imported: then a
    # stub of OpenVINO's own stands in.
    sys.modules.setdefault("openvino_telemetry", cast("ModuleType", None))
    return import_module("openvino")


@cache
def _core() -> Any:  # noqa: ANN401 - untyped library
    return load_openvino().Core()


def has_bf16() -> bool:
    """Whether this processor computes in bf16 (AVX-512 BF16, AMX and the like)."""
    return "BF16" in _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoGraph:
    """A graph run by OpenVINO; see :class:`rotoscope.runtime.graph.Graph` for what it promises.

    Which of its compiled forms paints a picture makes no difference to the result.
    """

    def __init__(self, model: bytes, *, options: RuntimeOptions) -> None:
        """Read the model.

        Raises:
            UnsupportedArchitecture: OpenVINO cannot read it.
            InvalidOptions: bf16 was asked for and the processor lacks it.
        """
        self._model = read_model(model)
        self._precision: Literal["f32", "bf16"] = choose_precision(options)
        self._threads = options.threads
        self._requests: OrderedDict[_Size, Any] = OrderedDict()
        self._any_size: dict[str, Any] = {}
        """By type of the pictures."""
        self._has_any_size = True
        """False once it has failed: some graphs can only be compiled for one size."""
        self._times: Counter[_Size] = Counter()
        """Pictures of each size that came before one was compiled for it."""

    @property
    def identity(self) -> RuntimeIdentity:
        """Library and arithmetic in use."""
        return RuntimeIdentity(f"openvino {load_openvino().__version__.split('-')[0]}", self._precision)

    def run(self, pixels: Pixels) -> Pixels:
        """Paint one picture; the result is a view of memory that the next call overwrites."""
        size = (pixels.shape[0], pixels.shape[1], pixels.dtype.name)
        if self._is_seldom(size):
            try:
                return _infer(self._any_size_request(size), pixels)
            except RuntimeError:
                self._has_any_size = False
        try:
            return _infer(self._request(size), pixels)
        except RuntimeError as error:
            raise FilterFailed(_size_message(pixels.shape, error)) from error

    def _is_seldom(self, size: _Size) -> bool:
        return (
            self._has_any_size
            and size not in self._requests
            and size[0] * size[1] <= _MOST_ANY_SIZE_PIXELS
            and self._times[size] < _TIMES_BEFORE_COMPILED
        )

    def _request(self, size: _Size) -> Any:  # noqa: ANN401 - untyped library
        if size in self._requests:
            self._requests.move_to_end(size)
            return self._requests[size]
        while len(self._requests) >= _SIZES_KEPT:  # before compiling: two sizes at 4K are a lot of memory
            oldest, _ = self._requests.popitem(last=False)
            del self._times[oldest]
        self._requests[size] = self._compiled(size)
        return self._requests[size]

    def _any_size_request(self, size: _Size) -> Any:  # noqa: ANN401 - untyped library
        height, width, dtype = size
        if not self._times[size]:
            _require_modest_size(self._model, height, width)
            if len(self._times) >= _MOST_SIZES_OF_ANY:
                self._times.clear()
                self._any_size.clear()
        self._times[size] += 1
        if dtype not in self._any_size:
            self._any_size[dtype] = self._compiled((_ANY_SIDE, _ANY_SIDE, dtype))
        return self._any_size[dtype]

    def _compiled(self, size: _Size) -> Any:  # noqa: ANN401 - untyped library
        model = _integer_model(self._model, size)
        return compile_model(model, self._precision, self._threads).create_infer_request()


def _infer(request: Any, pixels: Pixels) -> Pixels:  # noqa: ANN401 - untyped library
    return request.infer({0: pixels[None]}, share_inputs=True, share_outputs=True)[0][0]


class OpenVinoMap:
    """A graph that gives a map; see :class:`rotoscope.runtime.graph.MapGraph` for what it promises."""

    def __init__(self, model: bytes, *, options: RuntimeOptions) -> None:
        """Read the model; raises as :class:`OpenVinoGraph`."""
        self._model = read_model(model)
        self._precision = choose_precision(options)
        self._threads = options.threads
        self._request: Any = None
        self._compiled: tuple[tuple[int, ...], str] | None = None

    def run(self, pixels: Pixels) -> NDArray[np.float32]:
        """The map of one tile, a view of memory that the next call overwrites."""
        key = (pixels.shape, pixels.dtype.name)
        try:
            if key != self._compiled:
                size = (pixels.shape[0], pixels.shape[1], pixels.dtype.name)
                graph, entrance = _with_integer_entrance(self._model, size)
                model = load_openvino().Model(graph.get_results(), [entrance], "map")
                self._request = compile_model(model, self._precision, self._threads).create_infer_request()
                self._compiled = key
            outputs = self._request.infer({0: pixels[None]}, share_inputs=True, share_outputs=True)
        except RuntimeError as error:
            raise FilterFailed(_size_message(pixels.shape, error)) from error
        return outputs[0][0]


def evaluate(model: bytes, image: NDArray[Any]) -> NDArray[np.float32]:
    """Run any ONNX model with one input once, in f32 on its own terms: no scaling, no change of layout.

    Args:
        model: an ONNX model.
        image: what its first input takes; the shape is imposed on the model.

    Returns:
        Its first output, as float32.

    Raises:
        UnsupportedArchitecture: OpenVINO cannot read it.
        FilterFailed: it cannot be run with an input of that shape.
    """
    graph = read_model(model)
    try:
        graph.reshape(list(image.shape))
        _require_modest_values(graph, image.size // 3)
        result = compile_model(graph, "f32", None)(image)[0]
    except RuntimeError as error:
        raise FilterFailed(_size_message(image.shape, error)) from error
    return np.array(result, dtype=np.float32)


def read_model(model: bytes) -> Any:  # noqa: ANN401 - untyped library
    """OpenVINO's view of an ONNX model.

    Raises:
        UnsupportedArchitecture: it cannot be read.
    """
    try:
        return _core().read_model(model)
    except RuntimeError as error:
        raise UnsupportedArchitecture(
            f"OpenVINO cannot read this graph: {first_line(error)}. It takes ONNX models of standard"
            " operators; export the network again with opset 17."
        ) from error


def choose_precision(options: RuntimeOptions) -> Literal["f32", "bf16"]:
    """The arithmetic that is used for what was asked for.

    Raises:
        InvalidOptions: bf16 was asked for and the processor lacks it.
    """
    if options.precision == "f32":
        return "f32"
    if has_bf16():
        return "bf16"
    if options.precision == "bf16":
        raise InvalidOptions(
            "precision was 'bf16', which this processor does not compute. Allowed here: auto, f32."
        )
    return "f32"


def _with_integer_entrance(model: Any, size: _Size) -> tuple[Any, Any]:  # noqa: ANN401 - untyped library
    """A copy of the model for pictures of a size that takes (1, H, W, 3) integers, and its new parameter."""
    height, width, dtype = size
    ops = import_module("openvino.opset13")
    shape = load_openvino().PartialShape
    graph = model.clone()
    graph.reshape(shape([1, 3, height, width]))
    if height != _ANY_SIDE:
        _require_modest_values(graph, height * width)
    kind = np.dtype(dtype)
    entrance = ops.parameter(shape([1, height, width, 3]), dtype=kind.type, name="pixels")
    values = ops.multiply(ops.convert(entrance, "f32"), np.float32(1 / full_scale(kind)))
    image = ops.transpose(values, [0, 3, 1, 2])
    for target in list(graph.input(0).get_target_inputs()):
        target.replace_source_output(image.output(0))
    return graph, entrance


def _integer_model(model: Any, size: _Size) -> Any:  # noqa: ANN401 - untyped library
    """A copy of the model for pictures of a size that takes and gives (1, H, W, 3) integers."""
    graph, entrance = _with_integer_entrance(model, size)
    ops = import_module("openvino.opset13")
    dtype = np.dtype(size[2])
    scale = full_scale(dtype)
    painted = graph.get_results()[0].input(0).get_source_output()
    clamped = ops.clamp(ops.multiply(painted, np.float32(scale)), 0.0, scale)
    rounded = ops.convert(ops.add(clamped, np.float32(0.5)), "u8" if dtype == np.uint8 else "u16")
    return load_openvino().Model([ops.transpose(rounded, [0, 2, 3, 1])], [entrance], "filter")


def compile_model(graph: Any, precision: str, threads: int | None) -> Any:  # noqa: ANN401 - untyped library
    """Make a model of static shapes ready to run; raises RuntimeError where it cannot be."""
    config: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        # Pinned, two graphs with one thread each would share the first core.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_NUM_THREADS": threads or processors(),
    }
    return _core().compile_model(graph, "CPU", config)


def _require_modest_size(model: Any, height: int, width: int) -> None:  # noqa: ANN401 - untyped library
    """Refuse what :func:`_require_modest_values` refuses of the model at a size."""
    graph = model.clone()
    graph.reshape([1, 3, height, width])
    _require_modest_values(graph, height * width)


def _require_modest_values(graph: Any, pixels: int) -> None:  # noqa: ANN401 - untyped library
    limit = _MOST_VALUES_PER_PIXEL * max(pixels, _SMALL_PICTURE_PIXELS)
    for node in graph.get_ops():
        if node.get_type_name() == "Constant":
            continue
        for output in node.outputs():
            shape = output.get_partial_shape()
            if shape.is_static and int(np.prod(list(shape.to_shape()), dtype=np.float64)) > limit:
                raise FilterFailed(
                    f"The graph's value {node.get_friendly_name()!r} would have the shape {shape} for"
                    f" a picture of {pixels} pixels; at most {_MOST_VALUES_PER_PIXEL} values a pixel are"
                    " allowed. The file is damaged or made to exhaust memory: do not use it."
                )


def _size_message(shape: tuple[int, ...], error: RuntimeError) -> str:
    return (
        f"The graph cannot be run on an array of shape {shape}: {first_line(error)}. Its card's padding or"
        " fixed size does not fit the graph; import or export the filter again."
    )


def first_line(error: RuntimeError) -> str:
    """What OpenVINO's error says in one line: the last of the many it has."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).rstrip(".")
