"""Style pictures as files: one, or a sheet of all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.atomic import refuse_existing
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.output import WriteReport
from rotoscope.media.stills_writer import StillWriter
from rotoscope.styles.registry import STYLES, check_request, render_style

SHEET_COLUMNS = 7
SHEET_WIDTH = 2000
"""Pixels."""
_TILE_SIDE = 512
"""Pixels that a picture of the sheet is drawn at, before it is reduced."""


def write_style(
    name: str, output: Path, *, side: int = 768, seed: int = 0, overwrite: bool = False
) -> WriteReport:
    """Draw a style picture into a file.

    Args:
        name: one of :func:`rotoscope.styles.style_names`.
        output: a still, by its name: ``.png``, ``.jpg``, ``.webp``, ``.tif``.
        side: width and height in pixels.
        seed: another seed, another picture in the same style.
        overwrite: replace what is there.

    Raises:
        UnknownStyle: there is no such style.
        InvalidOptions: ``side`` or ``seed`` is outside what is allowed.
        UnsupportedMedia: ``output`` is not the name of a still.
        OutputExists: ``output`` is there, and is not to be replaced.
        EncodeError: it cannot be written.
    """
    check_request(name, side, seed)
    writer = _still_writer(output, overwrite=overwrite)
    with writer:
        writer.write(_frame(render_style(name, side, seed)))
    return writer.close()


def write_style_sheet(output: Path, *, seed: int = 0, overwrite: bool = False) -> WriteReport:
    """Draw every style picture, and lay them out on one sheet with their names.

    Args:
        output: a still, by its name.
        seed: another seed, other pictures in the same styles.
        overwrite: replace what is there.

    Raises:
        RotoscopeError: as of :func:`write_style`.
    """
    for name in STYLES:
        check_request(name, _TILE_SIDE, seed)
    writer = _still_writer(output, overwrite=overwrite)
    with writer:
        writer.write(_frame(style_sheet(seed=seed)))
    return writer.close()


def style_sheet(*, seed: int = 0, width: int = SHEET_WIDTH) -> NDArray[np.uint8]:
    """Every style picture with its name.

    Args:
        seed: 0 or more.
        width: the sheet is at most this wide, in pixels.

    Returns:
        (H, W <= width, 3) uint8 sRGB.
    """
    tiles = [Tile(render_style(name, _TILE_SIDE, seed), name) for name in STYLES]
    rows = [tiles[start : start + SHEET_COLUMNS] for start in range(0, len(tiles), SHEET_COLUMNS)]
    return contact_sheet(rows, width=width)


def _still_writer(output: Path, *, overwrite: bool) -> StillWriter:
    refuse_existing(output, overwrite=overwrite)
    return StillWriter(output, source=None, options=EncoderOptions(), overwrite=overwrite)


def _frame(pixels: Pixels) -> Frame:
    return Frame(pixels, index=0, pts=0, time_base=Fraction(1))
