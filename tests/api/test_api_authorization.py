"""Who may what, over all paths of the document: without a key, without the scope, with another's objects."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from rotoscope.api.document import openapi_document, operations
from rotoscope.api.key_book import ALL_SCOPES, KeyScope
from rotoscope.projects.project import init_project

from api_bench import Bench, TestClient
from api_requests import request_of, send
from graph_samples import tint_model
from samples import make_clip, picture

PUBLIC = {
    "get_health",
    "get_readiness",
    "get_metrics",
    "get_problem",
    "start",
    "describe_uploads",
    "get_signed_file",
    "put_signed_file",
    "get_signed_picture",
    "head_signed_picture",
}
"""Operations that need no key: they tell nothing of anybody, or what they are sent is a key of its own."""
SHARED = {"plan_name"}
"""Names in paths that are the same for everybody."""
SOMETHING = "something_1"


TINT = {"name": "bobs-tint", "input_range": "0..1", "output_range": "0..1"}
"""What is said of a network that is imported."""


def photograph() -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture()).save(file, "PNG")
    return file.getvalue()


def secured(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [one for one in operations(document) if one[2].get("security")]


def scope_of(operation: dict[str, Any]) -> KeyScope:
    ((scopes,),) = [list(requirement.values()) for requirement in operation["security"]]
    (scope,) = scopes
    return scope


def names_in(path: str, known: Mapping[str, str] = {}) -> dict[str, str]:
    return {name: known.get(name, SOMETHING) for name in re.findall(r"\{(\w+)(?::path)?\}", path)}


def test_only_what_is_meant_to_be_is_open(bench: Bench) -> None:
    found = {
        operation["operationId"]
        for _, _, operation in operations(openapi_document(bench.app))
        if not operation.get("security")
    }
    assert found == PUBLIC


def test_without_a_key_every_path_answers_401(bench: Bench) -> None:
    document = openapi_document(bench.app)
    for path, method, _ in secured(document):
        answer = send(bench.anonymous, request_of(document, path, method, names_in(path)))
        assert answer.status_code == 401, f"{method} {path}"


def test_without_its_scope_every_path_answers_403(bench: Bench) -> None:
    document = openapi_document(bench.app)
    lacking: dict[KeyScope, TestClient] = {}
    for scope in ALL_SCOPES:
        others: list[KeyScope] = [other for other in ALL_SCOPES if other != scope]
        lacking[scope] = bench.client("ada", *others)
    for path, method, operation in secured(document):
        scope = scope_of(operation)
        answer = send(lacking[scope], request_of(document, path, method, names_in(path)))
        assert answer.status_code == 403, f"{method} {path}"
        if method != "HEAD":
            assert answer.json()["code"] == "scope-missing", f"{method} {path}"


def test_reading_needs_read_and_nothing_else_does(bench: Bench) -> None:
    for path, method, operation in secured(openapi_document(bench.app)):
        if method == "GET":
            assert scope_of(operation) in ("read", "admin"), path


def project_of_bob(bench: Bench) -> str:
    """The name of a project that bob has."""
    clip = make_clip(bench.settings.data_dir / "clip.mp4")
    with bench.services.projects.beginning("cli_bob", "bobs-flight", "data://in/clip.mp4") as folder:
        init_project(clip, folder)
    return "bobs-flight"


@pytest.fixture
def bobs(bench: Bench) -> dict[str, str]:
    """Names of things that bob has."""
    bob = bench.client("bob")
    key = bob.post("/v1/keys", json={"name": "bob's", "scopes": ["read"]}).json()["record"]["id"]
    connector = bob.post(
        "/v1/connectors", json={"scheme": "s3", "place": "bucket", "options": {"anonymous": True}}
    )
    webhook = bob.post("/v1/webhooks", json={"url": "https://example.org/"}).json()["webhook"]["id"]
    uri = base64.b64encode(b"data://in/new.bin").decode()
    upload = bob.post(
        "/v1/uploads",
        headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": f"uri {uri}"},
    )
    bench.services.storage_of("cli_bob").put("data://in/photo.png", photograph())
    medium = bob.post("/v1/media", json={"uri": "data://in/photo.png"}).json()["id"]
    document = {"look": 1, "layers": [{"filter": "posterize"}]}
    look = bob.post("/v1/looks", json={"name": "bob's", "document": document}).json()["id"]
    tint = bob.post("/v1/filters", files={"file": ("a.onnx", tint_model().SerializeToString())}, data=TINT)
    watched = {"inbox": "data://inbox/", "outbox": "data://outbox/", "painting": {"filter": "posterize"}}
    return {
        "watch_id": bob.post("/v1/watches", json=watched).json()["id"],
        "medium_id": medium,
        "look_id": look,
        "name": tint.json()["name"],
        "picture": "style",
        "key_id": key,
        "connector_id": connector.json()["id"],
        "webhook_id": webhook,
        "delivery_id": bob.post(f"/v1/webhooks/{webhook}/test").json()["id"],
        "upload_id": upload.headers["location"].rpartition("/")[2],
        "job_id": bob.post("/v1/inspect", json={"source": "data://in/a.mp4"}).json()["id"],
        "client_id": "cli_bob",
        "work": "shore",
        "project": project_of_bob(bench),
        "index": "0",
        "budget_id": bob.post("/v1/budgets", json={"limit_micros": 5}).json()["id"],
    }


def test_what_another_client_has_is_not_there(bench: Bench, bobs: dict[str, str]) -> None:
    document = openapi_document(bench.app)
    ada = bench.client("ada")
    tried = 0
    for path, method, _ in secured(document):
        names = names_in(path, bobs)
        if not names.keys() - SHARED:
            continue
        missing = names.keys() - bobs.keys() - SHARED
        assert not missing, f"{path}: let bob have one of {missing}, or say that they are SHARED"
        answer = send(ada, request_of(document, path, method, names))
        expected = 403 if path.startswith("/v1/clients") else 404
        assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        tried += 1
    assert tried > 20


def test_what_another_client_has_is_there_for_itself(bench: Bench, bobs: dict[str, str]) -> None:
    bob = bench.client("bob")
    for path in (
        "/v1/keys/{key_id}",
        "/v1/connectors/{connector_id}",
        "/v1/webhooks/{webhook_id}",
        "/v1/jobs/{job_id}",
        "/v1/watches/{watch_id}",
        "/v1/media/{medium_id}",
        "/v1/looks/{look_id}",
        "/v1/filters/{name}",
        "/v1/budgets/{budget_id}",
        "/v1/projects/{project}",
        "/v1/projects/{project}/frames",
    ):
        assert bob.get(path.format_map(bobs)).status_code == 200, path
