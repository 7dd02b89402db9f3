"""Webhooks over HTTP: what is kept of them, and of what is sent."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sqlalchemy import update
from standardwebhooks.webhooks import Webhook

from rotoscope.api.app import create_app
from rotoscope.database.tables import DeliveryRecord, WebhookRecord

from api_bench import Bench, TestClient

URL = "https://example.org/hook"


def made_by(client: TestClient, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = client.post("/v1/webhooks", json={"url": URL, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_secret_is_shown_once_and_signs(bench: Bench) -> None:
    ada = bench.client()
    made = made_by(ada)
    assert made["secret"].startswith("whsec_")
    assert Webhook(made["secret"])
    shown = ada.get(f"/v1/webhooks/{made['webhook']['id']}")
    assert shown.json() == made["webhook"]
    assert made["secret"] not in shown.text


def test_a_new_secret_takes_the_place_of_the_old_one(bench: Bench) -> None:
    ada = bench.client()
    made = made_by(ada)
    new = ada.post(f"/v1/webhooks/{made['webhook']['id']}/rotate").json()
    assert new["secret"] != made["secret"]
    with bench.database.reading() as session:
        assert session.query(WebhookRecord.secret).scalar() == new["secret"]


def test_a_webhook_is_told_of_what_it_wants(bench: Bench) -> None:
    ada = bench.client()
    some = made_by(ada, events=["job.cancelled"])["webhook"]["id"]
    rest = made_by(ada)["webhook"]["id"]
    job = bench.services.book.create("cli_ada", "inspect", {"source": "data://a"})
    bench.services.book.cancel("cli_ada", job.id)
    sent = {hook: ada.get(f"/v1/webhooks/{hook}/deliveries").json()["items"] for hook in (some, rest)}
    assert [len(sent[some]), len(sent[rest])] == [1, 2]
    assert sent[some][0]["state"] == "queued"
    events = {event["id"]: event["type"] for event in ada.get("/v1/events").json()["items"]}
    assert [events[one["event_id"]] for one in sent[rest]] == ["job.cancelled", "job.queued"]


def test_a_webhook_is_changed(bench: Bench) -> None:
    ada = bench.client()
    made = made_by(ada, events=["job.failed"])["webhook"]
    changed = ada.patch(f"/v1/webhooks/{made['id']}", json={"enabled": False})
    assert changed.json() == {**made, "enabled": False}
    changed = ada.patch(f"/v1/webhooks/{made['id']}", json={"url": f"{URL}/2", "events": []})
    assert changed.json() == {**made, "enabled": False, "url": f"{URL}/2", "events": []}


def test_a_test_event_goes_to_one_webhook_alone(bench: Bench) -> None:
    ada = bench.client()
    one, other = (made_by(ada, events=["job.failed"])["webhook"]["id"] for _ in range(2))
    answer = ada.post(f"/v1/webhooks/{one}/test")
    assert answer.status_code == 202
    assert ada.get(f"/v1/webhooks/{one}/deliveries").json()["items"] == [answer.json()]
    assert ada.get(f"/v1/webhooks/{other}/deliveries").json()["items"] == []
    (event,) = ada.get("/v1/events").json()["items"]
    assert (event["type"], event["id"]) == ("webhook.test", answer.json()["event_id"])


def test_what_was_sent_is_sent_again(bench: Bench) -> None:
    ada = bench.client()
    hook = made_by(ada)["webhook"]["id"]
    delivery = ada.post(f"/v1/webhooks/{hook}/test").json()
    attempt = {"at": "2026-01-01T00:00:00Z", "status": 500, "answer": "no"}
    with bench.database.writing() as session:
        session.execute(update(DeliveryRecord).values(state="failed", attempts=[attempt]))
    listed = ada.get(f"/v1/webhooks/{hook}/deliveries?state=failed").json()["items"]
    assert listed[0]["attempts"] == [attempt]
    again = ada.post(f"/v1/webhooks/{hook}/deliveries/{delivery['id']}/redeliver")
    assert again.status_code == 202
    assert (again.json()["state"], again.json()["event_id"]) == ("queued", delivery["event_id"])
    assert ada.get(f"/v1/webhooks/{hook}/deliveries?state=failed").json()["items"] == []


def test_deliveries_are_listed_in_pages_the_newest_first(bench: Bench) -> None:
    ada = bench.client()
    hook = made_by(ada)["webhook"]["id"]
    made = [ada.post(f"/v1/webhooks/{hook}/test").json()["id"] for _ in range(5)]
    url = f"/v1/webhooks/{hook}/deliveries"
    first = ada.get(url, params={"limit": 3}).json()
    second = ada.get(url, params={"limit": 3, "after": first["next"]}).json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert ids == sorted(made, reverse=True)
    assert second["next"] is None


@pytest.mark.parametrize(
    "url", ["http://example.org/hook", "https://", "https://user:word@example.org/", "https://[1/", "ftp://a"]
)
def test_a_url_that_nothing_is_sent_to_is_refused(bench: Bench, url: str) -> None:
    answer = bench.client().post("/v1/webhooks", json={"url": url})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.url"


def test_a_host_that_the_operator_trusts_may_do_without_tls(bench: Bench) -> None:
    settings = dataclasses.replace(bench.settings, allowed_hosts=frozenset({"127.0.0.1"}))
    bench.app = create_app(dataclasses.replace(bench.services, settings=settings))
    assert made_by(bench.client(), url="http://127.0.0.1:9000/hook")["webhook"]["enabled"] is True


def test_a_type_of_event_that_is_not_known_is_refused(bench: Bench) -> None:
    answer = bench.client().post("/v1/webhooks", json={"url": URL, "events": ["job.exploded"]})
    assert answer.status_code == 422
    assert "'job.exploded' is no type of event. Types are job.queued, " in answer.json()["detail"]


def test_a_webhook_of_another_client_is_not_there(bench: Bench) -> None:
    bob = bench.client("bob")
    url = f"/v1/webhooks/{made_by(bob)['webhook']['id']}"
    delivery = bob.post(f"{url}/test").json()["id"]
    ada = bench.client("ada")
    own = made_by(ada)["webhook"]["id"]
    for answer in (
        ada.get(url),
        ada.patch(url, json={"enabled": False}),
        ada.delete(url),
        ada.post(f"{url}/test"),
        ada.post(f"{url}/rotate"),
        ada.get(f"{url}/deliveries"),
        ada.post(f"{url}/deliveries/{delivery}/redeliver"),
        ada.post(f"/v1/webhooks/{own}/deliveries/{delivery}/redeliver"),
    ):
        assert answer.status_code == 404, answer.request.url


def test_a_deleted_webhook_is_gone_with_what_was_sent(bench: Bench) -> None:
    ada = bench.client()
    url = f"/v1/webhooks/{made_by(ada)['webhook']['id']}"
    ada.post(f"{url}/test")
    assert ada.delete(url).status_code == 204
    assert ada.get(url).status_code == 404
    with bench.database.reading() as session:
        assert session.query(DeliveryRecord).count() == 0
