"""Networks that find optical flow, such as RAFT (Teed & Deng 2020): run by OpenVINO, in f32."""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed, UnsupportedArchitecture
from rotoscope.runtime.openvino_runtime import compile_model, first_line, load_openvino, read_model

WANTED: Final = (
    "A flow network has two inputs, the picture here and the picture there, (1, 3, H, W) float32, RGB, 0 to "
    "255, and an output (1, 2, H, W): pixels to the right and down"
)
"""What messages say of its ends."""


class FlowGraph:
    """An ONNX model of two pictures; compiled once for each size. May be called from several threads.

    Of several outputs, the last one of the pictures' size counts: networks that refine their flow give every
    stage of it, the best at the end.
    """

    def __init__(self, model: bytes) -> None:
        """Read the model.

        Raises:
            UnsupportedArchitecture: OpenVINO cannot read it, or its ends are others.
        """
        self._bytes = model
        self._model = read_model(model)
        self._lock = threading.Lock()
        self._compiled: dict[tuple[int, ...], Any] = {}
        _require_ends(self._model)

    def __getstate__(self) -> bytes:
        return self._bytes

    def __setstate__(self, state: bytes) -> None:
        FlowGraph.__init__(self, state)

    @property
    def identity(self) -> str:
        """Library and arithmetic."""
        return f"openvino {load_openvino().__version__.split('-')[0]} f32"

    @property
    def fixed_size(self) -> tuple[int, int] | None:
        """(height, width) of the only pictures that it takes; None where it takes any."""
        shape = self._model.inputs[0].get_partial_shape()
        height, width = (shape[axis] for axis in (2, 3))
        return (height.get_length(), width.get_length()) if height.is_static and width.is_static else None

    def run(self, here: NDArray[np.float32], there: NDArray[np.float32]) -> NDArray[np.float32]:
        """Flow from one picture to the other.

        Args:
            here: (1, 3, H, W), 0..255.
            there: the same shape.

        Returns:
            (2, H, W), pixels.

        Raises:
            FilterFailed: the model cannot be run on that shape, or gives something else than flow.
        """
        try:
            with self._lock:
                if here.shape not in self._compiled:
                    graph = self._model.clone()
                    graph.reshape({0: list(here.shape), 1: list(here.shape)})
                    self._compiled = {here.shape: compile_model(graph, "f32", None)}
                result = self._compiled[here.shape]([here, there])
                outputs = [np.array(result[index]) for index in range(len(result))]
        except RuntimeError as error:
            raise FilterFailed(
                f"The flow network cannot be run on pictures of {here.shape[3]}x{here.shape[2]}: "
                f"{first_line(error)}. Find flow at another size, or export the network with free height and "
                "width."
            ) from error
        fitting = [found for found in outputs if found.shape == (1, 2, *here.shape[2:])]
        if not fitting:
            raise FilterFailed(
                f"The flow network gave {', '.join(str(found.shape) for found in outputs)} for pictures of "
                f"{here.shape}. {WANTED}. Export it that way."
            )
        return fitting[-1][0].astype(np.float32, copy=False)


def _require_ends(model: Any) -> None:  # noqa: ANN401 - untyped library
    shapes = [port.get_partial_shape() for port in model.inputs]
    are_pictures = len(shapes) == 2 and all(
        shape.rank.is_static and len(shape) == 4 and shape[1].get_max_length() in (-1, 3) for shape in shapes
    )
    if not are_pictures or any(port.get_element_type().to_string() != "f32" for port in model.inputs):
        told = ", ".join(
            f"{port.get_any_name()} {port.get_element_type().to_string()} {port.get_partial_shape()}"
            for port in model.inputs
        )
        raise UnsupportedArchitecture(f"The graph's inputs are {told}. {WANTED}. Export it that way.")
