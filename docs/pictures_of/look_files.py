"""The picture of docs/how-to/look-files.md: what layers, masks and blend modes do to two photographs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pictures_of.folder import PICTURES, SHORT_SIDE, write_picture
from pictures_of.photographs import palette_photographs
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.palette.palette import Palette
from rotoscope.render.look import resize_short_side
from rotoscope.render.looks.building import open_look

_QUALITY = 55
_PHOTOGRAPHS = ("sunset", "otter")
_LOOKS = {
    "one filter": "- filter: great-wave",
    "a gradient": "- filter: great-wave\n  mask: {kind: linear, begin: [0.5, 0.2], end: [0.5, 0.7]}",
    "A, and B within": "- filter: great-wave\n- filter: starry-night\n  mask: {kind: region, carried: false, "
    "ellipse: {center: [0.5, 0.5], radii: [0.3, 0.4]}, feather: 0.15}",
    "dark parts": "- filter: starry-night\n  mask: {kind: luma, high: 0.35, softness: 0.15, smooth: 0}",
    "ink, multiplied": "- {filter: great-wave, colors: matched}\n- {filter: lineart, blend: multiply}",
    "its light alone": "- {filter: starry-night, blend: luminosity}",
}
"""What stands above a column, and its layers."""


def write_look_files(palette: Palette) -> None:
    """A row a photograph, a column a look."""
    photographs = palette_photographs()
    rows: list[list[Tile]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "look.yaml"
        for name in _PHOTOGRAPHS:
            pixels = resize_short_side(photographs[name], SHORT_SIDE)
            row = [Tile(pixels)]
            for layers in _LOOKS.values():
                path.write_text(f"look: 1\nlayers:\n{layers}\n", encoding="utf-8")
                look = open_look(path, lambda spec: palette.load(spec, precision="f32"))
                row.append(Tile(look.paint(pixels)))
            rows.append(row)
    sheet = contact_sheet(rows, width=1600, column_headings=("photograph", *_LOOKS))
    write_picture(PICTURES / "look-files.jpg", sheet, quality=_QUALITY)
