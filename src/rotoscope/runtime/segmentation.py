"""Networks that find something in a picture: run by OpenVINO, in f32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.runtime.openvino_runtime import compile_model, first_line, read_model


class SegmentationGraph:
    """An ONNX model with one picture as input; compiled once for each size."""

    def __init__(self, model: bytes) -> None:
        """Read the model.

        Raises:
            UnsupportedArchitecture: OpenVINO cannot read it.
        """
        self._bytes = model
        self._model = read_model(model)
        self._compiled: dict[tuple[int, ...], Any] = {}

    def __getstate__(self) -> bytes:
        return self._bytes

    def __setstate__(self, state: bytes) -> None:
        SegmentationGraph.__init__(self, state)

    def run(self, image: NDArray[np.float32]) -> NDArray[Any]:
        """The model's first output, as it gives it.

        Args:
            image: (1, 3, H, W).

        Raises:
            FilterFailed: the model cannot be run on that shape, or gives something else than planes.
        """
        try:
            if image.shape not in self._compiled:
                graph = self._model.clone()
                graph.reshape(list(image.shape))
                self._compiled = {image.shape: compile_model(graph, "f32", None)}
            found = np.array(self._compiled[image.shape](image)[0])
        except RuntimeError as error:
            raise FilterFailed(
                f"The segmentation network cannot be run on the shape {image.shape}: {first_line(error)}. "
                "It has to take (1, 3, H, W) float32; set the mask's side and multiple to what it allows."
            ) from error
        if found.ndim not in (3, 4) or found.shape[0] != 1:
            raise FilterFailed(
                f"The segmentation network gave an array of shape {found.shape}; (1, C, h, w) or (1, h, w) "
                "is wanted. Export it with that as its first output."
            )
        return found
