"""The classical filters, an audition, the style images, and before and after."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pictures_of.folder import PICTURES, SHORT_SIDE, write_picture
from pictures_of.photographs import captioned_photographs
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.palette.palette import Palette
from rotoscope.render.audition import Picture, audition
from rotoscope.render.audition_sheet import audition_sheet, default_title
from rotoscope.render.candidates import load_candidates, spread
from rotoscope.render.demo import make_demo
from rotoscope.render.look import Look, resize_short_side
from rotoscope.render.style_pictures import style_sheet

_AUDITIONED = 16
"""Filters that are shown in the audition; more make the figures too small to read."""


def write_classical_filters(palette: Palette) -> None:
    """A row a filter, a column a photograph; the photographs themselves above."""
    names = [entry.name for entry in palette.list() if entry.kind != "neural"]
    filters = [palette.load(name) for name in names if name != "lut"]  # a lut needs a file
    small = {
        caption: resize_short_side(pixels, SHORT_SIDE) for caption, pixels in captioned_photographs().items()
    }
    rows = [[Tile(pixels, caption) for caption, pixels in small.items()]]
    rows += [[Tile(painter.apply(pixels)) for pixels in small.values()] for painter in filters]
    headings = ("photograph", *(painter.name for painter in filters))
    title = "Classical filters"
    sheet = contact_sheet(rows, title=title, row_headings=headings, width=2000, tile_height=240)
    write_picture(PICTURES / "classical-filters.jpg", sheet, quality=40)  # grain and dots fill a file


def write_audition(palette: Palette) -> None:
    """Filters at even distances of the whole palette on one photograph, with figures."""
    filters, _ = load_candidates(palette)
    names = list(filters)
    shown = {names[index]: filters[names[index]] for index in spread(len(names), _AUDITIONED)}
    caption = "coffee (R. Michetti)"
    result = audition([Picture(caption, captioned_photographs()[caption])], shown, sort="style")
    sheet = audition_sheet(result, title=default_title(result), width=1200)
    write_picture(PICTURES / "audition.jpg", sheet, quality=50)


def write_style_images(_: Palette) -> None:
    """Every style image that is drawn here."""
    write_picture(PICTURES / "style-images.jpg", style_sheet(width=1200), quality=50)


def write_before_and_after(palette: Palette) -> None:
    """Frames of the demonstration."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_demo(Path(folder) / "demo", Look([palette.load("great-wave")]))
        shutil.copy(made.sheet, PICTURES / "before-and-after.png")
