"""The document of the API, its page, and figures."""

from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families

from rotoscope.api.document import operations

from api_bench import Bench


def test_every_operation_is_described(bench: Bench) -> None:
    document = bench.anonymous.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert re.fullmatch(r"[a-z_]+", operation["operationId"]), where
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= tags, where
        assert "500" in operation["responses"], where
        if operation.get("security"):
            assert {"401", "403"} <= set(operation["responses"]), where
            (scopes,) = operation["security"][0].values()
            assert scopes, where
        for response in operation["responses"].values():
            assert "$ref" in response or response["description"], where


def test_every_json_body_has_an_example(bench: Bench) -> None:
    document = bench.anonymous.get("/openapi.json").json()
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None and "example" not in content and "examples" not in content:
            name = content["schema"]["$ref"].rpartition("/")[2]
            assert document["components"]["schemas"][name].get("examples"), f"{method} {path}"


def test_every_post_takes_an_idempotency_key_unless_it_needs_none(bench: Bench) -> None:
    document = bench.anonymous.get("/openapi.json").json()
    reference = {"$ref": "#/components/parameters/Idempotency-Key"}
    without = {
        path
        for path, method, operation in operations(document)
        if method == "POST" and reference not in operation.get("parameters", [])
    }
    assert without == {"/v1/start", "/v1/uploads", "/v1/images:stylize", "/v1/media"}


def test_the_page_loads_nothing_from_elsewhere(bench: Bench) -> None:
    page = bench.anonymous.get("/docs")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "http" not in policy
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert asset.startswith("/docs/")
        answer = bench.anonymous.get(asset)
        assert answer.status_code == 200, asset
    assert bench.anonymous.get("/docs/main.py").status_code == 404


def test_the_type_of_a_problem_leads_to_its_meaning(bench: Bench) -> None:
    problem = bench.anonymous.get("/v1/keys").json()
    assert bench.anonymous.get(problem["type"]).json() == {
        "code": "not-authenticated",
        "title": problem["title"],
        "status": 401,
    }


def test_figures_count_requests_by_template(bench: Bench) -> None:
    ada = bench.client()
    for key_id in ("key_1", "key_2"):
        ada.get(f"/v1/keys/{key_id}")
    bench.anonymous.get("/nowhere/1")
    bench.anonymous.request("MADEUP", "/healthz")
    answer = bench.anonymous.get("/metrics")
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert figures["rotoscope_requests_total", "GET", "/v1/keys/{key_id}", "404"] == 2
    assert figures["rotoscope_requests_total", "GET", "(none)", "404"] == 1
    assert figures["rotoscope_requests_total", "other", "/healthz", "405"] == 1
    assert figures["rotoscope_request_seconds_count", "GET", "/v1/keys/{key_id}"] == 2
    assert figures["rotoscope_jobs", "queued"] == 0


def test_a_service_without_its_database_is_alive_but_not_ready(bench: Bench) -> None:
    assert bench.anonymous.get("/readyz").json()["status"] == "ok"
    bench.database.engine.dispose()
    path = bench.settings.data_dir / "rotoscope.sqlite"
    for file in path.parent.iterdir():
        file.unlink()
    path.mkdir()
    assert bench.anonymous.get("/healthz").status_code == 200
    answer = bench.anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The database does not answer now. Ask again in a few seconds."
    assert answer.headers["retry-after"] == "5"
