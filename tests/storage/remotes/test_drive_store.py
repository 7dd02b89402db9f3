"""A folder of a Google Drive as a store, against a server that speaks as Drive does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.drive import DriveStore
from rotoscope.storage.https_retry import Retries
from rotoscope.storage.store import Store
from rotoscope.storage.tokens import FixedToken

from battery import StorePromises
from fake_drive import FOLDER, FakeDrive, google_error
from local_server import Answer, Asked, cut, status

_MIB = 1 << 20
_PIECE = _MIB
LARGE = bytes(range(256)) * (_MIB * 3 // 256) + b"end"


def store_of(
    server: FakeDrive, folder: str = "root", *, token: str = "sesame", slept: list[float] | None = None
) -> DriveStore:
    sleep: Callable[[float], None] = (lambda _: None) if slept is None else slept.append
    return DriveStore(
        FixedToken(token),
        folder,
        api_url=server.url,
        retries=Retries(times=4, sleep=sleep),
        piece_bytes=_PIECE,
    )


def contents(store: Store, path: str, **span: int) -> bytes:
    return b"".join(store.read(path, **span))


class TestDriveStore(StorePromises):
    @pytest.fixture
    def store(self, drive: FakeDrive) -> Store:
        return store_of(drive)


def test_what_is_put_is_read_listed_told_and_removed(drive: FakeDrive) -> None:
    store = store_of(drive)
    put = store.put("in/day 1/drone.mp4", b"film")
    assert store.stat("in/day 1/drone.mp4") == put
    assert (put.size_bytes, put.sha256) == (4, hashlib.sha256(b"film").hexdigest())
    assert [item.data for item in drive.at("in/day 1/drone.mp4")] == [b"film"]
    assert contents(store, "in/day 1/drone.mp4") == b"film"
    assert list(store.list()) == [put]
    store.delete("in/day 1/drone.mp4")
    with pytest.raises(StoredFileNotFound, match=r"gdrive://in/day 1/drone.mp4 is not in this Drive"):
        store.stat("in/day 1/drone.mp4")
    assert isinstance(store, Store)


def test_a_folder_can_be_the_root(drive: FakeDrive) -> None:
    drive.write("films/elsewhere.txt", b"x")
    (films,) = drive.at("films")
    store = store_of(drive, films.id)
    store.put("in/a.mp4", b"film")
    assert [item.data for item in drive.at("films/in/a.mp4")] == [b"film"]
    assert [file.path for file in store.list()] == ["elsewhere.txt", "in/a.mp4"]
    with pytest.raises(StoredFileNotFound, match="Check the path, and the connector's folder"):
        store_of(drive, "no-such-folder").stat("a")
    with pytest.raises(StoreUnavailable, match="its folder is not there"):
        store_of(drive, "no-such-folder").put("a", b"x")


def test_names_with_apostrophes_and_backslashes_are_escaped_in_queries(drive: FakeDrive) -> None:
    store = store_of(drive)
    for path in ("it's/a 'quoted' name.mp4", "каштан/ü 🎬.mp4"):
        store.put(path, path.encode())
        assert contents(store, path) == path.encode()
    assert [file.path for file in store.list("it's/")] == ["it's/a 'quoted' name.mp4"]
    with pytest.raises(InvalidUri):
        store.stat("back\\slash")


def test_a_put_creates_only_unless_told_otherwise(drive: FakeDrive) -> None:
    store = store_of(drive)
    first = store.put("in/a.png", b"same")
    for data in (b"same", b"other"):
        with pytest.raises(StoredFileExists, match="is there already"):
            store.put("in/a.png", data)
    (before,) = drive.at("in/a.png")
    replaced = store.put("in/a.png", b"new", overwrite=True)
    (after,) = drive.at("in/a.png")
    assert replaced.etag != first.etag
    assert after.id == before.id  # links to it, and who may see it, stay
    assert contents(store, "in/a.png") == b"new"
    assert store.put("in/b.png", b"fresh", overwrite=True).size_bytes == 5


def test_of_two_that_make_a_file_at_once_the_oldest_stays(drive: FakeDrive) -> None:
    """The other one appears between the look before and the upload."""
    store = store_of(drive)
    drive.write("in/x", b"")
    drive.fail("/upload/drive/v3/files", lambda _: drive.write("in/a.png", b"theirs") and None)
    with pytest.raises(StoredFileExists):
        store.put("in/a.png", b"ours")
    assert [item.data for item in drive.at("in/a.png")] == [b"theirs"]
    drive.fail("/upload/drive/v3/files", lambda _: drive.write("in/b.png", b"theirs") and None)
    store.put("in/b.png", b"ours", overwrite=True)
    assert [item.data for item in drive.at("in/b.png")] == [b"ours"]


def test_what_drive_does_not_show_yet_cannot_be_avoided(drive: FakeDrive) -> None:
    """As the store's documentation says; which one counts is decided all the same."""
    drive.fail("/upload/drive/v3/files", lambda _: drive.hidden.add(drive.write("a.png", b"theirs").id))
    store_of(drive).put("a.png", b"ours")
    drive.hidden.clear()
    assert [item.data for item in drive.at("a.png")] == [b"theirs", b"ours"]
    assert contents(store_of(drive), "a.png") == b"theirs"


def test_of_many_that_put_one_path_at_once_one_does(drive: FakeDrive) -> None:
    outcomes: list[str] = []

    def put(number: int) -> None:
        try:
            store_of(drive).put("new folder/one.png", f"{number}".encode())
        except StoredFileExists:
            outcomes.append("refused")
        else:
            outcomes.append("stored")

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["stored"]
    assert len(drive.at("new folder/one.png")) == 1


def test_the_oldest_of_a_name_counts_and_removing_removes_all(drive: FakeDrive) -> None:
    drive.write("in/a.png", b"oldest")
    drive.write("in/a.png", b"newer")
    store = store_of(drive)
    assert contents(store, "in/a.png") == b"oldest"
    (listed,) = store.list("in/")
    assert listed == store.stat("in/a.png")
    store.put("in/a.png", b"written", overwrite=True)
    assert [item.data for item in drive.at("in/a.png")] == [b"written", b"newer"]
    store.delete("in/a.png")
    assert drive.at("in/a.png") == []
    with pytest.raises(StoredFileNotFound):
        store.delete("in/a.png")


def test_folders_of_one_name_count_as_one(drive: FakeDrive) -> None:
    drive.write("in/a.png", b"a")
    (first,) = drive.at("in")
    first.name = "hidden"
    drive.write("in/b.png", b"b")
    first.name = "in"
    store = store_of(drive)
    assert [file.path for file in store.list("in/")] == ["in/a.png", "in/b.png"]
    assert contents(store, "in/b.png") == b"b"
    with pytest.raises(StoredFileExists):
        store.put("in/b.png", b"other")
    store.put("in/c.png", b"c")
    (made,) = drive.at("in/c.png")
    assert made.parents == [first.id]


def test_what_is_in_the_trash_is_not_there(drive: FakeDrive) -> None:
    store = store_of(drive)
    store.put("in/a.png", b"a")
    drive.at("in/a.png")[0].is_trashed = True
    with pytest.raises(StoredFileNotFound):
        store.stat("in/a.png")
    assert list(store.list()) == []
    store.put("in/a.png", b"anew")
    assert contents(store, "in/a.png") == b"anew"


def test_a_folder_that_was_moved_to_the_trash_is_made_anew(drive: FakeDrive) -> None:
    store = store_of(drive)
    store.put("in/a.png", b"a")
    drive.at("in")[0].is_trashed = True  # the store remembers the folder
    store.put("in/a.png", b"anew")
    assert [item.data for item in drive.at("in/a.png")] == [b"anew"]
    assert contents(store, "in/a.png") == b"anew"


@pytest.mark.parametrize("is_gone", [False, True], ids=["trashed", "gone"])
def test_a_folder_that_was_replaced_by_another_is_found(drive: FakeDrive, is_gone: bool) -> None:
    store = store_of(drive)
    store.put("in/a.png", b"a")
    (old,) = drive.at("in")
    old.is_trashed = True
    if is_gone:
        drive.items = {one: item for one, item in drive.items.items() if old.id not in (one, *item.parents)}
    drive.write("in/b.png", b"b")
    assert contents(store, "in/b.png") == b"b"
    assert [file.path for file in store.list("in/")] == ["in/b.png"]


def test_what_has_no_bytes_or_no_path_is_not_there(drive: FakeDrive) -> None:
    drive.write("in/essay", b"", kind="application/vnd.google-apps.document")
    drive.write("in/link", b"", kind="application/vnd.google-apps.shortcut")
    drive.write("in/placeholder", b"x").name = "a/b.png"
    drive.write("in/placeholder", b"x").name = ".."
    drive.write("in/real.png", b"x")
    store = store_of(drive)
    assert [file.path for file in store.list()] == ["in/real.png"]
    for path in ("in/essay", "in/link", "in", "in/real.png/x"):
        with pytest.raises(StoredFileNotFound):
            store.stat(path)
        with pytest.raises(StoredFileNotFound):
            store.delete(path)
    assert drive.at("in")[0].kind == FOLDER


def test_files_are_listed_in_order_over_pages_and_folders(drive: FakeDrive) -> None:
    paths = sorted(
        [f"in/{number:02}.png" for number in range(25)] + ["in.txt", "in/deep/er/x.png", "inn/y.png"]
    )
    for path in paths:
        drive.write(path, b"x")
    drive.page = 4
    store = store_of(drive)
    assert [file.path for file in store.list()] == paths
    inside = [path for path in paths if path.startswith("in/")]
    assert [file.path for file in store.list("in/")] == inside
    assert [file.path for file in store.list("in/1")] == [path for path in paths if path.startswith("in/1")]
    assert [file.path for file in store.list("in/d")] == ["in/deep/er/x.png"]
    assert [file.path for file in store.list("in/", after="in/07.png")] == [
        p for p in inside if p > "in/07.png"
    ]
    assert list(store.list("nowhere/")) == []
    assert list(store.list("in.txt/")) == []


def test_large_letters_are_not_small_letters(drive: FakeDrive) -> None:
    store = store_of(drive)
    store.put("in/a.png", b"small")
    store.put("in/A.png", b"large")
    assert contents(store, "in/a.png") == b"small"
    assert contents(store, "in/A.png") == b"large"


def test_a_range_is_read(drive: FakeDrive) -> None:
    store = store_of(drive)
    store.put("a", b"0123456789")
    assert contents(store, "a", start=3) == b"3456789"
    assert contents(store, "a", start=3, stop=5) == b"34"
    assert contents(store, "a", stop=99) == b"0123456789"
    assert contents(store, "a", start=10) == b""
    assert contents(store, "a", start=5, stop=5) == b""
    with pytest.raises(StoredFileNotFound):
        store.read("nowhere", start=5, stop=5)


def test_an_empty_file_is_a_file(drive: FakeDrive) -> None:
    store = store_of(drive)
    assert store.put("empty", b"").size_bytes == 0
    assert contents(store, "empty") == b""
    assert store.put("empty", b"", overwrite=True).size_bytes == 0


def test_a_large_file_goes_up_in_pieces(drive: FakeDrive, tmp_path: Path) -> None:
    (tmp_path / "large.mp4").write_bytes(LARGE)
    store_of(drive).put("large.mp4", tmp_path / "large.mp4")
    assert drive.at("large.mp4")[0].data == LARGE
    assert drive.at("large.mp4")[0].kind == "video/mp4"
    sent = [len(asked.body) for asked in drive.asked if asked.path.startswith("/session/")]
    assert sent == [_PIECE, _PIECE, _PIECE, 3]


def _session(asked: Asked) -> bool:
    return asked.path.startswith("/session/") and bool(asked.body)


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.parametrize("fault", ["before", "after", "status"])
def test_an_upload_goes_on_after_a_broken_connection(drive: FakeDrive, number: int, fault: str) -> None:
    passed: list[Asked] = []

    def fits(asked: Asked) -> bool:
        if _session(asked):
            passed.append(asked)
        return _session(asked) and len(passed) == number + 1

    def lose(_: Answer) -> Answer:
        return cut(passed[0])

    if fault == "after":
        drive.after.append((fits, lose))
    else:
        drive.faults.append((fits, cut if fault == "before" else status(503)))
    assert store_of(drive).put("large.bin", LARGE).size_bytes == len(LARGE)
    assert [item.data for item in drive.at("large.bin")] == [LARGE]
    questions = [a for a in drive.asked if a.headers.get("content-range", "").startswith("bytes */")]
    assert len(questions) == 1


def test_an_upload_goes_on_where_drive_has_part_of_a_piece(drive: FakeDrive) -> None:
    def half(asked: Asked) -> Answer:
        next(iter(drive.sessions.values())).data += asked.body[: 256 << 10]
        return cut(asked)

    drive.faults.append((_session, half))
    store_of(drive).put("large.bin", LARGE)
    assert drive.at("large.bin")[0].data == LARGE


def test_an_upload_whose_session_ended_begins_anew(drive: FakeDrive) -> None:
    def end(asked: Asked) -> Answer:
        drive.sessions.clear()
        return google_error(404, "notFound", "Upload session not found.")

    drive.faults.append((_session, end))
    store_of(drive).put("large.bin", LARGE)
    assert [item.data for item in drive.at("large.bin")] == [LARGE]


def test_an_upload_that_was_done_though_its_session_is_gone_counts_once(drive: FakeDrive) -> None:
    def lose(answer: Answer) -> Answer:
        drive.sessions.clear()
        return cut(drive.asked[-1])

    drive.after.append((lambda asked: _session(asked) and len(asked.body) == 3, lose))
    store_of(drive).put("large.bin", LARGE)
    assert [item.data for item in drive.at("large.bin")] == [LARGE]


def test_an_upload_that_is_throttled_waits(drive: FakeDrive) -> None:
    slept: list[float] = []
    throttled = google_error(403, "userRateLimitExceeded", "User rate limit exceeded.")
    drive.faults.append((_session, lambda _: throttled))
    drive.fail("/drive/v3/files", lambda _: google_error(403, "rateLimitExceeded", "Rate limit exceeded."))
    drive.fail("/upload/drive/v3/files", status(429, Retry_After="11"))
    store_of(drive, slept=slept).put("a", b"film")
    assert len(slept) == 3
    assert slept[1] == 11
    assert contents(store_of(drive), "a") == b"film"


def test_an_upload_that_is_never_taken_on_ends(drive: FakeDrive) -> None:
    for _ in range(9):
        drive.faults.append((lambda asked: asked.path.startswith("/session/"), cut))
    with pytest.raises(StoreUnavailable, match="did not take an upload on, 4 times"):
        store_of(drive).put("a", b"film")


def test_a_file_that_arrived_damaged_is_moved_to_the_trash(drive: FakeDrive) -> None:
    def damage(answer: Answer) -> Answer:
        (made,) = drive.at("a")
        told = json.loads(answer.body)
        made.data = b"damn"
        told["md5Checksum"] = hashlib.md5(made.data).hexdigest()
        answer.body = json.dumps(told).encode()
        answer.headers["Content-Length"] = str(len(answer.body))
        return answer

    drive.after.append((_session, damage))
    with pytest.raises(CorruptTransfer, match="did not arrive at Google Drive as it was sent"):
        store_of(drive).put("a", b"film")
    assert drive.at("a") == []


def test_a_file_that_changes_while_it_is_sent_is_not_stored(drive: FakeDrive, tmp_path: Path) -> None:
    (tmp_path / "growing.bin").write_bytes(LARGE)

    def change(_: Asked) -> None:
        with (tmp_path / "growing.bin").open("r+b") as file:
            file.seek(_PIECE + 5)
            file.write(b"changed")

    drive.faults.append((_session, change))
    with pytest.raises(CorruptTransfer):
        store_of(drive).put("growing.bin", tmp_path / "growing.bin")
    assert drive.at("growing.bin") == []

    def shorten(_: Asked) -> None:
        with (tmp_path / "growing.bin").open("r+b") as file:
            file.truncate(_PIECE)

    drive.faults.append((_session, shorten))
    with pytest.raises(CorruptTransfer, match="became shorter"):
        store_of(drive).put("growing.bin", tmp_path / "growing.bin")
    assert drive.at("growing.bin") == []


def _media(asked: Asked) -> bool:
    return asked.query.get("alt") == "media"


def _break_at(after: int) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        answer.break_after = after
        return answer

    return change


def test_a_download_goes_on_where_it_broke(drive: FakeDrive) -> None:
    item = drive.write("large.bin", LARGE)
    store = store_of(drive)
    drive.after.append((_media, _break_at(2 * _MIB)))
    drive.after.append((_media, _break_at(_MIB // 2)))
    assert contents(store, "large.bin") == LARGE
    drive.after.append((_media, _break_at(2 * _MIB)))
    pieces = store.read("large.bin")
    next(pieces)
    item.data, item.revision = b"x" * len(LARGE), "another"
    with pytest.raises(CorruptTransfer, match="changed while it was read"):
        list(pieces)


@pytest.mark.parametrize("data", [b"small", LARGE], ids=["small", "large"])
def test_a_download_with_other_bytes_is_noticed(drive: FakeDrive, data: bytes) -> None:
    drive.write("a", data)

    def wrong(answer: Answer) -> Answer:
        answer.body = bytes(len(data))
        return answer

    drive.after.append((_media, wrong))
    if data == LARGE:  # some of it is with whoever reads by then
        with pytest.raises(CorruptTransfer, match="other bytes than Google Drive has"):
            contents(store_of(drive), "a")
    assert contents(store_of(drive), "a") == data
    for _ in range(20):
        drive.after.append((_media, wrong))
    with pytest.raises(CorruptTransfer, match="other bytes than Google Drive has"):
        contents(store_of(drive), "a")


def test_an_invalid_token_a_full_drive_and_missing_rights_are_told(drive: FakeDrive) -> None:
    with pytest.raises(AccessDenied, match=r"Invalid Credentials.*Connect the account again"):
        store_of(drive, token="ended").stat("a")
    drive.room_bytes = 2
    with pytest.raises(StoreUnavailable, match=r"this Drive is full.*Make room"):
        store_of(drive).put("a", b"film")
    denied = google_error(
        403, "insufficientFilePermissions", "The user does not have sufficient permissions."
    )
    drive.fail("/upload/drive/v3/files", lambda _: denied)
    with pytest.raises(AccessDenied, match="does not have sufficient permissions"):
        store_of(drive).put("a", b"f")
    drive.fail("/drive/v3/files", status(500), times=9)
    with pytest.raises(StoreUnavailable, match="Google Drive did not answer as it should, 4 times"):
        store_of(drive).stat("a")


def test_folders_are_looked_up_once(drive: FakeDrive) -> None:
    store = store_of(drive)
    store.put("a/b/c/one.png", b"1")
    asked = len(drive.asked)
    assert contents(store, "a/b/c/one.png") == b"1"
    assert len(drive.asked) - asked == 2  # where the file is, and its bytes


def test_drive_makes_no_links(drive: FakeDrive) -> None:
    assert store_of(drive).sign("a", "GET", seconds=60) is None
    assert store_of(drive).sign("a", "PUT", seconds=60) is None
