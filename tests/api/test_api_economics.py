"""``/v1/rates``, ``plans``, ``budgets``, ``usage`` and ``statements``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rotoscope.api.key_book import OPERATOR
from rotoscope.database.columns import now
from rotoscope.database.tables import Client
from rotoscope.errors import BudgetExhausted
from rotoscope.jobs.charging import Took
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task

from api_bench import Bench, TestClient

RATES = {
    "rates": 1,
    "currency": "EUR",
    "costs": {"cpu_second": 100},
    "plans": {"studio": {"per_picture": 2000, "per_video_minute": 60_000, "wholesale_discount": 50}},
}


@pytest.fixture
def operator(bench: Bench) -> TestClient:
    with bench.database.writing() as session:
        session.add(Client(id=OPERATOR, name="operator"))
    return bench.client(OPERATOR.removeprefix("cli_"))


def worked(bench: Bench, asked: TestClient, took: Took, *, filter: str = "posterize") -> str:
    """A job that a worker has done."""
    params = {"source": "data://in/a.mp4", "output": "data://out/a.mp4", "filter": filter}
    job = asked.post("/v1/renders", json=params).json()["id"]
    recorder, task = (
        Recorder(bench.database, bench.services.prices, "worker"),
        Task("stylize", "work", job, 1),
    )
    recorder.begin(task)
    recorder.charge(task, took)
    recorder.succeeded(task, {})
    return job


def test_nothing_costs_anything_until_somebody_says_so(bench: Bench) -> None:
    told = bench.client().get("/v1/rates").json()
    assert (told["currency"], set(told["costs"].values()), told["plans"]) == ("USD", {0.0}, [])


def test_the_operator_puts_rates_and_all_work_is_charged_by_them(bench: Bench, operator: TestClient) -> None:
    ada = bench.client()
    assert ada.put("/v1/rates", json=RATES).json()["code"] == "operator-only"
    told = operator.put("/v1/rates", json=RATES).json()
    assert told == ada.get("/v1/rates").json()
    assert (told["currency"], told["costs"]["cpu_second"]) == ("EUR", 100.0)
    assert told["plans"][0]["per_video_minute"] == [{"above": 0, "micros": 60_000}]
    job = worked(bench, ada, Took(cpu_seconds=12.5))
    found = ada.get(f"/v1/jobs/{job}").json()
    assert (found["cost_micros"], found["currency"]) == (1250, "EUR")


def test_seconds_of_gpus_are_charged_and_told(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json={**RATES, "costs": {"cpu_second": 100, "gpu_second": 1000}})
    ada = bench.client()
    job = worked(bench, ada, Took(cpu_seconds=2, gpu_seconds=3.5))
    assert ada.get(f"/v1/jobs/{job}").json()["cost_micros"] == 3700
    told = ada.get("/v1/usage", params={"by": "job"}).json()["total"]
    assert (told["cpu_seconds"], told["gpu_seconds"], told["cost_micros"]) == (2, 3.5, 3700)


def test_a_ledger_is_kept_in_one_currency(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json=RATES)
    assert operator.put("/v1/rates", json={**RATES, "currency": "USD"}).status_code == 200
    worked(bench, bench.client(), Took(cpu_seconds=1))
    refused = operator.put("/v1/rates", json=RATES)
    assert (refused.status_code, refused.json()["code"]) == (409, "rates-conflict")
    assert "The ledger is kept in USD, and these rates are in EUR" in refused.json()["detail"]


def test_plans_come_and_go(bench: Bench, operator: TestClient) -> None:
    made = operator.put("/v1/plans/by-the-picture", json={"per_picture": 1000})
    assert made.json()["per_picture"] == [{"above": 0, "micros": 1000}]
    assert [one["name"] for one in bench.client().get("/v1/plans").json()["items"]] == ["by-the-picture"]
    assert bench.client().get("/v1/plans/by-the-picture").json() == made.json()
    assert (
        operator.put("/v1/plans/falling", json={"per_picture": [{"above": 5, "micros": 1}]}).status_code
        == 422
    )
    assert operator.delete("/v1/plans/by-the-picture").status_code == 204
    missing = operator.delete("/v1/plans/by-the-picture")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-plan")


def test_usage_is_that_of_the_ledger_by_key_filter_and_day(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json=RATES)
    one, other = bench.client(), bench.client()
    worked(bench, one, Took(2, elapsed_seconds=1, frames=48, video_seconds=2.0))
    worked(bench, one, Took(3, elapsed_seconds=1, frames=1), filter="lineart")
    worked(bench, other, Took(5, elapsed_seconds=1))
    keys = {client.get("/v1/keys/self").json()["id"]: cost for client, cost in ((one, 500), (other, 500))}
    by_key = one.get("/v1/usage", params={"by": "key"}).json()
    assert {row["name"]: row["cost_micros"] for row in by_key["items"]} == keys
    by_filter = one.get("/v1/usage").json()
    assert {row["name"]: (row["frames"], row["video_seconds"]) for row in by_filter["items"]} == {
        "posterize": (48, 2.0),
        "lineart": (1, 0.0),
    }
    assert by_filter["total"] == {
        "name": "",
        "jobs": 3,
        "frames": 49,
        "video_seconds": 2.0,
        "cpu_seconds": 10.0,
        "gpu_seconds": 0.0,
        "cost_micros": 1000,
    }
    tomorrow = (now() + timedelta(days=1)).isoformat()
    assert one.get("/v1/usage", params={"by": "day", "since": tomorrow}).json()["items"] == []
    assert one.get("/v1/usage", params={"since": "2026-01-01T00:00:00"}).status_code == 422


def test_what_others_use_is_told_to_the_operator_alone(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json=RATES)
    ada, bob = bench.client(), bench.client("bob")
    worked(bench, ada, Took(1))
    worked(bench, bob, Took(2))
    everybody = operator.get("/v1/usage", params={"by": "client"}).json()
    assert {row["name"]: row["cost_micros"] for row in everybody["items"]} == {"cli_ada": 100, "cli_bob": 200}
    assert operator.get("/v1/usage", params={"client": "cli_ada"}).json()["total"]["cost_micros"] == 100
    assert [row["name"] for row in bob.get("/v1/usage", params={"by": "client"}).json()["items"]] == [
        "cli_bob"
    ]
    for path in ("/v1/usage", "/v1/statements"):
        refused = bob.get(path, params={"client": "cli_ada"})
        assert (refused.status_code, refused.json()["code"]) == (403, "operator-only")


def test_a_statement_has_a_line_a_job(bench: Bench, operator: TestClient) -> None:
    ada = bench.client()
    missing = ada.get("/v1/statements")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-plan")
    operator.put("/v1/rates", json=RATES)
    first = worked(bench, ada, Took(1, frames=240, video_seconds=30.0))
    second = worked(bench, ada, Took(1, frames=3))
    told = ada.get("/v1/statements", params={"plan": "studio"}).json()
    assert [(line["job"], line["price_micros"]) for line in told["lines"]] == [
        (first, 30_000),
        (second, 6000),
    ]
    assert (told["price_micros"], told["cost_micros"], told["client"]) == (36_000, 200, "cli_ada")
    assert datetime.fromisoformat(told["since"]).day == 1
    halved = ada.get("/v1/statements", params={"wholesale": True}).json()
    assert halved["price_micros"] == 18_000


def budget(client: TestClient, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - a body
    answer = client.post("/v1/budgets", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_budgets_say_what_is_left(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json=RATES)
    ada = bench.client()
    made = budget(ada, limit_micros=1000)
    assert (made["period"], made["key"], made["left_micros"], made["currency"]) == (
        "month",
        None,
        1000,
        "EUR",
    )
    since, until = (datetime.fromisoformat(made[name]) for name in ("since", "until"))
    assert (since.day, until.day, since.tzinfo) == (1, 1, UTC)
    assert since <= now() < until <= since + timedelta(days=31)
    worked(bench, ada, Took(4))
    assert ada.get(f"/v1/budgets/{made['id']}").json()["spent_micros"] == 400
    changed = ada.patch(f"/v1/budgets/{made['id']}", json={"limit_micros": 300}).json()
    assert (changed["limit_micros"], changed["left_micros"]) == (300, 0)
    assert [one["id"] for one in ada.get("/v1/budgets").json()["items"]] == [made["id"]]
    assert ada.delete(f"/v1/budgets/{made['id']}").status_code == 204
    assert ada.get(f"/v1/budgets/{made['id']}").status_code == 404
    refused = ada.post("/v1/budgets", json={"limit_micros": 5, "key": "key_of_nobody"})
    assert (refused.status_code, "There is no key 'key_of_nobody'" in refused.json()["detail"]) == (422, True)


def require_wanted(bench: Bench, client: TestClient) -> None:
    """A worker begins with a job of a client."""
    params = {"source": "data://in/a.mp4", "output": "data://out/a.mp4", "filter": "posterize"}
    job = client.post("/v1/renders", json=params).json()["id"]
    recorder = Recorder(bench.database, bench.services.prices, "worker")
    recorder.require_wanted(Task("stylize", "work", job, 1), Took())


def test_a_key_with_a_used_up_budget_is_stopped_and_others_go_on(bench: Bench, operator: TestClient) -> None:
    operator.put("/v1/rates", json=RATES)
    one, other = bench.client(), bench.client()
    key = one.get("/v1/keys/self").json()["id"]
    made = budget(one, limit_micros=500, key=key, period="ever")
    assert (made["since"], made["until"]) == (None, None)
    require_wanted(bench, one)
    worked(bench, other, Took(50))
    require_wanted(bench, one)
    worked(bench, one, Took(5))
    with pytest.raises(
        BudgetExhausted, match=rf"The budget {made['id']} of 500 millionths that the key {key} may"
    ):
        require_wanted(bench, one)
    require_wanted(bench, other)
    one.patch(f"/v1/budgets/{made['id']}", json={"limit_micros": 501})
    require_wanted(bench, one)


def test_a_client_with_a_used_up_month_is_stopped_until_the_next(
    bench: Bench, operator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.put("/v1/rates", json=RATES)
    ada = bench.client()
    budget(ada, limit_micros=100)
    worked(bench, ada, Took(1))
    with pytest.raises(
        BudgetExhausted, match=r"that the client may spend this month is used up\. What is done"
    ):
        require_wanted(bench, ada)
    require_wanted(bench, bench.client("bob"))
    monkeypatch.setattr("rotoscope.jobs.budgets.now", lambda: now() + timedelta(days=31))
    require_wanted(bench, ada)
