"""The store in a local folder."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    StorageError,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.local import LocalStore
from rotoscope.storage.paths import is_unfinished

from battery import UNFINISHED, StorePromises, contents, paths

PUTTING = """
import sys
from pathlib import Path
from rotoscope.errors import StoredFileExists
from rotoscope.storage.local import LocalStore

root, mine = sys.argv[1:]
store = LocalStore(Path(root), shown_as="data://")
sys.stdin.readline()
for number in range(200):
    try:
        store.put(f"race/{number}", mine.encode() * 1000)
    except StoredFileExists:
        continue
    print(number)
"""

PUTTING_A_FIFO = """
import sys
from pathlib import Path
from rotoscope.storage.local import LocalStore

LocalStore(Path(sys.argv[1]), shown_as="data://").put("in/a.mp4", Path(sys.argv[2]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root, shown_as="data://")


class TestLocalStore(StorePromises):
    @pytest.fixture
    def store(self, root: Path) -> LocalStore:
        return LocalStore(root, shown_as="data://", frozen=True)


def everything_in(root: Path) -> list[str]:
    return sorted(place.relative_to(root).as_posix() for place in root.rglob("*"))


def test_two_processes_never_store_the_same_path_twice(root: Path, store: LocalStore) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", PUTTING, str(root), mine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine in "ab"
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.communicate(timeout=60)[0].split() for racer in racers]
    assert Counter(won[0] + won[1]) == {str(number): 1 for number in range(200)}
    for mine, numbers in zip("ab", won, strict=True):
        assert all(contents(store, f"race/{number}") == mine.encode() * 1000 for number in numbers)
    assert len(everything_in(root)) == 201


# -- links ------------------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    return folder


def test_a_link_to_a_file_outside_is_neither_read_nor_listed(
    root: Path, store: LocalStore, outside: Path
) -> None:
    store.put("in/a.mp4", b"1")
    (root / "in/link.txt").symlink_to(outside / "secret.txt")
    for call in (store.stat, store.read, store.delete, store.local_path):
        with pytest.raises(AccessDenied, match=r"data://in/link\.txt .* link\.txt is a symbolic link"):
            call("in/link.txt")
    assert paths(store) == ["in/a.mp4"]


def test_a_link_to_a_folder_leads_nowhere(root: Path, store: LocalStore, outside: Path) -> None:
    root.mkdir()
    (root / "in").symlink_to(outside)
    for call in (store.stat, store.read, store.delete):
        with pytest.raises(AccessDenied, match="in is a symbolic link"):
            call("in/secret.txt")
    for overwrite in (False, True):
        with pytest.raises(AccessDenied, match="in is a symbolic link"):
            store.put("in/new.txt", b"1", overwrite=overwrite)
    assert paths(store) == []
    assert paths(store, "in/") == []
    assert everything_in(outside) == ["secret.txt"]


def test_a_link_is_not_written_through(root: Path, store: LocalStore, outside: Path) -> None:
    root.mkdir()
    (root / "a.txt").symlink_to(outside / "secret.txt")
    (root / "b.txt").symlink_to(outside / "new.txt")
    for name in ("a.txt", "b.txt"):
        for overwrite in (False, True):
            with pytest.raises(AccessDenied):
                store.put(name, b"1", overwrite=overwrite)
    assert (outside / "secret.txt").read_text() == "secret"
    assert everything_in(outside) == ["secret.txt"]


def test_the_root_itself_may_be_a_link(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    store = LocalStore(tmp_path / "link", shown_as="data://")
    assert contents(store, "secret.txt") == b"secret"


def test_what_is_no_regular_file_is_not_stored(root: Path, store: LocalStore) -> None:
    root.mkdir()
    os.mkfifo(root / "fifo")
    with pytest.raises(StoredFileNotFound, match="data://fifo is not a regular file"):
        store.read("fifo")
    assert paths(store) == []


def test_closed_places_are_as_if_they_were_not_there(root: Path) -> None:
    LocalStore(root, shown_as="file:///").put("house/keys/k", b"1")
    LocalStore(root, shown_as="file:///").put("house/a", b"1")
    store = LocalStore(root, shown_as="file:///", closed=[root / "house/keys", root / "b"])
    assert paths(store) == ["house/a"]
    assert paths(store, "house/keys/") == []
    for path in ("house/keys/k", "b"):
        with pytest.raises(StoredFileNotFound):
            store.stat(path)
        with pytest.raises(StoredFileNotFound):
            store.put(path, b"2", overwrite=True)


# -- what is interrupted ----------------------------------------------------------------------------------


def test_a_put_that_is_killed_shows_nothing_and_is_cleaned_up_later(root: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    putting = subprocess.Popen([sys.executable, "-c", PUTTING_A_FIFO, str(root), str(fifo)])
    with fifo.open("wb") as feed:
        feed.write(b"x" * 3_000_000)
        feed.flush()
        putting.kill()
        putting.wait(timeout=30)
    [left] = [name for name in everything_in(root) if name != "in"]
    assert is_unfinished(left.rpartition("/")[2])
    assert paths(LocalStore(root, shown_as="data://")) == []

    LocalStore(root, shown_as="data://").put("in/b.mp4", b"1")
    assert left in everything_in(root)  # it may still be growing
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(root / left, (long_ago, long_ago))
    LocalStore(root, shown_as="data://").put("in/c.mp4", b"1")
    assert everything_in(root) == ["in", "in/b.mp4", "in/c.mp4"]


def test_a_source_that_grows_meanwhile_is_refused_and_leaves_nothing(
    root: Path, store: LocalStore, tmp_path: Path
) -> None:
    fifo = tmp_path / "growing.mp4"
    os.mkfifo(fifo)  # says that it has no bytes, and gives some
    feeding = subprocess.Popen(["sh", "-c", f"printf data > '{fifo}'"])
    with pytest.raises(
        CorruptTransfer, match=r"growing\.mp4 changed while it was stored at data://in/a\.mp4"
    ):
        store.put("in/a.mp4", fifo)
    feeding.wait(timeout=30)
    assert everything_in(root) == []


def test_a_source_that_cannot_be_read_leaves_nothing(root: Path, store: LocalStore, tmp_path: Path) -> None:
    for source in (Path("/proc/self/mem"), tmp_path):
        with pytest.raises(StorageError, match=r"data://in/a\.mp4 cannot be stored"):
            store.put("in/a.mp4", source)
    assert everything_in(root) == []


def test_without_hard_links_it_is_still_create_only(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_here(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(Path, "hardlink_to", none_here)
    store.put("a", b"1")
    with pytest.raises(StoredFileExists):
        store.put("a", b"2")
    assert contents(store, "a") == b"1"
    assert everything_in(root) == ["a"]


# -- folders ----------------------------------------------------------------------------------------------


def test_a_folder_is_no_file(store: LocalStore) -> None:
    store.put("in/a.mp4", b"1")
    for call in (store.stat, store.read, store.delete):
        with pytest.raises(StoredFileNotFound, match=r"data://in is a folder; end it with / to mean all"):
            call("in")
    for overwrite in (False, True):
        with pytest.raises(StoredFileExists, match="data://in is a folder with files in it"):
            store.put("in", b"1", overwrite=overwrite)


def test_a_file_is_no_folder(store: LocalStore) -> None:
    store.put("in", b"1")
    with pytest.raises(StoredFileExists, match="data://in/a cannot be stored: a part of its path is a file"):
        store.put("in/a", b"1")
    for call in (store.stat, store.read, store.delete):
        with pytest.raises(StoredFileNotFound):
            call("in/a")
    assert paths(store, "in/") == []


def test_empty_folders_go_with_their_last_file(root: Path, store: LocalStore) -> None:
    store.put("a/b/c.mp4", b"1")
    store.put("a/d.mp4", b"1")
    store.delete("a/b/c.mp4")
    assert everything_in(root) == ["a", "a/d.mp4"]
    store.delete("a/d.mp4")
    assert everything_in(root) == []
    assert root.is_dir()


def test_ten_thousand_files_are_listed_as_they_are_asked_for(root: Path, store: LocalStore) -> None:
    for folder in range(100):
        (root / f"{folder:02}").mkdir(parents=True)
        for number in range(100):
            (root / f"{folder:02}/{number:02}.png").touch()
    listing = store.list()
    first = next(listing)
    for number in range(100):
        (root / f"99/{number:02}.png").unlink()  # of what comes late nothing was looked at yet
    rest = [file.path for file in listing]
    assert first.path == "00/00.png"
    assert (len(rest), rest[-1]) == (98 * 100 + 99, "98/99.png")
    assert paths(store, after="98/97.png") == ["98/98.png", "98/99.png"]


def test_an_absent_root_is_made_or_missed(tmp_path: Path) -> None:
    made = LocalStore(tmp_path / "made", shown_as="data://")
    assert paths(made) == []
    made.put("a", b"1")
    missed = LocalStore(tmp_path / "disk", shown_as="file:///disk/", make_root=False)
    for call in (lambda: missed.put("a", b"1"), lambda: list(missed.list())):
        with pytest.raises(StoreUnavailable, match=r"file:///disk/ is not there at the moment\. Mount"):
            call()
    assert not (tmp_path / "disk").exists()


# -- names and rights -------------------------------------------------------------------------------------


def test_unfinished_and_nameless_files_of_others_are_not_listed(root: Path, store: LocalStore) -> None:
    store.put("a", b"1")
    (root / UNFINISHED).write_bytes(b"1")
    (root / os.fsdecode(b"\xff\xfe")).write_bytes(b"1")
    (root / "line\nbreak").write_bytes(b"1")
    assert paths(store) == ["a"]


def test_frozen_files_cannot_be_written_into_but_replaced(root: Path) -> None:
    store = LocalStore(root, shown_as="data://", frozen=True)
    store.put("a", b"1")
    assert (root / "a").stat().st_mode & 0o222 == 0
    store.put("a", b"2", overwrite=True)
    assert contents(store, "a") == b"2"
    store.delete("a")
    open_store = LocalStore(root, shown_as="data://")
    open_store.put("b", b"1")
    assert (root / "b").stat().st_mode & 0o200


def test_what_the_system_denies_is_said(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("in/a.mp4", b"1")

    def deny(*_: object, **__: object) -> None:  # root, as whom tests may run, is denied nothing
        raise PermissionError(errno.EACCES, "Permission denied", str(root))

    for name in ("open", "scandir", "unlink"):
        monkeypatch.setattr(os, name, deny)
    for call, done in (
        (lambda: store.put("in/b.mp4", b"1"), r"data://in/b\.mp4 cannot be stored"),
        (lambda: store.read("in/a.mp4"), r"data://in/a\.mp4 cannot be read"),
        (lambda: store.delete("in/a.mp4"), r"data://in/a\.mp4 cannot be deleted"),
        (lambda: list(store.list("in/")), "data://in/ cannot be listed"),
    ):
        with pytest.raises(AccessDenied, match=f"{done}: the operating system denies it") as caught:
            call()
        assert str(root) not in str(caught.value)


def test_a_file_beyond_what_the_system_takes_is_said_and_leaves_nothing(root: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from rotoscope.errors import StoreUnavailable
from rotoscope.storage.local import LocalStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    LocalStore(Path(sys.argv[1]), shown_as="data://").put("in/a.mp4", b"x" * 2_000_000)
except StoreUnavailable as error:
    print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, str(root)], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.startswith(
        "data://in/a.mp4 cannot be stored: File too large. Nothing was left half done"
    )
    assert everything_in(root) == []
