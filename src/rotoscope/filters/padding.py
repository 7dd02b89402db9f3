"""Borders around a picture, as a card's padding rule says, and their removal.

A side of n pixels becomes ``margin + n + rest``, where rest >= margin makes the sum a multiple::

    | margin |  n pixels of the picture  | margin and what is missing to the multiple |

Mirroring repeats no edge pixel (``c b | a b c | b a``) and goes back and forth as often as a tiny
picture needs: pixel i of the border is pixel j of the picture, j = i mod 2(n-1), or 2(n-1) - j where
that exceeds n-1. A picture of one pixel is repeated.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from rotoscope.filters.card import Padding
from rotoscope.media.frame import Pixels

BORDERS = {"reflect": cv2.BORDER_REFLECT_101, "edge": cv2.BORDER_REPLICATE}


class Padder:
    """Pads pictures by one rule into a buffer that it keeps, and crops what comes back.

    The buffer is reused while pictures of one size and type come, so a padded picture is valid until the
    next call.
    """

    def __init__(self, rule: Padding) -> None:
        self._rule = rule
        self._buffer: Pixels = np.empty((0, 0, 3), np.uint8)

    def pad(self, pixels: Pixels) -> Pixels:
        """The picture with its border; the picture itself, made contiguous, where the rule adds nothing.

        Args:
            pixels: (H, W, 3).

        Returns:
            (H', W', 3), C-contiguous, same type, with H' and W' by :meth:`Padding.padded_side`.
        """
        picture = cast("Pixels", np.ascontiguousarray(pixels))
        height, width = picture.shape[:2]
        shape = (self._rule.padded_side(height), self._rule.padded_side(width), 3)
        if shape == picture.shape:
            return picture
        if self._buffer.shape != shape or self._buffer.dtype != picture.dtype:
            self._buffer = cast("Pixels", np.empty(shape, picture.dtype))
        margin = self._rule.margin
        bottom, right = shape[0] - height - margin, shape[1] - width - margin
        border = BORDERS[self._rule.mode]
        cv2.copyMakeBorder(picture, margin, bottom, margin, right, border, dst=self._buffer)
        return self._buffer

    def crop(self, padded: Pixels, *, height: int, width: int) -> Pixels:
        """The picture without its border, as an array of its own: never a view of ``padded``."""
        margin = self._rule.margin
        return padded[margin : margin + height, margin : margin + width].copy()
