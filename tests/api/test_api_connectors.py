"""Connectors over HTTP."""

from __future__ import annotations

from typing import Any

from rotoscope.api.first_key import exchange, first_link
from rotoscope.database.tables import ConnectorRecord

from api_bench import Bench, TestClient

ARCHIVE: dict[str, Any] = {
    "scheme": "s3",
    "label": "archive",
    "place": "my-bucket/drone",
    "rights": ["read"],
    "title": "The archive",
    "options": {"region": "eu-central-1"},
    "secrets": {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "very secret"},
}


def test_a_connector_is_shown_without_its_secrets(bench: Bench) -> None:
    ada = bench.client()
    made = ada.post("/v1/connectors", json=ARCHIVE)
    assert made.status_code == 201
    shown = made.json()
    assert shown["uri"] == "s3+archive://my-bucket/drone/"
    assert shown["secrets"] == ["access_key_id", "secret_access_key"]
    for answer in (made, ada.get(made.headers["location"]), ada.get("/v1/connectors")):
        assert "very secret" not in answer.text
        assert "AKIAEXAMPLE" not in answer.text
    assert ada.get(made.headers["location"]).json() == shown
    assert ada.get("/v1/connectors").json() == {"items": [shown], "next": None}


def test_a_connector_leads_its_client_somewhere_and_nobody_else(bench: Bench) -> None:
    bench.client("ada").post("/v1/connectors", json=ARCHIVE)
    places = [connector.base for connector in bench.services.storage_of("cli_ada").connectors]
    assert places == ["data://", "s3+archive://my-bucket/drone/"]
    assert [one.base for one in bench.services.storage_of("cli_bob").connectors] == ["data://"]
    refused = bench.client("ada").delete("/v1/files/content?uri=s3%2Barchive://my-bucket/drone/a.mp4")
    assert refused.status_code == 403
    assert "does not allow that" in refused.json()["detail"]


def test_two_connectors_have_two_labels(bench: Bench) -> None:
    ada = bench.client()
    assert ada.post("/v1/connectors", json=ARCHIVE).status_code == 201
    again = ada.post("/v1/connectors", json=ARCHIVE)
    assert again.status_code == 409
    assert "for s3:// with the label 'archive' already" in again.json()["detail"]
    assert ada.post("/v1/connectors", json={**ARCHIVE, "label": "other"}).status_code == 201


def test_a_connector_that_is_not_in_order_names_every_fault(bench: Bench) -> None:
    answer = bench.client().post(
        "/v1/connectors", json={**ARCHIVE, "scheme": "ftp", "secrets": {"passwort": "very secret"}}
    )
    assert answer.status_code == 422
    where = [fault["where"] for fault in answer.json()["errors"]]
    assert where == ["body.scheme", "body.secrets.passwort"]
    assert "very secret" not in answer.text


def test_a_fault_between_fields_does_not_repeat_the_secrets(bench: Bench) -> None:
    answer = bench.client().post(
        "/v1/connectors", json={**ARCHIVE, "secrets": {"access_key_id": "AKIAEXAMPLE"}}
    )
    assert answer.status_code == 422
    assert "needs one way in" in answer.json()["detail"]
    assert "AKIAEXAMPLE" not in answer.text


def test_what_reaches_into_the_service_is_for_its_operator(bench: Bench) -> None:
    wanted = {"scheme": "s3", "place": "own-bucket", "options": {"environment": True}}
    refused = bench.client().post("/v1/connectors", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "operator-only")
    assert "uses the keys of the machine that the service runs on" in refused.json()["detail"]
    link = first_link(bench.database, "http://127.0.0.1:8000")
    assert link
    key = exchange(bench.database, link.partition("token=")[2]).secret
    operator = TestClient(bench.app, headers={"Authorization": f"Bearer {key}"})
    assert operator.post("/v1/connectors", json=wanted).status_code == 201


def test_trying_a_connector_says_what_is_wrong(bench: Bench) -> None:
    made = bench.client().post("/v1/connectors", json=ARCHIVE).json()
    with bench.database.writing() as session:
        row = session.get(ConnectorRecord, made["id"])
        assert row is not None
        row.settings = {**row.settings, "options": {"endpoint": "http://127.0.0.1:9"}}
    answer = bench.client().post(f"/v1/connectors/{made['id']}/test")
    assert answer.status_code == 200
    assert answer.json()["works"] is False
    assert answer.json()["told"].startswith("s3+archive://my-bucket/drone/")


def test_a_deleted_connector_is_gone_with_its_secrets(bench: Bench) -> None:
    ada = bench.client()
    url = ada.post("/v1/connectors", json=ARCHIVE).headers["location"]
    assert ada.delete(url).status_code == 204
    assert ada.get(url).status_code == 404
    with bench.database.reading() as session:
        assert session.query(ConnectorRecord).count() == 0


def test_a_connector_of_another_client_is_not_there(bench: Bench) -> None:
    url = bench.client("bob").post("/v1/connectors", json=ARCHIVE).headers["location"]
    ada = bench.client("ada")
    for answer in (ada.get(url), ada.delete(url), ada.post(f"{url}/test")):
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith("There is no connector 'con_")
