"""Pictures as an ordinary screen shows them, for what looks at clips without painting them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import numpy as np

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaInfo
from rotoscope.media.plain import plain
from rotoscope.motion.flow import Picture
from rotoscope.render.grading import grade

_A_SCREEN: Final = Path("screen.jpg")
"""The name of a result that holds no HDR."""


class OnScreen:
    """Shows the pictures of one clip: 8 bits, three channels, HDR converted to standard range."""

    def __init__(self, info: MediaInfo) -> None:
        """Make ready for the clip that this is known of."""
        self._view = grade(info, _A_SCREEN, encoder=EncoderOptions(), wrap=False).view

    def show(self, pixels: Pixels) -> Picture:
        """(H, W, 3 or 4) uint8 or uint16 as (H, W, 3) uint8."""
        if self._view is not None:
            color = cast("Pixels", np.ascontiguousarray(pixels[..., :3]))
            pixels = self._view.paint(color, lambda shown: shown)
        return plain(pixels)
