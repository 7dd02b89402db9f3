"""Stored files as answers: ranges, ETags, and types that a browser shows but never runs."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from rotoscope.api.conditional import matches
from rotoscope.api.refusals import RangeNotSatisfiable
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import StoredFile
from rotoscope.storage.uri import parse_uri

OPAQUE: Final = "application/octet-stream"
_SHOWN: Final = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "m4v": "video/mp4",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "json": "text/plain; charset=utf-8",
    "srt": "text/plain; charset=utf-8",
    "toml": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""By extension. Everything else, HTML and SVG above all, is only ever downloaded."""
_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


def serve_file(storage: Storage, uri: str, request: Request) -> Response:
    """Answer with a file, or with the part of it that is asked for.

    Raises:
        StorageError: it cannot be had.
        RangeNotSatisfiable: the part lies outside the file.
    """
    file = storage.stat(uri)
    etag = f'"{file.etag.strip(chr(34))}"'
    headers = _headers(file, parse_uri(uri).name, etag)
    if matches(etag, request.headers.get("If-None-Match")):
        return Response(status_code=304, headers=headers)
    start, stop, status = _part(file.size_bytes, etag, request)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size_bytes}"
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD" or start == stop:
        return Response(status_code=status, headers=headers)
    return StreamingResponse(storage.read(uri, start=start, stop=stop), status, headers)


def media_type_of(name: str) -> str:
    """The type a file is served as."""
    return _SHOWN.get(name.rpartition(".")[2].lower(), OPAQUE)


def _headers(file: StoredFile, name: str, etag: str) -> dict[str, str]:
    kind = media_type_of(name)
    how = "attachment" if kind == OPAQUE else "inline"
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _POLICY,
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Last-Modified": format_datetime(file.modified.astimezone(UTC), usegmt=True),
        "Cache-Control": "private, no-cache",
    }
    if file.sha256 is not None:
        headers["X-SHA256"] = file.sha256
    return headers


def _part(size: int, etag: str, request: Request) -> tuple[int, int, int]:
    """First byte, byte after the last, and status. A range that cannot be read is no range (RFC 9110)."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    condition = request.headers.get("If-Range")
    if found is None or found.groups() == ("", "") or (condition is not None and condition != etag):
        return 0, size, 200
    first, last = found.groups()
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return 0, size, 200
    if start >= size or start >= stop:
        raise RangeNotSatisfiable(
            f"The file has {size:,} bytes, and none of them is in the range {found[0]}.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, stop, 206
