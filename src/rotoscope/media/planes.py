"""Pictures as video stores them: one plane of luma and two of chroma at half the size.

Most footage is 8-bit YCbCr 4:2:0. A painter that takes and gives those planes spares the way to RGB and
back, which costs as much as decoding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""(H, W) uint8."""


@dataclass(frozen=True, slots=True)
class PlaneEncoding:
    """What the numbers in the planes mean."""

    matrix: str
    """FFmpeg's name of the matrix between RGB and YCbCr, a key of :data:`LUMA_WEIGHTS`."""
    is_full_range: bool
    """True: 0..255; False: luma 16..235, chroma 16..240."""


LUMA_WEIGHTS: dict[str, tuple[float, float]] = {
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
}
"""Matrix to the shares of red and blue in luma (ITU-T H.273, table 4); green has the rest."""


class Planes(NamedTuple):
    """One 4:2:0 picture of even width and height."""

    luma: Plane
    """(H, W)."""
    cb: Plane
    """(H/2, W/2)."""
    cr: Plane
    """(H/2, W/2)."""


@dataclass(frozen=True, slots=True)
class PlanarFrame:
    """Planes and when they are shown; otherwise as :class:`rotoscope.media.frame.Frame`.

    Stored orientation and upright orientation are the same: rotated clips are read as RGB frames.
    """

    planes: Planes
    encoding: PlaneEncoding
    index: int
    pts: int
    time_base: Fraction
    duration: int | None = None
    is_corrupt: bool = False

    @property
    def time_seconds(self) -> Fraction:
        """Presentation time in seconds, exact."""
        return self.pts * self.time_base

    def with_planes(self, planes: Planes) -> PlanarFrame:
        """The same moment with another picture."""
        return replace(self, planes=planes)
