"""Requests to addresses that somebody gave: only to public hosts, within limits, without credentials."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rotoscope.errors import AccessDenied, InvalidUri
from rotoscope.storage.guard import Guard, guarded_client, is_public
from rotoscope.storage.https import fetch_url

from local_server import Answer, Asked, LocalServer, serving

PUBLIC = "93.184.215.14"
LOCAL = Guard(allowed_hosts=frozenset({"127.0.0.1"}), allow_http=True)
Names = dict[str, list[list[str]]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What names mean: one list of addresses for each time that they are asked for; the last one stays."""
    known: Names = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        answers = known.get(host)
        if answers is None:
            return real(host, port, *rest, **more)
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port))
            for family, address in zip(families, addresses, strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were connected to; all of them are this machine."""
    addresses: list[str] = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:  # noqa: ANN401
        addresses.append(address[0])
        return real(("127.0.0.1", address[1]), *rest, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    return addresses


@pytest.fixture
def server() -> Iterator[LocalServer]:
    def respond(asked: Asked) -> Answer:
        return Answer(200, b"reached " + asked.body, {"Set-Cookie": "session=1; Path=/"})

    with serving(respond) as running:
        yield running


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.9"),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1"),
        *("239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::"),
        *("3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
        *("localhost", "", "1", "127.1"),
    ],
)
def test_an_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        PUBLIC,
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "192.169.0.1",
        "2606:4700::1111",
        "2a00::1",
    ],
)
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"),
        *("169.254.169.254", "10.0.0.1", "[64:ff9b::7f00:1]"),
    ],
)
def test_a_host_that_is_not_public_is_refused(host: str) -> None:
    with guarded_client() as client, pytest.raises(AccessDenied, match=r"which is not public.*Give a public"):
        client.get(f"https://{host}/")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001", "0", "1.1", "127.0.0.1."],
)
def test_a_host_written_as_another_number_is_refused(host: str) -> None:
    with (
        guarded_client() as client,
        pytest.raises(AccessDenied, match="a number that is not written as an addr"),
    ):
        client.get(f"https://{host}/")


@pytest.mark.parametrize("host", ["0177.0.0.1", "１２７.0.0.1", "[::1", "a:b"])
def test_what_is_no_host_is_told(host: str) -> None:
    with guarded_client() as client, pytest.raises(InvalidUri, match="is no address that can be fetched"):
        fetch_url(client, "GET", f"https://{host}/", {})
    with (
        serving(_redirecting(lambda _: f"https://{quote(host, safe='[]:')}/")) as server,
        guarded_client(LOCAL) as client,
        pytest.raises((httpx.RemoteProtocolError, AccessDenied)),
    ):
        fetch_url(client, "GET", f"{server.url}/", {})


def test_every_address_of_a_name_must_be_public(names: Names, connected: list[str]) -> None:
    names["mixed.test"] = [[PUBLIC, "10.0.0.1"]]
    with (
        guarded_client() as client,
        pytest.raises(AccessDenied, match=r"'mixed.test' has the address 10\.0\.0\.1"),
    ):
        client.post("https://mixed.test/", content=b"secret")
    assert connected == []


def test_the_connection_goes_to_the_address_that_was_checked(
    names: Names, connected: list[str], certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    """A name that means another address a moment later gains nothing; its certificate is checked by name."""
    seen: list[str | None] = []

    def respond(asked: Asked) -> Answer:
        seen.append(asked.headers["host"])
        return Answer(200, b"over TLS")

    names["media.test"] = [[PUBLIC], ["127.0.0.1"]]
    names["other.test"] = [[PUBLIC]]
    with serving(respond, certificate[0]) as server, guarded_client(verify=certificate[1]) as client:
        assert client.get(f"https://media.test:{server.port}/a").content == b"over TLS"
        assert connected == [PUBLIC]
        assert seen == [f"media.test:{server.port}"]
        with pytest.raises(AccessDenied):  # by now it is 127.0.0.1
            client.get(f"https://media.test:{server.port}/a")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.get(f"https://other.test:{server.port}/a")
    assert len(seen) == 1


def test_the_next_address_is_tried_where_one_does_not_answer(names: Names, server: LocalServer) -> None:
    names["two.test"] = [["127.0.0.2", "127.0.0.1"]]
    guard = Guard(allowed_hosts=frozenset({"two.test"}), allow_http=True)
    with guarded_client(guard) as client:
        assert client.get(f"http://two.test:{server.port}/").content == b"reached "


def test_a_name_that_is_not_known_is_no_answer() -> None:
    with (
        guarded_client() as client,
        pytest.raises(httpx.ConnectError, match="the name nowhere"),
    ):
        client.get("https://nowhere.invalid/")


def test_only_https_is_fetched_unless_told_otherwise(server: LocalServer) -> None:
    only_host = Guard(allowed_hosts=frozenset({"127.0.0.1"}))
    with guarded_client(only_host) as client:
        for url in (server.url, "ftp://127.0.0.1/a"):
            with pytest.raises(AccessDenied, match=r"and only https:// is fetched"):
                client.get(url)
    with guarded_client(LOCAL) as client:
        assert client.post(server.url, content=b"by POST").content == b"reached by POST"
        with pytest.raises(AccessDenied, match="and only https:// is fetched"):  # the host was not named
            client.get("http://example.org/")


def test_a_user_and_a_password_are_not_sent_on(server: LocalServer) -> None:
    with guarded_client(LOCAL) as client, pytest.raises(AccessDenied, match="carries a user name") as told:
        client.get(server.url.replace("//", "//user:hidden@"))
    assert "hidden" not in str(told.value)
    assert server.asked == []


def test_no_cookie_is_kept_and_nothing_is_read_from_the_environment(
    server: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,  # noqa: ANN401
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with guarded_client(LOCAL) as client:
        client.get(server.url)
        client.get(server.url)
    assert all("cookie" not in asked.headers for asked in server.asked)
    assert all("authorization" not in asked.headers for asked in server.asked)


def test_an_answer_that_is_too_large_is_refused() -> None:
    def respond(asked: Asked) -> Answer:
        if asked.path == "/said":
            return Answer(200, b"x" * 2000)
        chunks = b"".join(b"64\r\n" + b"x" * 100 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
        return Answer(200, chunks, {"Content-Length": "", "Transfer-Encoding": "chunked"})

    small = Guard(allowed_hosts=LOCAL.allowed_hosts, allow_http=True, most_bytes=1000)
    with serving(respond) as server, guarded_client(small) as client:
        for path in ("/said", "/unsaid"):
            with pytest.raises(AccessDenied, match="more than the 1,000 bytes that are allowed"):
                client.get(f"{server.url}{path}")
    with serving(respond) as server, guarded_client(LOCAL) as client:
        assert len(client.get(f"{server.url}/unsaid").content) == 2000


def test_a_packed_answer_is_refused() -> None:
    with (
        serving(lambda _: Answer(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})) as server,
        guarded_client(LOCAL) as client,
        pytest.raises(AccessDenied, match="answers packed as 'gzip'"),
    ):
        client.get(server.url)
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_an_exchange_ends_however_slowly_the_other_side_sends() -> None:
    """A byte now and then never lets the time between two run out."""
    waiting: Callable[[float], None] = time.sleep

    class Slow(LocalServer):
        def respond(self, asked: Asked) -> Answer:
            return Answer(200, b"x" * 100)

        def _send(self, handler: Any, answer: Answer) -> None:  # noqa: ANN401
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                waiting(0.05)

    guard = Guard(allowed_hosts=LOCAL.allowed_hosts, allow_http=True, idle_seconds=5, whole_seconds=0.3)
    with Slow() as server, guarded_client(guard) as client, pytest.raises(httpx.ReadTimeout):
        client.get(server.url)


def _redirecting(target: Callable[[Asked], str], code: int = 302) -> Callable[[Asked], Answer]:
    def respond(asked: Asked) -> Answer:
        if asked.path == "/end":
            return Answer(200, b"the end")
        return Answer(code, b"", {"Location": target(asked)})

    return respond


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed(code: int) -> None:
    def next_hop(asked: Asked) -> str:
        left = int(asked.path[1:])
        return f"/{left - 1}" if left > 1 else "/end"

    with serving(_redirecting(next_hop, code)) as server, guarded_client(LOCAL) as client:
        response = fetch_url(client, "GET", f"{server.url}/5", {})
        assert response.read() == b"the end"
        with pytest.raises(AccessDenied, match="points from address to address more than 5 times"):
            fetch_url(client, "GET", f"{server.url}/6", {})


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("https://169.254.169.254/latest/meta-data/", "169.254.169.254, which is not public"),
        ("https://localhost/", "which is not public"),
        ("https://2130706433/", "a number that is not written"),
        ("http://example.org/", "begins with http://, and only https:// is fetched"),
        ("file:///etc/passwd", "and only https:// is fetched"),
        ("https://user:word@example.org/", "carries a user name"),
    ],
)
def test_every_address_on_the_way_is_checked(target: str, told: str) -> None:
    with (
        serving(_redirecting(lambda _: target)) as server,
        guarded_client(LOCAL) as client,
        pytest.raises(AccessDenied, match=told),
    ):
        fetch_url(client, "GET", f"{server.url}/", {})


def test_the_client_itself_follows_nothing() -> None:
    """As a webhook's sender wants it: an address that points elsewhere has not taken it."""
    with serving(_redirecting(lambda _: "/end")) as server, guarded_client(LOCAL) as client:
        assert client.post(f"{server.url}/hook", content=b"event").status_code == 302
    assert [asked.path for asked in server.asked] == ["/hook"]
