"""Files that anybody can fetch, from a local server with a certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rotoscope.errors import AccessDenied, CorruptTransfer, StoredFileNotFound, StoreUnavailable
from rotoscope.storage.guard import Guard, guarded_client
from rotoscope.storage.https import HttpsStore
from rotoscope.storage.https_retry import Retries
from rotoscope.storage.store import Store

from local_server import Answer, Asked, LocalServer, sliced, status

_MIB = 1 << 20
LARGE = bytes(range(256)) * (_MIB * 3 // 256) + b"end"


class WebServer(LocalServer):
    """A web server of files; what it knows to do can be taken away."""

    def __init__(self, certificate: ssl.SSLContext) -> None:
        super().__init__(certificate)
        self.files: dict[str, tuple[bytes, str]] = {}
        self.has_head = self.has_ranges = self.has_etags = self.has_lengths = True

    def respond(self, asked: Asked) -> Answer:
        file = self.files.get(asked.path)
        if file is None:
            return Answer(404, b"not here")
        if asked.method == "HEAD" and not self.has_head:
            return Answer(405)
        data, etag = file
        headers = {"Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}
        if self.has_etags:
            headers["ETag"] = etag
        if not self.has_ranges or asked.headers.get("if-range", etag) != etag:
            asked.headers.pop("range", None)  # pyright: ignore[reportAttributeAccessIssue]
        answer = sliced(data, asked, headers)
        if not self.has_lengths:
            answer.headers |= {"Content-Length": "", "Transfer-Encoding": "chunked"}
            answer.body = f"{len(answer.body):x}\r\n".encode() + answer.body + b"\r\n0\r\n\r\n"
        return answer


@pytest.fixture
def server(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[WebServer]:
    with WebServer(certificate[0]) as running:
        running.files["/a.bin"] = (b"0123456789", '"v1"')
        running.files["/large.bin"] = (LARGE, '"v1"')
        yield running


@pytest.fixture
def store(
    server: WebServer, certificate: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> Iterator[HttpsStore]:
    real = socket.getaddrinfo

    def resolve(host: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        return real("127.0.0.1" if host == "media.test" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = Guard(allowed_hosts=frozenset({"media.test"}))
    with guarded_client(guard, verify=certificate[1]) as client:
        yield HttpsStore(
            f"media.test:{server.port}", client=client, retries=Retries(times=3, sleep=lambda _: None)
        )


def contents(store: Store, path: str, **span: int) -> bytes:
    return b"".join(store.read(path, **span))


def _limit(server: WebServer, missing: str) -> None:
    for name in missing.split():
        setattr(server, f"has_{name}", False)


@pytest.mark.parametrize("missing", ["", "head", "etags", "head ranges"])
def test_a_file_is_told(server: WebServer, store: HttpsStore, missing: str) -> None:
    _limit(server, missing)
    told = store.stat("a.bin")
    assert (told.path, told.size_bytes) == ("a.bin", 10)
    assert told.modified == datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
    assert told.etag == ("Wed, 21 Oct 2026 07:28:00 GMT/10" if "etags" in missing else '"v1"')
    assert isinstance(store, Store)


@pytest.mark.parametrize("missing", ["", "ranges", "head", "lengths", "lengths ranges"])
def test_a_file_and_a_range_are_read(server: WebServer, store: HttpsStore, missing: str) -> None:
    _limit(server, missing)
    assert contents(store, "a.bin") == b"0123456789"
    assert contents(store, "a.bin", start=3) == b"3456789"
    assert contents(store, "a.bin", start=3, stop=5) == b"34"
    assert contents(store, "a.bin", stop=50) == b"0123456789"
    assert contents(store, "a.bin", start=10) == b""
    assert contents(store, "a.bin", start=50, stop=60) == b""
    if "lengths" not in missing:
        assert contents(store, "a.bin", start=4, stop=4) == b""


def test_an_empty_file_is_a_file(server: WebServer, store: HttpsStore) -> None:
    server.files["/empty"] = (b"", '"v1"')
    assert store.stat("empty").size_bytes == 0
    server.has_head = False
    assert store.stat("empty").size_bytes == 0
    assert contents(store, "empty") == b""


def test_a_query_and_percent_signs_are_sent_as_they_are(server: WebServer, store: HttpsStore) -> None:
    server.files["/a%20b.bin"] = (b"film", '"v1"')
    assert contents(store, "a%20b.bin?version=2&x=%2F") == b"film"
    assert server.asked[-1].query == {"version": "2", "x": "/"}


def test_a_file_whose_size_is_not_said_cannot_be_told(server: WebServer, store: HttpsStore) -> None:
    _limit(server, "lengths head ranges")
    with pytest.raises(StoreUnavailable, match="does not say how large it is"):
        store.stat("a.bin")


@pytest.mark.parametrize("has_ranges", [True, False])
def test_a_download_goes_on_where_it_broke(server: WebServer, store: HttpsStore, has_ranges: bool) -> None:
    server.has_ranges = has_ranges
    server.break_body("/large.bin", 2 * _MIB)
    assert contents(store, "large.bin") == LARGE
    assert server.asked[-1].headers["if-range"] == '"v1"'


def test_a_download_does_not_go_on_with_another_version(server: WebServer, store: HttpsStore) -> None:
    server.break_body("/large.bin", 2 * _MIB)
    pieces = store.read("large.bin")
    next(pieces)
    server.files["/large.bin"] = (bytes(len(LARGE)), '"v2"')
    with pytest.raises(CorruptTransfer, match="changed while it was read"):
        list(pieces)
    server.has_etags = False
    server.break_body("/large.bin", 2 * _MIB)
    with pytest.raises(CorruptTransfer, match="does not say which version"):
        contents(store, "large.bin")


def test_what_cannot_be_fetched_is_told(server: WebServer, store: HttpsStore) -> None:
    for call in (store.stat, store.read):
        with pytest.raises(
            StoredFileNotFound, match=r"https://media.test:\d+/nowhere is not there \(status 404\)"
        ):
            call("nowhere")
        server.fail("/a.bin", status(403), times=2)
        with pytest.raises(AccessDenied, match="not given to everybody"):
            call("a.bin")
        server.faults.clear()
        server.fail("/a.bin", status(500), times=3)
        with pytest.raises(StoreUnavailable, match="3 times"):
            call("a.bin")
        server.fail("/a.bin", status(418), times=2)
        with pytest.raises(StoreUnavailable, match="status 418"):
            call("a.bin")
        server.faults.clear()
    with pytest.raises(StoredFileNotFound):
        store.read("nowhere", start=5, stop=5)


def test_another_range_than_was_asked_for_is_refused(server: WebServer, store: HttpsStore) -> None:
    for said in ("bytes 0-2/10", "items 3-5/10"):
        server.fail("/a.bin", status(206, b"012", Content_Range=said))
        with pytest.raises(CorruptTransfer, match="other bytes than were asked for"):
            store.read("a.bin", start=3, stop=6)


def test_what_passes_is_waited_for(server: WebServer, store: HttpsStore) -> None:
    server.fail("/a.bin", status(503))
    server.fail("/a.bin", status(429, Retry_After="1"))
    assert contents(store, "a.bin") == b"0123456789"


def test_nothing_can_be_listed_stored_or_removed(store: HttpsStore) -> None:
    calls: list[tuple[Callable[[], object], str]] = [
        (store.list, "cannot be listed"),
        (lambda: store.put("a", b""), "cannot be stored"),
        (lambda: store.delete("a"), "cannot be removed"),
    ]
    for call, told in calls:
        with pytest.raises(AccessDenied, match=f"is only read, file by file: files {told}"):
            call()
    assert store.sign("a", "GET", seconds=60) is None


def test_a_host_that_is_not_public_is_refused() -> None:
    store = HttpsStore("127.0.0.1:1")
    for call in (store.stat, store.read):
        with pytest.raises(AccessDenied, match="not public"):
            call("a")


def test_a_host_that_is_not_known_is_told() -> None:
    with pytest.raises(StoreUnavailable, match=r"the name nowhere\.invalid is not known"):
        HttpsStore("nowhere.invalid", retries=Retries(times=2, sleep=lambda _: None)).stat("a")
