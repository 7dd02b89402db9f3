"""Where the pictures are, and how one is written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.writer import open_writer

DOCS = Path(__file__).parents[1]
PICTURES = DOCS / "pictures"
SHORT_SIDE = 360
"""Pixels that pictures are painted at."""


def write_picture(path: Path, pixels: Pixels, *, quality: float | None = None) -> None:
    """Write one picture, replacing what is there."""
    options = EncoderOptions(quality=quality)
    with open_writer(path, source=None, options=options, overwrite=True) as writer:
        writer.write(Frame(pixels, index=0, pts=0, time_base=Fraction(1)))
