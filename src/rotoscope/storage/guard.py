"""Requests to addresses that somebody gave: only to public hosts, within limits, without credentials.

A name is resolved once. Every address it has must be public, and the connection goes to one of the addresses
that were checked, so a name that means something else a moment later gains nothing. The same client fetches
sources by ``https://`` and sends webhooks.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, cast

import httpcore
import httpx

from rotoscope.errors import AccessDenied

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

# After IANA's registries of special-purpose addresses (RFC 6890 and its successors). IPv6 is told by what is
# public: 2000::/3 is all that is routed, less what is set aside within it. Everything else (::1, ::127.0.0.1,
# ::ffff:0:0/96, 64:ff9b::/96, fc00::/7, fe80::/10, ff00::/8 …) is not public. 2001::/23 holds Teredo, and
# 2002::/16 is 6to4: both wrap an IPv4 address that nobody has checked.
_NOT_PUBLIC_4: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_ROUTED_6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_ENDS_IN_NUMBER: Final = re.compile(r"(^|\.)(\d+|0[xX][0-9a-fA-F]*)\.?$")
_DOTTED: Final = re.compile(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request may do."""

    allowed_hosts: frozenset[str] = frozenset()
    """Hosts that may have any address, such as one of the house's own network; names or addresses, without a
    port."""
    allow_http: bool = False
    """Whether these hosts may be asked by ``http://`` as well; others never are."""
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    """How long nothing may arrive."""
    whole_seconds: float = 6 * 3600.0
    """How long one exchange may last, from connecting to the last byte."""
    most_bytes: int = 1 << 36
    """How large an answer may be."""

    def allows(self, host: str) -> bool:
        """Whether a host is one of those that may have any address."""
        return _plain(host) in map(_plain, self.allowed_hosts)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; False for a text that is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_4)
    return parsed in _ROUTED_6 and not any(parsed in network for network in _NOT_PUBLIC_6)


def guarded_client(guard: Guard | None = None, *, verify: ssl.SSLContext | None = None) -> httpx.Client:
    """A client that only reaches public hosts.

    It follows no redirects, keeps no cookies and no connections, and reads no proxy, ``.netrc`` or other
    setting from the environment. Any thread may use it.

    Args:
        guard: what is allowed; by default https to public hosts.
        verify: whom to trust; by default the certificates that httpx comes with.

    Returns:
        A client whose requests raise :class:`~rotoscope.errors.AccessDenied` where the guard forbids them,
        and httpx's errors where a host does not answer. Nothing is sent before the check.
    """
    guard = guard or Guard()
    timeout = httpx.Timeout(guard.idle_seconds, connect=guard.connect_seconds)
    return httpx.Client(
        transport=_GuardedTransport(guard, verify),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"Accept-Encoding": "identity", "User-Agent": "rotoscope"},
    )


@lru_cache(maxsize=16)
def shared_guarded_client(guard: Guard) -> httpx.Client:
    """The client of this process for a guard."""
    return guarded_client(guard)


class _GuardedTransport(httpx.BaseTransport):
    """Sends a request where the guard allows it."""

    def __init__(self, guard: Guard, verify: ssl.SSLContext | None) -> None:
        self._guard = guard
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify or httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=0,
            network_backend=_GuardedNetwork(guard),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See :class:`httpx.BaseTransport`."""
        url = request.url
        self._check(url)
        body = cast("Iterable[bytes]", request.stream)
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=body,
            extensions=request.extensions,
        )
        try:
            answer = self._pool.handle_request(sent)
        except Exception as error:
            raise _as_httpx(error, request) from error
        stream = cast("Iterable[bytes]", answer.stream)
        response = httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_LimitedStream(stream, request, self._guard.most_bytes),
            extensions=answer.extensions,
        )
        self._check_answer(response, url)
        return response

    def close(self) -> None:
        """See :class:`httpx.BaseTransport`."""
        self._pool.close()

    def _check(self, url: httpx.URL) -> None:
        may_be_open = self._guard.allow_http and self._guard.allows(url.host)
        if url.scheme != "https" and not (url.scheme == "http" and may_be_open):
            raise AccessDenied(
                f"{_shown(url)} begins with {url.scheme}://, and only https:// is fetched. Give an "
                "address that does."
            )
        if url.userinfo:
            raise AccessDenied(
                f"{_shown(url)} carries a user name or a password, and none is sent on. Give the address "
                "without."
            )

    def _check_answer(self, response: httpx.Response, url: httpx.URL) -> None:
        """Refuse what is too large by its own word, or packed: a small answer could unpack to a huge one."""
        said = response.headers.get("Content-Length", "0")
        packed = response.headers.get("Content-Encoding", "identity")
        if said.isdecimal() and int(said) > self._guard.most_bytes:
            response.close()
            raise AccessDenied(_too_large(url, self._guard.most_bytes))
        if packed.lower() != "identity":
            response.close()
            raise AccessDenied(
                f"{_shown(url)} answers packed as {packed!r}, though it was asked not to. Fetch it by other "
                "means, and give the file."
            )


class _GuardedNetwork(httpcore.NetworkBackend):
    """Resolves a name, checks every address, and connects to one of these."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """See :class:`httpcore.NetworkBackend`."""
        deadline = time.monotonic() + self._guard.whole_seconds
        failed: Exception | None = None
        for address in checked_addresses(host, port, self._guard):
            try:
                stream = self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _LimitedConnection(stream, deadline)
        raise failed or httpcore.ConnectError(f"{host} has no address")


def checked_addresses(host: str, port: int, guard: Guard) -> list[str]:
    """The addresses of a host, all of them allowed.

    Raises:
        AccessDenied: one of them is not public, or the host is a number that is not written as four.
        httpcore.ConnectError: the name is not known.
    """
    name = _plain(host)
    if ":" not in name and _ENDS_IN_NUMBER.search(name) and not _DOTTED.fullmatch(name):
        raise AccessDenied(
            f"The host {host!r} is a number that is not written as an address. Write a name, or four decimal "
            "numbers with dots between."
        )
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} is not known") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not guard.allows(name):
        for address in addresses:
            if not is_public(address):
                raise AccessDenied(
                    f"The host {host!r} has the address {address}, which is not public, so nothing is "
                    "fetched from it or sent to it. Give a public address, or have whoever runs this service "
                    "allow the host."
                )
    return addresses


class _LimitedConnection(httpcore.NetworkStream):
    """A connection that ends at a time, however slowly the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise late("the exchange took longer than is allowed")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See :class:`httpcore.NetworkStream`."""
        return self._stream.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See :class:`httpcore.NetworkStream`."""
        self._stream.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """See :class:`httpcore.NetworkStream`."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """See :class:`httpcore.NetworkStream`."""
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _LimitedConnection(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        """See :class:`httpcore.NetworkStream`."""
        return self._stream.get_extra_info(info)


class _LimitedStream(httpx.SyncByteStream):
    """The body of an answer, up to a size."""

    def __init__(self, stream: Iterable[bytes], request: httpx.Request, most_bytes: int) -> None:
        self._stream = stream
        self._request = request
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        try:
            for part in self._stream:
                seen += len(part)
                if seen > self._most_bytes:
                    raise AccessDenied(_too_large(self._request.url, self._most_bytes))
                yield part
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _as_httpx(error, self._request) from error

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


def _plain(host: str) -> str:
    return host.strip("[]").lower()


def _as_httpx(error: Exception, request: httpx.Request) -> Exception:
    """The error of httpx that goes by the same name as one of httpcore."""
    kind = getattr(httpx, type(error).__name__, None)
    if isinstance(kind, type) and issubclass(kind, httpx.RequestError):
        return kind(str(error), request=request)
    return error


def _too_large(url: httpx.URL, most_bytes: int) -> str:
    return (
        f"{_shown(url)} answers with more than the {most_bytes:,} bytes that are allowed. Give a smaller one."
    )


def _shown(url: httpx.URL) -> str:
    """An address for people: without credentials, and without a query, which may hold some."""
    port = f":{url.port}" if url.port not in (None, _PORTS.get(url.scheme)) else ""
    return f"{url.scheme}://{url.host}{port}{url.path}"[:200]
