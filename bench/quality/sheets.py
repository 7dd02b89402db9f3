"""Contact sheets of what was measured: figures like things that eyes do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from bench.quality.pictures import read_style, write_picture
from bench.quality.results import PaintingFigures, Row
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.plain import Picture, read_picture

_COLUMNS = 4
_SHEET_WIDTH = 2400
_CAPTION_LETTERS = 24
_TIMES = 4
"""Columns of a sheet that shows one filter over time."""
_PHOTOGRAPHS = 4
"""Of a sheet that compares rows."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Where the pictures of a row are."""

    row: Row
    style: Path
    """The style image."""
    paintings: Path
    """A folder."""


def write_row_sheet(path: Path, one: SheetRow) -> None:
    """The style image, and every painting with its figures, into a PNG; what is there is replaced."""
    row = one.row
    tiles = [Tile(read_style(one.style), f"style image: {row.style_image}")]
    tiles += [_painting_tile(one.paintings, painting) for painting in row.paintings]
    rows = [tiles[start : start + _COLUMNS] for start in range(0, len(tiles), _COLUMNS)]
    title = f"{row.title}: {_figures(row)}"
    write_picture(path, contact_sheet(rows, width=_SHEET_WIDTH, title=title))


def write_comparison_sheet(path: Path, rows: Sequence[SheetRow], photographs: Mapping[str, Picture]) -> None:
    """A line a row: its paintings of the same few photographs, and its style image.

    Args:
        path: a PNG to write; replaced.
        rows: at least one.
        photographs: name to picture.
    """
    names = _names_for([one.row for one in rows], photographs)
    lines = [[Tile(photographs[name], name) for name in names]]
    for one in rows:
        figures = {painting.name: painting for painting in one.row.paintings}
        tiles = [_painting_tile(one.paintings, figures[name]) for name in names if name in figures]
        summary = [*wrap(one.row.title, _CAPTION_LETTERS), _figures(one.row), f"of {len(figures)} paintings"]
        lines.append([*tiles, Tile(read_style(one.style), "\n".join(summary))])
    write_picture(path, contact_sheet(lines, width=_SHEET_WIDTH))


def write_time_sheet(
    path: Path, painters: Mapping[str, Callable[[Picture], Picture]], photographs: Sequence[Picture]
) -> None:
    """A line a photograph: the photograph, and its paintings at some times, first and last among them.

    Args:
        path: a PNG to write; replaced.
        painters: what one filter painted with at different times, by how they are called, first to last.
        photographs: those that are shown.
    """
    count = min(len(painters), _TIMES)
    names = list(painters)
    shown = [names[round(place * (len(names) - 1) / max(1, count - 1))] for place in range(count)]
    lines = [
        [Tile(photograph), *(Tile(painters[name](photograph)) for name in shown)]
        for photograph in photographs
    ]
    captions = ["photograph", *(name.partition(",")[0] for name in shown)]
    first = [Tile(tile.pixels, words) for tile, words in zip(lines[0], captions, strict=True)]
    write_picture(path, contact_sheet([first, *lines[1:]], width=_SHEET_WIDTH))


def _names_for(rows: Sequence[Row], photographs: Mapping[str, Picture]) -> list[str]:
    """Photographs that every row has; of rows that have none in common, the first row's."""
    painted = [{one.name for one in row.paintings} for row in rows]
    shared = set[str].intersection(*painted) or painted[0]
    return [name for name in photographs if name in shared][:_PHOTOGRAPHS]


def _painting_tile(folder: Path, figures: PaintingFigures) -> Tile:
    return Tile(read_picture(folder / f"{figures.name}.png"), _figures(figures))


def _figures(measured: Row | PaintingFigures) -> str:
    return f"style {measured.style:.3f}  content {measured.content:.3f}"
