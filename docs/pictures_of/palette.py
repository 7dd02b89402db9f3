"""The pictures of docs/palette.md: a strip for each bundled neural filter, and all of them on one photograph.

A picture says in its JPEG comment which graphs painted it, so that a test can tell when it is out of date.
"""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pictures_of.folder import PICTURES, SHORT_SIDE
from pictures_of.photographs import palette_photographs
from rotoscope.filters.file import read_filter_file
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels
from rotoscope.palette.categories import sort_by_category
from rotoscope.palette.entry import PaletteEntry
from rotoscope.palette.palette import Palette
from rotoscope.palette.verify import graph_digest
from rotoscope.render.look import resize_short_side

_FOLDER = PICTURES / "palette"
_SAMPLE_SIZE = (245, 184)
_GAP = 6
_MAX_STRIP_BYTES = 100_000
_OVERVIEW = "sunset"
"""The photograph that all filters are shown on together."""
_OVERVIEW_COLUMNS = 7
_OVERVIEW_WIDTH = 1600
_MAX_OVERVIEW_BYTES = 450_000
_QUALITIES = range(88, 40, -4)


def write_palette(palette: Palette) -> None:
    """Paint every bundled neural filter anew, and delete what is left of filters that are gone."""
    _FOLDER.mkdir(exist_ok=True)
    photographs = {name: resize_short_side(p, SHORT_SIDE) for name, p in palette_photographs().items()}
    entries = [entry for entry in sort_by_category(palette.list()) if entry.path is not None]
    _write_jpeg(PICTURES / "palette-photographs.jpg", _strip(list(photographs.values())))
    tiles = [Tile(photographs[_OVERVIEW], "photograph")]
    digests: list[str] = []
    for entry in entries:
        painter = palette.load(entry.name, precision="f32")
        paintings = {name: painter.apply(pixels) for name, pixels in photographs.items()}
        digests.append(_digest_of(entry))
        _write_jpeg(_FOLDER / f"{entry.name}.jpg", _strip(list(paintings.values())), digests[-1])
        tiles.append(Tile(paintings[_OVERVIEW], entry.title or entry.name))
    rows = [tiles[start : start + _OVERVIEW_COLUMNS] for start in range(0, len(tiles), _OVERVIEW_COLUMNS)]
    sheet = contact_sheet(rows, width=_OVERVIEW_WIDTH)
    together = sha256("".join(digests).encode()).hexdigest()
    _write_jpeg(PICTURES / "palette.jpg", sheet, together, most_bytes=_MAX_OVERVIEW_BYTES)
    for path in _FOLDER.glob("*.jpg"):
        if path.stem not in {entry.name for entry in entries}:
            path.unlink()


def _digest_of(entry: PaletteEntry) -> str:
    assert entry.path is not None
    return graph_digest(read_filter_file(entry.path))


def _strip(paintings: list[Pixels]) -> NDArray[np.uint8]:
    """Samples side by side on white."""
    width, height = _SAMPLE_SIZE
    strip = np.full((height, len(paintings) * (width + _GAP) - _GAP, 3), 255, np.uint8)
    for place, painting in enumerate(paintings):
        left = place * (width + _GAP)
        strip[:, left : left + width] = cv2.resize(painting, _SAMPLE_SIZE, interpolation=cv2.INTER_AREA)
    return strip


def _write_jpeg(
    path: Path, pixels: NDArray[np.uint8], comment: str = "", *, most_bytes: int = _MAX_STRIP_BYTES
) -> None:
    """Write at the best quality that keeps within a size."""
    content = b""
    for quality in _QUALITIES:
        buffer = BytesIO()
        image = Image.fromarray(pixels)
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True, comment=comment)
        content = buffer.getvalue()
        if len(content) <= most_bytes:
            break
    path.write_bytes(content)
