"""Which pictures a neural filter paints whole, which in tiles, and which not at all."""

from __future__ import annotations

from typing import Literal

from rotoscope.errors import FilterFailed, UnsupportedArchitecture
from rotoscope.filters.file import FilterFile
from rotoscope.filters.tiling import TileLimits
from rotoscope.runtime.footprint import values_per_pixel
from rotoscope.runtime.whole_picture import LocalGraphs, cut_at_statistics

_BYTES_PER_VALUE = {"f32": 5.3, "bf16": 2.8}
"""Measured with the style network on 9 megapixels and that of Johnson et al. on 2: bytes that a process grew
by, for each of :func:`values_per_pixel`."""
_MANY_VALUES = 170
"""More for each pixel than any known network keeps: a picture that is small even so needs no closer look."""


class SizeRule:
    """Decides by the size of a picture alone, so that a result does not depend on what memory is free."""

    def __init__(self, file: FilterFile, limits: TileLimits) -> None:
        self.limits = limits
        self._file = file
        self._values: float | None = None
        self._local: LocalGraphs | str | None = None

    def is_large(self, frame_size: tuple[int, int], precision: Literal["f32", "bf16"]) -> bool:
        """Whether a picture of (width, height) is not painted whole where that can be helped."""
        return self._bytes(frame_size, precision) > self.limits.most_whole_bytes

    def local_graphs(
        self, frame_size: tuple[int, int], precision: Literal["f32", "bf16"]
    ) -> LocalGraphs | None:
        """What paints a picture of (width, height) in tiles; None where it is to be painted whole.

        Raises:
            FilterFailed: it is too large, and can only be painted whole.
        """
        if not self.is_large(frame_size, precision):
            return None
        if self._local is None:
            try:
                self._local = cut_at_statistics(self._file.model)
            except UnsupportedArchitecture as error:
                self._local = str(error)
        if not isinstance(self._local, str):
            return self._local
        needed = self._bytes(frame_size, precision)
        if needed > self.limits.most_untiled_bytes:
            name, (width, height) = self._file.card.name, frame_size
            raise FilterFailed(
                f"The filter {name!r} cannot paint a picture of {width}x{height}: its network only paints a "
                f"picture as a whole ({self._local}), which would take about {needed / 1e9:.1f} GB of "
                f"memory; at most {self.limits.most_untiled_bytes / 1e9:g} GB are used. Scale the picture "
                f"down with --size, paint it with larger strokes by --stroke-scale, or choose another filter."
            )
        return None

    def _bytes(self, frame_size: tuple[int, int], precision: Literal["f32", "bf16"]) -> float:
        """What the network's maps take; 0 where that cannot be told, need not be, or is always the same."""
        card = self._file.card
        if card.fixed_size is not None:
            return 0
        width, height = map(card.padding.padded_side, frame_size)
        bytes_for_one = width * height * _BYTES_PER_VALUE[precision]
        if bytes_for_one * _MANY_VALUES <= self.limits.most_whole_bytes:
            return 0
        if self._values is None:
            self._values = values_per_pixel(self._file.model) or 0
        return self._values * bytes_for_one
