"""Words on pictures, in the font that comes with Pillow, so that they look alike on every machine."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from rotoscope.motion.flow import Picture

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont
Color: TypeAlias = tuple[int, int, int]

_INK: Final = (38, 38, 40)
_PAPER: Final = (250, 249, 246)


def font(size: float) -> Font:
    """The font at a size in pixels."""
    return ImageFont.load_default(size)


def label(board: Picture, *, text: str, size: int, corner: tuple[int, int], right: bool) -> Picture:
    """Write a word on a small plate above a lower corner.

    Args:
        board: (H, W, 3) uint8; it is not changed.
        text: the word.
        size: of the letters, in pixels.
        corner: (x, y) of the lower corner of the part that is named.
        right: whether that is the right one.

    Returns:
        A new picture.
    """
    image = Image.fromarray(board)
    draw = ImageDraw.Draw(image, "RGBA")
    letters = font(size)
    margin, pad = size, round(0.55 * size)
    width = draw.textlength(text, letters)
    left = corner[0] - margin - width - 2 * pad if right else corner[0] + margin
    top = corner[1] - margin - size - 2 * pad
    plate = (left, top, left + width + 2 * pad, top + size + 2 * pad)
    draw.rounded_rectangle(plate, radius=pad, fill=(*_INK, 150))
    draw.text((left + pad, top + pad + size * 0.86), text, _PAPER, letters, anchor="ls")
    return np.asarray(image)


def wrapped(text: str, letters: Font, width: float) -> list[str]:
    """A text as lines that are no wider, in pixels; a word that is wider stands alone."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and letters.getlength(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def spaced(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, letters: Font, ink: Color) -> None:
    """Draw capitals a little apart, from a point on their baseline."""
    x, y = at
    for letter in text.upper():
        draw.text((x, y), letter, ink, letters, anchor="ls")
        x += letters.getlength(letter) + letters.getlength("n") * _APART


def spaced_length(text: str, letters: Font) -> float:
    """Pixels that :func:`spaced` takes."""
    return sum(letters.getlength(letter) + letters.getlength("n") * _APART for letter in text.upper())


_APART: Final = 0.22
"""Letter widths between capitals."""
