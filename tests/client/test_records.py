"""Records from JSON and back, and requests that are sent again."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rotoscope.client import Client
from rotoscope.client.connection import Connection
from rotoscope.errors import ApiError
from rotoscope.plain import from_plain, to_plain


class Tone(StrEnum):
    WARM = "warm"


@dataclass(frozen=True)
class Stroke:
    width: float
    tone: Tone | None = None


@dataclass(frozen=True)
class Painting:
    path: Path
    rate: Fraction
    made: datetime
    size: tuple[int, int]
    strokes: tuple[Stroke, ...] = ()
    tags: dict[str, str] | None = None


def test_a_record_comes_back_as_it_went() -> None:
    painting = Painting(
        Path("a.png"),
        Fraction(30000, 1001),
        datetime(2026, 1, 2, tzinfo=UTC),
        (4, 3),
        (Stroke(1.5, Tone.WARM), Stroke(2)),
        {"a": "b"},
    )
    assert from_plain(Painting, json.loads(json.dumps(to_plain(painting)))) == painting


def test_what_a_newer_server_adds_is_passed_over_and_what_is_missing_is_said() -> None:
    assert from_plain(Stroke, {"width": 2, "pressure": 0.4}) == Stroke(2.0)
    with pytest.raises(KeyError, match=r"width"):
        from_plain(Stroke, {"tone": "warm"})
    with pytest.raises(TypeError, match=r"Stroke is made of an object, and not of list"):
        from_plain(Stroke, [])
    with pytest.raises(ValueError, match=r"cold"):
        from_plain(Stroke, {"width": 1, "tone": "cold"})


class Busy(BaseHTTPRequestHandler):
    """Answers 503 twice, and then serves; notes what came."""

    came: list[tuple[str, str | None]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.came.append((self.path, self.headers["Idempotency-Key"]))
        if len(self.came) < 3 or self.path.endswith("/always"):
            problem = {"detail": "Come back later.", "code": "busy", "status": 503}
            self._answer(503, {"Retry-After": "0"}, problem)
        else:
            self._answer(200, {}, {"width": 3})

    def do_GET(self) -> None:
        self._answer(418, {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}, ["a teapot"])

    def _answer(self, status: int, headers: dict[str, str], document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def busy() -> Generator[str]:
    Busy.came = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_a_busy_server_refuses_is_sent_again_with_the_same_key(busy: str) -> None:
    line = Connection(busy, "key", tries=5, timeout=10)
    assert line.read(Stroke, "POST", "/stroke", json={}) == Stroke(3.0)
    assert len(Busy.came) == 3
    assert len(set(Busy.came)) == 1
    assert Busy.came[0][1]
    line.read(Stroke, "POST", "/stroke", json={})
    assert Busy.came[3] != Busy.came[0]
    line.close()


def test_patience_has_an_end(busy: str) -> None:
    line = Connection(busy, "key", tries=2, timeout=10)
    with pytest.raises(ApiError, match=r"^Come back later\.$") as caught:
        line.send("POST", "/always", json={})
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (503, "busy", 0)
    assert len(Busy.came) == 2
    line.close()


def test_a_refusal_that_is_no_problem_document_is_told(busy: str) -> None:
    with (
        Client(busy, "key") as client,
        pytest.raises(ApiError, match=r"was answered with 418 .*a teapot.*No Rotoscope server") as caught,
    ):
        client.keys.self()
    assert (caught.value.code, caught.value.retry_after) == ("", 0.0)
