"""Who is let in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rotoscope.api.access import Admin, Reader
from rotoscope.database.columns import now
from rotoscope.database.tables import Key

from api_bench import Bench


@pytest.fixture(autouse=True)
def routes(bench: Bench) -> None:
    @bench.app.get("/who")
    def who(caller: Reader) -> dict[str, str]:
        return {"client": caller.client_id}

    @bench.app.get("/admins")
    def admins(caller: Admin) -> None: ...


def test_a_key_lets_its_client_in(bench: Bench) -> None:
    assert bench.client("ada").get("/who").json() == {"client": "cli_ada"}
    assert bench.client("bob").get("/who").json() == {"client": "cli_bob"}


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (None, "A key is needed. Send a key as the header Authorization: Bearer rk_…"),
        ("Basic YTpi", "The header Authorization is not a bearer key."),
        ("Bearer rk_wrong", "The key is not known."),
        ("Bearer", "The key is not known."),
    ],
)
def test_without_a_key_nobody_is_let_in(bench: Bench, header: str | None, told: str) -> None:
    answer = bench.anonymous.get("/who", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not-authenticated"
    assert answer.json()["detail"].startswith(told)
    assert answer.headers["www-authenticate"].startswith('Bearer realm="rotoscope"')


def test_a_key_in_the_query_lets_nobody_in(bench: Bench) -> None:
    secret = bench.keys.make("cli_ada", "a", ["read"]).secret
    assert bench.anonymous.get("/who", params={"access_token": secret}).status_code == 401


def test_a_key_does_what_its_scopes_say(bench: Bench) -> None:
    answer = bench.client("ada", "read", "write").get("/admins")
    assert answer.status_code == 403
    assert answer.json()["code"] == "scope-missing"
    assert "lacks the scope 'admin'; it has read, write" in answer.json()["detail"]
    assert 'scope="admin"' in answer.headers["www-authenticate"]


def test_an_expired_key_says_so(bench: Bench) -> None:
    made = bench.keys.make("cli_ada", "a", ["read"], now() - timedelta(seconds=1))
    answer = bench.anonymous.get("/who", headers={"Authorization": f"Bearer {made.secret}"})
    assert answer.status_code == 401
    assert "expired at" in answer.json()["detail"]


def test_a_revoked_key_says_so(bench: Bench) -> None:
    made = bench.keys.make("cli_ada", "a", ["read"])
    bench.keys.revoke("cli_ada", made.record.id)
    answer = bench.anonymous.get("/who", headers={"Authorization": f"Bearer {made.secret}"})
    assert answer.status_code == 401
    assert answer.json()["detail"] == f"The key {made.record.id} was revoked. Use another one."


def test_of_a_key_its_hash_and_its_last_use_are_kept(bench: Bench) -> None:
    made = bench.keys.make("cli_ada", "a", ["read"])
    bench.anonymous.get("/who", headers={"Authorization": f"Bearer {made.secret}"})
    with bench.database.reading() as session:
        kept = session.get(Key, made.record.id)
    assert kept is not None
    assert kept.used is not None
    assert now() - kept.used < timedelta(minutes=1)
    assert made.secret not in str(vars(kept))
    assert made.secret.startswith(kept.hint)
