"""An HTTP server on a local port that can be told to misbehave, as networks and services do."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass
class Answer:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    break_after: int | None = None
    """The connection is cut after so many bytes of the body."""


class Cut(Exception):
    """The connection is cut before an answer."""


Fault = Callable[[Asked], Answer | None]
"""Looks at a request; an answer, or Cut raised, instead of what the server would do; None: it does not."""


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that go away."""

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]


class LocalServer:
    """Answers by ``respond``; ``faults`` come first, each once."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.faults: list[tuple[Callable[[Asked], bool], Fault]] = []
        self.after: list[tuple[Callable[[Asked], bool], Callable[[Answer], Answer]]] = []
        self.lock = threading.RLock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10
            disable_nagle_algorithm = True

            def _handle(self) -> None:
                outer.handle(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate is not None:
            self._server.socket = certificate.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def respond(self, asked: Asked) -> Answer:
        """What the server does."""
        raise NotImplementedError

    def fail(self, path: str, fault: Fault, *, times: int = 1, method: str = "") -> None:
        """The next requests whose path ends so meet a fault."""
        for _ in range(times):
            self.faults.append((_ends(path, method), fault))

    def lose_answer(self, path: str, *, times: int = 1, method: str = "") -> None:
        """The next requests whose path ends so are carried out, and then the connection is cut."""

        def lose(_: Answer) -> Answer:
            raise Cut

        for _ in range(times):
            self.after.append((_ends(path, method), lose))

    def break_body(self, path: str, after: int, *, times: int = 1) -> None:
        """The answers to the next requests whose path ends so are cut after some bytes."""

        def cut(answer: Answer) -> Answer:
            answer.break_after = after
            return answer

        for _ in range(times):
            self.after.append((_ends(path, ""), cut))

    def change_body(self, path: str, body: bytes) -> None:
        """The answer to the next request whose path ends so has another body."""

        def change(answer: Answer) -> Answer:
            answer.body = body
            return answer

        self.after.append((_ends(path, ""), change))

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", "0")))
        asked = Asked(
            handler.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body
        )
        try:
            with self.lock:
                self.asked.append(asked)
                answer = self._faulty(asked)
                if answer is None:
                    answer = self.respond(asked)
                    answer = self._changed(asked, answer)
            self._send(handler, answer)
        except (Cut, ConnectionError, ssl.SSLError):
            handler.close_connection = True
            with contextlib.suppress(OSError):
                handler.connection.shutdown(socket.SHUT_RDWR)

    def _faulty(self, asked: Asked) -> Answer | None:
        for index, (fits, fault) in enumerate(self.faults):
            if fits(asked):
                del self.faults[index]
                return fault(asked)
        return None

    def _changed(self, asked: Asked, answer: Answer) -> Answer:
        for index, (fits, change) in enumerate(self.after):
            if fits(asked):
                del self.after[index]
                return change(answer)
        return answer

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        for name, value in headers.items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        if handler.command == "HEAD":
            return
        if answer.break_after is not None:
            handler.wfile.write(answer.body[: answer.break_after])
            handler.wfile.flush()
            raise Cut
        handler.wfile.write(answer.body)


def cut(_: Asked) -> Answer:
    """A fault: the connection is cut before anything was done."""
    raise Cut


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """A fault: an answer of that status; ``_`` in a header's name is ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(code, body, dict(named))


def sliced(data: bytes, asked: Asked, headers: dict[str, str]) -> Answer:
    """An answer with the bytes that a Range header asks for."""
    wanted = asked.headers.get("range")
    if wanted is None:
        return Answer(200, data, headers)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last) + 1 if last else len(data), len(data))
    if start >= len(data):
        return Answer(416, b"", {**headers, "Content-Range": f"bytes */{len(data)}"})
    return Answer(206, data[start:end], {**headers, "Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})


def _ends(path: str, method: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.path.endswith(path) and method in ("", asked.method)


@contextlib.contextmanager
def serving(
    respond: Callable[[Asked], Answer], certificate: ssl.SSLContext | None = None
) -> Generator[LocalServer]:
    """A server that answers by a function."""

    class Served(LocalServer):
        def respond(self, asked: Asked) -> Answer:
            return respond(asked)

    with Served(certificate) as server:
        yield server
