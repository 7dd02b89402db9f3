"""Pictures as video stores them: one plane of luma and two of chroma at half the size.

Most footage is 8-bit YCbCr 4:2:0. A painter that takes and gives those planes spares the way to RGB and
back, which costs as much as decoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.frame import Frame, Pixels

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


class StoredPlanes(NamedTuple):
    """Planes and what their numbers mean."""

    planes: Planes
    encoding: PlaneEncoding


class PlanarFrame(Frame):
    """A frame whose picture is kept in 4:2:0 planes; its pixels are made when somebody asks for them.

    For clips whose stored orientation is upright, 8 bits a component, without alpha.
    """

    __slots__ = ("encoding", "planes")

    planes: Planes
    encoding: PlaneEncoding

    def __init__(
        self,
        planes: Planes,
        encoding: PlaneEncoding,
        *,
        index: int,
        pts: int,
        time_base: Fraction,
        duration: int | None = None,
        is_corrupt: bool = False,
    ) -> None:
        values = {
            "planes": planes, "encoding": encoding, "index": index, "pts": pts, "time_base": time_base,
            "duration": duration, "is_corrupt": is_corrupt,
        }  # fmt: skip
        for name, value in values.items():
            object.__setattr__(self, name, value)  # frozen, like its base

    @property
    def pixels(self) -> Pixels:  # pyright: ignore[reportIncompatibleVariableOverride] - made on demand
        """(H, W, 3) uint8 RGB, by the encoding's matrix; chroma is repeated for its four pixels."""
        return planes_to_pixels(self.planes, self.encoding)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, 3), without making pixels."""
        return (*self.planes.luma.shape, 3)

    @property
    def is_deep(self) -> bool:
        """Always False."""
        return False

    def with_pixels(self, pixels: Pixels) -> Frame:
        """The same moment as a frame of pixels."""
        return Frame(pixels, self.index, self.pts, self.time_base, self.duration, self.is_corrupt)

    def with_planes(self, planes: Planes) -> PlanarFrame:
        """The same moment with another picture in planes."""
        return PlanarFrame(
            planes,
            self.encoding,
            index=self.index,
            pts=self.pts,
            time_base=self.time_base,
            duration=self.duration,
            is_corrupt=self.is_corrupt,
        )


class Scales(NamedTuple):
    """Between stored numbers and luma 0..1, chroma -0.5..0.5 (ITU-T H.273, 8.3)."""

    luma_offset: float
    luma: float
    chroma: float
    """Its offset is 128 always."""

    @classmethod
    def of(cls, encoding: PlaneEncoding) -> Scales:
        """Scales of full or limited range."""
        return cls(0.0, 255.0, 255.0) if encoding.is_full_range else cls(16.0, 219.0, 224.0)


def color_matrices(encoding: PlaneEncoding) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(YCbCr to RGB, RGB to YCbCr), 3x3 each, for luma 0..1 and chroma -0.5..0.5."""
    red, blue = LUMA_WEIGHTS[encoding.matrix]
    luma = np.array([red, 1 - red - blue, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    cr = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    to_ycbcr = np.stack([luma, cb, cr])
    return np.linalg.inv(to_ycbcr).astype(np.float32), to_ycbcr.astype(np.float32)


def planes_to_pixels(planes: Planes, encoding: PlaneEncoding) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of planes, by definition rather than quickly."""
    scales = Scales.of(encoding)
    luma = (planes.luma.astype(np.float32) - np.float32(scales.luma_offset)) / np.float32(scales.luma)
    cb, cr = (
        ((plane.astype(np.float32) - 128) / np.float32(scales.chroma)).repeat(2, 0).repeat(2, 1)
        for plane in (planes.cb, planes.cr)
    )
    rgb = np.stack([luma, cb, cr], axis=-1) @ color_matrices(encoding)[0].T
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
