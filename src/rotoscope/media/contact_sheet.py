"""Many pictures on one sheet, with captions: before and after, filters by photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.frame import Pixels

_GROUND = (250, 249, 246)
"""The sheet: an off-white that white pictures still stand out from."""
_KEYLINE = (222, 219, 212)
"""One pixel around each picture."""
_TEXT = (38, 38, 40)
_CAPTION = (112, 110, 106)
_MIN_TILE_HEIGHT = 16

_Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a contact sheet."""

    pixels: Pixels
    """(H, W, 3 or 4) uint8 or uint16; transparency shows the sheet."""
    caption: str = ""
    """A line under it, or several with line breaks between; what does not fit is cut off with an ellipsis."""
    heading: str = ""
    """One line between it and its caption, in the color of headings; cut off likewise."""

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.pixels.shape[1] / self.pixels.shape[0]


@dataclass(frozen=True, slots=True)
class _Measures:
    """Every distance of a sheet, in pixels, from the size of its text."""

    text: int
    tile_height: int
    column_widths: tuple[int, ...]
    row_heading_width: int
    lines: tuple[float, ...]
    """Lines of text under each row's pictures."""

    @property
    def margin(self) -> int:
        return 3 * self.text

    @property
    def gap(self) -> int:
        return self.text + self.text // 4

    @property
    def width(self) -> int:
        gaps = self.gap * (len(self.column_widths) - 1)
        return 2 * self.margin + self.row_heading_width + sum(self.column_widths) + gaps

    def row_top(self, row: int) -> int:
        """Distance of a row's pictures from the first row's; of the first row left over: the sheet's body."""
        captions = round(2 * self.text * sum(self.lines[:row]))
        return row * (self.tile_height + self.gap) + captions

    def column_left(self, column: int) -> int:
        before = sum(self.column_widths[:column]) + self.gap * column
        return self.margin + self.row_heading_width + before


def contact_sheet(
    rows: Sequence[Sequence[Tile | None]],
    *,
    width: int = 1600,
    tile_height: int = 480,
    title: str = "",
    column_headings: Sequence[str] = (),
    row_headings: Sequence[str] = (),
) -> NDArray[np.uint8]:
    """Lay pictures out in a grid, all of one height.

    Pictures are reduced to fit (by area) and never enlarged beyond the largest picture's height; columns
    are as wide as their widest picture.

    Args:
        rows: rows of tiles from the top; rows may differ in length, and None leaves a place empty.
        width: the sheet is at most this wide, in pixels; 320 or more.
        tile_height: pictures are at most this high, in pixels.
        title: a line above everything; none where empty.
        column_headings: a word above each column, from the left; may be fewer than the columns.
        row_headings: a word before each row, from the top; may be fewer than the rows.

    Returns:
        (H, W <= width, 3) uint8 RGB.

    Raises:
        UnsupportedMedia: there is no tile, or so many columns that they do not fit.
    """
    if not any(tile is not None for row in rows for tile in row):
        raise UnsupportedMedia("A contact sheet was asked for without a picture; give one tile or more.")
    measures = _measure(rows, width, tile_height, row_headings)
    head = _head_height(measures, title, column_headings)
    height = head + measures.row_top(len(rows)) - measures.gap + measures.margin
    sheet = Image.new("RGB", (measures.width, height), _GROUND)
    draw = ImageDraw.Draw(sheet)
    font = _font(measures.text)
    if title:
        top = measures.margin + round(0.8 * measures.text)
        draw.text((measures.margin, top), title, _TEXT, _font(round(1.7 * measures.text)), anchor="ls")
    for column, heading in enumerate(column_headings[: len(measures.column_widths)]):
        text = _fitted(draw, heading, font, measures.column_widths[column])
        draw.text((measures.column_left(column), head - measures.text), text, _TEXT, font, anchor="ls")
    for index, row in enumerate(rows):
        top = head + measures.row_top(index)
        if index < len(row_headings):
            middle = top + measures.tile_height // 2
            draw.text((measures.margin, middle), row_headings[index], _TEXT, font, anchor="lm")
        for column, tile in _tiles(row):
            _place(sheet, draw, tile, (measures.column_left(column), top), measures)
    return np.asarray(sheet)


def _measure(
    rows: Sequence[Sequence[Tile | None]], width: int, tile_height: int, row_headings: Sequence[str]
) -> _Measures:
    text = min(max(round(width / 105), 11), 28)
    columns = max(len(row) for row in rows)
    aspects = [0.0] * columns
    for row in rows:
        for column, tile in _tiles(row):
            aspects[column] = max(aspects[column], tile.aspect)
    font = _font(text)
    heading = max((font.getlength(words) for words in row_headings), default=0.0)
    heading_width = round(heading) + 2 * text if heading else 0
    bare = _Measures(text, 0, (0,) * columns, heading_width, tuple(_lines(row) for row in rows))
    largest = max(tile.pixels.shape[0] for row in rows for _, tile in _tiles(row))
    height = min(int((width - bare.width) / sum(aspects)), tile_height, largest)
    if height < min(_MIN_TILE_HEIGHT, largest):
        raise UnsupportedMedia(
            f"A contact sheet of {columns} columns does not fit into {width} pixels: the pictures would be "
            f"{max(height, 0)} pixels high. Give fewer columns or a wider sheet."
        )
    widths = tuple(max(int(height * aspect), 1) for aspect in aspects)
    return replace(bare, tile_height=height, column_widths=widths)


def _tiles(row: Sequence[Tile | None]) -> Sequence[tuple[int, Tile]]:
    """The tiles of a row and their columns."""
    return [(column, tile) for column, tile in enumerate(row) if tile is not None]


def _lines(row: Sequence[Tile | None]) -> float:
    """Lines of text under a row, in double text heights; those after the first stand closer."""
    most = max((len(_words(tile)) for _, tile in _tiles(row)), default=0)
    return 1 + 0.7 * (most - 1) if most else 0.0


def _words(tile: Tile) -> Sequence[tuple[str, tuple[int, int, int]]]:
    """Lines under a tile and their colors."""
    lines = [(tile.heading, _TEXT)] if tile.heading else []
    return lines + [(line, _CAPTION) for line in tile.caption.splitlines()]


def _head_height(measures: _Measures, title: str, column_headings: Sequence[str]) -> int:
    height = measures.margin
    if title:
        height += 3 * measures.text
    if any(column_headings):
        height += 2 * measures.text
    return height


def _place(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, tile: Tile, corner: tuple[int, int], measures: _Measures
) -> None:
    left, top = corner
    size = (max(int(measures.tile_height * tile.aspect), 1), measures.tile_height)
    sheet.paste(Image.fromarray(_reduced(tile.pixels, size)), corner)
    draw.rectangle((left - 1, top - 1, left + size[0], top + size[1]), outline=_KEYLINE)
    font = _font(measures.text)
    baseline = top + size[1] + round(1.5 * measures.text)
    for words, color in _words(tile):
        draw.text((left, baseline), _fitted(draw, words, font, size[0]), color, font, anchor="ls")
        baseline += round(1.4 * measures.text)


def _reduced(pixels: Pixels, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3 or 4) of either depth to (h, w, 3) uint8 on the sheet's ground."""
    shrinks = pixels.shape[0] > size[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    values = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    if values.shape[2] == 4:
        alpha = values[..., 3:]
        ground = np.array(_GROUND, np.float32) / np.float32(255)
        values = values[..., :3] * alpha + ground * (1 - alpha)
    resized = cv2.resize(np.ascontiguousarray(values), size, interpolation=method)
    return np.rint(np.clip(resized, 0, 1) * 255).astype(np.uint8)


def _fitted(draw: ImageDraw.ImageDraw, text: str, font: _Font, width: int) -> str:
    if draw.textlength(text, font) <= width:
        return text
    while text and draw.textlength(text.rstrip() + "…", font) > width:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def _font(size: int) -> _Font:
    """Pillow's own scalable font, so that sheets look alike on every machine."""
    return ImageFont.load_default(size)
