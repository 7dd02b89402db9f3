"""Neural filters: a filter file that is ready to paint."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

import cv2

from rotoscope.errors import FilterFailed
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import FilterFile
from rotoscope.filters.padding import Padder
from rotoscope.filters.size_rule import SizeRule
from rotoscope.filters.tiling import TileLimits, paint_in_tiles
from rotoscope.machine import processors
from rotoscope.media.frame import Pixels
from rotoscope.media.planes import PlaneEncoding, Planes
from rotoscope.runtime.graph import RuntimeIdentity, RuntimeOptions
from rotoscope.runtime.load import load_graph, load_planar_graph
from rotoscope.runtime.openvino_planar import OpenVinoPlanarGraph
from rotoscope.runtime.tensors import require_picture


class PlanarNeuralFilter:
    """A neural filter for pictures in 4:2:0 planes."""

    def __init__(self, graph: OpenVinoPlanarGraph, padding: Padding) -> None:
        self._graph = graph
        self._padding = padding

    def apply(self, planes: Planes) -> Planes:
        """Paint one picture; the result is a new one of the same size.

        Raises:
            FilterFailed: the graph cannot be run at that size.
        """
        return self._graph.run(planes, margin=self._padding.margin, multiple=self._padding.multiple)


class NeuralFilter:
    """Paints with a graph: pads the picture as the card says, runs the graph, crops the border off.

    A graph of fixed size paints the picture scaled to that size, and the result is scaled back. A picture
    that is too large for memory is painted in tiles (:mod:`rotoscope.filters.tiling`).
    """

    def __init__(
        self,
        file: FilterFile,
        *,
        options: RuntimeOptions | None = None,
        limits: TileLimits | None = None,
    ) -> None:
        """Make it ready.

        Args:
            file: a file that was read by :func:`rotoscope.filters.file.read_filter_file`.
            options: how the graph is run.
            limits: what is painted in tiles.

        Raises:
            UnsupportedArchitecture, MissingExtra, InvalidOptions: as
                :func:`rotoscope.runtime.load.load_graph`.
        """
        self._file = file
        self._card = file.card
        self._options = options
        self._size = SizeRule(file, limits or TileLimits())
        self._padder = Padder(file.card.padding)
        self._graph = load_graph(file.model, options=options)

    def __getstate__(self) -> dict[str, object]:
        """All but the graph, which another process makes ready for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_graph"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._graph = load_graph(self._file.model, options=self._options)

    @property
    def name(self) -> str:
        """Name on the card."""
        return self._card.name

    @property
    def kind(self) -> str:
        """Always ``neural``."""
        return self._card.kind

    @property
    def digest(self) -> str:
        """SHA-256 of the filter file."""
        return self._file.digest

    @property
    def card(self) -> Card:
        """What is known of it."""
        return self._card

    @property
    def file(self) -> FilterFile:
        """What it was made of."""
        return self._file

    @property
    def options(self) -> RuntimeOptions | None:
        """How its graph is run."""
        return self._options

    @property
    def runtime(self) -> RuntimeIdentity:
        """Library and arithmetic that decide the last bits of the result."""
        return self._graph.identity

    @property
    def arithmetic(self) -> str:
        """The runtime, in words, and the threads that were asked for."""
        threads = self._options.threads if self._options else None
        return f"{self.runtime} {threads or ''}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        """Sent to another process as its file: a compiled graph cannot travel."""
        return partial(NeuralFilter, options=self._options), (self._file,)

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture of any size.

        Args:
            pixels: (H, W, 3) uint8 or uint16 RGB.

        Returns:
            A new array of the same shape and type.

        Raises:
            FilterFailed: not a picture, or the graph does not do what its card says; or the picture is too
                large for a graph that can only paint whole.
        """
        require_picture(pixels)
        height, width = pixels.shape[:2]
        local = self._size.local_graphs((width, height), self.runtime.precision)
        if local is not None:
            side = self._size.limits.tile_side
            return paint_in_tiles(pixels, local, self._card.padding, options=self._options, side=side)
        fixed = self._card.fixed_size
        if fixed is None or fixed == (width, height):
            return self._paint(pixels)
        interpolation = cv2.INTER_AREA if fixed[0] < width or fixed[1] < height else cv2.INTER_CUBIC
        scaled = cast("Pixels", cv2.resize(pixels, fixed, interpolation=interpolation))
        painted = self._paint(scaled)
        return cast("Pixels", cv2.resize(painted, (width, height), interpolation=cv2.INTER_CUBIC))

    def for_planes(
        self, encoding: PlaneEncoding, frame_size: tuple[int, int], *, shared_by: int = 1
    ) -> PlanarNeuralFilter | None:
        """This filter for pictures that stay in 4:2:0 planes, or None where it only paints RGB.

        Args:
            encoding: of the planes.
            frame_size: (width, height) of the pictures.
            shared_by: painters that work at the same time, each on its share of the threads.
        """
        padding = self._card.padding
        fits = (
            self._card.fixed_size is None
            and padding.mode == "reflect"
            and padding.multiple % 2 == padding.margin % 2 == 0
            and all(side % 2 == 0 and side > padding.margin for side in frame_size)
            and not self._size.is_large(frame_size, self.runtime.precision)
        )
        graph = (
            load_planar_graph(self._file.model, encoding, options=self._share(shared_by)) if fits else None
        )
        return None if graph is None else PlanarNeuralFilter(graph, padding)

    def _share(self, shared_by: int) -> RuntimeOptions:
        options = self._options or RuntimeOptions()
        threads = options.threads or processors()
        return replace(options, threads=max(1, threads // shared_by))

    def _paint(self, pixels: Pixels) -> Pixels:
        padded = self._padder.pad(pixels)
        painted = self._graph.run(padded)
        if painted.shape != padded.shape:
            raise FilterFailed(
                f"The filter {self.name!r} made {painted.shape} of a picture of shape {padded.shape}; a"
                " filter keeps the size. Its card's padding does not fit its graph: import or export it"
                " again."
            )
        return self._padder.crop(painted, height=pixels.shape[0], width=pixels.shape[1])
