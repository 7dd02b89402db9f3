"""A POST that is sent twice is served once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi import Body
from sqlalchemy import update

from rotoscope.api import kept_answers
from rotoscope.api.access import Runner
from rotoscope.api.refusals import Conflict
from rotoscope.api.traits import Traits, traits
from rotoscope.database.columns import now
from rotoscope.database.tables import IdempotentRequest
from rotoscope.errors import StoreUnavailable

from api_bench import Bench

KEY = {"Idempotency-Key": "once"}


@pytest.fixture
def served(bench: Bench) -> list[str]:
    served: list[str] = []

    @bench.app.post("/things", status_code=201)
    def make(caller: Runner, name: str = Body(embed=True)) -> dict[str, int]:
        served.append(name)
        if name == "taken":
            raise Conflict("It is there.")
        if name == "down" and len(served) == 1:
            raise StoreUnavailable("It does not answer.")
        return {"number": len(served)}

    @bench.app.post("/secrets")
    @traits(Traits(shows_secret=True))
    def secret(caller: Runner) -> dict[str, str]:
        served.append("secret")
        return {"secret": "rk_1"}

    @bench.app.post("/streams")
    @traits(Traits(keeps_answer=False))
    def stream(caller: Runner) -> None:
        served.append("stream")

    return served


def test_the_first_answer_is_given_again(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    first = client.post("/things", json={"name": "a"}, headers=KEY)
    again = client.post("/things", json={"name": "a"}, headers=KEY)
    assert served == ["a"]
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"number": 1})
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_without_the_header_each_is_served(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    assert [client.post("/things", json={"name": "a"}).json()["number"] for _ in range(2)] == [1, 2]
    assert served == ["a", "a"]


def test_another_body_under_the_same_key_is_refused(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    client.post("/things", json={"name": "a"}, headers=KEY)
    answer = client.post("/things", json={"name": "b"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert "'once' came with another request before" in answer.json()["detail"]
    assert served == ["a"]


def test_another_key_of_the_client_does_not_get_the_answer(bench: Bench, served: list[str]) -> None:
    bench.client("ada").post("/things", json={"name": "a"}, headers=KEY)
    answer = bench.client("ada", "read").post("/things", json={"name": "a"}, headers=KEY)
    assert answer.status_code == 422
    assert served == ["a"]


def test_clients_do_not_share_keys(bench: Bench, served: list[str]) -> None:
    bench.client("ada").post("/things", json={"name": "a"}, headers=KEY)
    assert bench.client("bob").post("/things", json={"name": "b"}, headers=KEY).json() == {"number": 2}
    assert served == ["a", "b"]


def test_a_refusal_is_an_answer_too(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    answers = [client.post("/things", json={"name": "taken"}, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[1].headers["content-type"] == "application/problem+json"
    assert served == ["taken"]


def test_after_a_failure_of_the_server_it_is_tried_again(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    assert client.post("/things", json={"name": "down"}, headers=KEY).status_code == 503
    assert client.post("/things", json={"name": "down"}, headers=KEY).json() == {"number": 2}


def test_a_second_request_while_the_first_is_at_work_is_refused(bench: Bench) -> None:
    begun, end = threading.Event(), threading.Event()

    @bench.app.post("/slow")
    def slow(caller: Runner) -> None:
        begun.set()
        end.wait(20)

    client = bench.client()

    def ask() -> None:
        client.post("/slow", headers=KEY)

    first = threading.Thread(target=ask)
    first.start()
    assert begun.wait(20)
    answer = client.post("/slow", headers=KEY)
    end.set()
    first.join()
    assert (answer.status_code, answer.json()["code"]) == (409, "request-in-progress")
    assert answer.headers["retry-after"] == "1"
    assert client.post("/slow", headers=KEY).headers["idempotency-replayed"] == "true"


def test_of_many_at_once_one_is_served(bench: Bench, served: list[str]) -> None:
    client = bench.client()

    def ask(_: int) -> int:
        return client.post("/things", json={"name": "a"}, headers=KEY).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert served == ["a"]
    assert set(answers) <= {201, 409}
    assert 201 in answers


def test_what_a_dead_process_began_may_begin_again(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    client.post("/things", json={"name": "a"}, headers=KEY)
    long_ago = now() - kept_answers.ABANDONED_AFTER - timedelta(seconds=1)
    with bench.database.writing() as session:
        session.execute(update(IdempotentRequest).values(status=None, created=long_ago))
    assert client.post("/things", json={"name": "a"}, headers=KEY).json() == {"number": 2}


def test_after_a_day_a_key_is_new(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    client.post("/things", json={"name": "a"}, headers=KEY)
    with bench.database.writing() as session:
        session.execute(update(IdempotentRequest).values(created=now() - timedelta(hours=25)))
    assert client.post("/things", json={"name": "b"}, headers=KEY).json() == {"number": 2}


def test_a_secret_is_not_kept(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    client.post("/secrets", headers=KEY)
    answer = client.post("/secrets", headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "answer-not-kept")
    assert served == ["secret"]
    with bench.database.reading() as session:
        assert session.query(IdempotentRequest.body).scalar() is None


def test_a_stream_is_exempt(bench: Bench, served: list[str]) -> None:
    client = bench.client()
    for _ in range(2):
        assert client.post("/streams", headers=KEY).status_code == 200
    assert served == ["stream", "stream"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
def test_a_key_that_is_none_is_refused(bench: Bench, served: list[str], key: str) -> None:
    answer = bench.client().post("/things", json={"name": "a"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "1 to 255 visible ASCII characters" in answer.json()["detail"]


def test_old_answers_are_cleared(bench: Bench, served: list[str]) -> None:
    bench.client().post("/things", json={"name": "a"}, headers=KEY)
    with bench.database.writing() as session:
        session.execute(update(IdempotentRequest).values(created=now() - timedelta(hours=25)))
    kept_answers.KeptAnswers(bench.database).clear()
    with bench.database.reading() as session:
        assert session.query(IdempotentRequest).count() == 0
