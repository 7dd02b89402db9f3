"""What runs filters in the studio's browser: files of onnxruntime-web, served by this service."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from rotoscope.api.browser_runtime import RUNTIME_FILES, VERSION, UseRuntime
from rotoscope.api.conditional import matches
from rotoscope.api.refusals import NotFound, quoted
from rotoscope.api.routes.studio import HEADERS
from rotoscope.api.traits import Traits, traits

router = APIRouter(include_in_schema=False)
_TYPES: Final = {"mjs": "text/javascript; charset=utf-8", "wasm": "application/wasm"}
_KEPT: Final = "public, max-age=31536000, immutable"
"""The version is in the address, so a file there never changes."""


@router.get("/studio/runtime/")
@traits(Traits(counted=False))
def get_runtime(runtime: UseRuntime) -> dict[str, Any]:
    """Which version it is, how large, where it comes from, and whether it is here already."""
    return {
        "version": VERSION,
        "is_here": runtime.is_here(),
        "host": urlsplit(next(iter(RUNTIME_FILES.values())).url).hostname,
        "bytes": sum(file.size_bytes for file in RUNTIME_FILES.values()),
        "files": list(RUNTIME_FILES),
    }


@router.get(f"/studio/runtime/{VERSION}/{{name}}")
@traits(Traits(counted=False))
def get_runtime_file(request: Request, runtime: UseRuntime, name: str) -> Response:
    """One file; it is fetched where it is not here yet."""
    if name not in RUNTIME_FILES:
        there = ", ".join(RUNTIME_FILES)
        raise NotFound(f"There is no file {quoted(name)} in the runtime. There are {there}.")
    place = runtime.take(name)
    headers = HEADERS | {
        "Cache-Control": _KEPT,
        "ETag": f'"{RUNTIME_FILES[name].sha256[:32]}"',
        "Vary": "Accept-Encoding",
    }
    if matches(headers["ETag"], request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        place, headers["Content-Encoding"] = runtime.packed(name), "gzip"
    return FileResponse(place, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
