"""The picture of docs/explanation/large-pictures.md: a photograph whole, in tiles, and what differs."""

from __future__ import annotations

import cv2
import numpy as np

from pictures_of.folder import PICTURES, write_picture
from pictures_of.photographs import palette_photographs
from rotoscope.filters.neural import NeuralFilter
from rotoscope.filters.tiling import TileLimits
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels
from rotoscope.palette.palette import Palette
from rotoscope.render.look import resize_short_side

_PHOTOGRAPH = "sunset"
_SHORT_SIDE = 720
_TILE_SIDE = 320
_STRETCHED = 100
"""How many times a difference is made larger so that one could see it."""


def write_tiles(palette: Palette) -> None:
    """Whole, as tiles that know nothing of each other, with common statistics, and the difference."""
    picture = resize_short_side(palette_photographs()[_PHOTOGRAPH], _SHORT_SIDE)
    whole = palette.load("great-wave", precision="f32")
    assert isinstance(whole, NeuralFilter)
    limits = TileLimits(most_whole_bytes=0, tile_side=_TILE_SIDE)
    tiled = NeuralFilter(whole.file, options=whole.options, limits=limits)
    painted, alone, together = whole.apply(picture), _alone(whole, picture), tiled.apply(picture)
    rows = [
        [Tile(painted, "painted whole"), Tile(alone, "each tile as a picture of its own")],
        [Tile(together, "in tiles, with common statistics"), Tile(_stretched(together, painted), _caption())],
    ]
    sheet = contact_sheet(rows, width=1200)
    write_picture(PICTURES / "tiled.jpg", sheet, quality=60)


def _caption() -> str:
    return f"its difference from the whole, {_STRETCHED} times"


def _alone(painter: NeuralFilter, picture: Pixels) -> Pixels:
    """What simple tiling gives."""
    painted = np.empty_like(picture)
    for top in range(0, picture.shape[0], _TILE_SIDE):
        for left in range(0, picture.shape[1], _TILE_SIDE):
            place = slice(top, top + _TILE_SIDE), slice(left, left + _TILE_SIDE)
            painted[place] = painter.apply(picture[place])
    return painted


def _stretched(one: Pixels, other: Pixels) -> Pixels:
    return np.asarray(np.minimum(cv2.absdiff(one, other).astype(np.int64) * _STRETCHED, 255), np.uint8)
