"""``ETag`` and ``If-None-Match``: a document that has not changed is not sent again."""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DIGITS: Final = 32
_HEADERS_OF_BODY: Final = ("content-length", "content-type")


class ConditionalGet:
    """Gives JSON documents that are read an ETag, where their route gave none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("If-None-Match")
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_document(message):
                start = message
                return
            if start is not None:
                body, first, start = message.get("body", b""), start, None
                if not message.get("more_body", False):
                    message = _tag(first, body, wanted)
                await send(first)
            await send(message)

        await self._app(scope, receive, send_tagged)


def matches(etag: str, wanted: str | None) -> bool:
    """Whether a list of ETags, as ``If-None-Match`` or ``If-Match`` have it, holds this one; weak or not."""
    if wanted is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    return start["status"] == 200 and kind == "application/json" and "etag" not in headers


def _tag(start: Message, body: bytes, wanted: str | None) -> Message:
    """The body's message; the answer's start becomes 304 where the body is known already."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:_DIGITS]}"'
    headers = MutableHeaders(scope=start)
    headers["ETag"] = etag
    headers.setdefault("Cache-Control", "private, no-cache")
    if matches(etag, wanted):
        start["status"] = 304
        for name in _HEADERS_OF_BODY:
            del headers[name]
        body = b""
    return {"type": "http.response.body", "body": body, "more_body": False}
