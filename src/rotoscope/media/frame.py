"""One picture of a clip, with its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]
"""(H, W, 3 or 4), RGB or RGBA (straight alpha), full range, C-contiguous.

uint8 for sources of up to 8 bits a component, uint16 (0..65535) for deeper ones. Values are encoded
in the source's own transfer function (sRGB-like unless the clip's color tags say otherwise).
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels and when they are shown.

    Frames are always *upright*: a rotation or mirroring that the source states as metadata has been
    applied to the pixels already, and whoever writes them decides whether to state it again.
    """

    pixels: Pixels
    """(H, W, 3 or 4) uint8 or uint16; see :data:`Pixels`."""
    index: int
    """Position among the frames of its clip, counted from 0 at the clip's first frame."""
    pts: int
    """Presentation time in units of ``time_base``, as the source states it."""
    time_base: Fraction
    """Seconds a unit of ``pts`` and ``duration``."""
    duration: int | None = None
    """How long it is shown, in units of ``time_base``; None where the source does not say."""
    is_corrupt: bool = False
    """True where the decoder had to conceal damage."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, 3 or 4) of the pixels."""
        height, width, channels = self.pixels.shape
        return height, width, channels

    @property
    def is_deep(self) -> bool:
        """Whether the pixels are uint16."""
        return self.pixels.dtype.itemsize == 2

    @property
    def time_seconds(self) -> Fraction:
        """Presentation time in seconds, exact."""
        return self.pts * self.time_base

    def with_pixels(self, pixels: Pixels) -> Frame:
        """The same moment with other pixels."""
        return replace(self, pixels=pixels)
