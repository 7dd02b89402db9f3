"""The cache of pictures, and the shelf of filters."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from rotoscope.api.picture_cache import PictureCache
from rotoscope.api.shelf import FilterShelf
from rotoscope.errors import UnknownFilter
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import write_filter_file
from rotoscope.palette.palette import Palette

from graph_samples import tint_model


def keyed(number: int) -> str:
    return f"{number:02x}" * 32


def test_a_picture_is_made_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    cache, made, asked = PictureCache(tmp_path / "p", most_bytes=1000), list[int](), Event()

    def make() -> bytes:
        asked.wait(10)
        made.append(1)
        return b"picture"

    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(cache.get, keyed(1), make) for _ in range(6)]
        asked.set()
        assert {answer.result(10) for answer in answers} == {b"picture"}
    assert made == [1]


def test_what_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "p", most_bytes=1000)

    def fail() -> bytes:
        raise UnknownFilter("none")

    with pytest.raises(UnknownFilter):
        cache.get(keyed(1), fail)
    assert cache.get(keyed(1), lambda: b"x") == b"x"


def test_the_longest_unused_pictures_go_first(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "p", most_bytes=1000)
    for number in range(7):
        cache.get(keyed(number), lambda: bytes(100))
        path = next((tmp_path / "p").rglob(keyed(number)))
        os.utime(path, (number, number))
    cache.find(keyed(0))
    for number in range(7, 12):
        cache.get(keyed(number), lambda: bytes(100))
    kept = {path.name for path in (tmp_path / "p").rglob("*") if path.is_file()}
    assert len(kept) <= 10
    assert keyed(0) in kept
    assert keyed(1) not in kept


def test_a_cache_that_cannot_be_written_still_gives_pictures(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("a file is in the way")
    assert PictureCache(tmp_path / "p", most_bytes=10).get(keyed(1), lambda: b"x") == b"x"


def write(folder: Path, *, title: str) -> None:
    folder.mkdir(exist_ok=True)
    card = Card(name="tint", padding=Padding(multiple=2), title=title)
    write_filter_file(folder / "tint.onnx", tint_model(), card)


def test_a_loaded_filter_is_kept_for_the_next(tmp_path: Path) -> None:
    shelf, palette = FilterShelf(), Palette(tmp_path / "own")
    first = shelf.load(palette, "great-wave:strength=0.5")
    assert shelf.load(Palette(tmp_path / "other"), "great-wave:strength=0.5") is first
    assert shelf.load(palette, "great-wave") is not first
    assert shelf.load(palette, "great-wave", keep=False) is not shelf.load(palette, "great-wave")


def test_a_filter_that_was_replaced_or_is_anothers_is_another(tmp_path: Path) -> None:
    shelf = FilterShelf()
    write(tmp_path / "ada", title="one")
    write(tmp_path / "bob", title="two")
    ada, bob = Palette(tmp_path / "ada"), Palette(tmp_path / "bob")
    first = shelf.load(ada, "tint")
    assert shelf.load(bob, "tint").digest != first.digest
    (tmp_path / "ada" / "tint.onnx").unlink()
    with pytest.raises(UnknownFilter):
        shelf.load(ada, "tint")
    write(tmp_path / "ada", title="three")
    assert shelf.load(ada, "tint").digest not in (first.digest, shelf.load(bob, "tint").digest)


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    shelf, palette = FilterShelf(most=3), Palette(tmp_path)
    kept = [shelf.load(palette, f"posterize:levels={levels}") for levels in range(2, 7)]
    assert len(shelf) == 3
    assert shelf.load(palette, "posterize:levels=6") is kept[-1]
    assert shelf.load(palette, "posterize:levels=2") is not kept[0]


def test_filters_with_files_in_their_options_are_not_kept(tmp_path: Path) -> None:
    cube = tmp_path / "a.cube"
    cube.write_text("LUT_1D_SIZE 2\n1 1 1\n0 0 0\n")
    shelf = FilterShelf()
    shelf.load(Palette(tmp_path), f"lut:file={cube}")
    assert len(shelf) == 0
