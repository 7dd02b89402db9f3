"""Pictures that are painted while somebody waits are in the ledger, once each, and budgets stop them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.spending import LedgerEntry, ledger_entries
from rotoscope.database.tables import BudgetRecord, LedgerRow, Table
from rotoscope.economics.rates import RatesText
from rotoscope.economics.statements import usage_of
from rotoscope.jobs.budgets import BudgetBook, Spendings
from rotoscope.jobs.charging import Took
from rotoscope.jobs.picture_charges import PictureBill, PictureCharges

from api_bench import Bench
from postgres_server import running_postgres
from samples import picture

URL = "/v1/images:stylize"
PNG = {"Content-Type": "image/png"}
RATES = {
    "rates": 1,
    "currency": "EUR",
    "costs": {"call": 700},
    "plans": {"blog": {"per_picture": [{"above": 0, "micros": 2000}, {"above": 3, "micros": 1000}]}},
}


def sent(number: int = 0) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture(number, (48, 32))).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def postgres_url() -> Generator[str]:
    with running_postgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Bench]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    if url:
        before = Database(url)
        Table.metadata.drop_all(before.engine)
        before.close()
    made = Bench(tmp_path, database_url=url)
    made.services.prices.put(RatesText.model_validate(RATES))
    yield made
    made.close()


def paint(client: Any, number: int = 0, once: str | None = None, **query: Any) -> Any:  # noqa: ANN401
    headers = {"Content-Type": "image/png"} | ({"Idempotency-Key": once} if once else {})
    return client.post(URL, params={"filter": "posterize"} | query, content=sent(number), headers=headers)


def entries(bench: Bench, client_id: str = "cli_ada") -> list[LedgerEntry]:
    return ledger_entries(bench.database, client_id=client_id)


def test_each_picture_is_a_row(bench: Bench) -> None:
    client = bench.client()
    assert paint(client).status_code == 200
    assert paint(client, filter=["lineart", "posterize:levels=3"]).status_code == 200
    assert paint(client, filter="nothing").status_code == 404
    first, second = entries(bench)
    assert (first.operation, first.filter, second.filter) == ("picture", "posterize", "lineart + posterize")
    assert (first.job_id, first.frames, first.video_seconds, first.cost_micros) == (None, 1, None, 700)
    assert first.cpu_seconds > 0
    assert first.elapsed_seconds > 0
    assert first.key_id == client.get("/v1/keys").json()["items"][-1]["id"]
    look = {"look": 1, "layers": [{"filter": "posterize"}]}
    bench.services.storage_of("cli_ada").put("data://a.png", sent())
    assert client.post(URL, json={"source": "data://a.png", "look": look}).status_code == 200
    assert entries(bench)[-1].filter == "posterize"
    assert entries(bench, "cli_bob") == []


def test_usage_and_statements_count_them(bench: Bench) -> None:
    client = bench.client()
    for number in range(5):
        paint(client, number, filter="lineart" if number == 4 else "posterize")
    by_filter = client.get("/v1/usage").json()
    assert [(one["name"], one["frames"], one["cost_micros"]) for one in by_filter["items"]] == [
        ("posterize", 4, 2800),
        ("lineart", 1, 700),
    ]
    assert (by_filter["total"]["jobs"], by_filter["total"]["frames"]) == (0, 5)
    by_job = client.get("/v1/usage", params={"by": "job"}).json()["items"]
    assert [(one["name"], one["frames"]) for one in by_job] == [("(picture)", 5)]
    made = client.get("/v1/statements", params={"plan": "blog"}).json()
    lines = [(one["job"], one["filter"], one["pictures"], one["price_micros"]) for one in made["lines"]]
    assert lines == [(None, "posterize", 4, 7000), (None, "lineart", 1, 1000)]
    assert (made["price_micros"], made["cost_micros"]) == (8000, 3500)


def test_with_the_same_idempotency_key_it_is_paid_for_once_a_day(bench: Bench) -> None:
    client = bench.client()
    answers = [paint(client, 0, "a") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(entries(bench)) == 1
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(paint, client, 1, "at-once") for _ in range(4)]
        assert {one.result().status_code for one in asked} == {200}
    assert len(entries(bench)) == 2
    paint(client, 2, "a")  # another picture
    paint(client, 0, "a", strength=0.5)  # another painting
    paint(bench.client("bob"), 0, "a")  # another client
    assert (len(entries(bench)), len(entries(bench, "cli_bob"))) == (4, 1)
    with bench.database.writing() as session:
        session.execute(update(LedgerRow).values(created=now() - timedelta(hours=25)))
    for _ in range(2):
        paint(client, 0, "a")
    assert len(entries(bench)) == 5
    refused = paint(client, 0, "a b")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


def test_a_budget_of_the_client_stops_them(bench: Bench) -> None:
    client = bench.client()
    budget = client.post("/v1/budgets", json={"limit_micros": 1400, "period": "month"}).json()
    assert [paint(client, number, f"key-{number}").status_code for number in range(3)] == [200, 200, 409]
    refused = paint(client, 3)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-exhausted")
    assert refused.json()["detail"] == (
        f"The budget {budget['id']} of 1400 millionths that the client may spend this month is used up. Ask "
        "again when the budget is larger or begins anew."
    )
    assert len(entries(bench)) == 2
    assert paint(client, 1, "key-1").status_code == 200  # is paid for
    assert client.get(f"/v1/budgets/{budget['id']}").json()["left_micros"] == 0
    client.patch(f"/v1/budgets/{budget['id']}", json={"limit_micros": 5000})
    assert paint(client, 3).status_code == 200
    assert paint(bench.client("bob"), 3).status_code == 200


def test_a_budget_of_a_key_stops_that_key(bench: Bench) -> None:
    client, other = bench.client(), bench.client()
    key = client.get("/v1/keys").json()["items"][-2]["id"]
    made = client.post("/v1/budgets", json={"limit_micros": 700, "period": "ever", "key": key})
    assert made.status_code == 201
    assert [paint(client, number).status_code for number in range(2)] == [200, 409]
    assert f"that the key {key} may spend altogether is used up" in paint(client).json()["detail"]
    assert paint(other).status_code == 200


def test_a_preview_costs_its_time_and_is_no_picture(bench: Bench) -> None:
    client = bench.client()
    options = {"filter": "posterize", "preview": "true"}
    assert client.post(URL, params=options, content=sent(), headers=PNG).status_code == 200
    (row,) = entries(bench)
    assert (row.operation, row.frames, row.cost_micros) == ("picture-preview", 0, 700)
    assert usage_of(row).pictures == 0
    refused = client.post(URL, params=options | {"size": 1100}, content=sent(), headers=PNG)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-options")
    assert "along the long side it has at most 1024" in refused.json()["detail"]
    large = json.dumps({"look": 1, "size": 1100, "layers": [{"filter": "posterize"}]})
    by_look = {"look": large, "preview": "true"}
    assert client.post(URL, params=by_look, content=sent(), headers=PNG).status_code == 422


def test_a_picture_url_is_paid_for_when_it_is_painted_and_not_when_it_is_kept(bench: Bench) -> None:
    client = bench.client()
    bench.services.storage_of("cli_ada").put("data://a.png", sent())
    asked = {"source": "data://a.png", "look": "posterize", "width": 40}
    path = client.post("/v1/picture-urls", json=asked).json()["path"]
    assert entries(bench) == []
    with ThreadPoolExecutor(4) as pool:
        opened = [pool.submit(bench.anonymous.get, path) for _ in range(4)]
        assert {one.result().status_code for one in opened} == {200}
    assert bench.anonymous.head(path).status_code == 200
    (row,) = entries(bench)
    assert (row.operation, row.filter, row.key_id, row.frames) == ("picture-url", "posterize", None, 1)
    assert row.cost_micros == 700
    client.post("/v1/budgets", json={"limit_micros": 700})
    assert bench.anonymous.get(path).status_code == 200  # is kept
    another = client.post("/v1/picture-urls", json=asked | {"width": 30}).json()["path"]
    refused = bench.anonymous.get(another)
    assert (refused.status_code, refused.json()["code"]) == (409, "budget-exhausted")
    assert len(entries(bench)) == 1


def test_what_was_spent_is_counted_on_and_never_twice(bench: Bench) -> None:
    charges = PictureCharges(bench.database, bench.services.prices)
    budgets = BudgetBook(bench.database)
    made = budgets.create("cli_ada", limit_micros=10**9, period="ever")
    short, usual = Spendings(timedelta(milliseconds=20)), Spendings()
    for count in range(1, 8):
        charges.charge(PictureBill("cli_ada", None, "picture", "posterize"), Took(frames=1))
        charges.charge(PictureBill("cli_bob", None, "picture", "posterize"), Took(frames=1))
        with bench.database.reading() as session:
            row = session.get(BudgetRecord, made.id)
            assert row is not None
            told = [spendings.micros(session, row) for spendings in (short, short, usual, usual)]
        assert told == [700 * count] * 4
        time.sleep(0.03)
    assert budgets.get("cli_ada", made.id).spent_micros == 4900
