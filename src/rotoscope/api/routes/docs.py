"""The document of the API, and a page to read it on."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field

from rotoscope.api.document import openapi_document
from rotoscope.api.models.fields import IdPath
from rotoscope.api.problems import STATUSES, title_of
from rotoscope.api.refusals import NotFound, quoted
from rotoscope.jobs.recording import code_of

router = APIRouter(tags=["service"])
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets styles from its script; nothing else is allowed that does not come from here."""
_ASSETS: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_START: Final = (
    'SwaggerUIBundle({url: "/openapi.json", dom_id: "#page", deepLinking: true, '
    "validatorUrl: null, persistAuthorization: false});"
)
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rotoscope: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""


class ProblemKind(BaseModel):
    """A kind of error."""

    code: str = Field(examples=["not-found"])
    title: str = Field(examples=["There is nothing of that name"])
    status: int = Field(examples=[404])


@router.get("/openapi.json", include_in_schema=False)
def get_document(request: Request) -> JSONResponse:
    """The document of the API."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = openapi_document(request.app)
    document: dict[str, Any] = state.document
    return JSONResponse(document)


@router.get("/docs", include_in_schema=False)
def show_docs() -> HTMLResponse:
    """A page to read the document on, and to try paths out."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _CSP})


@router.get("/docs/start.js", include_in_schema=False)
def get_docs_start() -> Response:
    """What begins the page."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}", include_in_schema=False)
def get_docs_asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in _ASSETS:
        raise NotFound(f"There is no file {quoted(name)} here.")
    return Response(_asset(name), media_type=_ASSETS[name], headers={"Cache-Control": "max-age=86400"})


@router.get("/problems/{code}", operation_id="get_problem", summary="What a kind of error means")
def get_problem(code: IdPath) -> ProblemKind:
    """What the `type` of a problem document leads to."""
    kind = next((kind for kind in STATUSES if code_of(kind) == code), None)
    if kind is None:
        raise NotFound(f"There is no kind of error {quoted(code)}.")
    return ProblemKind(code=code, title=title_of(kind), status=STATUSES[kind])


@cache
def _asset(name: str) -> bytes:
    return resources.files("fastapi_swagger.resources").joinpath(name).read_bytes()
