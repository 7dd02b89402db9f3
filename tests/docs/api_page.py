"""``docs/reference/api.md``, out of the document that a server gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rotoscope.api.app import create_app
from rotoscope.api.document import TAGS, openapi_document, operations
from rotoscope.api.problems import STATUSES, title_of
from rotoscope.api.services import make_services
from rotoscope.database.engine import Database
from rotoscope.jobs.recording import code_of
from rotoscope.settings import Settings

Json = dict[str, Any]
_BEGINNING: Final = """\
What a server answers. Start one with `rotoscope serve`; it describes itself at `/openapi.json`, from which
clients can be generated, and shows that at `/docs`.

* A key is sent as `Authorization: Bearer rk_…`. It has scopes; the tables say which one a path wants.
* Lists come in pages: `?limit=50&after=…`, with `next` of the page before.
* A POST with an `Idempotency-Key` is served once, and answered alike for 24 hours.
* `Prefer: wait=20` waits so many seconds, at most 60, for a job's end.
* Every answer has an `X-Request-ID`; documents have an `ETag` for `If-None-Match`.
* What belongs to another client is answered as if it were not there."""
_PROBLEMS: Final = """\
Errors are problem documents (RFC 9457, `application/problem+json`) with `type`, `title`, `status`, `detail`,
`code` and `request_id`, and with `errors` where a request has several faults. A job that failed has the same
codes."""


def api_page() -> str:
    """The page."""
    document = described()
    lines = ["# HTTP API", "", *_BEGINNING.splitlines()]
    for tag, told in TAGS:
        rows = list(_rows(document, tag))
        if rows:
            lines += [
                "",
                f"## {tag.capitalize()}",
                "",
                told,
                "",
                "| path | scope | |",
                "|---|---|---|",
                *rows,
            ]
    lines += ["", "## Errors", "", *_PROBLEMS.splitlines(), "", "| status | code | means |", "|---|---|---|"]
    codes = sorted((status, code_of(kind), title_of(kind)) for kind, status in STATUSES.items())
    lines += [f"| {status} | `{code}` | {title} |" for status, code, title in codes]
    return "\n".join(lines) + "\n"


def described() -> Json:
    """The document of an application."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), cache_dir=Path(folder))
        database = Database(settings.database)
        document = openapi_document(create_app(make_services(settings, database)))
        database.close()
    return document


def _rows(document: Json, tag: str) -> Iterator[str]:
    for path, method, operation in operations(document):
        if operation["tags"] == [tag]:
            scopes = [scope for one in operation.get("security", []) for scope in one["key"]]
            yield f"| `{method} {path}` | {', '.join(scopes) or 'none'} | {operation['summary']} |"
