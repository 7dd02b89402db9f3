"""A folded graph run by OpenVINO on planes.

Cells go in and come out as interleaved bytes, (h, w, 6), which is the order convolutions like: OpenVINO then
needs no change of layout at either end.
"""

from __future__ import annotations

from importlib import import_module
from math import lcm
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import FilterFailed
from rotoscope.media.planes import Plane, PlaneEncoding, Planes, Scales
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.runtime.openvino_runtime import (
    choose_precision,
    compile_model,
    first_line,
    load_openvino,
    read_model,
)
from rotoscope.runtime.planar_graph import FoldedGraph

_CHROMA_CENTER = 128


class OpenVinoPlanarGraph:
    """Paints planes of one encoding, whatever their size."""

    def __init__(self, folded: FoldedGraph, encoding: PlaneEncoding, *, options: RuntimeOptions) -> None:
        """Read the model; it is compiled for a size when a picture of that size comes.

        Raises:
            InvalidOptions: bf16 was asked for and the processor lacks it.
        """
        self._folded = folded
        self._encoding = encoding
        self._precision = choose_precision(options)
        self._threads = options.threads
        self._model = read_model(folded.model)
        self._shape = (0, 0)
        self._request: Any = None
        self._cells: NDArray[np.uint8] = np.empty((0, 0, 6), np.uint8)

    def run(self, planes: Planes, *, margin: int, multiple: int) -> Planes:
        """Paint one picture.

        Args:
            planes: of even width and height, both greater than ``margin``.
            margin: luma pixels of mirrored border on each side, cropped off again; even.
            multiple: sides of what the graph sees are multiples of this; even.

        Returns:
            New planes of the same size, within the encoding's range.

        Raises:
            FilterFailed: OpenVINO cannot run the graph at that size.
        """
        height, width = planes.luma.shape
        multiple = lcm(multiple, 2 * self._folded.rows_at_once)
        padded = tuple(-(-(side + 2 * margin) // multiple) * multiple for side in (height, width))
        request = self._request_for((padded[0], padded[1]))
        border = (margin, padded[0] - height - margin, margin, padded[1] - width - margin)
        pack_cells(planes, border, self._cells)
        try:
            painted = request.infer({0: self._cells[None]}, share_inputs=True, share_outputs=True)[0]
        except RuntimeError as error:
            raise FilterFailed(f"The filter cannot paint {width}x{height}: {first_line(error)}.") from error
        half, rows = margin // 2, self._folded.rows_at_once
        cells = painted.reshape(-1, padded[1] // 2, rows, 6)[:, half : half + width // 2]
        first, last = half // rows, -(-(half + height // 2) // rows)
        top = 2 * (half % rows)
        return _cut(unpack_cells(cells[first:last]), top, top + height)

    def _request_for(self, padded: tuple[int, int]) -> Any:  # noqa: ANN401 - untyped library
        if padded != self._shape:
            self._request = None  # before compiling: two sizes at 4K are a lot of memory
            shape = (padded[0] // 2, padded[1] // 2)
            model = self._byte_model(*shape)
            self._request = compile_model(model, self._precision, self._threads).create_infer_request()
            self._cells = np.empty((*shape, 6), np.uint8)
            self._shape = padded
        return self._request

    def _byte_model(self, height: int, width: int) -> Any:  # noqa: ANN401 - untyped library
        """The model with static shapes and bytes at both ends."""
        openvino = load_openvino()
        ops = import_module("openvino.opset13")
        scales = Scales.of(self._encoding)
        graph = self._model.clone()
        graph.reshape([1, 6, height, width])
        rows = self._folded.rows_at_once
        entrance = ops.parameter([1, height, width, 6], dtype=np.uint8, name="cells")
        # Arithmetic on whole rows: over rows of six numbers it would take twice the time.
        flat = ops.reshape(ops.convert(entrance, "f32"), np.array([1, height, width * 6]), False)
        offsets = _along_row(scales.luma_offset, _CHROMA_CENTER, width)
        centered = ops.reshape(ops.subtract(flat, offsets), np.array([1, height, width, 6]), False)
        # Changing the order of axes right before the convolution costs nothing: it is the order it wants.
        for target in list(graph.input(0).get_target_inputs()):
            target.replace_source_output(ops.transpose(centered, [0, 3, 1, 2]).output(0))
        painted = graph.get_results()[0].input(0).get_source_output()
        luma_zero = scales.luma_offset + scales.luma * self._folded.luma_center
        cells = width * rows
        flat = ops.reshape(
            ops.transpose(painted, [0, 2, 3, 1]), np.array([1, height // rows, cells * 6]), False
        )
        stored = ops.add(
            ops.multiply(flat, _along_row(scales.luma, scales.chroma, cells)),
            _along_row(luma_zero, _CHROMA_CENTER, cells),
        )
        low = _along_row(scales.luma_offset, _CHROMA_CENTER - scales.chroma / 2, cells)
        high = _along_row(scales.luma_offset + scales.luma, _CHROMA_CENTER + scales.chroma / 2, cells)
        clipped = ops.minimum(ops.maximum(stored, low), np.minimum(high, 255))
        rounded = ops.convert(ops.add(clipped, np.float32(0.5)), "u8")
        return openvino.Model([rounded], [entrance], "filter")


def pack_cells(planes: Planes, border: tuple[int, int, int, int], cells: NDArray[np.uint8]) -> None:
    """Write planes with a mirrored border into interleaved cells.

    Args:
        planes: one picture.
        border: luma pixels (top, bottom, left, right), even numbers.
        cells: (h, w, 6), written to.
    """
    top, bottom, left, right = border
    luma = _bordered(planes.luma, border, cv2.BORDER_REFLECT_101)
    halves = (top // 2, bottom // 2, left // 2, right // 2)
    pairs = cells.view(np.uint16)  # (h, w, 3): Y00 Y01 | Y10 Y11 | Cb Cr
    rows = luma.view(np.uint16)
    pairs[..., 0] = rows[0::2]
    pairs[..., 1] = rows[1::2]
    cells[..., 4] = _bordered(planes.cb, halves, cv2.BORDER_REFLECT)
    cells[..., 5] = _bordered(planes.cr, halves, cv2.BORDER_REFLECT)


def unpack_cells(cells: NDArray[np.uint8]) -> Planes:
    """Planes of (h, w, rows, 6) cells, as arrays of their own.

    Cells of ``rows`` rows lie behind each other: row ``y`` of all cells is ``cells[y // rows, :, y % rows]``.
    """
    height, width, rows = cells.shape[:3]
    pairs = cells.view(np.uint16)
    luma = np.empty((height, 2 * rows, width, 2), np.uint8)
    chroma = np.empty((2, height, rows, width), np.uint8)
    luma_pairs = luma.view(np.uint16)[..., 0]
    for row in range(rows):
        luma_pairs[:, 2 * row] = pairs[:, :, row, 0]
        luma_pairs[:, 2 * row + 1] = pairs[:, :, row, 1]
        chroma[0, :, row] = cells[:, :, row, 4]
        chroma[1, :, row] = cells[:, :, row, 5]
    cb, cr = chroma.reshape(2, height * rows, width)
    return Planes(luma.reshape(2 * height * rows, 2 * width), cb, cr)


def _cut(planes: Planes, top: int, bottom: int) -> Planes:
    """The rows from ``top`` to ``bottom``, both in luma and even."""
    return Planes(planes.luma[top:bottom], *(plane[top // 2 : bottom // 2] for plane in planes[1:]))


def _bordered(plane: Plane, border: tuple[int, int, int, int], mode: int) -> Plane:
    return cast("Plane", cv2.copyMakeBorder(plane, *border, mode))


def _along_row(luma: float, chroma: float, cells: int) -> NDArray[np.float32]:
    """A number for each of the six in a cell, repeated along a row of cells: (1, 1, 6 cells)."""
    return np.tile(np.array([luma] * 4 + [chroma] * 2, np.float32), cells)[None, None]
