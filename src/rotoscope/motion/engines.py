"""Engines: what finds optical flow, each behind the same interface.

``dis`` is the default: quick, and exact enough for masks that are a few pixels soft. ``dis-fine`` searches at
full size, ``farneback`` is smoother and older. A network such as RAFT is an ONNX file of the user's own;
see :mod:`rotoscope.motion.network`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol, cast

import cv2
import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.motion.flow import Flow, Picture, luma, search_densely


class FlowEngine(Protocol):
    """Finds flow between two pictures; may be called from several threads."""

    @property
    def name(self) -> str:
        """For people and options, e.g. ``dis``."""
        ...

    @property
    def identity(self) -> str:
        """Everything that decides the flow of two pictures: names, numbers, versions, contents of files."""
        ...

    def find(self, here: Picture, there: Picture) -> Flow:
        """For each pixel of ``here``, the way to its match in ``there``.

        Deterministic on one machine, and for the engines of :data:`ENGINES` whatever the number of threads.

        Args:
            here: (H, W) luma or (H, W, 3) sRGB. Engines that look at luma take it from colors; those that
                look at colors take luma for gray.
            there: of the same shape.

        Returns:
            (H, W, 2) float32, pixels to the right and down.
        """
        ...


@dataclass(frozen=True, slots=True)
class DenseInverseSearch:
    """Kroeger et al., "Fast optical flow using dense inverse search", 2016, by OpenCV, on luma."""

    name: str
    preset: int
    finest_scale: int
    """Halvings of the picture at which the search ends; 0: at its full size."""
    weighs_rest: bool = True
    """Whether standing still is tried everywhere, beside what neighbors and coarser scales say."""

    @property
    def identity(self) -> str:
        """See :class:`FlowEngine`."""
        numbers = f"{self.preset} {self.finest_scale} {int(self.weighs_rest)}"
        return f"dis {numbers} opencv {cv2.__version__}"

    def find(self, here: Picture, there: Picture) -> Flow:
        """See :class:`FlowEngine`; pictures with a side below 24 pixels are taken to stand still."""
        require_alike(here, there)
        return search_densely(
            luma(here),
            luma(there),
            preset=self.preset,
            finest_scale=self.finest_scale,
            weighs_rest=self.weighs_rest,
        )


@dataclass(frozen=True, slots=True)
class Farneback:
    """Farnebäck, "Two-frame motion estimation based on polynomial expansion", 2003, by OpenCV, on luma."""

    name: str = "farneback"
    levels: int = 5
    """Of a pyramid, each half as large as the one below."""
    window: int = 15
    """Pixels that move together."""

    @property
    def identity(self) -> str:
        """See :class:`FlowEngine`."""
        return f"farneback {self.levels} {self.window} opencv {cv2.__version__}"

    def find(self, here: Picture, there: Picture) -> Flow:
        """See :class:`FlowEngine`."""
        require_alike(here, there)
        start = np.zeros((*here.shape[:2], 2), np.float32)
        found = cv2.calcOpticalFlowFarneback(
            luma(here), luma(there), start, 0.5, self.levels, self.window, 3, 5, 1.1, 0
        )
        return cast("Flow", found)


@dataclass(frozen=True, slots=True)
class Reduced:
    """Another engine on smaller pictures: quicker, and coarser along outlines."""

    engine: FlowEngine
    short_side: int
    """Pixels; pictures that are smaller stay as they are."""

    def __post_init__(self) -> None:
        """Refuse sizes without a flow in them.

        Raises:
            InvalidOptions: under 32 pixels.
        """
        if self.short_side < 32:
            raise InvalidOptions(
                f"Flow was to be found on a short side of {self.short_side} pixels; give 32 or more."
            )

    @property
    def name(self) -> str:
        """See :class:`FlowEngine`."""
        return f"{self.engine.name} at {self.short_side}"

    @property
    def identity(self) -> str:
        """See :class:`FlowEngine`."""
        return f"{self.engine.identity} at {self.short_side}"

    def find(self, here: Picture, there: Picture) -> Flow:
        """See :class:`FlowEngine`."""
        require_alike(here, there)
        height, width = here.shape[:2]
        scale = self.short_side / min(height, width)
        if scale >= 1:
            return self.engine.find(here, there)
        size = (round(width * scale), round(height * scale))
        return scale_flow(self.engine.find(resized(here, size), resized(there, size)), (width, height))


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """A picture for an engine that wants (width, height): areas are averaged where it shrinks."""
    shrinks = size[0] < picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cast("Picture", cv2.resize(picture, size, interpolation=how))


def scale_flow(flow: Flow, size: tuple[int, int]) -> Flow:
    """Flow of pictures of another size, (width, height): its grid and its pixels are scaled."""
    height, width = flow.shape[:2]
    scaled = np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return scaled * np.array((size[0] / width, size[1] / height), np.float32)


def require_alike(here: Picture, there: Picture) -> None:
    """Refuse two pictures that no flow leads between.

    Raises:
        InvalidOptions: they differ in shape, or are no pictures.
    """
    is_picture = here.dtype == np.uint8 and (here.ndim == 2 or (here.ndim == 3 and here.shape[2] == 3))
    if not is_picture or here.shape != there.shape or here.dtype != there.dtype:
        raise InvalidOptions(
            f"Flow was asked for between arrays of shapes {here.shape} and {there.shape}, {here.dtype} and "
            f"{there.dtype}. Give two pictures of one shape: (H, W) luma or (H, W, 3) sRGB, both uint8."
        )


_FAST = cv2.DISOPTICAL_FLOW_PRESET_FAST
_ALL = (
    DenseInverseSearch("dis", _FAST, 1),
    DenseInverseSearch("dis-fine", _FAST, 0),
    Farneback(),
)
ENGINES: Final[Mapping[str, FlowEngine]] = MappingProxyType({engine.name: engine for engine in _ALL})
"""Those that come with Rotoscope, by name."""
DEFAULT_ENGINE: Final[FlowEngine] = ENGINES["dis"]
