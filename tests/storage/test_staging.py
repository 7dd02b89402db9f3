"""Stored files as local ones, and back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    JobCancelled,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.connectors import Connector
from rotoscope.storage.local import LocalStore
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.staging import cached_fetch, fetch, trim_cache
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import StoredFile

from troubled_store import MEBIBYTE, Troubled


@pytest.fixture
def store() -> Troubled:
    return Troubled()


@pytest.fixture
def storage(store: Troubled) -> Storage:
    return Storage([Connector("data", store)])


def left_in(folder: Path) -> list[str]:
    return sorted(place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file())


# -- one file ---------------------------------------------------------------------------------------------


def test_a_file_is_fetched_under_its_own_name(storage: Storage, tmp_path: Path) -> None:
    data = os.urandom(3 * MEBIBYTE + 5)
    storage.put("data://in/drone clip.mp4", data)
    told: list[int] = []
    place = fetch(storage, "data://in/drone%20clip.mp4", tmp_path / "new/folder", on_bytes=told.append)
    assert place == tmp_path / "new/folder/drone clip.mp4"
    assert place.read_bytes() == data
    assert sum(told) == len(data)
    assert len(told) > 1
    assert left_in(tmp_path) == ["new/folder/drone clip.mp4"]


def test_an_empty_file_is_a_file(storage: Storage, tmp_path: Path) -> None:
    storage.put("data://empty", b"")
    assert fetch(storage, "data://empty", tmp_path).read_bytes() == b""


def test_a_download_that_broke_goes_on(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    data = os.urandom(5 * MEBIBYTE)
    storage.put("data://a.mp4", data)
    store.breaks_after = 2 * MEBIBYTE
    with pytest.raises(StoreUnavailable, match="The line broke"):
        fetch(storage, "data://a.mp4", tmp_path)
    assert not (tmp_path / "a.mp4").exists()
    store.breaks_after = None
    told: list[int] = []
    assert fetch(storage, "data://a.mp4", tmp_path, on_bytes=told.append).read_bytes() == data
    assert store.reads == [("a.mp4", 0), ("a.mp4", 2 * MEBIBYTE)]
    assert sum(told) == len(data)  # of which 2 MiB were there
    assert left_in(tmp_path) == ["a.mp4"]


def test_a_download_does_not_go_on_with_another_file(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    storage.put("data://a.mp4", b"1" * 5 * MEBIBYTE)
    store.breaks_after = 2 * MEBIBYTE
    with pytest.raises(StoreUnavailable):
        fetch(storage, "data://a.mp4", tmp_path)
    store.breaks_after = None
    storage.put("data://a.mp4", b"2" * 5 * MEBIBYTE, overwrite=True)
    assert fetch(storage, "data://a.mp4", tmp_path).read_bytes() == b"2" * 5 * MEBIBYTE
    assert store.reads[-1] == ("a.mp4", 0)


def test_a_file_without_an_etag_is_begun_anew(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a.mp4", b"1" * 5 * MEBIBYTE)
    store.lies = {"etag": ""}
    store.breaks_after = 2 * MEBIBYTE
    with pytest.raises(StoreUnavailable):
        fetch(storage, "data://a.mp4", tmp_path)
    store.breaks_after = None
    assert fetch(storage, "data://a.mp4", tmp_path).stat().st_size == 5 * MEBIBYTE
    assert store.reads[-1] == ("a.mp4", 0)


def test_bytes_that_are_not_the_promised_ones_are_refused(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    storage.put("data://a.mp4", b"12345")
    for lies in ({"sha256": "0" * 64}, {"size_bytes": 4}):
        store.lies = lies
        with pytest.raises(CorruptTransfer, match=r"data://a\.mp4 arrived damaged: its SHA-256 or size"):
            fetch(storage, "data://a.mp4", tmp_path)
        assert left_in(tmp_path) == []
    store.lies = {"size_bytes": 9}
    with pytest.raises(CorruptTransfer, match=r"data://a\.mp4 broke off: 5 of 9 bytes arrived\. Try again"):
        fetch(storage, "data://a.mp4", tmp_path)
    assert not (tmp_path / "a.mp4").exists()


def test_a_file_that_changes_meanwhile_is_fetched_again(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    storage.put("data://a.mp4", b"old" * MEBIBYTE)
    store.changes = 1
    place = fetch(storage, "data://a.mp4", tmp_path)
    assert place.read_bytes() == b"".join(storage.read("data://a.mp4"))
    store.changes = 100
    with pytest.raises(CorruptTransfer, match="changed each of the 3 times it was fetched"):
        fetch(storage, "data://a.mp4", tmp_path)


def test_a_transfer_can_be_stopped_between_pieces(storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a.mp4", os.urandom(5 * MEBIBYTE))
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise JobCancelled("Somebody asked for it.")

    with pytest.raises(JobCancelled):
        fetch(storage, "data://a.mp4", tmp_path, check=check)
    assert asked == 3
    assert not (tmp_path / "a.mp4").exists()


def test_what_is_not_there_is_said(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StoredFileNotFound, match=r"data://a\.mp4"):
        fetch(storage, "data://a.mp4", tmp_path)
    with pytest.raises(StoredFileNotFound, match=r"Nothing is stored under data://in/\. A folder is"):
        fetch(storage, "data://in/", tmp_path)
    with pytest.raises(InvalidUri):
        fetch(storage, "https://host/%2e%2e", tmp_path)
    assert left_in(tmp_path) == []


def test_a_local_disk_that_refuses_is_said(storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a.mp4", b"1")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match=r"data://a\.mp4 cannot be transferred: .*try again"):
        fetch(storage, "data://a.mp4", tmp_path / "file")


def test_two_that_fetch_to_the_same_place_do_not_mix(storage: Storage, tmp_path: Path) -> None:
    data = os.urandom(4 * MEBIBYTE)
    storage.put("data://a.mp4", data)
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(fetch, [storage] * 8, ["data://a.mp4"] * 8, [tmp_path] * 8))
    assert {place.read_bytes() for place in places} == {data}
    assert left_in(tmp_path) == ["a.mp4"]


# -- links ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [True, False])
def test_a_local_file_is_linked_where_nobody_can_write_into_it(tmp_path: Path, *, frozen: bool) -> None:
    storage = Storage([Connector("data", LocalStore(tmp_path / "store", shown_as="data://", frozen=frozen))])
    storage.put("data://a.mp4", b"original")
    told: list[int] = []
    place = fetch(storage, "data://a.mp4", tmp_path / "work", on_bytes=told.append)
    assert place.samefile(tmp_path / "store/a.mp4") == frozen
    assert sum(told) == 8
    fetch(storage, "data://a.mp4", tmp_path / "work")  # again, over itself
    assert left_in(tmp_path / "work") == ["a.mp4"]
    if not frozen:
        place.write_bytes(b"changed")
    assert b"".join(storage.read("data://a.mp4")) == b"original"


def test_what_somebody_else_laid_into_the_store_is_copied(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store/a.mp4").write_bytes(b"original")
    storage = Storage([Connector("data", LocalStore(tmp_path / "store", shown_as="data://", frozen=True))])
    place = fetch(storage, "data://a.mp4", tmp_path / "work")
    assert not place.samefile(tmp_path / "store/a.mp4")
    assert place.read_bytes() == b"original"


def test_what_a_worker_replaces_leaves_the_original(tmp_path: Path) -> None:
    storage = Storage([Connector("data", LocalStore(tmp_path / "store", shown_as="data://", frozen=True))])
    storage.put("data://a.mp4", b"original")
    place = fetch(storage, "data://a.mp4", tmp_path / "work")
    (tmp_path / "work/new").write_bytes(b"painted")
    (tmp_path / "work/new").replace(place)
    assert b"".join(storage.read("data://a.mp4")) == b"original"


# -- folders ----------------------------------------------------------------------------------------------


def test_a_folder_is_fetched_with_all_that_is_in_it(storage: Storage, tmp_path: Path) -> None:
    names = [f"{number:03}.png" for number in range(30)] + ["deep/er/a.json"]
    for name in names:
        storage.put(f"data://frames/shot/{name}", name.encode())
    storage.put("data://frames/shot-2/a.png", b"")
    told: list[int] = []
    place = fetch(storage, "data://frames/shot/", tmp_path, on_bytes=told.append)
    assert place == tmp_path / "shot"
    assert left_in(place) == sorted(names)
    assert all((place / name).read_bytes() == name.encode() for name in names)
    assert sum(told) == sum(len(name) for name in names)
    assert left_in(fetch(storage, "data://", tmp_path)) == sorted(
        [f"frames/shot/{name}" for name in names] + ["frames/shot-2/a.png"]
    )


def test_several_files_of_a_folder_are_fetched_at_once(storage: Storage, tmp_path: Path) -> None:
    for number in range(4):
        storage.put(f"data://in/{number}", b"1")
    together = threading.Barrier(2, timeout=30)
    met = threading.Event()

    class Meeting(Troubled):
        def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
            if not met.is_set():
                together.wait()  # passes only where another thread reads as well
                met.set()
            return super().read(path, start=start, stop=stop)

    meeting = Meeting()
    for number in range(2):
        meeting.put(f"in/{number}", b"1")
    fetch(Storage([Connector("data", meeting)]), "data://in/", tmp_path)
    assert left_in(tmp_path) == ["in/0", "in/1"]


def test_the_first_file_that_fails_stops_the_others(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    for number in range(40):
        storage.put(f"data://in/{number:02}", b"1" * 3 * MEBIBYTE)
    store.breaks_after = 1
    with pytest.raises(StoreUnavailable, match="The line broke"):
        fetch(storage, "data://in/", tmp_path)
    assert len(store.reads) <= 4


class Hostile(MemoryStore):
    """A store that lists what leads out of the folder."""

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        for file in super().list("", after=after):
            yield replace(file, path=f"{prefix}../../{file.path}")


def test_a_store_that_lists_paths_that_climb_is_refused(tmp_path: Path) -> None:
    hostile = Hostile()
    hostile.put("in/a", b"1")
    with pytest.raises(InvalidUri, match="it has an empty part"):
        fetch(Storage([Connector("data", hostile)]), "data://in/", tmp_path / "a/b")
    assert left_in(tmp_path) == []


# -- the cache --------------------------------------------------------------------------------------------


def test_a_version_is_fetched_once(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a.mp4", b"1")
    first = cached_fetch(storage, "data://a.mp4", tmp_path)
    assert cached_fetch(storage, "data://a.mp4", tmp_path) == first
    assert first.name == "a.mp4"
    assert first.stat().st_mode & 0o222 == 0
    assert len(store.reads) == 1
    storage.put("data://a.mp4", b"2", overwrite=True)
    second = cached_fetch(storage, "data://a.mp4", tmp_path)
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    storage.delete("data://a.mp4")
    with pytest.raises(StoredFileNotFound):
        cached_fetch(storage, "data://a.mp4", tmp_path)


def test_a_folder_is_cached_as_a_whole(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    for number in range(3):
        storage.put(f"data://in/{number}", b"1")
    first = cached_fetch(storage, "data://in/", tmp_path)
    assert cached_fetch(storage, "data://in/", tmp_path) == first
    assert (first.name, left_in(first), len(store.reads)) == ("in", ["0", "1", "2"], 3)
    storage.put("data://in/3", b"1")
    assert left_in(cached_fetch(storage, "data://in/", tmp_path)) == ["0", "1", "2", "3"]
    assert left_in(first) == ["0", "1", "2"]


def test_clients_share_no_versions(tmp_path: Path) -> None:
    clients: list[Storage] = []
    for number in range(2):
        store = Troubled()
        store.lies = {"etag": "the same", "sha256": None}
        store.put("a", str(number).encode())
        clients.append(Storage([Connector("data", store, place=f"client {number}")]))
    places = [cached_fetch(client, "data://a", tmp_path) for client in clients]
    assert [place.read_bytes() for place in places] == [b"0", b"1"]


def test_what_may_not_be_read_is_not_in_the_cache_either(
    store: Troubled, storage: Storage, tmp_path: Path
) -> None:
    storage.put("data://a", b"1")
    cached_fetch(storage, "data://a", tmp_path)
    writer = Storage([Connector("data", store, rights=frozenset({"write"}))])
    with pytest.raises(AccessDenied):
        cached_fetch(writer, "data://a", tmp_path)


def test_what_has_no_version_is_fetched_each_time(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a", b"1")
    store.lies = {"etag": ""}
    cached_fetch(storage, "data://a", tmp_path)
    cached_fetch(storage, "data://a", tmp_path)
    assert len(store.reads) == 2


def test_threads_that_want_the_same_wait_for_one(store: Troubled, storage: Storage, tmp_path: Path) -> None:
    storage.put("data://a", os.urandom(4 * MEBIBYTE))
    with ThreadPoolExecutor(6) as pool:
        places = set(pool.map(cached_fetch, [storage] * 6, ["data://a"] * 6, [tmp_path] * 6))
    assert len(places) == len(store.reads) == 1


CACHING = """
import sys
from pathlib import Path
from rotoscope.storage.connectors import Connector
from rotoscope.storage.local import LocalStore
from rotoscope.storage.staging import cached_fetch
from rotoscope.storage.storage import Storage

told = []
storage = Storage([Connector("data", LocalStore(Path(sys.argv[1]), shown_as="data://"))])
place = cached_fetch(storage, "data://a", Path(sys.argv[2]), on_bytes=told.append)
print(place, sum(told))
"""


def test_processes_that_want_the_same_wait_for_one(tmp_path: Path) -> None:
    data = os.urandom(8 * MEBIBYTE)
    LocalStore(tmp_path / "store", shown_as="data://").put("a", data)
    command = [sys.executable, "-c", CACHING, str(tmp_path / "store"), str(tmp_path / "cache")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [process.communicate(timeout=60)[0].split() for process in running]
    assert len({place for place, _ in answers}) == 1
    assert sorted(int(count) for _, count in answers) == [0, 0, len(data)]
    assert Path(answers[0][0]).read_bytes() == data


def test_what_was_not_used_for_longest_is_trimmed(storage: Storage, tmp_path: Path) -> None:
    places: list[Path] = []
    for number in range(4):
        storage.put(f"data://{number}", b"x" * 1000)
        place = cached_fetch(storage, f"data://{number}", tmp_path)
        places.append(place)
        used = time.time() - (10 - number) * 24 * 3600
        os.utime(place.parent / ".complete", (used, used))
    assert trim_cache(tmp_path, most_bytes=10_000) == 0
    cached_fetch(storage, "data://0", tmp_path)  # used just now
    assert trim_cache(tmp_path, most_bytes=2_500) == 2000
    assert [place.exists() for place in places] == [True, False, False, True]
    assert trim_cache(tmp_path, most_bytes=0) == 1000
    assert places[0].exists()  # somebody may be reading it
    assert cached_fetch(storage, "data://1", tmp_path).read_bytes() == b"x" * 1000
