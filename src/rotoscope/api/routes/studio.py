"""The studio: the pages that people look at. Static files, which use the public API alone."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from rotoscope.api.conditional import matches
from rotoscope.api.refusals import NotFound, quoted
from rotoscope.api.traits import Traits, traits

router = APIRouter(include_in_schema=False)
_CSP: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self' blob:; worker-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Nothing comes from elsewhere; WebAssembly is for filters that run in the browser."""
HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Both let WebAssembly have several threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
}
_FIRST: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the studio, ready to be sent."""

    content: bytes
    media_type: str
    etag: str
    packed: bytes | None
    """With gzip, where that is shorter."""

    @classmethod
    def of(cls, name: str, content: bytes) -> Asset:
        """A file's asset."""
        suffix = name[name.rindex(".") :]
        packed = gzip.compress(content, mtime=0)
        return cls(
            content,
            _TYPES[suffix],
            f'"{hashlib.sha256(content).hexdigest()[:32]}"',
            packed if len(packed) < 0.9 * len(content) else None,
        )


@cache
def assets() -> dict[str, Asset]:
    """All files of the studio by path: ``js/main.js``."""
    root = resources.files("rotoscope") / "web"
    return {name: Asset.of(name, file.read_bytes()) for name, file in sorted(_files(root, ""))}


@router.get("/")
@traits(Traits(counted=False))
def get_root() -> RedirectResponse:
    """Whoever comes to the service with a browser is led to the studio."""
    return RedirectResponse("/studio/", 307)


@router.get("/studio")
@traits(Traits(counted=False))
def get_studio() -> RedirectResponse:
    """Its files are named relative to it."""
    return RedirectResponse("/studio/", 307)


@router.get("/studio/{path:path}")
@traits(Traits(counted=False))
def get_asset(request: Request, path: str) -> Response:
    """A file of the studio."""
    asset = assets().get(path or _FIRST)
    if asset is None:
        raise NotFound(f"There is no file {quoted(path)} in the studio.")
    headers = HEADERS | {"ETag": asset.etag, "Vary": "Accept-Encoding"}
    if matches(asset.etag, request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(
            asset.packed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"}
        )
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _files(folder: Traversable, within: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{within}{entry.name}"
        if entry.is_dir():
            found += _files(entry, f"{name}/")
        elif any(entry.name.endswith(suffix) for suffix in _TYPES):
            found.append((name, entry))
    return found
