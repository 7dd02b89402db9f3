"""Bodies that bring files: as the body itself, as parts of a form, or named in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from rotoscope.api.problems import as_invalid_request
from rotoscope.api.refusals import ContentTooLarge, InvalidRequest, UnsupportedContent, quoted

Model = TypeVar("Model", bound=BaseModel)

MOST_JSON_BYTES: Final = 2_000_000
_MOST_FILES: Final = 8
_MOST_FIELDS: Final = 100
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
_MOST_NAME: Final = 100
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What a path takes."""

    most_bytes: int
    """Of the whole body."""
    raw: tuple[str, ...] = ("image/", "application/octet-stream")
    """Beginnings of content types with which the body is the file itself."""
    repeated: frozenset[str] = frozenset()
    """Fields that may be given several times."""


@dataclass(frozen=True, slots=True)
class Body:
    """What came."""

    fields: Mapping[str, Any]
    """Those of the body; where it does not say them, those of the query."""
    files: tuple[Path, ...] = field(default=())


async def read_body(request: Request, folder: Path, rules: BodyRules) -> Body:
    """Read a request's body.

    Args:
        request: its query is read, too.
        folder: where files are put, under names of letters, digits, dots and hyphens.
        rules: what the path takes.

    Raises:
        ContentTooLarge: it is larger than the path takes.
        UnsupportedContent: its type is not one that the path takes.
        InvalidRequest: it is neither JSON nor a form, as it says.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    query = _gathered(request.query_params.multi_items(), rules.repeated)
    if kind == "application/json":
        return Body({**query, **await _read_json(request)})
    if kind == "multipart/form-data":
        return await _read_form(request, folder, rules, query)
    if kind.startswith(rules.raw):
        path = folder / safe_name(str(query.get("name", "")) or "upload")
        size = await _save(_limited(request, rules.most_bytes), path)
        return Body(query, (path,) if size else ())
    if not kind:
        async for piece in request.stream():
            if piece:
                break
        else:
            return Body(query)
    raise UnsupportedContent(
        f"The body's Content-Type is {quoted(kind)}. This path takes application/json, multipart/form-data, "
        f"and the file itself as {', '.join(_raw_types(rules))}."
    )


def validated(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """Fields as a model.

    Raises:
        InvalidRequest: they do not fit it.
    """
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise as_invalid_request(faults) from error


def safe_name(name: str) -> str:
    """A file's name without folders and without anything but letters, digits, dots and hyphens."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNFIT.sub("-", last).lstrip(".-")[-_MOST_NAME:] or "upload"


def described(
    model: type[BaseModel], rules: BodyRules, *, files: str, example: Mapping[str, Any]
) -> dict[str, Any]:
    """The OpenAPI request body of a path that reads its own with :func:`read_body`.

    Args:
        model: of the fields; it has no models inside.
        rules: what the path takes.
        files: the name of the form's part that holds the file.
        example: of the JSON.
    """
    schema = model.model_json_schema()
    binary = {"type": "string", "format": "binary"}
    form = {**schema, "properties": {**schema["properties"], files: binary}}
    content: dict[str, Any] = {
        "application/json": {"schema": schema, "examples": {"usual": {"value": dict(example)}}}
    }
    content["multipart/form-data"] = {"schema": form}
    content |= {kind: {"schema": binary} for kind in _raw_types(rules)}
    return {"requestBody": {"required": True, "content": content}}


def _raw_types(rules: BodyRules) -> list[str]:
    return [f"{kind}*" if kind.endswith("/") else kind for kind in rules.raw]


def _gathered(items: Sequence[tuple[str, Any]], repeated: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in items:
        if name in repeated:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise InvalidRequest(f"The field {quoted(name)} was given more than once. Give it once.")
        else:
            found[name] = value
    return found


async def _read_json(request: Request) -> dict[str, Any]:
    content = bytearray()
    async with aclosing(_limited(request, MOST_JSON_BYTES)) as pieces:
        async for piece in pieces:
            content += piece
    try:
        found = json.loads(bytes(content))
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidRequest(f"The body is JSON, but no object: it begins with {quoted(str(found), 40)}.")
    return found


async def _read_form(request: Request, folder: Path, rules: BodyRules, query: Mapping[str, Any]) -> Body:
    pieces = _limited(request, rules.most_bytes)
    parser = MultiPartParser(
        request.headers,
        pieces,
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=MOST_JSON_BYTES,
    )
    try:
        async with aclosing(pieces):
            form = await parser.parse()
    except MultiPartException as error:
        raise InvalidRequest(f"The body is no form: {error.message}") from error
    files = await _saved_files(form, folder)
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return Body({**query, **_gathered(fields, rules.repeated)}, files)


async def _saved_files(form: FormData, folder: Path) -> tuple[Path, ...]:
    saved: list[Path] = []
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            path = folder / safe_name(value.filename or "")
            if path in saved:
                raise InvalidRequest(f"Two files are called {quoted(path.name)}. Give each its own name.")
            with path.open("wb") as file:
                while piece := await value.read(_PIECE):
                    file.write(piece)
            await value.close()
            saved.append(path)
    return tuple(saved)


async def _save(pieces: AsyncGenerator[bytes], path: Path) -> int:
    size = 0
    async with aclosing(pieces):
        with path.open("wb") as file:
            async for piece in pieces:
                size += file.write(piece)
    return size


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes]:
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise _too_large(most)
        yield piece


def _too_large(most: int) -> ContentTooLarge:
    return ContentTooLarge(
        f"The body is larger than the {most:,} bytes that this path takes. Store the file with PUT /v1/files "
        "and give its URI, or make it smaller."
    )
