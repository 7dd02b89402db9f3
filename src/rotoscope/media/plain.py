"""Still pictures as training and measurements want them: 8 bits, three channels, of a size."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rotoscope.media.frame import Pixels
from rotoscope.media.picture import flatten
from rotoscope.media.still_codecs import as_bytes
from rotoscope.media.stills import read_still

Picture: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 sRGB."""


def read_picture(path: Path) -> Picture:
    """Read one still, upright; what is transparent is laid on white, 16 bits become 8.

    Returns:
        (H, W, 3) uint8.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: as :func:`rotoscope.media.stills.read_still`.
    """
    return plain(read_still(path).pixels)


def plain(pixels: Pixels) -> Picture:
    """Pixels of any kind as (H, W, 3) uint8: what is transparent is laid on white, 16 bits become 8."""
    return as_bytes(flatten(pixels) if pixels.shape[2] == 4 else pixels)


def resize_short_side(picture: Picture, short_side: int) -> Picture:
    """Resize so that the shorter side has that many pixels; the aspect ratio stays but for rounding.

    Args:
        picture: (H, W, 3) uint8.
        short_side: pixels.
    """
    height, width = picture.shape[:2]
    scale = short_side / min(height, width)
    size = (round(width * scale), round(height * scale))
    if size == (width, height):
        return picture
    # A copy: PIL lends its memory read-only.
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
