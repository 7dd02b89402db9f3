"""The reference of the API: written from its own document."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from rotoscope.api.app import create_app
from rotoscope.api.document import TAGS, openapi_document, operations
from rotoscope.api.problems import STATUSES
from rotoscope.api.services import make_services
from rotoscope.database.engine import Database
from rotoscope.jobs.happenings import EVENT_TYPES
from rotoscope.jobs.recording import code_of
from rotoscope.settings import Settings

Json: TypeAlias = dict[str, Any]
_LONGEST: Final = 60
"""Characters of a type that are shown."""


@cache
def document() -> Json:
    """The API's document, as ``/openapi.json`` gives it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), cache_dir=Path(folder))
        database = Database(settings.database)
        database.migrate()
        try:
            return openapi_document(create_app(make_services(settings, database)))
        finally:
            database.close()


def openapi_file() -> str:
    """``docs/reference/openapi.json``."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def api_page() -> str:
    """What stands below the first line of ``docs/reference/api.md``."""
    parts = [_INTRODUCTION, _problems(), _events(), *map(_section, TAGS)]
    return "\n\n".join(part for part in parts if part) + "\n"


_INTRODUCTION: Final = """\
# HTTP API

What a server answers that `rotoscope serve` starts. It describes itself at `/openapi.json`
([here as a file](openapi.json)), from which clients in any language can be made, and shows that at `/docs`.
[Use the API](../how-to/use-the-api.md) goes through it with curl and Python.

* A key is sent as `Authorization: Bearer rk_…`. It has scopes: `read` to look, `write` to store files and
  settings, `run` to have work done, `admin` for keys and clients.
* Lists come in pages: `?limit=50&after=…`, with `next` of the page before.
* A POST with an `Idempotency-Key` is served once, and answered alike for 24 hours.
* `Prefer: wait=20` waits so many seconds, at most 60, for a job's end.
* Every answer has an `X-Request-ID`; documents have an `ETag` for `If-None-Match`.
* What belongs to another client is answered as if it were not there."""


def _problems() -> str:
    rows = sorted({(status, code_of(kind), _first(kind)) for kind, status in STATUSES.items()})
    lines = [f"| {status} | `{code}` | {told} |" for status, code, told in rows]
    return "\n".join(
        [
            "## Problems",
            "",
            "An error is `application/problem+json` (RFC 9457) with a `code`, a `detail` for people and the "
            "`request_id`. An error that is not in this table has the code of its own class and the status "
            "of the one above it in the [tree of errors](errors.md).",
            "",
            "| status | code | means |",
            "|---|---|---|",
            *lines,
        ]
    )


def _events() -> str:
    return (
        "## Types of events\n\n"
        + ", ".join(f"`{name}`" for name in EVENT_TYPES)
        + ". They come as server-sent events, from `/v1/events`, and to webhooks."
    )


def _first(kind: type) -> str:
    return (kind.__doc__ or "").strip().split("\n")[0].rstrip(".")


def _section(tag: tuple[str, str]) -> str:
    name, told = tag
    found = [one for one in operations(document()) if name in one[2].get("tags", ())]
    if not found:
        return ""
    return "\n\n".join([f"## {name.capitalize()}\n\n{told}", *(_operation(*one) for one in found)])


def _operation(path: str, method: str, operation: Json) -> str:
    lines = [f"### `{method} {path}`", "", f"**{operation['summary']}.** {operation.get('description', '')}"]
    scopes = [scope for one in operation.get("security", ()) for scope in next(iter(one.values()))]
    codes = ", ".join(sorted(operation["responses"]))
    lines += ["", f"Needs {f'the scope `{scopes[0]}`' if scopes else 'no key'}. Answers {codes}."]
    rows = [*_parameters(operation), *_body(operation)]
    if rows:
        lines += ["", "| | in | type | |", "|---|---|---|---|", *rows]
    return "\n".join(lines)


def _parameters(operation: Json) -> Iterator[str]:
    for one in map(_resolved, operation.get("parameters", ())):
        if one["in"] != "header":  # those are the same everywhere, and described above
            yield _row(
                one["name"], one["in"], one.get("schema", {}), one, required=one.get("required", False)
            )


def _body(operation: Json) -> Iterator[str]:
    content = _resolved(operation.get("requestBody", {})).get("content", {})
    for kind, body in content.items():
        schema = _resolved(body.get("schema", {}))
        if "properties" not in schema:
            yield f"| | body | `{kind}` | |"
            continue
        needed = schema.get("required", ())
        where = "form" if "multipart" in kind else "body"
        for name, field in schema["properties"].items():
            yield _row(name, where, field, _resolved(field), required=name in needed)


def _row(name: str, where: str, schema: Json, told: Mapping[str, Any], *, required: bool) -> str:
    text = str(schema.get("description") or told.get("description") or "").replace("\n", " ")
    default = _resolved(schema).get("default")
    ending = " **needed**" if required else f" default `{json.dumps(default)}`" if default is not None else ""
    return f"| `{name}` | {where} | {_type(schema)} | {(text + ending).strip().replace('|', chr(92) + '|')} |"


def _type(schema: Json) -> str:
    text = _plain_type(schema)
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`".replace("|", "\\|")


def _plain_type(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        kinds = [_plain_type(one) for one in several if one.get("type") != "null"]
        return " | ".join(dict.fromkeys(kinds))
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return " | ".join(map(str, values))
    kind = schema.get("type", "any")
    if kind == "array":
        items = schema.get("items") or next(iter(schema.get("prefixItems", [{}])))
        return f"[{_plain_type(items)}]"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _resolved(part: Json) -> Json:
    """What a reference stands for."""
    while "$ref" in part:
        target: Any = document()
        for key in str(part["$ref"]).removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        part = target
    return part
