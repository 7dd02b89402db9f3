"""Files of a store as local ones, for who has the store itself."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from rotoscope.errors import StoredFileNotFound, StoreUnavailable
from rotoscope.storage.copying import copy_out
from rotoscope.storage.memory import MemoryStore

from troubled_store import MEBIBYTE, Troubled


def names_in(folder: Path) -> list[str]:
    return [place.name for place in folder.iterdir()]


def test_a_file_comes_whole_and_replaces_what_is_there(tmp_path: Path) -> None:
    store = MemoryStore()
    store.put("a/b", data := os.urandom(3 * MEBIBYTE + 5))
    place = tmp_path / "new" / "b"
    for _ in range(2):
        copy_out(store, "a/b", place)
    assert place.read_bytes() == data
    assert names_in(place.parent) == ["b"]


def test_a_line_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    store = Troubled()
    store.put("a", os.urandom(3 * MEBIBYTE))
    store.breaks_after = MEBIBYTE
    with pytest.raises(StoreUnavailable, match="The line broke"):
        copy_out(store, "a", tmp_path / "a")
    assert names_in(tmp_path) == []


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoredFileNotFound):
        copy_out(MemoryStore(), "a", tmp_path / "a")
    assert names_in(tmp_path) == []


def test_several_at_once_do_not_mix(tmp_path: Path) -> None:
    store = MemoryStore()
    store.put("a", data := os.urandom(5 * MEBIBYTE))
    threads = [threading.Thread(target=copy_out, args=(store, "a", tmp_path / "a")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a").read_bytes() == data
    assert names_in(tmp_path) == ["a"]
