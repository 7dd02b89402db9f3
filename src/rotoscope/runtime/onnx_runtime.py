"""Graphs by ONNX Runtime, an optional extra: for processors and accelerators that OpenVINO does not serve."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed, InvalidOptions, MissingExtra, UnsupportedArchitecture
from rotoscope.media.frame import Pixels
from rotoscope.runtime.graph import INPUT_NAME, OUTPUT_NAME, RuntimeIdentity, RuntimeOptions
from rotoscope.runtime.tensors import from_tensor, to_tensor


class OnnxRuntimeGraph:
    """A graph run by ONNX Runtime; see :class:`rotoscope.runtime.graph.Graph` for what it promises."""

    def __init__(self, model: bytes, *, options: RuntimeOptions) -> None:
        """Open a session.

        Raises:
            MissingExtra: ONNX Runtime is not installed.
            InvalidOptions: bf16 was asked for.
            UnsupportedArchitecture: it cannot read the model.
        """
        runtime = _import_onnxruntime()
        if options.precision == "bf16":
            raise InvalidOptions(
                "precision was 'bf16', which the onnxruntime backend does not compute. Allowed here:"
                " auto, f32."
            )
        settings = runtime.SessionOptions()
        settings.intra_op_num_threads = options.threads or 0
        settings.log_severity_level = 3  # errors only: warnings would go to the user's terminal
        self._version: str = runtime.__version__
        try:
            self._session = runtime.InferenceSession(model, settings, providers=_providers(runtime))
        except Exception as error:  # its exceptions have no common base below Exception
            raise UnsupportedArchitecture(
                f"ONNX Runtime {self._version} cannot read this graph: {error}. Use the backend 'openvino',"
                " or export the network again with opset 17."
            ) from error

    @property
    def identity(self) -> RuntimeIdentity:
        """Library and arithmetic in use."""
        return RuntimeIdentity(f"onnxruntime {self._version}", "f32")

    def run(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        return from_tensor(self.values(pixels), dtype=pixels.dtype)

    def values(self, pixels: Pixels) -> NDArray[np.float32]:
        """What the graph makes of a picture, (1, C, h, w); raises as :meth:`run`."""
        try:
            return self._session.run([OUTPUT_NAME], {INPUT_NAME: to_tensor(pixels)})[0]
        except Exception as error:  # as above
            raise FilterFailed(
                f"The graph cannot be run on an array of shape {pixels.shape}: {error}. Its card's padding"
                " or fixed size does not fit the graph; import or export the filter again."
            ) from error


class OnnxRuntimeMap:
    """A graph that gives a map; see :class:`rotoscope.runtime.graph.MapGraph` for what it promises."""

    def __init__(self, model: bytes, *, options: RuntimeOptions) -> None:
        """Open a session; raises as :class:`OnnxRuntimeGraph`."""
        self._graph = OnnxRuntimeGraph(model, options=options)

    def run(self, pixels: Pixels) -> NDArray[np.float32]:
        """The map of one tile."""
        return self._graph.values(pixels)[0]


def _import_onnxruntime() -> Any:  # noqa: ANN401 - a module
    if find_spec("onnxruntime") is None:
        raise MissingExtra(
            "The backend 'onnxruntime' needs the package onnxruntime, which is not installed. Install"
            " Rotoscope with the extra 'onnxruntime' (or 'cuda' for NVIDIA GPUs), or use the"
            " backend 'openvino'."
        )
    import onnxruntime  # noqa: PLC0415 - optional

    return onnxruntime


_PREFERRED = (
    "CUDAExecutionProvider",
    "CoreMLExecutionProvider",
    "DmlExecutionProvider",
    "CPUExecutionProvider",
)


def _providers(runtime: Any) -> list[str]:  # noqa: ANN401 - a module
    available = set(runtime.get_available_providers())
    return [name for name in _PREFERRED if name in available]
