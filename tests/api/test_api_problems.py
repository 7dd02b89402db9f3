"""Errors of the API as problem documents."""

from __future__ import annotations

import pytest
from fastapi import Query

from rotoscope import errors
from rotoscope.api.problems import STATUSES, status_of, title_of
from rotoscope.api.refusals import Refusal
from rotoscope.errors import InvalidLook, LookFault, RotoscopeError
from rotoscope.jobs.recording import code_of

from api_bench import Bench


def test_a_path_that_is_not_there_is_a_problem(bench: Bench) -> None:
    answer = bench.anonymous.get("/v1/nothing", headers={"X-Request-ID": "mine-1"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.json() == {
        "type": "/problems/not-found",
        "title": "There is nothing of that name",
        "status": 404,
        "detail": "There is no path '/v1/nothing'. /openapi.json lists all paths.",
        "code": "not-found",
        "request_id": "mine-1",
    }


def test_a_request_without_a_good_id_gets_one(bench: Bench) -> None:
    answer = bench.anonymous.get("/healthz", headers={"X-Request-ID": "not good\t"})
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_method_that_is_not_known_names_all_that_are(bench: Bench) -> None:
    @bench.app.get("/twice")
    def get() -> None: ...

    @bench.app.put("/twice")
    def put() -> None: ...

    answer = bench.anonymous.delete("/twice")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT"
    assert answer.json()["detail"] == "'/twice' does not know 'DELETE'. It knows GET, PUT."


def test_what_nobody_caught_is_told_without_details(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    @bench.app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the password is 1234")

    answer = bench.anonymous.get("/broken", headers={"X-Request-ID": "r1"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "unexpected-fault"
    assert "1234" not in answer.text
    assert "under the request id r1" in answer.json()["detail"]
    assert "1234" in caplog.text


def test_each_fault_of_a_request_is_named(bench: Bench) -> None:
    @bench.app.get("/number")
    def number(of: int = Query(), limit: int = Query(1, le=5)) -> None: ...

    answer = bench.anonymous.get("/number?limit=7")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "query.of", "told": "field required"},
        {"where": "query.limit", "told": "input should be less than or equal to 5"},
    ]
    assert answer.json()["detail"].startswith("The request does not fit its description: query.of: field req")


def test_the_faults_of_a_look_are_told_one_by_one(bench: Bench) -> None:
    @bench.app.get("/look")
    def look() -> None:
        raise InvalidLook.of("a.toml", [LookFault(3, "layers.1", "there is no filter 'x'")])

    answer = bench.anonymous.get("/look")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "layers.1", "told": "there is no filter 'x'"}]


def all_below(kind: type[RotoscopeError]) -> list[type[RotoscopeError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in all_below(below))]


def test_every_error_has_a_status_a_code_and_a_title() -> None:
    for kind in all_below(RotoscopeError):
        assert 400 <= status_of(kind) < 600
        assert title_of(kind)
        assert kind in STATUSES or any(base in STATUSES for base in kind.__mro__)
    codes = [code_of(kind) for kind in all_below(RotoscopeError) if kind is not Refusal]
    assert len(set(codes)) == len(codes)
    assert code_of(errors.OpenError) == "open-error"
