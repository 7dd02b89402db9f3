"""Texture networks (Ulyanov et al. 2016): run by OpenVINO, in f32."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.runtime.openvino_runtime import compile_model, first_line, read_model


class TextureGraph:
    """An ONNX model of noise; compiled once for each size. May be called from several threads."""

    def __init__(self, model: bytes, *, threads: int | None = None) -> None:
        """Read the model.

        Args:
            model: an ONNX model with one input, (1, C, H, W) float32, and one output, (1, 3, H, W) of 0..1.
            threads: of one inference; None: as many as there are cores.

        Raises:
            UnsupportedArchitecture: OpenVINO cannot read it.
        """
        self._model = read_model(model)
        self._threads = threads
        self._lock = threading.Lock()
        self._compiled: dict[tuple[int, ...], Any] = {}

    def run(self, noise: NDArray[np.float32]) -> NDArray[np.float32]:
        """The texture of noise.

        Args:
            noise: (1, C, H, W).

        Returns:
            (3, H, W), 0..1.

        Raises:
            FilterFailed: the model cannot be run on that shape, or gives something else.
        """
        try:
            with self._lock:
                if noise.shape not in self._compiled:
                    graph = self._model.clone()
                    graph.reshape({0: list(noise.shape)})
                    self._compiled = {noise.shape: compile_model(graph, "f32", self._threads)}
                made = np.array(self._compiled[noise.shape]([noise])[0], np.float32)
        except RuntimeError as error:
            raise FilterFailed(
                f"The texture network cannot be run on noise of {noise.shape}: {first_line(error)}. Give "
                "another size, or train it anew."
            ) from error
        if made.shape != (1, 3, *noise.shape[2:]):
            raise FilterFailed(
                f"The texture network gave {made.shape} for noise of {noise.shape}; a picture of the same "
                "height and width was expected. Train it anew."
            )
        return made[0]
