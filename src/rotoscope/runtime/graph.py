"""Running a filter's graph: the seam behind which the inference libraries are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.media.frame import Pixels

Backend: TypeAlias = Literal["openvino", "onnxruntime"]
Precision: TypeAlias = Literal["auto", "f32", "bf16"]

INPUT_NAME = "image"
"""Name of a graph's one input: (N, 3, H, W) float32 in 0..1."""
OUTPUT_NAME = "painted"
"""Name of a graph's one output: the same shape and range."""


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How graphs are run; the result depends on it in its last bits only."""

    backend: Backend = "openvino"
    """``openvino`` comes with Rotoscope; ``onnxruntime`` is an optional extra."""
    precision: Precision = "auto"
    """Arithmetic inside the graph. ``auto``: bf16 where the processor has it, else f32."""
    threads: int | None = None
    """Threads of one inference; None: as many as the library finds cores."""

    def __post_init__(self) -> None:
        """Refuse values outside what is allowed."""
        _require_choice("backend", self.backend, get_args(Backend))
        _require_choice("precision", self.precision, get_args(Precision))
        if self.threads is not None and self.threads < 1:
            raise InvalidOptions(
                f"threads was {self.threads}; it is a number from 1, or left out for all cores."
            )


@dataclass(frozen=True, slots=True)
class RuntimeIdentity:
    """What else decides the bits of a result, beside the filter and the picture."""

    library: str
    """Name and version, e.g. ``openvino 2026.4.1``."""
    precision: Literal["f32", "bf16"]
    """Arithmetic really used, never ``auto``."""

    def __str__(self) -> str:
        return f"{self.library} {self.precision}"


class Graph(Protocol):
    """A graph that is ready to paint pictures of any size that it allows."""

    @property
    def identity(self) -> RuntimeIdentity:
        """Library and arithmetic in use."""
        ...

    def run(self, pixels: Pixels) -> Pixels:
        """Paint one picture.

        Args:
            pixels: (H, W, 3) uint8 or uint16, C-contiguous; only read.

        Returns:
            A picture of the same type, and of the size the graph makes of it. It may be a view of memory
            that the next call overwrites: copy what is to be kept.

        Raises:
            FilterFailed: the graph cannot be run at that size.
        """
        ...


class MapGraph(Protocol):
    """A graph that is ready to make a map of pictures: numbers inside a network, channels by places."""

    def run(self, pixels: Pixels) -> NDArray[np.float32]:
        """The map of one picture.

        Args:
            pixels: as :meth:`Graph.run`.

        Returns:
            (C, h, w); it may be a view of memory that the next call overwrites.

        Raises:
            FilterFailed: the graph cannot be run at that size.
        """
        ...


def _require_choice(name: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise InvalidOptions(f"{name} was {given!r}; allowed: {', '.join(allowed)}.")
