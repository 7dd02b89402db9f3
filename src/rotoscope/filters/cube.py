"""A table of colors over the RGB cube (a 3-D lookup table), and curves for each component (a 1-D one).

Between the entries of a cube lies tetrahedral interpolation (Sakamoto & Itasaki's patent of 1978, long
expired; also FFmpeg's default): each cell is split along its grey diagonal into six tetrahedra, so that
a neutral picture stays exactly as neutral as the table is, which trilinear interpolation does not keep.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.filters.pixels import Floats, from_unit, levels_of
from rotoscope.media.frame import Pixels

_CHUNK = 16384
"""Pixels interpolated at a time: their temporaries stay in a core's own cache (measured three times as
fast as chunks of 65536)."""

_ALL_COLORS = 1 << 24
"""Colors of 8 bits a component."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The span of inputs a table is spread over, for each component; what lies outside is clamped."""

    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def relative(self, values: Floats) -> Floats:
        """(N, 3) inputs as 0..1 within the domain."""
        low, high = np.array(self.low, np.float64), np.array(self.high, np.float64)
        return np.clip((values.astype(np.float64) - low) / (high - low), 0.0, 1.0).astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """A 1-D table: one curve a component, linear between entries."""

    values: Floats
    """(n, 3), n >= 2: entry i belongs to input i / (n - 1) of the domain."""
    domain: Domain = Domain()

    def __call__(self, inputs: Floats) -> Floats:
        """(N, 3) inputs to (N, 3) outputs."""
        entries = np.linspace(0.0, 1.0, len(self.values))
        where = self.domain.relative(inputs)
        columns = [np.interp(where[:, c], entries, self.values[:, c]) for c in range(3)]
        return np.stack(columns, axis=-1).astype(np.float32)


class ColorCube:
    """Sends the colors of a picture through a 3-D table.

    The first pictures of 8 bits are interpolated pixel by pixel; once as many pixels were painted as
    there are 8-bit colors, the answers for all of them are kept in a table of 64 MiB, which is several times
    as fast. Both ways give the same values.
    """

    def __init__(
        self, lattice: Floats, *, domain: Domain | None = None, curves: Curves | None = None
    ) -> None:
        """Spread a table over the cube.

        Args:
            lattice: (n, n, n, 3) float, n >= 2, indexed [blue, green, red]; outputs of 0..1, others are
                clipped after the interpolation.
            domain: span of inputs; 0..1 by default.
            curves: applied to the inputs first.
        """
        self._edge = lattice.shape[0]
        self._planes = np.ascontiguousarray(lattice.reshape(-1, 3).T, dtype=np.float32)
        self._domain = domain or Domain()
        self._curves = curves
        self._pixels_painted = 0
        self._table: NDArray[np.uint32] | None = None

    def apply(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) uint8 or uint16 to the same, each pixel by itself."""
        if pixels.dtype == np.uint8:
            self._pixels_painted += pixels.shape[0] * pixels.shape[1]
            if self._pixels_painted > _ALL_COLORS:
                return self._look_up(pixels)
        positions = self._positions(pixels)
        flat = pixels.reshape(-1, 3)
        result = np.empty_like(flat)
        for start in range(0, len(flat), _CHUNK):
            chunk = flat[start : start + _CHUNK]
            where = np.stack([np.take(positions[:, c], chunk[:, c]) for c in range(3)])
            result[start : start + _CHUNK] = from_unit(self._interpolate(where), pixels).T
        return result.reshape(pixels.shape)

    def _positions(self, pixels: Pixels) -> Floats:
        """(levels, 3): where on the lattice each level of each component lies, 0..n-1."""
        inputs = np.repeat(levels_of(pixels)[:, None], 3, axis=1)
        if self._curves is not None:
            inputs = self._curves(inputs)
        return self._domain.relative(inputs) * np.float32(self._edge - 1)

    def _interpolate(self, where: Floats) -> Floats:
        """(3, N) lattice positions, red first, to (3, N) outputs."""
        n = self._edge
        cell = np.minimum(where.astype(np.int32), n - 2)
        red, green, blue = where - cell
        corner = cell[0] + cell[1] * n + cell[2] * (n * n)
        highest = np.maximum(np.maximum(red, green), blue)
        lowest = np.minimum(np.minimum(red, green), blue)
        middle = red + green + blue - highest - lowest
        # From the dark corner to the light one along the axes, the longest way first.
        first = np.where(red >= green, np.where(red >= blue, 1, n * n), np.where(green >= blue, n, n * n))
        last = np.where(red < green, np.where(red < blue, 1, n * n), np.where(green < blue, n, n * n))
        across = 1 + n + n * n
        steps = (
            (corner + first, highest - middle),
            (corner + (across - last), middle - lowest),
            (corner + across, lowest),
        )
        result = np.empty_like(where)
        for plane, total in zip(self._planes, result, strict=True):
            np.multiply(np.take(plane, corner), 1 - highest, out=total)
            for index, weight in steps:
                np.add(total, np.take(plane, index) * weight, out=total)
        return result

    def _look_up(self, pixels: Pixels) -> Pixels:
        if self._table is None:
            self._table = self._tabulate()
        # A pixel's four bytes R, G, B, 0 are its index, and the entry's four bytes its answer.
        padded = np.zeros((*pixels.shape[:2], 4), np.uint8)
        cv2.mixChannels([pixels], [padded], [0, 0, 1, 1, 2, 2])
        found = np.take(self._table, padded.view("<i4")[:, :, 0], mode="clip")
        answers = found.view(np.uint8).reshape(padded.shape)
        return np.asarray(cv2.cvtColor(answers, cv2.COLOR_RGBA2RGB), dtype=np.uint8)

    def _tabulate(self) -> NDArray[np.uint32]:
        shade = np.zeros((1, 1, 3), np.uint8)
        positions = self._positions(shade)
        red = np.tile(positions[:, 0], 64)
        table = np.zeros((_ALL_COLORS // _CHUNK, _CHUNK, 4), np.uint8)
        for block, answers in enumerate(table):
            green = np.repeat(positions[(block * 64) % 256 : (block * 64) % 256 + 64, 1], 256)
            blue = np.full(_CHUNK, positions[block // 4, 2], np.float32)
            answers[:, :3] = from_unit(self._interpolate(np.stack([red, green, blue])), shade).T
        return table.reshape(-1, 4).view("<u4")[:, 0]
