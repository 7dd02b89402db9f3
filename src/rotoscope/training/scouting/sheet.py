"""A scouting as a file: a sheet (PNG, JPEG …) or a page (HTML), best first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels
from rotoscope.media.output import WriteReport
from rotoscope.render.audition_sheet import legible
from rotoscope.render.sheet_file import write_sheet
from rotoscope.render.table_page import Column, PageRow, Shown, table_page
from rotoscope.training.scouting.merit import TERMS
from rotoscope.training.scouting.scout import Place, ScoutResult

_COLUMN_WIDTH: Final = 480
"""Pixels a column has, on average; what is written under a painting fits."""
_ASPECTS: Final = (1.0, 1.5)
"""Least and largest width over height of a style image on a sheet; what is more is cut off at both ends. A
narrower one would have no room for the words under it."""

_COLUMNS: Final = (
    Column("rank", "Place", "Best first; what looks much like one before it comes last", 1),
    Column("name", "Picture", "From a to z", 1),
    Column("score", "Score", "The geometric mean of the next four, 0 to 100", -1),
    *(Column(key, key.capitalize(), about, -1) for key, about in TERMS.items()),
    Column("color", "Color", "How far the colors move from the photograph's: hundredths of Oklab", -1),
    Column("flicker", "Flicker", "What changes from frame to frame beyond the source, percent of white", 1),
)


def write_scouting(result: ScoutResult, output: Path, *, overwrite: bool = False) -> WriteReport:
    """Write a sheet or a page, as the name says.

    Args:
        result: what was sketched.
        output: ``.png``, ``.jpg``, ``.webp``, ``.tif``, or ``.html``: one file that needs no other.
        overwrite: replace what is there.

    Raises:
        UnsupportedMedia, OutputExists, EncodeError: it cannot be written; see
            :func:`rotoscope.render.sheet_file.require_output`.
    """
    return write_sheet(
        output, draw=lambda: scouting_sheet(result), page=lambda: scouting_page(result), overwrite=overwrite
    )


def default_title(result: ScoutResult) -> str:
    """``12 pictures, each sketched for 30 seconds with squeezenet1_1``."""
    count = len(result.places)
    pictures = "1 picture," if count == 1 else f"{count} pictures, each"
    return f"{pictures} sketched for {result.seconds:g} seconds with {result.features}"


def scouting_sheet(result: ScoutResult) -> NDArray[np.uint8]:
    """A row for every picture: place and name, the picture, what its sketch made of the photographs.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    photographs = [Tile(legible(picture.pixels), heading=picture.name) for picture in result.photographs]
    rows: list[list[Tile | None]] = [[None, *photographs], *map(_tiles, result.places)]
    return contact_sheet(
        rows,
        title=default_title(result),
        row_headings=("", *(f"{place.rank}  {place.candidate.name}" for place in result.places)),
        width=(len(photographs) + 1) * _COLUMN_WIDTH,
        tile_height=max(tile.pixels.shape[0] for tile in photographs),
    )


def _tiles(place: Place) -> list[Tile | None]:
    terms = [f"{key} {place.merit.shown(key)}" for key in TERMS]
    words = [f"score {place.merit.shown('score')}", " · ".join(terms[:2]), " · ".join(terms[2:])]
    paintings = [Tile(legible(painting.pixels)) for painting in place.row.paintings]
    return [Tile(_cut(place.style_image), "\n".join(words)), *paintings]


def _cut(picture: Pixels) -> Pixels:
    """The middle of a picture that is high, or very wide."""
    height, width = picture.shape[:2]
    least, largest = _ASPECTS
    kept_height, kept_width = min(height, round(width / least)), min(width, round(height * largest))
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    return picture[top : top + kept_height, left : left + kept_width]


def scouting_page(result: ScoutResult) -> str:
    """A table of pictures, sorted by a click on a head; see :mod:`rotoscope.render.table_page`."""
    moves = any(place.row.figures.flicker is not None for place in result.places)
    columns = [column for column in _COLUMNS if column.key != "flicker" or moves]
    keys = [column.key for column in columns if column.key != "name"]
    return table_page(
        [_row(place, result, keys) for place in result.places],
        columns,
        title=default_title(result),
        sort="rank",
        photographs=[Shown(picture.pixels, picture.name, picture.name) for picture in result.photographs],
        notes=result.notes,
    )


def _row(place: Place, result: ScoutResult, keys: list[str]) -> PageRow:
    own = place.candidate.path.name
    paintings = [
        Shown(painting.pixels, f"{picture.name} painted by a sketch of {own}")
        for picture, painting in zip(result.photographs, place.row.paintings, strict=True)
    ]
    return PageRow(
        place.candidate.name,
        place.reason,
        {key: _figure(place, key) for key in keys},
        [Shown(place.style_image, own, own), *paintings],
    )


def _figure(place: Place, key: str) -> tuple[float, str]:
    """What is sorted by, and what is read."""
    if key == "rank":
        return float(place.rank), str(place.rank)
    if key == "score" or key in TERMS:
        return float(getattr(place.merit, key)), place.merit.shown(key)
    figures = place.row.figures
    return float(getattr(figures, key) or 0.0), figures.shown(key)
