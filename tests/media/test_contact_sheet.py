"""Contact sheets: sizes, alignment, text."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.contact_sheet import Tile, contact_sheet
from rotoscope.media.frame import Pixels

GROUND = (250, 249, 246)


def flat(height: int, width: int, color: tuple[int, ...] = (200, 30, 30), dtype: type = np.uint8) -> Pixels:
    return np.full((height, width, len(color)), color, dtype)


def box(sheet: Pixels, color: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """(top, bottom, left, right), half open, of what has exactly that color."""
    rows, columns = np.nonzero((sheet == color).all(axis=2))
    return int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1


RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def test_a_row_has_one_height_and_keeps_each_aspect() -> None:
    sheet = contact_sheet(
        [[Tile(flat(720, 1280, RED)), Tile(flat(900, 600, GREEN)), Tile(flat(64, 64, BLUE))]]
    )
    boxes = [box(sheet, color) for color in (RED, GREEN, BLUE)]
    assert len({(top, bottom) for top, bottom, _, _ in boxes}) == 1
    for (top, bottom, left, right), aspect in zip(boxes, (1280 / 720, 600 / 900, 1.0), strict=True):
        assert abs((right - left) - (bottom - top) * aspect) <= 1


@pytest.mark.parametrize("width", [480, 777, 1600, 3000])
@pytest.mark.parametrize("columns", [1, 2, 5])
def test_never_wider_than_asked(width: int, columns: int) -> None:
    row = [Tile(flat(2160, 3840), "a caption")] * columns
    sheet = contact_sheet([row, row], width=width, tile_height=2000, row_headings=("great-wave",))
    assert sheet.dtype == np.uint8
    assert sheet.shape[2] == 3
    assert width - 20 <= sheet.shape[1] <= width


def test_small_pictures_are_not_blown_up() -> None:
    sheet = contact_sheet([[Tile(flat(40, 60, RED))]], width=1600)
    top, bottom, left, right = box(sheet, RED)
    assert (bottom - top, right - left) == (40, 60)
    assert sheet.shape[1] < 300


def test_tile_height_is_a_limit() -> None:
    top, bottom, _, _ = box(contact_sheet([[Tile(flat(800, 800, RED))]], tile_height=200), RED)
    assert bottom - top == 200


def test_columns_line_up_and_margins_are_even() -> None:
    sheet = contact_sheet(
        [[Tile(flat(200, 300, RED)), Tile(flat(200, 300, GREEN))], [Tile(flat(200, 100, BLUE))]]
    )
    red, green, blue = (box(sheet, color) for color in (RED, GREEN, BLUE))
    assert red[2] == blue[2]
    assert red[0] == green[0] < red[1] < blue[0]
    assert red[2] == sheet.shape[1] - green[3] == red[0] == sheet.shape[0] - blue[1]
    assert tuple(sheet[0, 0]) == GROUND


def test_reducing_averages() -> None:
    """Fine stripes become grey, not moire."""
    stripes = np.zeros((960, 960, 3), np.uint8)
    stripes[:, ::2] = 255
    sheet = contact_sheet([[Tile(stripes)]], tile_height=240)
    middle = sheet[100:200, 100:200]
    assert abs(middle.mean() - 127.5) < 1
    assert middle.std() < 2


def test_depths_and_transparency() -> None:
    deep = flat(50, 50, (0x8080, 0x4040, 0xFFFF), np.uint16)
    clear = flat(50, 50, (10, 20, 30, 0))
    sheet = contact_sheet([[Tile(deep), Tile(clear), Tile(flat(50, 50, GREEN))]])
    top, bottom, left, right = box(sheet, (0x80, 0x40, 0xFF))
    assert (bottom - top, right - left) == (50, 50)
    _, _, green_left, _ = box(sheet, GREEN)
    between = (right + green_left) // 2
    assert tuple(sheet[(top + bottom) // 2, between]) == GROUND


def ink(part: Pixels) -> int:
    return int((part.min(axis=2) < 160).sum())


def test_captions_stand_under_their_pictures() -> None:
    tiles = [Tile(flat(300, 400, RED), "0:02.4 · source"), Tile(flat(300, 400, GREEN))]
    sheet = contact_sheet([tiles])
    _, bottom, left, right = box(sheet, RED)
    assert ink(sheet[bottom + 2 : bottom + 40, left:right]) > 50
    _, _, left, right = box(sheet, GREEN)
    assert ink(sheet[bottom + 2 : bottom + 40, left:right]) == 0


def test_text_is_antialiased() -> None:
    sheet = contact_sheet([[Tile(flat(300, 400, RED), "great-wave")]])
    _, bottom, left, right = box(sheet, RED)
    assert len(np.unique(sheet[bottom + 2 : bottom + 40, left:right, 0])) > 10


def test_long_captions_are_cut_at_their_picture() -> None:
    tiles = [Tile(flat(200, 120, RED), "a caption that goes on and on and on"), Tile(flat(200, 120, GREEN))]
    sheet = contact_sheet([tiles])
    _, bottom, _, right = box(sheet, RED)
    assert ink(sheet[bottom + 2 : bottom + 40]) > 30
    assert ink(sheet[bottom + 2 : bottom + 40, right:]) == 0


def test_rows_without_captions_are_set_closer() -> None:
    row = [Tile(flat(100, 100, RED))]
    captioned = [Tile(flat(100, 100, RED), "x")]
    heights = [
        contact_sheet(rows).shape[0] for rows in ([row, row], [captioned, row], [captioned, captioned])
    ]
    assert heights[0] < heights[1] < heights[2]


def test_title_and_headings() -> None:
    rows = [[Tile(flat(200, 300, RED)), Tile(flat(200, 300, GREEN))], [Tile(flat(200, 300, BLUE))]]
    plain = contact_sheet(rows)
    full = contact_sheet(
        rows, title="Every filter", column_headings=("lake", "city"), row_headings=("source", "ink")
    )
    red, green, blue = (box(full, color) for color in (RED, GREEN, BLUE))
    assert red[0] > box(plain, RED)[0]
    assert red[2] > box(plain, RED)[2]
    assert ink(full[red[0] - 40 : red[0] - 2, red[2] : red[3]]) > 20
    assert ink(full[green[0] - 40 : green[0] - 2, green[2] : green[3]]) > 20
    for top, bottom, left, _ in (red, blue):
        assert ink(full[top:bottom, : left - 2]) > 20


def test_tiles_are_not_written_to() -> None:
    picture = flat(30, 30)
    picture.flags.writeable = False
    contact_sheet([[Tile(picture)]])


def test_a_place_may_be_empty() -> None:
    red, blue = Tile(flat(60, 80, RED)), Tile(flat(60, 80, BLUE))
    left, right = contact_sheet([[red, blue]]), contact_sheet([[None, blue], [red, None]])
    assert left.shape[1] == right.shape[1]
    assert box(left, BLUE) == box(right, BLUE)
    assert box(left, RED)[2:] == box(right, RED)[2:]


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [[None]]])
def test_no_picture(rows: list[list[Tile | None]]) -> None:
    with pytest.raises(UnsupportedMedia, match="without a picture; give one tile or more"):
        contact_sheet(rows)


def test_too_many_columns() -> None:
    with pytest.raises(UnsupportedMedia, match="60 columns does not fit into 400 pixels"):
        contact_sheet([[Tile(flat(90, 160))] * 60], width=400)


def test_lines_under_a_picture_make_the_row_higher_each() -> None:
    def height(**words: str) -> int:
        return contact_sheet([[Tile(flat(200, 300), **words)]], width=640).shape[0]

    heights = [
        height(),
        height(caption="one"),
        height(caption="one\ntwo"),
        height(heading="zero", caption="one\ntwo"),
    ]
    assert heights == sorted(set(heights))
    assert height(heading="one") == heights[1]
    assert height(heading="one", caption="two") == heights[2]
