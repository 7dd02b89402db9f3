"""Auditions: order, pictures, sheets and pages."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import EncodeError, InvalidOptions, OpenError, OutputExists, UnsupportedMedia
from rotoscope.filters.base import Filter
from rotoscope.media.frame import Pixels
from rotoscope.palette.palette import Palette
from rotoscope.render.audition import AuditionResult, Picture, SortKey, audition
from rotoscope.render.audition_page import audition_page
from rotoscope.render.audition_sheet import audition_sheet, default_title, write_audition
from rotoscope.render.candidates import load_candidates, read_pictures, split_specs, spread
from rotoscope.render.figures import Figures
from rotoscope.render.progress import Progress

import samples


class Toy:
    """A filter of one line."""

    kind = "toy"
    digest = "0" * 64

    def __init__(self, name: str) -> None:
        self.name = name
        self._calls = 0

    def apply(self, pixels: Pixels) -> Pixels:
        self._calls += 1
        if self.name == "negative":
            return 255 - pixels
        if self.name == "blurred":
            return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 3), np.uint8)
        if self.name == "blinking":
            return np.asarray(np.clip(pixels.astype(int) + 30 * (self._calls % 2), 0, 255), np.uint8)
        return pixels.copy()


def toys(*names: str) -> dict[str, Filter]:
    return {name: Toy(name) for name in names}


ALL = ("same", "negative", "blurred", "blinking")


def photo(name: str = "a.jpg", size: tuple[int, int] = (160, 120)) -> Picture:
    return Picture(name, samples.picture(5, size))


def moving() -> Picture:
    pixels = samples.picture(5, (160, 120))
    return Picture("clip", pixels, following=pixels.copy())


def by(result: AuditionResult, key: SortKey) -> list[str]:
    return [row.name for row in result.sorted_by(key).rows]


def test_a_filter_that_does_nothing() -> None:
    (row,) = audition([moving()], toys("same")).rows
    assert replace(row.figures, detail=round(row.figures.detail, 9)) == Figures(0, 1, 0, 0)
    assert (row.name, row.kind) == ("same", "toy")


def test_every_order() -> None:
    result = audition([moving(), photo()], toys(*ALL))
    assert by(result, "name") == sorted(ALL)
    assert by(result, "style")[0] == "blurred"
    assert by(result, "detail")[-1] == "blurred"
    assert by(result, "color")[0] == "same"
    assert by(result, "color")[-1] == "negative"
    assert by(result, "flicker")[-1] == "blinking"
    for key in get_args(SortKey):
        assert audition([moving()], toys(*ALL), sort=key).sort == key


def test_rows_are_means_over_pictures_and_flicker_over_those_that_move() -> None:
    row = audition([photo(), moving()], toys("blinking")).rows[0]
    first, second = (painting.figures for painting in row.paintings)
    assert first.flicker is None
    assert row.figures.flicker == second.flicker
    assert row.figures.color == pytest.approx((first.color + second.color) / 2)


def test_pictures_are_reduced_and_never_enlarged() -> None:
    result = audition([photo(size=(400, 300)), photo(size=(64, 48))], toys("same"), size=100)
    assert [picture.pixels.shape for picture in result.pictures] == [(100, 133, 3), (48, 64, 3)]
    assert result.rows[0].paintings[0].pixels.shape == (100, 133, 3)


def test_progress_counts_paintings() -> None:
    told: list[Progress] = []
    audition([photo(), photo("b.jpg")], toys("same", "negative"), on_progress=told.append)
    assert [(one.step, one.frames_done, one.frames_expected) for one in told][-1] == ("audition", 4, 4)


def test_what_cannot_be_tried() -> None:
    with pytest.raises(InvalidOptions, match="No picture was given"):
        audition([], toys("same"))
    with pytest.raises(InvalidOptions, match="No filter was given"):
        audition([photo()], {})
    with pytest.raises(InvalidOptions, match="16 or more"):
        audition([photo()], toys("same"), size=3)
    with pytest.raises(InvalidOptions, match="none of its pictures moves"):
        audition([photo()], toys("same"), sort="flicker")
    with pytest.raises(InvalidOptions, match="name, style, detail, color, flicker"):
        audition([photo()], toys("same"), sort="beauty")  # pyright: ignore[reportArgumentType] - the point


# --- what goes in -----------------------------------------------------------------------------------------


def test_frames_of_a_clip_come_with_the_next_one(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=20)
    pictures = read_pictures([clip], frames=3)
    indices = [samples.read_index(picture.pixels) for picture in pictures]
    assert indices == [3, 9, 15]
    assert [samples.read_index(p.following) for p in pictures if p.following is not None] == [4, 10, 16]
    assert pictures[0].name == "clip.mp4 at 0.12 s"
    assert pictures[0].time_seconds is not None


def test_a_short_clip_gives_what_it_has(tmp_path: Path) -> None:
    clip = samples.make_gif(tmp_path / "two.gif", delays_ms=(100, 100))
    (picture,) = read_pictures([clip], frames=9)
    assert picture.following is not None


def test_stills_folders_transparency_and_size(tmp_path: Path) -> None:
    folder = samples.make_stills(tmp_path / "photos", frames=5)
    assert [p.name for p in read_pictures([folder], frames=2)] == ["0001.png", "0003.png"]
    clear = tmp_path / "clear.png"
    Image.fromarray(np.zeros((40, 60, 4), np.uint8)).save(clear)
    (picture,) = read_pictures([clear], size=20)
    assert picture.pixels.shape == (20, 30, 3)
    assert picture.pixels.min() == 255  # laid on white
    assert picture.following is None


def test_pictures_that_are_not_there(tmp_path: Path) -> None:
    Image.fromarray(samples.picture()).save(tmp_path / "photo.png")
    with pytest.raises(OpenError, match=r"does not exist.*photo\.png"):
        read_pictures([tmp_path / "foto.png"])
    with pytest.raises(InvalidOptions, match="1 or more"):
        read_pictures([tmp_path / "photo.png"], frames=0)


@pytest.mark.parametrize(
    ("count", "wanted", "indices"), [(1, 3, [0]), (10, 1, [5]), (3, 3, [0, 1, 2]), (100, 2, [25, 75])]
)
def test_spread(count: int, wanted: int, indices: list[int]) -> None:
    assert spread(count, wanted) == indices


@pytest.mark.parametrize(
    ("text", "specs"),
    [
        ("a,b", ["a", "b"]),
        (" a , ,b,", ["a", "b"]),
        ("", []),
        ("posterize:levels=4,tones=channels,b", ["posterize:levels=4,tones=channels", "b"]),
        ("a,posterize:levels=4,lineart:over=photo", ["a", "posterize:levels=4", "lineart:over=photo"]),
    ],
)
def test_filters_are_joined_by_commas_and_so_are_options(text: str, specs: list[str]) -> None:
    assert split_specs(text) == specs


def test_the_whole_palette_but_what_wants_options(tmp_path: Path) -> None:
    filters, notes = load_candidates(Palette(tmp_path, bundled=tmp_path / "none"))
    assert "posterize" in filters
    assert "lut" not in filters
    assert any(note.startswith("lut left out: it wants options") for note in notes)


def test_damaged_files_are_left_out_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no graph")
    filters, notes = load_candidates(Palette(tmp_path, bundled=tmp_path / "none"))
    assert "broken" not in filters
    assert any(note.startswith("broken left out: ") for note in notes)


# --- what comes out ---------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.rows: list[dict[str, str | None]] = []
        self.heads: dict[str | None, str | None] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.addresses += [facts[key] or "" for key in ("src", "href", "action", "srcset") if key in facts]
        if "data-name" in facts:
            self.rows.append(facts)
        if "data-key" in facts:
            self.heads[facts["data-key"]] = facts.get("aria-sort")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_is_whole_and_asks_nobody() -> None:
    result = replace(audition([photo("<b>.jpg"), moving()], toys(*ALL), sort="detail"), notes=("a < b",))
    text = audition_page(result, title="Tom & Jerry")
    page = Page(text)
    assert page.open == []
    assert len(page.addresses) == 2 + 2 * len(ALL)
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
    assert "http:" not in text
    assert "https:" not in text
    assert "//" not in text.replace("base64,/9j/", "").split("<table>")[0]
    assert "<b>" not in text
    assert "Tom &amp; Jerry" in text
    assert "a &lt; b" in text
    assert [row["data-name"] for row in page.rows] == [row.name for row in result.rows]
    assert page.heads == dict.fromkeys(("name", "style", "detail", "color", "flicker")) | {
        "detail": "descending"
    }
    assert all(row["data-flicker"] is not None for row in page.rows)


def test_a_page_of_photographs_has_no_flicker() -> None:
    page = Page(audition_page(audition([photo()], toys("same")), title="one"))
    assert "flicker" not in page.heads
    assert "data-flicker" not in page.rows[0]


def test_one_picture_makes_a_grid_and_several_make_rows() -> None:
    grid = audition_sheet(audition([photo()], toys(*ALL)))
    rows = audition_sheet(audition([photo(), photo("b.jpg")], toys(*ALL)))
    assert grid.shape[2] == 3
    assert grid.shape[0] < rows.shape[0]
    many = audition_sheet(audition([photo(str(i)) for i in range(9)], toys("same")))
    assert many.shape[1] <= 10 * 280


def test_titles() -> None:
    assert default_title(audition([photo()], toys("same"))) == "1 filter on a.jpg"
    assert default_title(audition([photo(), moving()], toys(*ALL))) == "4 filters on 2 pictures"


@pytest.mark.parametrize("name", ["sheet.png", "sheet.jpg", "sheet.HTML"])
def test_files_appear_whole_and_replace_nothing(tmp_path: Path, name: str) -> None:
    result = audition([photo()], toys("same"))
    report = write_audition(result, tmp_path / name)
    assert report.size_bytes == (tmp_path / name).stat().st_size
    with pytest.raises(OutputExists, match="--overwrite"):
        write_audition(result, tmp_path / name)
    write_audition(result, tmp_path / name, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_outputs_that_cannot_be(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Image.fromarray(samples.picture()).save(source)
    result = audition(read_pictures([source]), toys("same"))
    with pytest.raises(UnsupportedMedia, match=r"'\.mp4'.*\.html.*\.png"):
        write_audition(result, tmp_path / "sheet.mp4")
    with pytest.raises(EncodeError, match="the source itself"):
        write_audition(result, source, overwrite=True)
    with pytest.raises(EncodeError, match="does not exist"):
        write_audition(result, tmp_path / "nowhere" / "sheet.html")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]
