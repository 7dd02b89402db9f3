"""``/openapi.json``: what FastAPI tells of the routes, and what surrounds them added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from rotoscope.api.idempotency import HEADER as IDEMPOTENCY
from rotoscope.api.idempotency import REPLAYED
from rotoscope.api.models.problem import Problem
from rotoscope.api.paths import PathTable
from rotoscope.api.problems import MEDIA_TYPE, STATUSES, title_of
from rotoscope.api.request_ids import HEADER as REQUEST_ID
from rotoscope.api.traits import traits_of
from rotoscope.jobs.recording import code_of

Json = dict[str, Any]
TAGS: Final = (
    ("service", "Whether the service is alive, and how it does."),
    ("keys", "What a client shows to be let in."),
    ("files", "Bytes by URI: `data://`, and whatever connectors lead to."),
    ("uploads", "Resumable uploads by the protocol tus 1.0."),
    ("connectors", "Configured places: buckets, Dropbox, Google Drive."),
    ("media", "Registered videos and pictures."),
    ("images", "Pictures painted while you wait."),
    ("filters", "The palette."),
    ("looks", "What is asked for, under names."),
    ("collections", "Works with their story, which are published."),
    ("steps", "Each step of the rotoscope as a job."),
    ("jobs", "Work that goes on by itself."),
    ("projects", "Videos in Git: their frames, looks and results, with their history."),
    ("economics", "What work costs, what it is sold for, and what it may cost."),
    ("watches", "Folders in which whatever comes in is painted."),
    ("events", "What happened."),
    ("watches", "Folders that are watched."),
    ("webhooks", "Where events are sent."),
)
_DESCRIPTION: Final = """\
Paints photographs and video with neural filters. Every step is a path, and everything that is read or
written has a URI.

* **Keys**: send `Authorization: Bearer rk_…`. A key has scopes: `read`, `write`, `run`, `admin`. What
  belongs to another client is answered as if it were not there.
* **Errors** are problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); `code` is for
  programs, `detail` for people, `request_id` for whoever reads the server's log.
* **Lists** come in pages: `?limit=50&after=<next of the page before>`.
* **Sending twice**: a POST with an `Idempotency-Key` is served once, and answered alike for 24 hours.
* **Waiting**: paths that make jobs answer 202; with `Prefer: wait=20` they wait for the end that long.
"""
_SCHEMAS_NOT_USED: Final = ("HTTPValidationError", "ValidationError")


def openapi_document(app: FastAPI) -> Json:
    """The document of an application, OpenAPI 3.1."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Video and photographs as paintings, over HTTP",
        description=_DESCRIPTION,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
        tags=[{"name": name, "description": told} for name, told in TAGS],
        servers=[{"url": "/"}],
    )
    paths = PathTable(app.routes)
    for template, method, operation in operations(document):
        _complete(template, method, operation, keeps_answer=_keeps_answer(paths, template, method))
    _add_components(document)
    return document


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, method in capitals and operation of all that is described."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _complete(template: str, method: str, operation: Json, *, keeps_answer: bool) -> None:
    responses = operation["responses"]
    responses.pop("422", None) if _is_framework(responses.get("422")) else None
    if keeps_answer:
        operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{IDEMPOTENCY}"})
    for status in sorted(_problems_of(template, method, operation)):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    for status, response in responses.items():
        if "$ref" in response:
            responses[status] = {"$ref": response["$ref"]}  # the framework adds a description
        else:
            response.setdefault("headers", {})[REQUEST_ID] = {"$ref": f"#/components/headers/{REQUEST_ID}"}


def _problems_of(template: str, method: str, operation: Json) -> set[int]:
    found = {429, 500, 503}
    if operation.get("security"):
        found |= {401, 403}
    if "{" in template or "files" in operation["tags"]:
        found |= {404}
    if operation.get("parameters") or "requestBody" in operation:
        found |= {422}
    if "requestBody" in operation:
        found |= {400, 413}
    if method == "POST":
        found |= {400, 409}
    return found


def _is_framework(response: Json | None) -> bool:
    return response is not None and "HTTPValidationError" in str(response)


def _keeps_answer(paths: PathTable, template: str, method: str) -> bool:
    known = paths.of_template(template)
    endpoint = known.endpoints.get(method) if known else None
    return method == "POST" and traits_of(endpoint).keeps_answer


def _add_components(document: Json) -> None:
    components = document.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    for name in _SCHEMAS_NOT_USED:
        schemas.pop(name, None)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs") | {"Problem": schema}
    components["responses"] = {
        f"Problem{status}": _response(status, codes) for status, codes in sorted(_codes_by_status().items())
    }
    components["parameters"] = {
        IDEMPOTENCY: {
            "name": IDEMPOTENCY,
            "in": "header",
            "description": "Of your choice, such as a UUID. The same request with the same key is served "
            f"once; what is answered again carries `{REPLAYED}: true`.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "example": "0b9cf1a6-3c1e-4a55-9a0b-6f0f5d1c2d3e",
        }
    }
    components["headers"] = {
        REQUEST_ID: {
            "description": "The request's name: the one that was sent, or a new one.",
            "schema": {"type": "string"},
        }
    }


def _codes_by_status() -> Mapping[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for kind, status in STATUSES.items():
        found.setdefault(status, []).append((code_of(kind), title_of(kind)))
    return found


def _response(status: int, codes: list[tuple[str, str]]) -> Json:
    told = "\n".join(f"* `{code}`: {title}." for code, title in codes)
    code, title = codes[-1]
    example = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": f"{title}.",
        "code": code,
        "request_id": "req_01kb2v6c9tq1x8m4z7r5w3n0pd",
    }
    return {
        "description": told,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
        "headers": {REQUEST_ID: {"$ref": f"#/components/headers/{REQUEST_ID}"}},
    }
