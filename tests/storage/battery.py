"""What every store promises. A store's tests make a class of these, with a fixture ``store``."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rotoscope.errors import InvalidUri, StorageError, StoredFileExists, StoredFileNotFound
from rotoscope.storage.store import Store

MEBIBYTE = 1 << 20
UNFINISHED = ".rotoscope-0123456789abcdef.part"
BAD_PATHS = (
    *("", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\nb", "a\x7fb", "\ud800"),
    *("x" * 300, "x/" * 600 + "x", UNFINISHED, f"in/{UNFINISHED}"),
)
ODD_NAMES = (
    *("a b.mp4", "a%20b", "a+b", "q?x#y=1&z", "x'y\"z", "~t", "s*t", "ü/日本/帧.png", "a:b|c<d>", ".hidden"),
)


def contents(store: Store, path: str, *, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join(store.read(path, start=start, stop=stop))


def paths(store: Store, prefix: str = "", after: str | None = None) -> list[str]:
    return [file.path for file in store.list(prefix, after=after)]


class StorePromises:
    """The promises, as tests."""

    def test_a_store_keeps_the_protocol(self, store: Store) -> None:
        assert isinstance(store, Store)

    @pytest.mark.parametrize("size", [0, 1, 3 * MEBIBYTE + 17])
    def test_what_is_put_is_read_back(self, store: Store, tmp_path: Path, size: int) -> None:
        data = bytes(range(256)) * (size // 256 + 1)
        data = data[:size]
        given = tmp_path / "given"
        given.write_bytes(data)
        before = datetime.now(UTC) - timedelta(seconds=5)
        for path, source in (("in/bytes.bin", data), ("in/file.bin", given)):
            stored = store.put(path, source)
            found = store.stat(path)
            assert (stored.path, stored.size_bytes, stored.etag) == (path, size, found.etag)
            assert (found.path, found.size_bytes) == (path, size)
            assert before < found.modified < datetime.now(UTC) + timedelta(seconds=5)
            assert found.modified.tzinfo is not None
            assert contents(store, path) == data
            for told in (stored.sha256, found.sha256):
                assert told in (None, hashlib.sha256(data).hexdigest())
        assert given.read_bytes() == data

    def test_ranges_are_those_of_slices(self, store: Store) -> None:
        data = bytes(range(100))
        store.put("a.bin", data)
        for start, stop in (
            (0, 10),
            (5, 6),
            (90, None),
            (0, 1000),
            (99, 200),
            (100, None),
            (200, 300),
            (7, 7),
            (9, 3),
        ):
            assert contents(store, "a.bin", start=start, stop=stop) == data[start:stop]

    def test_bytes_come_in_pieces(self, store: Store) -> None:
        store.put("a.bin", b"x" * (5 * MEBIBYTE))
        pieces = list(store.read("a.bin"))
        assert all(0 < len(piece) <= 2 * MEBIBYTE for piece in pieces)
        assert len(pieces) >= 3

    def test_a_reader_that_stops_early_leaves_nothing_open(self, store: Store) -> None:
        store.put("a.bin", b"x" * (3 * MEBIBYTE))
        store.read("a.bin")  # not even begun; a file that stays open would be a warning, which is an error
        assert next(iter(store.read("a.bin")))

    def test_what_is_not_there_is_said_by_the_call(self, store: Store) -> None:
        store.put("in/there.mp4", b"1")
        for call in (store.stat, store.read, store.delete):
            for path in ("in/nothing.mp4", "elsewhere/nothing.mp4", "in"):
                with pytest.raises(StoredFileNotFound, match=path):
                    call(path)
        with pytest.raises(StoredFileNotFound, match=r"in/nothing\.mp4"):
            store.read("in/nothing.mp4", start=3)

    def test_putting_creates_and_never_replaces(self, store: Store) -> None:
        store.put("in/a.mp4", b"first")
        with pytest.raises(StoredFileExists, match=r"in/a\.mp4 is there already\. Choose another name"):
            store.put("in/a.mp4", b"second")
        assert contents(store, "in/a.mp4") == b"first"

    def test_overwriting_replaces_and_changes_the_etag(self, store: Store) -> None:
        first = store.put("in/a.mp4", b"first", overwrite=True)
        second = store.put("in/a.mp4", b"other", overwrite=True)
        assert contents(store, "in/a.mp4") == b"other"
        assert first.etag != second.etag
        assert store.stat("in/a.mp4").etag == second.etag

    def test_of_many_that_put_the_same_path_one_wins(self, store: Store) -> None:
        at_once = 6
        for number in range(8):
            start = threading.Barrier(at_once)

            def put(mine: int, number: int = number, start: threading.Barrier = start) -> bytes | None:
                data = bytes([mine]) * 5000
                start.wait()
                try:
                    store.put(f"race/{number}", data)
                except StoredFileExists:
                    return None
                return data

            with ThreadPoolExecutor(at_once) as pool:
                won = [data for data in pool.map(put, range(at_once)) if data is not None]
            assert len(won) == 1
            assert contents(store, f"race/{number}") == won[0]
        assert len(paths(store)) == 8

    def test_who_reads_while_others_overwrite_gets_one_version(self, store: Store) -> None:
        store.put("a.bin", b"0" * 200_000)
        stop = threading.Event()

        def write() -> None:
            turn = 0
            while not stop.is_set():
                turn = (turn + 1) % 10
                store.put("a.bin", str(turn).encode() * 200_000, overwrite=True)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            try:
                for _ in range(20):
                    read = contents(store, "a.bin")
                    assert len(read) == 200_000
                    assert len(set(read)) == 1
            finally:
                stop.set()
            writing.result()

    def test_files_are_listed_in_the_order_of_whole_paths(self, store: Store) -> None:
        names = ["a.txt", "a/b", "a/b.c", "a/c/d", "a0", "b", "in-box/x", "in/x", "inbox/x", "Ä", "ä/b", "Z"]
        for name in reversed(names):
            store.put(name, name.encode())
        assert paths(store) == sorted(names)
        listed = {file.path: file for file in store.list()}
        assert listed["a/c/d"].size_bytes == 5
        assert listed["a/c/d"].etag == store.stat("a/c/d").etag

    @pytest.mark.parametrize(
        ("prefix", "after", "expected"),
        [
            ("in/", None, ["in/a", "in/b/1", "in/b/2", "in/b0", "in/c"]),
            ("in", None, ["in/a", "in/b/1", "in/b/2", "in/b0", "in/c", "inbox/a"]),
            ("in/b", None, ["in/b/1", "in/b/2", "in/b0"]),
            ("in/b/", "in/b/1", ["in/b/2"]),
            ("in/b/1", None, ["in/b/1"]),
            ("", "in/b/1", ["in/b/2", "in/b0", "in/c", "inbox/a", "out/a"]),
            ("", "in/b/1x", ["in/b/2", "in/b0", "in/c", "inbox/a", "out/a"]),
            ("", "in/b", ["in/b/1", "in/b/2", "in/b0", "in/c", "inbox/a", "out/a"]),
            ("in/", "in/c", []),
            ("in/", "a", ["in/a", "in/b/1", "in/b/2", "in/b0", "in/c"]),
            ("in/", "out", []),
            ("nothing/", None, []),
            ("in/a/", None, []),
            ("out/a", "out/a", []),
        ],
    )
    def test_a_listing_can_be_narrowed(
        self, store: Store, prefix: str, after: str | None, expected: list[str]
    ) -> None:
        for name in ("in/a", "in/b/1", "in/b/2", "in/b0", "in/c", "inbox/a", "out/a"):
            store.put(name, b"")
        assert paths(store, prefix, after) == expected

    def test_an_empty_store_lists_nothing(self, store: Store) -> None:
        assert paths(store) == []

    def test_pages_after_the_last_one_make_up_the_whole(self, store: Store) -> None:
        names = sorted(f"{folder}/{number}" for folder in "abc" for number in range(7))
        for name in names:
            store.put(name, b"")
        found: list[str] = []
        while page := paths(store, "", found[-1] if found else None)[:4]:
            found += page
        assert found == names

    def test_what_is_deleted_is_gone(self, store: Store) -> None:
        store.put("in/deep/a.mp4", b"1")
        store.put("in/b.mp4", b"2")
        store.delete("in/deep/a.mp4")
        assert paths(store) == ["in/b.mp4"]
        with pytest.raises(StoredFileNotFound, match=r"in/deep/a\.mp4"):
            store.delete("in/deep/a.mp4")
        store.put("in/deep/a.mp4", b"3")
        assert contents(store, "in/deep/a.mp4") == b"3"

    @pytest.mark.parametrize("path", BAD_PATHS)
    def test_a_path_that_is_none_is_refused_everywhere(self, store: Store, path: str) -> None:
        calls: list[Callable[[], object]] = [
            lambda: store.stat(path),
            lambda: store.read(path),
            lambda: store.put(path, b"1"),
            lambda: store.put(path, b"1", overwrite=True),
            lambda: store.delete(path),
            lambda: store.sign(path, "GET", seconds=60),
        ]
        if path and not (path.endswith("/") and path != "/"):
            calls.append(lambda: list(store.list(path)))
        for call in calls:
            with pytest.raises(InvalidUri):
                call()
        assert paths(store) == []

    def test_odd_names_are_names(self, store: Store) -> None:
        for name in ODD_NAMES:
            store.put(f"odd/{name}", name.encode())
        for name in ODD_NAMES:
            assert contents(store, f"odd/{name}") == name.encode()
        assert paths(store, "odd/") == sorted(f"odd/{name}" for name in ODD_NAMES)

    def test_a_source_that_is_not_there_is_said_and_leaves_nothing(
        self, store: Store, tmp_path: Path
    ) -> None:
        with pytest.raises(StorageError, match=r"in/a\.mp4 cannot be stored: .*gone\.mp4"):
            store.put("in/a.mp4", tmp_path / "gone.mp4")
        assert paths(store) == []

    def test_a_signed_url_is_for_one_thing_and_ends(self, store: Store) -> None:
        store.put("in/a.mp4", b"1")
        for method in ("GET", "PUT"):
            signed = store.sign("in/a.mp4", method, seconds=600)
            if signed is not None:
                assert signed.method == method
                assert signed.url.startswith("http")
                assert timedelta(0) < signed.expires - datetime.now(UTC) <= timedelta(seconds=601)

    def test_many_threads_put_into_folders_that_come_and_go(self, store: Store) -> None:
        def come_and_go(number: int) -> None:
            for _ in range(10):
                store.put(f"deep/er/{number % 2}/{number}", b"1")
                store.delete(f"deep/er/{number % 2}/{number}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(come_and_go, range(4)))
        assert paths(store) == []
