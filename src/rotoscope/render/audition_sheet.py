"""An audition as a file: a sheet (PNG, JPEG …) or a page (HTML), whole or not at all."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels
from rotoscope.media.output import WriteReport
from rotoscope.render.audition import AuditionResult, Picture
from rotoscope.render.audition_page import audition_page
from rotoscope.render.figures import Figures
from rotoscope.render.look import resize_short_side
from rotoscope.render.sheet_file import require_output, write_sheet

SHEET_WIDTH: Final = 2000
"""Pixels, at most."""
_COLUMN_WIDTH: Final = 480
"""Pixels a column should have at most."""
_LEAST_WIDTH: Final = 280
"""Pixels a column should have at least."""
_WIDE_COLUMNS: Final = 3
"""Up to so many, figures stand on one line."""
_LARGEST_GRID: Final = 5
"""Columns of the sheet of one picture."""


def write_audition(
    result: AuditionResult, output: Path, *, title: str = "", overwrite: bool = False
) -> WriteReport:
    """Write a sheet or a page, as the name says.

    Args:
        result: what was painted.
        output: ``.png``, ``.jpg``, ``.webp``, ``.tif``, or ``.html``: one file that needs no other.
        title: a line above everything; by default it says what was tried on what.
        overwrite: replace what is there.

    Raises:
        RotoscopeError: as of :func:`require_output`; EncodeError: it cannot be written.
    """
    sources = [picture.source for picture in result.pictures if picture.source is not None]
    require_output(output, sources, overwrite=overwrite)
    title = title or default_title(result)
    return write_sheet(
        output,
        draw=lambda: audition_sheet(result, title=title),
        page=lambda: audition_page(result, title=title),
        overwrite=overwrite,
    )


def default_title(result: AuditionResult) -> str:
    """``7 filters on photo.jpg``, ``1 filter on 3 pictures``."""
    rows, pictures = len(result.rows), result.pictures
    filters = "1 filter" if rows == 1 else f"{rows} filters"
    return f"{filters} on {pictures[0].name if len(pictures) == 1 else f'{len(pictures)} pictures'}"


def audition_sheet(result: AuditionResult, *, title: str = "", width: int = SHEET_WIDTH) -> NDArray[np.uint8]:
    """Lay an audition out: one picture's paintings in a grid; of several pictures, a row a filter.

    Args:
        result: what was painted, in the order of the sheet.
        title: a line above everything; none where empty.
        width: the sheet is at most this wide, in pixels, 320 or more; of more than six pictures, wider.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    if len(result.pictures) == 1:
        return _grid(result, title, width)
    columns = len(result.pictures)
    rows = [[_photograph(picture) for picture in result.pictures]]
    lines = 1 if columns <= _WIDE_COLUMNS else 2
    rows += [
        [Tile(legible(painting.pixels), caption(painting.figures, lines=lines)) for painting in row.paintings]
        for row in result.rows
    ]
    headings = ("photograph", *(row.name for row in result.rows))
    widest = max(min(width, (columns + 1) * _COLUMN_WIDTH), (columns + 1) * _LEAST_WIDTH)
    return contact_sheet(
        rows, title=title, row_headings=headings, width=widest, tile_height=_tile_height(result)
    )


def _grid(result: AuditionResult, title: str, width: int) -> NDArray[np.uint8]:
    picture = result.pictures[0]
    tiles = [Tile(legible(picture.pixels), picture.name, heading="photograph")]
    tiles += [
        Tile(
            legible(row.paintings[0].pixels),
            caption(row.figures, lines=2 if result.has_flicker else 1),
            heading=row.name,
        )
        for row in result.rows
    ]
    columns = min(max(ceil(sqrt(len(tiles))), 2), _LARGEST_GRID)
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    widest = min(width, columns * _COLUMN_WIDTH)
    return contact_sheet(rows, title=title, width=widest, tile_height=_tile_height(result))


def _photograph(picture: Picture) -> Tile:
    if picture.source is None or picture.time_seconds is None:
        return Tile(legible(picture.pixels), heading=picture.name)
    return Tile(legible(picture.pixels), f"{float(picture.time_seconds):.2f} s", heading=picture.source.name)


def legible(pixels: Pixels) -> Pixels:
    """(H, W, 3), enlarged where words under it would not fit."""
    return pixels if min(pixels.shape[:2]) >= _LEAST_WIDTH else resize_short_side(pixels, _LEAST_WIDTH)


def _tile_height(result: AuditionResult) -> int:
    return max(legible(picture.pixels).shape[0] for picture in result.pictures)


def caption(figures: Figures, *, lines: int = 1) -> str:
    """``style 55 · detail 42 · color 20 · flicker 1.2``: hundredths, as in pages; on one line or two."""
    keys = ("style", "detail", "color", *(() if figures.flicker is None else ("flicker",)))
    words = [f"{key} {figures.shown(key)}" for key in keys]
    if lines == 1:
        return " · ".join(words)
    return " · ".join(words[:2]) + "\n" + " · ".join(words[2:])
