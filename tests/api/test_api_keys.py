"""Keys and clients over HTTP, and the first key."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from rotoscope.api.first_key import first_link
from rotoscope.database.columns import now
from rotoscope.database.tables import Secret

from api_bench import Bench, TestClient


def with_key(bench: Bench, key: str) -> TestClient:
    return TestClient(bench.app, headers={"Authorization": f"Bearer {key}"})


def made_by(client: TestClient, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = client.post("/v1/keys", json={"name": "laptop", "scopes": ["read"], **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_key_is_shown_once_and_works(bench: Bench) -> None:
    admin = bench.client()
    made = made_by(admin)
    assert with_key(bench, made["key"]).get("/v1/keys/self").json()["id"] == made["record"]["id"]
    shown = admin.get(f"/v1/keys/{made['record']['id']}")
    assert made["key"] not in shown.text
    assert made["key"].startswith(shown.json()["hint"])
    assert shown.json()["scopes"] == ["read"]


def test_a_made_key_is_where_the_answer_says(bench: Bench) -> None:
    admin = bench.client()
    answer = admin.post("/v1/keys", json={"name": "a", "scopes": ["read"]})
    assert admin.get(answer.headers["location"]).json() == answer.json()["record"]


def test_keys_are_listed_in_pages(bench: Bench) -> None:
    admin = bench.client()
    ids = [admin.get("/v1/keys/self").json()["id"], *(made_by(admin)["record"]["id"] for _ in range(4))]
    first = admin.get("/v1/keys?limit=3").json()
    second = admin.get("/v1/keys", params={"limit": 3, "after": first["next"]}).json()
    assert sorted(key["id"] for key in first["items"] + second["items"]) == sorted(ids)
    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 2, None]


@pytest.mark.parametrize("cursor", ["!", "abc", "bnVsbA", "W251bGxd", "WyJcdTAwMDAiXQ"])
def test_a_cursor_that_is_none_is_refused(bench: Bench, cursor: str) -> None:
    answer = bench.client().get("/v1/keys", params={"after": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query.after"


def test_a_revoked_key_ends_at_once_and_stays_listed(bench: Bench) -> None:
    admin = bench.client()
    made = made_by(admin)
    assert admin.delete(f"/v1/keys/{made['record']['id']}").status_code == 204
    assert with_key(bench, made["key"]).get("/v1/keys/self").status_code == 401
    assert admin.get(f"/v1/keys/{made['record']['id']}").json()["revoked"] is not None


def test_a_rotated_key_has_a_successor_and_works_for_its_grace(bench: Bench) -> None:
    admin = bench.client()
    old = made_by(admin)
    new = admin.post(f"/v1/keys/{old['record']['id']}/rotate", json={"grace_seconds": 60}).json()
    for key in (old["key"], new["key"]):
        assert with_key(bench, key).get("/v1/keys/self").status_code == 200
    newest = admin.post(f"/v1/keys/{new['record']['id']}/rotate", json={}).json()
    assert with_key(bench, new["key"]).get("/v1/keys/self").status_code == 401
    assert with_key(bench, newest["key"]).get("/v1/keys/self").json()["scopes"] == ["read"]


def test_a_key_gives_no_scope_that_it_lacks(bench: Bench) -> None:
    answer = bench.client("ada", "admin").post("/v1/keys", json={"name": "a", "scopes": ["run"]})
    assert answer.status_code == 403
    assert answer.json()["detail"] == (
        "A key with the scope 'run' can be made only with a key that has it; this one has admin."
    )


def test_a_key_that_has_ended_is_not_made(bench: Bench) -> None:
    past = (now() - timedelta(days=1)).isoformat()
    answer = bench.client().post("/v1/keys", json={"name": "a", "scopes": ["read"], "expires": past})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"where": "body.expires", "told": "lies in the past; leave it out for a key without an end"}
    ]


def test_a_key_of_another_client_is_not_there(bench: Bench) -> None:
    key_id = made_by(bench.client("bob"))["record"]["id"]
    ada = bench.client("ada")
    for answer in (
        ada.get(f"/v1/keys/{key_id}"),
        ada.delete(f"/v1/keys/{key_id}"),
        ada.post(f"/v1/keys/{key_id}/rotate", json={}),
    ):
        assert answer.status_code == 404
        assert answer.json()["detail"] == f"There is no key '{key_id}'. GET /v1/keys lists yours."


def token_of(link: str | None) -> str:
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/start\?token=([\w-]{43})", link or "")
    assert found
    return found[1]


def test_the_first_link_gives_the_operators_key_once(bench: Bench) -> None:
    token = token_of(first_link(bench.database, "http://127.0.0.1:8000"))
    made = bench.anonymous.post("/v1/start", json={"token": token})
    assert made.status_code == 201
    assert made.json()["record"]["scopes"] == ["admin", "read", "run", "write"]
    assert with_key(bench, made.json()["key"]).get("/v1/clients").status_code == 200
    again = bench.anonymous.post("/v1/start", json={"token": token})
    assert again.status_code == 401
    assert again.json()["detail"].startswith("This link is not known, was used already")
    assert first_link(bench.database, "http://127.0.0.1:8000") is None


def test_a_later_link_takes_the_place_of_an_unused_one(bench: Bench) -> None:
    old, new = (token_of(first_link(bench.database, "http://127.0.0.1:8000")) for _ in range(2))
    assert bench.anonymous.post("/v1/start", json={"token": old}).status_code == 401
    with bench.database.reading() as session:
        assert new not in [secret.value for secret in session.query(Secret)]
    assert bench.anonymous.post("/v1/start", json={"token": new}).status_code == 201


def test_looking_at_the_link_uses_nothing_up(bench: Bench) -> None:
    token = token_of(first_link(bench.database, "http://127.0.0.1:8000"))
    for _ in range(2):
        page = bench.anonymous.get("/start", params={"token": token})
        assert f'value="{token}"' in page.text
        assert "form-action 'self'" in page.headers["content-security-policy"]
    shown = bench.anonymous.post("/start", data={"token": token})
    found = re.search(r"<code>(rk_[\w-]+)</code>", shown.text)
    assert found
    assert with_key(bench, found[1]).get("/v1/keys/self").status_code == 200
    assert bench.anonymous.post("/start", data={"token": token}).status_code == 401


def test_what_a_link_carries_cannot_write_into_the_page(bench: Bench) -> None:
    page = bench.anonymous.get("/start", params={"token": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text


def operator(bench: Bench) -> TestClient:
    token = token_of(first_link(bench.database, "http://127.0.0.1:8000"))
    return with_key(bench, bench.anonymous.post("/v1/start", json={"token": token}).json()["key"])


def test_the_operator_makes_clients(bench: Bench) -> None:
    local = operator(bench)
    made = local.post("/v1/clients", json={"name": "City museum"})
    assert made.status_code == 201
    assert local.get(made.headers["location"]).json() == made.json()["client"]
    key = with_key(bench, made.json()["key"]["key"])
    assert key.get("/v1/keys/self").json()["scopes"] == ["read", "run", "write"]
    names = [client["name"] for client in local.get("/v1/clients").json()["items"]]
    assert sorted(names) == ["City museum", "ada", "bob", "local"]
    again = local.post("/v1/clients", json={"name": "City museum"})
    assert again.status_code == 409
    assert again.json()["detail"] == "There is a client 'City museum' already. Take another name."


def test_nobody_else_manages_clients(bench: Bench) -> None:
    answer = bench.client("ada").get("/v1/clients")
    assert answer.status_code == 403
    assert "managed by cli_local" in answer.json()["detail"]
