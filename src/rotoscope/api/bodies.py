"""Bodies that are too large are refused before they are read whole."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rotoscope.api.traits import traits_in


class BodyLimit:
    """Holds each request to what its route takes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        limit = traits_in(scope).largest_body if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("Content-Length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise _too_large(limit)
        arrived = 0

        async def receive_within() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, receive_within, send)


def _too_large(limit: int) -> HTTPException:
    # The framework lets its own exceptions through where it reads a body, and no others.
    return HTTPException(413, f"The body has more than {limit:,} bytes, which is the most this path takes.")
