"""Pictures as measurements want them: 8 bits, three channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.frame import Pixels
from rotoscope.media.picture import flatten
from rotoscope.media.still_codecs import as_bytes


def plain(pixels: Pixels) -> NDArray[np.uint8]:
    """Pixels of any kind as (H, W, 3) uint8: what is transparent is laid on white, 16 bits become 8."""
    return as_bytes(flatten(pixels) if pixels.shape[2] == 4 else pixels)
