"""Local files as stored ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import (
    AccessDenied,
    StoredFileExists,
    StoredFileNotFound,
)
from rotoscope.storage.connectors import Connector
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.staging import deliver
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import StoredFile

from troubled_store import Troubled


@pytest.fixture
def store() -> Troubled:
    return Troubled()


@pytest.fixture
def storage(store: Troubled) -> Storage:
    return Storage([Connector("data", store)])


def test_a_file_is_delivered(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"painted")
    told: list[int] = []
    [stored] = deliver(storage, tmp_path / "out.mp4", "data://out/painted.mp4", on_bytes=told.append)
    assert (stored.path, stored.size_bytes, told) == ("out/painted.mp4", 7, [7])
    [stored] = deliver(storage, tmp_path / "out.mp4", "data://folder/")
    assert stored.path == "folder/out.mp4"


@pytest.mark.parametrize("uri", ["data://out/frames", "data://out/frames/"])
def test_a_folder_is_delivered(storage: Storage, tmp_path: Path, uri: str) -> None:
    for name in ("b.png", "a.png", "deep/c.png", ".DS_Store", ".hidden/d.png"):
        (tmp_path / "frames" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "frames" / name).write_bytes(name.encode())
    stored = deliver(storage, tmp_path / "frames", uri)
    assert [file.path for file in stored] == [
        f"out/frames/{name}" for name in ("a.png", "b.png", "deep/c.png")
    ]
    assert [str(found) for found, _ in storage.list("data://")] == [
        f"data://out/frames/{name}" for name in ("a.png", "b.png", "deep/c.png")
    ]


def test_what_is_in_the_way_is_found_before_anything_is_sent(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    for number in range(5):
        (tmp_path / f"frames/{number}.png").write_bytes(b"new")
    storage.put("data://out/4.png", b"old")
    with pytest.raises(StoredFileExists, match=r"data://out/4\.png is there already, with other bytes\."):
        deliver(storage, tmp_path / "frames", "data://out/")
    assert [file.path for _, file in storage.list("data://out/")] == ["out/4.png"]
    deliver(storage, tmp_path / "frames", "data://out/", overwrite=True)
    assert {b"".join(storage.read(uri)) for uri, _ in storage.list("data://out/")} == {b"new"}


def test_a_delivery_that_was_interrupted_is_taken_up(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "frames").mkdir()
    for number in range(5):
        (tmp_path / f"frames/{number}.png").write_bytes(str(number).encode())
    for number in range(3):
        storage.put(f"data://out/{number}.png", str(number).encode())
    etag = storage.stat("data://out/0.png").etag
    store.lies = {"sha256": None}  # the bytes themselves are compared
    told: list[int] = []
    stored = deliver(storage, tmp_path / "frames", "data://out/", on_bytes=told.append)
    assert len(stored) == len(told) == 5
    assert storage.stat("data://out/0.png").etag == etag


def test_where_one_may_not_read_the_same_bytes_are_not_known(store: Troubled, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    store.put("a", b"1")
    store.lies = {"sha256": None}
    writer = Storage([Connector("data", store, rights=frozenset({"write"}))])
    with pytest.raises(StoredFileExists):
        deliver(writer, tmp_path / "a", "data://a")


class Blind(MemoryStore):
    """A store whose keys may write and not look."""

    def stat(self, path: str) -> StoredFile:
        raise AccessDenied("You may not look.")


def test_who_may_not_look_can_still_deliver(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    storage = Storage([Connector("data", Blind())])
    assert len(deliver(storage, tmp_path / "a", "data://a")) == 1
    with pytest.raises(StoredFileExists):
        deliver(storage, tmp_path / "a", "data://a")


def test_nothing_cannot_be_delivered(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StoredFileNotFound, match=r"gone\.mp4"):
        deliver(storage, tmp_path / "gone.mp4", "data://a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoredFileNotFound, match="empty holds no files to store under data://out/"):
        deliver(storage, tmp_path / "empty", "data://out/")
    reader = Storage([Connector("data", MemoryStore(), rights=frozenset({"read"}))])
    (tmp_path / "a").write_bytes(b"1")
    with pytest.raises(AccessDenied, match="cannot be written"):
        deliver(reader, tmp_path / "a", "data://a")
