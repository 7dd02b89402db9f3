"""A folder of a Dropbox as a store, against a server that speaks as Dropbox does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.dropbox import DropboxStore
from rotoscope.storage.dropbox_api import ContentHash
from rotoscope.storage.https_retry import Retries
from rotoscope.storage.store import Store
from rotoscope.storage.tokens import FixedToken, RefreshedToken, TokenSource

from battery import StorePromises, paths
from fake_dropbox import FakeDropbox, dropbox_hash
from local_server import Answer, Asked, cut, status

_MIB = 1 << 20
_PIECE = 4 * _MIB
LARGE = bytes(range(256)) * (_MIB * 10 // 256) + b"end"


def store_of(
    server: FakeDropbox,
    root: str = "",
    *,
    token: TokenSource | None = None,
    slept: list[float] | None = None,
) -> DropboxStore:
    sleep: Callable[[float], None] = (lambda _: None) if slept is None else slept.append
    return DropboxStore(
        token or FixedToken("sesame"),
        root,
        api_url=server.url,
        content_url=server.url,
        retries=Retries(times=4, sleep=sleep),
        piece_bytes=_PIECE,
    )


def contents(store: Store, path: str, **span: int) -> bytes:
    return b"".join(store.read(path, **span))


class TestDropboxStore(StorePromises):
    @pytest.fixture
    def store(self, dropbox: FakeDropbox) -> Store:
        return store_of(dropbox, "Films")

    def test_files_are_listed_in_the_order_of_whole_paths(self, store: Store) -> None:
        """Without names that Dropbox takes for the same."""
        names = sorted(
            ["a.txt", "a/b", "a/b.c", "a/c/d", "a0", "in-box/x", "in/x", "inbox/x", "Ä", "ö/b", "Z"]
        )
        for name in reversed(names):
            store.put(name, name.encode())
        assert paths(store) == names


def test_what_is_put_is_read_listed_told_and_removed(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox, "Films")
    put = store.put("in/drone.mp4", b"film")
    assert store.stat("in/drone.mp4") == put
    assert (put.path, put.size_bytes, put.modified.utcoffset() is not None) == ("in/drone.mp4", 4, True)
    assert dropbox.files["/films/in/drone.mp4"].data == b"film"
    assert contents(store, "in/drone.mp4") == b"film"
    assert list(store.list()) == [put]
    store.delete("in/drone.mp4")
    with pytest.raises(StoredFileNotFound, match=r"dropbox:/+Films/in/drone.mp4 is not in this Dropbox"):
        store.stat("in/drone.mp4")
    assert isinstance(store, Store)


def test_names_beyond_ascii_travel_in_the_header(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    for path in ("in/каштан ü 🎬.mp4", 'in/it\'s "so".mp4', "in/a\u2028b.mp4"):
        store.put(path, path.encode())
        assert contents(store, path) == path.encode()
    assert {file.path for file in store.list("in/")} == {
        "in/каштан ü 🎬.mp4",
        'in/it\'s "so".mp4',
        "in/a\u2028b.mp4",
    }


@pytest.mark.parametrize("data", [b"other", b"same"])
def test_a_put_creates_only_even_where_the_bytes_are_the_same(dropbox: FakeDropbox, data: bytes) -> None:
    store = store_of(dropbox)
    first = store.put("a.png", b"same")
    with pytest.raises(StoredFileExists, match="is there already"):
        store.put("a.png", data)
    assert contents(store, "a.png") == b"same"
    replaced = store.put("a.png", b"new", overwrite=True)
    assert replaced.etag != first.etag
    assert contents(store, "a.png") == b"new"


def test_of_many_that_put_one_path_at_once_one_does(dropbox: FakeDropbox) -> None:
    outcomes: list[str] = []

    def put() -> None:
        try:
            store_of(dropbox).put("one.png", b"same bytes")
        except StoredFileExists:
            outcomes.append("refused")
        else:
            outcomes.append("stored")

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["stored"]


def test_a_range_is_read(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    store.put("a", b"0123456789")
    assert contents(store, "a", start=3) == b"3456789"
    assert contents(store, "a", start=3, stop=5) == b"34"
    assert contents(store, "a", stop=99) == b"0123456789"
    assert contents(store, "a", start=10) == b""
    assert contents(store, "a", start=50, stop=60) == b""
    assert contents(store, "a", start=5, stop=5) == b""
    with pytest.raises(StoredFileNotFound):
        store.read("nowhere", start=5, stop=5)
    with pytest.raises(StoredFileNotFound):
        store.read("nowhere")


def test_an_empty_file_is_a_file(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    assert store.put("empty", b"").size_bytes == 0
    assert contents(store, "empty") == b""


def test_files_are_listed_in_order_over_pages(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox, "Root")
    paths = sorted(
        [f"in/{number:02}.png" for number in range(25)] + ["in.txt", "in/deep/er/x.png", "inn/y.png"]
    )
    for path in paths:
        dropbox.write(f"/Root/{path}", b"x")
    dropbox.write("/elsewhere/z.png", b"x")
    dropbox.page = 4
    assert [file.path for file in store.list()] == paths
    inside = [path for path in paths if path.startswith("in/")]
    assert [file.path for file in store.list("in/")] == inside
    assert [file.path for file in store.list("in/1")] == [path for path in paths if path.startswith("in/1")]
    assert [file.path for file in store.list("in/", after="in/07.png")] == [
        p for p in inside if p > "in/07.png"
    ]
    assert list(store.list("nowhere/")) == []
    assert list(store.list("in.txt/")) == []


def test_a_list_that_cannot_go_on_begins_anew(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    for number in range(5):
        dropbox.write(f"/{number}.png", b"x")
    dropbox.page = 2
    reset = status(409, b'{"error_summary": "reset/..", "error": {".tag": "reset"}}')
    dropbox.fail("list_folder/continue", reset)
    assert len(list(store.list())) == 5
    dropbox.fail("list_folder/continue", reset, times=9)
    with pytest.raises(StoreUnavailable, match="could not be listed"):
        store.list()


def test_a_large_file_goes_up_in_pieces_each_with_its_hash(dropbox: FakeDropbox, tmp_path: Path) -> None:
    store = store_of(dropbox)
    (tmp_path / "large.bin").write_bytes(LARGE)
    store.put("large.bin", tmp_path / "large.bin")
    assert dropbox.files["/large.bin"].data == LARGE
    assert not dropbox.sessions
    sent = [asked for asked in dropbox.asked if "upload_session" in asked.path]
    assert [len(asked.body) for asked in sent] == [0, _PIECE, _PIECE, len(LARGE) - 2 * _PIECE]
    assert all("content_hash" in asked.headers["dropbox-api-arg"] for asked in sent[1:])
    with pytest.raises(StoredFileExists):
        store.put("large.bin", tmp_path / "large.bin")


@pytest.mark.parametrize("broken", ["start", "append_v2", "finish"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_an_upload_goes_on_after_a_broken_connection(
    dropbox: FakeDropbox, broken: str, is_done: bool
) -> None:
    if is_done:
        dropbox.lose_answer(f"upload_session/{broken}")
    else:
        dropbox.fail(f"upload_session/{broken}", cut)
    assert store_of(dropbox).put("large.bin", LARGE).size_bytes == len(LARGE)
    assert dropbox.files["/large.bin"].data == LARGE
    pieces = [len(asked.body) for asked in dropbox.asked if asked.path.endswith(f"upload_session/{broken}")]
    assert sum(pieces) <= len(LARGE) + _PIECE  # no more than one piece was sent again


def test_an_upload_goes_on_where_dropbox_has_part_of_a_piece(dropbox: FakeDropbox) -> None:
    def half(asked: Asked) -> Answer:
        next(iter(dropbox.sessions.values())).data += LARGE[:_MIB]
        return cut(asked)

    dropbox.fail("append_v2", half)
    store_of(dropbox).put("large.bin", LARGE)
    assert dropbox.files["/large.bin"].data == LARGE


def test_a_small_put_whose_answer_was_lost_counts_as_ours(dropbox: FakeDropbox) -> None:
    dropbox.lose_answer("files/upload")
    assert store_of(dropbox).put("a", b"film").size_bytes == 4
    dropbox.lose_answer("files/upload")
    with pytest.raises(StoredFileExists):
        store_of(dropbox).put("a", b"another film")


def test_a_file_that_grows_while_it_is_sent_is_not_stored(dropbox: FakeDropbox, tmp_path: Path) -> None:
    (tmp_path / "growing.bin").write_bytes(LARGE)

    def change(_: Asked) -> None:
        with (tmp_path / "growing.bin").open("r+b") as file:
            file.seek(_PIECE + 5)
            file.write(b"changed")

    dropbox.fail("append_v2", change)
    with pytest.raises(CorruptTransfer, match="changed while it was sent"):
        store_of(dropbox).put("growing.bin", tmp_path / "growing.bin")
    assert not dropbox.files
    (tmp_path / "growing.bin").write_bytes(LARGE)
    dropbox.write("/growing.bin", b"earlier")
    dropbox.fail("append_v2", change)
    with pytest.raises(CorruptTransfer):
        store_of(dropbox).put("growing.bin", tmp_path / "growing.bin", overwrite=True)
    assert dropbox.files["/growing.bin"].data == b"earlier"


def test_bytes_that_arrive_wrong_are_refused(dropbox: FakeDropbox) -> None:
    mismatch = b'{"error_summary": "content_hash_mismatch/..", "error": {".tag": "content_hash_mismatch"}}'
    dropbox.fail("files/upload", status(409, mismatch))
    with pytest.raises(CorruptTransfer, match="other bytes than were sent"):
        store_of(dropbox).put("a", b"film")
    assert not dropbox.files


def test_a_download_goes_on_in_the_same_version(dropbox: FakeDropbox) -> None:
    dropbox.write("/large.bin", LARGE)
    dropbox.break_body("files/download", 3 * _MIB)
    dropbox.break_body("files/download", 2 * _MIB)
    pieces = store_of(dropbox).read("large.bin")
    first = next(pieces)
    dropbox.write("/large.bin", b"replaced meanwhile")
    assert first + b"".join(pieces) == LARGE
    ranges = [asked.headers.get("range") for asked in dropbox.asked]
    assert ranges[0] is None
    assert len(ranges) == 3
    assert ranges[1] is not None


def test_a_download_that_breaks_again_and_again_ends(dropbox: FakeDropbox) -> None:
    dropbox.write("/large.bin", LARGE)
    dropbox.break_body("files/download", 0, times=9)
    with pytest.raises(StoreUnavailable, match="Dropbox broke off 4 times"):
        contents(store_of(dropbox), "large.bin")


def test_a_download_with_other_bytes_is_noticed(dropbox: FakeDropbox) -> None:
    dropbox.write("/a.bin", b"the right bytes")
    dropbox.change_body("download", b"the wrong bytes")
    with pytest.raises(CorruptTransfer, match="other bytes than Dropbox has"):
        contents(store_of(dropbox), "a.bin")
    assert contents(store_of(dropbox), "a.bin") == b"the right bytes"


def test_a_read_that_is_left_early_lets_its_connection_go(dropbox: FakeDropbox) -> None:
    dropbox.write("/large.bin", LARGE)
    with httpx.Client(limits=httpx.Limits(max_connections=1), timeout=5) as client:
        store = DropboxStore(
            FixedToken("sesame"), api_url=dropbox.url, content_url=dropbox.url, client=client
        )
        for _ in range(3):
            pieces = store.read("large.bin")
            next(pieces)
            del pieces
        unread = store.read("large.bin")
        del unread
        assert store.stat("large.bin").size_bytes == len(LARGE)


def test_throttling_is_waited_for_as_dropbox_says(dropbox: FakeDropbox) -> None:
    slept: list[float] = []
    throttled = (
        b'{"error_summary": "too_many_requests/..", "error": {"reason": {".tag": "too_many_requests"}, '
        b'"retry_after": 7}}'
    )
    dropbox.fail("files/upload", status(429, throttled, Retry_After="7"))
    dropbox.fail("files/upload", status(503))
    contended = b'{"error_summary": "path/too_many_write_operations/..", "error": {".tag": "path"}}'
    dropbox.fail("files/upload", status(409, contended))
    store_of(dropbox, slept=slept).put("a", b"film")
    assert slept[0] == 7
    assert len(slept) == 3
    assert slept[1] < slept[2]


def test_a_dropbox_that_does_not_answer_is_told_so(dropbox: FakeDropbox) -> None:
    dropbox.fail("get_metadata", status(500), times=9)
    with pytest.raises(
        StoreUnavailable, match=r"Dropbox did not answer as it should, 4 times \(status 500\)"
    ):
        store_of(dropbox).stat("a")


def test_a_token_that_ended_is_renewed_once(dropbox: FakeDropbox) -> None:
    dropbox.refresh_tokens["kept"] = "fresh"
    token = RefreshedToken(f"{dropbox.url}/oauth2/token", "app", "secret", "kept")
    store = store_of(dropbox, token=token)
    store.put("a", b"film")
    dropbox.tokens.clear()  # ended early
    dropbox.refresh_tokens["kept"] = "fresher"
    assert contents(store, "a") == b"film"
    dropbox.tokens.clear()
    dropbox.refresh_tokens.clear()  # withdrawn
    with pytest.raises(AccessDenied, match="refresh token is invalid"):
        store.stat("a")


def test_a_fixed_token_that_ended_is_told_so(dropbox: FakeDropbox) -> None:
    with pytest.raises(AccessDenied, match="Connect the account again"):
        store_of(dropbox, token=FixedToken("ended")).stat("a")


def test_a_missing_permission_is_named(dropbox: FakeDropbox) -> None:
    dropbox.scopes.remove("files.content.write")
    with pytest.raises(AccessDenied, match=r"files\.content\.write.*Tick it"):
        store_of(dropbox).put("a", b"film")


def test_a_full_dropbox_is_told_so(dropbox: FakeDropbox) -> None:
    dropbox.room_bytes = 2
    with pytest.raises(StoreUnavailable, match="this Dropbox is full"):
        store_of(dropbox).put("a", b"film")


def test_folders_are_no_files(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    store.put("in/a", b"film")
    with pytest.raises(StoredFileNotFound, match="is a folder"):
        store.stat("in")
    with pytest.raises(StoredFileNotFound):
        store.read("in")
    with pytest.raises(StoredFileNotFound, match="is a folder"):
        store.delete("in")
    with pytest.raises(StoredFileExists):
        store.put("in", b"film", overwrite=True)
    with pytest.raises(StoredFileExists, match="a file where a folder is meant"):
        store.put("in/a/b", b"film")
    assert contents(store, "in/a") == b"film"


def test_names_that_dropbox_does_not_allow_are_told(dropbox: FakeDropbox) -> None:
    with pytest.raises(InvalidUri, match="a name that Dropbox does not allow"):
        store_of(dropbox).put("in/desktop.ini", b"x")
    for path in ("", "/a", "a//b", "../a", "a/./b", "a/"):
        with pytest.raises(InvalidUri):
            store_of(dropbox).stat(path)


def test_a_file_that_was_stored_anew_while_it_was_to_be_removed_is_removed(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    store.put("a", b"film")
    dropbox.fail("delete_v2", lambda _: dropbox.write("/a", b"anew"))
    store.delete("a")
    assert not dropbox.files


def test_a_folder_that_took_a_files_place_is_not_removed(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    store.put("a", b"film")

    def replace(_: Asked) -> None:
        del dropbox.files["/a"]
        dropbox.write("/a/precious.mp4", b"precious")

    dropbox.fail("delete_v2", replace)
    with pytest.raises(StoredFileNotFound, match="is a folder"):
        store.delete("a")
    assert contents(store, "a/precious.mp4") == b"precious"


def test_a_link_to_get_a_file_lives_four_hours_and_needs_no_token(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox)
    put = store.put("a", b"film")
    signed = store.sign("a", "GET", seconds=24 * 3600)
    assert signed is not None
    assert httpx.get(signed.url).content == b"film"
    assert 4 * 3600 - 60 < (signed.expires - put.modified).total_seconds() < 4 * 3600 + 60
    assert store.sign("a", "GET", seconds=60) is None  # it would outlive that
    assert store.sign("a", "PUT", seconds=24 * 3600) is None
    with pytest.raises(StoredFileNotFound):
        store.sign("nowhere", "GET", seconds=24 * 3600)


def test_large_letters_are_small_letters_there(dropbox: FakeDropbox) -> None:
    store = store_of(dropbox, "FILMS")
    store.put("In/A.png", b"film")
    assert contents(store_of(dropbox, "films"), "in/a.PNG") == b"film"
    with pytest.raises(StoredFileExists):
        store.put("in/a.png", b"film")
    assert [file.path for file in store_of(dropbox, "films").list("in/")] == ["In/A.png"]


@pytest.mark.parametrize("size", [0, 1, _PIECE - 1, _PIECE, _PIECE + 1, 2 * _PIECE, 2 * _PIECE + 9])
def test_the_content_hash_is_that_of_blocks_of_4_mib(size: int) -> None:
    data = LARGE[:size]
    hashed = ContentHash()
    for start in range(0, size, 1_000_003):
        hashed.update(data[start : start + 1_000_003])
    assert hashed.hexdigest() == dropbox_hash(data)
