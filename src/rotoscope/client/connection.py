"""The line to a server: requests, retries, and problems as errors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeAlias, TypeVar

import httpx

from rotoscope._version import __version__
from rotoscope.client.problems import answer_error
from rotoscope.errors import ApiError, InvalidOptions, ServerUnreachable, ServiceError
from rotoscope.plain import from_plain

Body: TypeAlias = bytes | Callable[[], Iterable[bytes]]
"""Bytes, or what gives them anew each time it is called: a request may be sent again."""
Value: TypeAlias = str | int | float | bool | None
Query: TypeAlias = Mapping[str, Value | list[str] | tuple[str, ...]]
Record = TypeVar("Record")

USUAL_TRIES: Final = 5
_WAITS: Final = (0.1, 0.5, 1.0, 2.0, 4.0)
_LONGEST_WAIT: Final = 60.0
_LATER: Final = frozenset({429, 502, 503, 504})
_GONE: Final = 404
_IN_PROGRESS: Final = "request-in-progress"
_PAGE: Final = 200
_CONNECT_SECONDS: Final = 10.0


class Connection:
    """Sends requests with a key, and again where that is safe.

    It is safe with every one: POSTs carry an ``Idempotency-Key``.
    """

    def __init__(self, url: str, key: str | None, *, tries: int, timeout: float) -> None:
        self.url = checked_url(url)
        self._tries = tries
        headers = {"User-Agent": f"rotoscope/{__version__}"}
        if key:
            headers["Authorization"] = f"Bearer {_checked_key(key)}"
        times = httpx.Timeout(timeout, connect=min(_CONNECT_SECONDS, timeout))
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=times)

    def close(self) -> None:
        """Give the line up."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> httpx.Response:
        """Send a request until it is served.

        Raises:
            ApiError: the server refuses it.
            ServerUnreachable: the server does not answer.
        """
        sent = dict(headers or {})
        if method == "POST":
            sent["Idempotency-Key"] = idempotency_key or uuid.uuid4().hex
        for turn in range(self._tries):
            is_last = turn == self._tries - 1
            content = body() if callable(body) else body
            try:
                answer = self._http.request(
                    method, path, params=_given(query), json=json, content=content, headers=sent
                )
            except httpx.TransportError as error:
                if is_last:
                    raise self.unreachable(error) from error
                time.sleep(_WAITS[min(turn, len(_WAITS) - 1)])
                continue
            if answer.is_success or answer.status_code == 304:
                return answer
            error = answer_error(answer)
            if method == "DELETE" and turn and error.status == _GONE:
                return answer  # by the request whose answer was lost
            if is_last or not may_be_served_later(error):
                raise error
            time.sleep(_pause(error, turn))
        raise AssertionError("a connection tries at least once")

    def read(self, kind: type[Record], method: str, path: str, **how: Any) -> Record:  # noqa: ANN401 - as send
        """Send a request, and read its answer as a record.

        Raises:
            ApiError, ServerUnreachable: as :meth:`send`.
            ServiceError: the answer is no such record.
        """
        return self.record(kind, self.send(method, path, **how))

    def record(self, kind: type[Record], answer: httpx.Response) -> Record:
        """An answer as a record.

        Raises:
            ServiceError: it is none.
        """
        return self._made(kind, self._document(answer), answer)

    def pages(self, kind: type[Record], path: str, query: Query | None = None) -> Iterator[Record]:
        """All items of a list, page by page as they are wanted.

        Raises:
            ApiError, ServerUnreachable, ServiceError: as :meth:`read`.
        """
        asked: dict[str, Any] = {"limit": _PAGE, **(query or {})}
        while True:
            answer = self.send("GET", path, query=asked)
            page = self._document(answer)
            for item in page.get("items", ()):
                yield self._made(kind, item, answer)
            if page.get("next") is None:
                return
            asked["after"] = page["next"]

    @contextmanager
    def stream(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Generator[httpx.Response]:
        """An answer that is read as it comes; sent once, for whoever reads knows where to go on.

        Raises:
            ApiError: the server refuses the request.
            httpx.TransportError: the line broke.
        """
        with self._http.stream("GET", path, params=_given(query), headers=dict(headers or {})) as answer:
            if not answer.is_success:
                answer.read()
                raise answer_error(answer)
            yield answer

    def once(
        self, method: str, path: str, *, body: Body | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a request once.

        Raises:
            ApiError: the server refuses it.
            httpx.TransportError: the line broke.
        """
        content = body() if callable(body) else body
        answer = self._http.request(method, path, content=content, headers=dict(headers or {}))
        if not answer.is_success:
            raise answer_error(answer)
        return answer

    def unreachable(self, error: Exception) -> ServerUnreachable:
        """The error for a server that does not answer."""
        told = str(error) or type(error).__name__
        return ServerUnreachable(
            f"{self.url} does not answer: {told}. Look whether rotoscope serve is running there, and whether "
            "the address is right."
        )

    def _document(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._no_server(answer, "no JSON object")
        return found

    def _made(self, kind: type[Record], document: object, answer: httpx.Response) -> Record:
        try:
            return from_plain(kind, document)
        except (KeyError, TypeError, ValueError) as error:
            raise self._no_server(answer, f"no {kind.__name__} ({error})") from error

    def _no_server(self, answer: httpx.Response, what: str) -> ServiceError:
        return ServiceError(
            f"{answer.request.method} {answer.url} answered with {what}. Either no Rotoscope server "
            f"is there, or one of another version; this client is {__version__}."
        )


def checked_url(url: str) -> str:
    """The address of a server, without a slash at its end.

    Raises:
        InvalidOptions: it is none.
    """
    try:
        parsed = httpx.URL(url)
        fits = parsed.scheme in ("http", "https") and bool(parsed.host) and not parsed.userinfo
    except (httpx.InvalidURL, TypeError):
        fits = False
    if not fits:
        raise InvalidOptions(
            f"The server was given as {url!r}; write its address, such as http://127.0.0.1:8000."
        )
    return url.rstrip("/")


def _checked_key(key: str) -> str:
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise InvalidOptions("The key is not one that a server gave: it has letters, digits, - and _ alone.")
    return stripped


def _given(query: Query | None) -> dict[str, Any]:
    shown = {True: "true", False: "false"}
    return {
        name: shown[value] if isinstance(value, bool) else value
        for name, value in (query or {}).items()
        if value is not None
    }


def may_be_served_later(error: ApiError) -> bool:
    """Whether the same request may be served when it is sent again."""
    return error.status in _LATER or error.code == _IN_PROGRESS


def _pause(error: ApiError, turn: int) -> float:
    usual = _WAITS[min(turn, len(_WAITS) - 1)]
    return usual if error.retry_after is None else min(error.retry_after, _LONGEST_WAIT)
