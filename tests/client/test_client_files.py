"""Files through the client: what breaks goes on, what is wrong is said."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from rotoscope.client import Client, Transfer, connection
from rotoscope.errors import ApiError, CorruptTransfer, EncodeError, OpenError, OutputExists, ServiceError

from running_server import BreakingLine, RunningServer

MEGABYTES = 9


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is sent in a resumable way."""
    path = tmp_path_factory.mktemp("files") / "large.bin"
    blocks = (hashlib.sha256(str(number).encode()).digest() * 32_768 for number in range(MEGABYTES))
    path.write_bytes(b"".join(blocks))
    return path


def until(found: Callable[[], object]) -> None:
    """Wait for it, not for ever."""
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_put_listed_read_and_deleted(client: Client, place: str) -> None:
    put = client.files.put(f"{place}note.txt", b"painted with light")
    assert (put.name, put.size_bytes) == ("note.txt", 18)
    assert [file.uri for file in client.files.list(place)] == [put.uri]
    assert client.files.read(put.uri) == b"painted with light"
    assert client.files.read(put.uri, start=8, stop=12) == b"with"
    client.files.delete(put.uri)
    assert list(client.files.list(place)) == []


def test_lists_are_read_page_by_page(client: Client, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PAGE", 2)
    for number in range(3):
        client.files.put(f"{place}{number:03}.txt", b"1")
    found = [file.name for file in client.files.list(place)]
    assert found == [f"{number:03}.txt" for number in range(3)]


def test_a_small_file_is_sent_whole_and_a_large_one_in_parts(
    client: Client, place: str, large: Path, tmp_path: Path
) -> None:
    small = tmp_path / "a note & more.txt"
    small.write_bytes(b"x" * 300_000)
    told: list[Transfer] = []
    stored = client.files.upload(small, place, on_transfer=told.append)
    assert (stored.uri, stored.sha256) == (f"{place}a%20note%20%26%20more.txt", sha256(small))
    assert (told[-1].done_bytes, told[-1].total_bytes, told[-1].upload) == (300_000, 300_000, None)
    told.clear()
    assert client.files.upload(large, place, on_transfer=told.append).size_bytes == large.stat().st_size
    assert [one.done_bytes for one in told] == sorted(one.done_bytes for one in told)
    assert told[-1].done_bytes == told[-1].total_bytes == large.stat().st_size
    assert (told[-1].upload or "").startswith("/v1/uploads/")


def test_what_is_there_is_not_replaced_unless_it_is_asked(client: Client, place: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("first")
    client.files.upload(path, place)
    client.files.upload(path, place)  # the same contents
    path.write_text("other")
    with pytest.raises(ApiError, match=r"Something is stored at data://\S+a\.txt already") as caught:
        client.files.upload(path, place)
    assert (caught.value.status, caught.value.code) == (409, "stored-file-exists")
    assert (caught.value.request_id or "").startswith("req_")
    client.files.upload(path, place, overwrite=True)
    assert client.files.read(f"{place}a.txt") == b"other"


def test_an_upload_that_breaks_goes_on_where_it_was(
    server: RunningServer, line: BreakingLine, place: str, large: Path
) -> None:
    # The first connection begins the upload, so the later ones are those that break.
    line.breaks_up = [3_000_000, 2_000_000, 2_500_000]
    with server.client(line.url) as client:
        stored = client.files.upload(large, f"{place}broken.bin")
    assert stored.sha256 == sha256(large)
    assert line.connections >= 4
    assert not line.breaks_up
    assert line.carried_up < 1.5 * large.stat().st_size, "it goes on from what arrived"
    with server.client() as client:
        assert hashlib.sha256(client.files.read(f"{place}broken.bin")).hexdigest() == sha256(large)


def test_an_upload_goes_on_in_another_process(
    server: RunningServer, client: Client, place: str, large: Path
) -> None:
    told: list[Transfer] = []

    def stop(transfer: Transfer) -> None:
        told.append(transfer)
        if transfer.done_bytes > 4_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.files.upload(large, f"{place}later.bin", on_transfer=stop)
    headers = {"Authorization": f"Bearer {server.key}", "Tus-Resumable": "1.0.0"}
    until(  # the server has noticed
        lambda: int(httpx.head(f"{server.url}{told[-1].upload}", headers=headers).headers["Upload-Offset"])
    )
    more: list[Transfer] = []
    client.files.upload(large, f"{place}later.bin", resume=told[-1].upload, on_transfer=more.append)
    assert more[0].done_bytes > 2_000_000, "it goes on from what has arrived"
    assert client.files.stat(f"{place}later.bin").size_bytes == large.stat().st_size


def test_a_download_that_breaks_goes_on_where_it_was(
    server: RunningServer, line: BreakingLine, place: str, large: Path, tmp_path: Path
) -> None:
    with server.client() as client:
        client.files.upload(large, f"{place}down.bin")
    line.breaks_down = [3_000_000, 3_000_000]
    told: list[Transfer] = []
    with server.client(line.url) as client:
        client.files.download(f"{place}down.bin", tmp_path / "down.bin", on_transfer=told.append)
    assert sha256(tmp_path / "down.bin") == sha256(large)
    assert not line.breaks_down
    assert [one.done_bytes for one in told] == sorted(one.done_bytes for one in told)
    assert [path.name for path in tmp_path.iterdir()] == ["down.bin"]


def test_a_download_goes_on_in_another_process(
    client: Client, place: str, large: Path, tmp_path: Path
) -> None:
    client.files.upload(large, f"{place}down.bin")

    def stop(transfer: Transfer) -> None:
        if transfer.done_bytes > 4_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.files.download(f"{place}down.bin", tmp_path / "down.bin", on_transfer=stop)
    assert not (tmp_path / "down.bin").exists()
    more: list[Transfer] = []
    client.files.download(f"{place}down.bin", tmp_path / "down.bin", on_transfer=more.append)
    assert more[0].done_bytes > 4_000_000
    assert sha256(tmp_path / "down.bin") == sha256(large)


def test_a_file_that_was_replaced_meanwhile_is_not_mixed(
    client: Client, place: str, large: Path, tmp_path: Path
) -> None:
    client.files.upload(large, f"{place}mixed.bin")

    def replace(transfer: Transfer) -> None:
        if transfer.done_bytes > 1_000_000:
            client.files.put(f"{place}mixed.bin", b"other", overwrite=True)
            raise httpx.ReadError("cut off here")

    with pytest.raises(CorruptTransfer, match=r"mixed\.bin that came are not those .* Get it again\."):
        client.files.download(f"{place}mixed.bin", tmp_path / "mixed.bin", on_transfer=replace)
    assert list(tmp_path.iterdir()) == []


def test_folders_go_and_come_whole(client: Client, place: str, tmp_path: Path) -> None:
    for name in ("000.png", "001.png", ".hidden"):
        (tmp_path / "frames").mkdir(exist_ok=True)
        (tmp_path / "frames" / name).write_text(name)
    told: list[Transfer] = []
    stored = client.files.upload_folder(tmp_path / "frames", f"{place}frames", on_transfer=told.append)
    assert [file.name for file in stored] == ["000.png", "001.png"]
    assert [one.done_bytes for one in told] == [7, 14]
    assert {one.total_bytes for one in told} == {14}
    client.files.download_folder(f"{place}frames/", tmp_path / "back")
    assert {path.name: path.read_text() for path in (tmp_path / "back").iterdir()} == {
        "000.png": "000.png",
        "001.png": "001.png",
    }
    with pytest.raises(OutputExists, match=r"back exists already"):
        client.files.download_folder(f"{place}frames/", tmp_path / "back")
    with pytest.raises(ServiceError, match=r"nothing/ has no files in it\. rotoscope files list "):
        client.files.download_folder(f"{place}nothing/", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_an_empty_file_is_a_file(client: Client, place: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    client.files.upload(tmp_path / "empty", f"{place}empty")
    assert client.files.download(f"{place}empty", tmp_path / "back").read_bytes() == b""


def test_what_cannot_be_sent_or_got_is_said(client: Client, place: str, tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"nowhere is no file\. Give the path of one"):
        client.files.upload(tmp_path / "nowhere", place)
    with pytest.raises(OpenError, match=r"is no folder\. Give the path of one"):
        client.files.upload_folder(tmp_path / "nowhere", place)
    (tmp_path / "hollow").mkdir()
    with pytest.raises(OpenError, match=r"hollow has no files in it"):
        client.files.upload_folder(tmp_path / "hollow", place)
    with pytest.raises(ApiError, match=r"Nothing is stored at data://") as caught:
        client.files.download(f"{place}nowhere", tmp_path / "x")
    assert caught.value.code == "stored-file-not-found"
    client.files.put(f"{place}there", b"1")
    (tmp_path / "x").touch()
    with pytest.raises(OutputExists, match=r"x exists already"):
        client.files.download(f"{place}there", tmp_path / "x")
    with pytest.raises(EncodeError, match=r"the folder .*missing does not exist"):
        client.files.download(f"{place}there", tmp_path / "missing" / "x")


def test_a_signed_url_needs_no_key(client: Client, place: str) -> None:
    client.files.put(f"{place}signed.txt", b"for all")
    signed = client.files.sign(f"{place}signed.txt", seconds=60)
    assert httpx.get(signed.url).content == b"for all"
    into = client.files.sign(f"{place}put.txt", method="PUT")
    assert httpx.put(into.url, content=b"from outside").is_success
    assert client.files.read(f"{place}put.txt") == b"from outside"
