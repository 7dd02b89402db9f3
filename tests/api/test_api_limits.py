"""Limits of bodies and of requests, and documents that have not changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import Body

from rotoscope.api.access import Reader
from rotoscope.api.traits import Traits, traits

from api_bench import Bench


def test_a_body_that_is_too_large_is_refused(bench: Bench) -> None:
    @bench.app.post("/small")
    @traits(Traits(largest_body=10))
    def small(given: Annotated[str, Body()]) -> None: ...

    def unannounced() -> Iterator[bytes]:
        yield from (b'"1234', b'5678"', b" " * 20)

    assert bench.anonymous.post("/small", json="1234567").status_code == 200
    for answer in (
        bench.anonymous.post("/small", json="123456789"),
        bench.anonymous.post("/small", content=unannounced(), headers={"Content-Type": "application/json"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (413, "content-too-large")
        assert answer.json()["detail"] == (
            "The body has more than 10 bytes, which is the most this path takes."
        )


def test_a_client_that_asks_too_often_is_told_how_long_to_wait(tmp_path: Path) -> None:
    bench = Bench(tmp_path, requests_per_minute=3)

    @bench.app.get("/who")
    def who(caller: Reader) -> None: ...

    ada = bench.client("ada")
    answers = [ada.get("/who") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["ratelimit-policy"] == "3;w=60"
    assert answers[0].headers["ratelimit-limit"] == "3"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 120
    assert answers[3].json()["detail"].startswith("More than 3 requests came within a minute. Wait ")
    assert answers[3].headers["x-request-id"] == answers[3].json()["request_id"]
    assert bench.client("bob").get("/who").status_code == 200
    assert bench.anonymous.get("/who").status_code == 401
    bench.close()


def test_a_document_that_has_not_changed_is_not_sent_again(bench: Bench) -> None:
    numbers = [1]

    @bench.app.get("/document")
    def document() -> list[int]:
        return numbers

    first = bench.anonymous.get("/document")
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for wanted in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = bench.anonymous.get("/document", headers={"If-None-Match": wanted})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in again.headers
    numbers.append(2)
    changed = bench.anonymous.get("/document", headers={"If-None-Match": etag})
    assert changed.json() == [1, 2]
    assert changed.headers["etag"] != etag
