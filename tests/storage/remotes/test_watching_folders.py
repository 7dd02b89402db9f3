"""Folders that are watched: in a folder of this machine, in memory, and in a Dropbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rotoscope.errors import AccessDenied, InvalidUri
from rotoscope.storage.connectors import Connector
from rotoscope.storage.dropbox import DropboxStore
from rotoscope.storage.local import LocalStore
from rotoscope.storage.memory import MemoryStore
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import Store
from rotoscope.storage.tokens import FixedToken
from rotoscope.storage.watching import Found, Watch, Watcher
from rotoscope.storage.watching_notes import StoredNotes

from fake_dropbox import FakeDropbox

WATCH = Watch.of("data://in/", "data://out/")


@pytest.fixture(params=["local", "memory", "dropbox"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "local":
        yield LocalStore(tmp_path, shown_as="data://")
    elif request.param == "memory":
        yield MemoryStore()
    else:
        with FakeDropbox() as server:
            yield DropboxStore(FixedToken("sesame"), "Films", api_url=server.url, content_url=server.url)


@pytest.fixture
def storage(store: Store) -> Storage:
    return Storage([Connector("data", store)])


def watcher_of(storage: Storage, name: str = "one", watch: Watch = WATCH, **more: object) -> Watcher:
    return Watcher(storage, watch, name=name, **more)  # pyright: ignore[reportArgumentType]


def told(found: list[Found]) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in found]


def test_each_folder_says_what_its_files_mean(storage: Storage) -> None:
    for path in (
        "in/drone.mp4",
        "in/trip/beach walk.mov",
        "out/drone.mp4",
        "out/approved/drone.mp4",
        "out/rejected/pond.mp4",
        "out/retouched/drone/000012.png",
        "elsewhere/other.mp4",
    ):
        storage.put(f"data://{path.replace(' ', '%20')}", b"film")
    watcher = watcher_of(storage)
    assert watcher.look() == []
    found = watcher.look()
    assert told(found) == [
        ("source", "drone.mp4"),
        ("source", "trip/beach walk.mov"),
        ("approved", "drone.mp4"),
        ("rejected", "pond.mp4"),
        ("retouched", "drone/000012.png"),
    ]
    assert str(found[1].uri) == "data://in/trip/beach%20walk.mov"
    assert found[0].file.size_bytes == 4
    assert watcher.look() == []
    assert len({one.key for one in found}) == 5


def test_a_file_is_taken_when_it_has_stood_still_for_two_looks(storage: Storage) -> None:
    watcher = watcher_of(storage)
    for size in (1, 2, 3):
        storage.put("data://in/growing.mp4", b"x" * size, overwrite=True)
        assert watcher.look() == []
    assert told(watcher.look()) == [("source", "growing.mp4")]


def test_hidden_empty_and_unfinished_files_are_left_alone(storage: Storage) -> None:
    for name in ("~$a.mp4", ".DS_Store", ".hidden/a.mp4", "a.mp4.part", "a.mp4.CRDOWNLOAD", "b.tmp"):
        storage.put(f"data://in/{name}", b"x")
    storage.put("data://in/empty.mp4", b"")
    watcher = watcher_of(storage)
    watcher.look()
    assert watcher.look() == []


def test_what_is_done_is_done_also_after_a_restart(storage: Storage) -> None:
    storage.put("data://in/a.mp4", b"film")
    storage.put("data://in/b.mp4", b"film")
    watcher = watcher_of(storage)
    watcher.look()
    first, second = watcher.look()
    watcher.done(first)
    restarted = watcher_of(storage)
    assert restarted.look() == []
    (again,) = restarted.look()  # it was taken, and nothing was heard of it since
    assert (again.uri, again.key) == (second.uri, second.key)
    restarted.done(again)
    assert restarted.look() == []
    later = watcher_of(storage)
    later.look()
    assert later.look() == []


def test_a_file_that_is_stored_anew_is_found_anew(storage: Storage) -> None:
    storage.put("data://in/a.mp4", b"film")
    watcher = watcher_of(storage)
    watcher.look()
    (first,) = watcher.look()
    watcher.done(first)
    storage.put("data://in/a.mp4", b"another film", overwrite=True)
    watcher.look()
    (second,) = watcher.look()
    assert second.key != first.key
    assert second.uri == first.uri


def test_several_watchers_never_take_a_file_twice(storage: Storage) -> None:
    for number in range(12):
        storage.put(f"data://in/{number:02}.mp4", b"film")
    taken: list[str] = []
    start = threading.Barrier(4)

    def watch(name: str) -> None:
        watcher = watcher_of(storage, name)
        watcher.look()
        start.wait()
        for _ in range(2):
            for found in watcher.look():
                taken.append(found.name)
                watcher.done(found)

    threads = [threading.Thread(target=watch, args=(f"watcher {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"{number:02}.mp4" for number in range(12)]


def test_what_a_watcher_did_not_see_to_is_given_again_after_the_lease(storage: Storage) -> None:
    now = [datetime.now(UTC)]
    storage.put("data://in/a.mp4", b"film")
    dead = watcher_of(storage, "dead", now=lambda: now[0])
    other = watcher_of(storage, "other", now=lambda: now[0])
    third = watcher_of(storage, "third", now=lambda: now[0])
    dead.look()
    (lost,) = dead.look()
    other.look()
    third.look()
    assert (other.look(), dead.look()) == ([], [])
    now[0] += timedelta(minutes=16)
    (found,) = other.look()
    assert found.key == lost.key
    assert third.look() == []  # the notes of the second turn are young
    other.done(found)
    now[0] += timedelta(minutes=16)
    assert (dead.look(), other.look(), third.look()) == ([], [], [])


def test_a_watcher_whose_work_failed_gets_the_file_again(storage: Storage) -> None:
    now = [datetime.now(UTC)]
    storage.put("data://in/a.mp4", b"film")
    watcher = watcher_of(storage, now=lambda: now[0])
    watcher.look()
    (first,) = watcher.look()
    assert watcher.look() == []
    now[0] += timedelta(minutes=16)
    (again,) = watcher.look()
    assert again.key == first.key


def test_notes_of_files_that_are_gone_are_removed_after_a_day(storage: Storage) -> None:
    now = [datetime.now(UTC)]
    storage.put("data://in/a.mp4", b"film")
    watcher = watcher_of(storage, now=lambda: now[0])
    watcher.look()
    watcher.done(watcher.look()[0])
    storage.delete("data://in/a.mp4")
    for _ in range(3):
        watcher.look()
    notes = StoredNotes(storage, WATCH.notes)
    assert len(notes.known()) == 1
    now[0] += timedelta(days=2)
    watcher.look()
    assert notes.known() == {}
    assert list(storage.list("data://out/")) == []


def test_folders_may_lie_within_each_other(storage: Storage) -> None:
    watch = Watch.of("data://films/", "data://films/painted/", approved="data://films/good/")
    for path in ("a.mp4", "painted/a.mp4", "painted/rejected/b.mp4", "good/c.mp4"):
        storage.put(f"data://films/{path}", b"film")
    watcher = watcher_of(storage, watch=watch)
    watcher.look()
    found = watcher.look()
    assert told(found) == [("source", "a.mp4"), ("approved", "c.mp4"), ("rejected", "b.mp4")]
    assert watcher.look() == []  # nor are the notes


def test_a_note_that_somebody_broke_is_somebodys() -> None:
    storage = Storage([Connector("data", MemoryStore())])
    storage.put("data://in/a.mp4", b"film")
    watcher = watcher_of(storage)
    watcher.look()
    (found,) = watcher.look()
    storage.put(WATCH.notes.joined(f"{found.key}.000001.json"), b"[]", overwrite=True)
    storage.put(WATCH.notes.joined("read me.txt"), b"not a note")
    other = watcher_of(storage, "other")
    other.look()
    assert other.look() == []


def test_a_watch_is_five_folders() -> None:
    with pytest.raises(InvalidUri, match="write it with / at its end"):
        Watch.of("data://in", "data://out/")
    with pytest.raises(InvalidUri, match=r"data://in/ is watched as two things.*five different ones"):
        Watch.of("data://in/", "data://in/")
    with pytest.raises(InvalidUri, match="is watched as two things"):
        Watch.of("data://in/", "data://out/", rejected="data://out/approved/")


def test_an_inbox_may_be_where_nothing_can_be_written() -> None:
    readable = Connector("dropbox", MemoryStore(), rights=frozenset({"read"}))
    storage = Storage([readable, Connector("data", MemoryStore())])
    readable.store.put("in/a.mp4", b"film")
    watcher = watcher_of(storage, watch=Watch.of("dropbox://in/", "data://out/"))
    watcher.look()
    assert told(watcher.look()) == [("source", "a.mp4")]
    closed = watcher_of(storage, watch=Watch.of("data://in/", "dropbox://out/"))
    storage.put("data://in/a.mp4", b"film")
    closed.look()
    with pytest.raises(AccessDenied, match="cannot be written"):
        closed.look()
