"""An audition as one page of HTML that needs no other file and asks no server."""

from __future__ import annotations

from typing import Final

from rotoscope.render.audition import AuditionResult, FilterRow
from rotoscope.render.table_page import Column, PageRow, Shown, table_page

_COLUMNS: Final = (
    Column("name", "Filter", "From a to z", 1),
    Column("style", "Style", "How far the texture moves from the photograph's, 0 to 100", -1),
    Column("detail", "Detail", "How well the edges agree with the photograph's, 0 to 100", -1),
    Column("color", "Color", "How far the colors move from the photograph's: hundredths of Oklab", 1),
    Column("flicker", "Flicker", "What changes from frame to frame beyond the source, percent of white", 1),
)


def audition_page(result: AuditionResult, *, title: str) -> str:
    """The page: a table of filters, sorted by a click on a head; pictures are data URIs.

    Args:
        result: what was painted, in the order that the page opens with.
        title: its title and heading.

    Returns:
        HTML that names no outer address.
    """
    columns = [column for column in _COLUMNS if column.key != "flicker" or result.has_flicker]
    keys = [column.key for column in columns if column.key != "name"]
    return table_page(
        [_row(row, result, keys) for row in result.rows],
        columns,
        title=title,
        sort=result.sort,
        photographs=[Shown(picture.pixels, picture.name, picture.name) for picture in result.pictures],
        notes=result.notes,
    )


def _row(row: FilterRow, result: AuditionResult, keys: list[str]) -> PageRow:
    several = len(result.pictures) > 1
    pictures = [
        Shown(
            painting.pixels,
            f"{picture.name} painted by {row.name}",
            " · ".join(f"{key} {painting.figures.shown(key)}" for key in keys) if several else "",
        )
        for picture, painting in zip(result.pictures, row.paintings, strict=True)
    ]
    figures = {key: (float(getattr(row.figures, key)), row.figures.shown(key)) for key in keys}
    return PageRow(row.name, row.kind, figures, pictures)
