"""The looks of docs/how-to/looks.md, painted with the commands as they stand there."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from pictures_of.folder import DOCS, PICTURES, SHORT_SIDE, write_picture
from pictures_of.photographs import captioned_photographs
from rotoscope.filters.chain import chain
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.palette.palette import Palette
from rotoscope.render.look import resize_short_side

_PAGE = DOCS / "how-to" / "looks.md"
_QUALITY = 40
_CAPTIONS = ("flight (rendered)", "astronaut (NASA)", "coffee (R. Michetti)", "Chelsea (S. van der Walt)")
"""Photographs that the looks are shown on."""


def write_looks(palette: Palette) -> None:
    """A row a look."""
    photographs = captioned_photographs()
    shown = {caption: resize_short_side(photographs[caption], SHORT_SIDE) for caption in _CAPTIONS}
    rows = [[Tile(pixels, caption) for caption, pixels in shown.items()]]
    looks = _read_looks(_PAGE.read_text(encoding="utf-8"))
    for specs in looks.values():
        look = chain([palette.load(spec) for spec in specs])
        rows.append([Tile(look.apply(pixels)) for pixels in shown.values()])
    headings = ("photograph", *looks)
    sheet = contact_sheet(rows, title="Looks", row_headings=headings, width=1200, tile_height=150)
    write_picture(PICTURES / "looks.jpg", sheet, quality=_QUALITY)


def _read_looks(page: str) -> dict[str, list[str]]:
    """Heading to what follows each ``--filter`` of its command, for every section that has one command."""
    found: dict[str, list[str]] = {}
    for section in page.split("\n## ")[1:]:
        commands = re.findall(r"^rotoscope stylize photo\.jpg .*$", section, re.MULTILINE)
        if len(commands) == 1:
            words = shlex.split(commands[0])
            found[section.splitlines()[0]] = [word for flag, word in pairwise(words) if flag == "--filter"]
    return found
