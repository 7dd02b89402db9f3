"""The outermost shell around every request: its name, its figures, and what happens when all else fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rotoscope.api.paths import UNKNOWN, PathTable, known_path
from rotoscope.api.problems import as_refusal, problem_answer
from rotoscope.api.refusals import MethodNotAllowed, UnexpectedFault, quoted
from rotoscope.api.request_ids import HEADER, name_request
from rotoscope.database.engine import DATABASE_AWAY
from rotoscope.errors import RotoscopeError, ServiceError

Observer = Callable[[str, str, int, float], None]
"""Told method, path template, status and seconds of each request."""
_LOG: Final = logging.getLogger(__name__)
_GONE: Final = 499
"""In figures: whoever asked went away before the request was whole."""
_UPLOADS: Final = "/v1/uploads/"
_OVERRIDES: Final = frozenset({"PATCH", "DELETE", "HEAD"})
_ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Tracking:
    """Names requests, refuses unknown methods, makes problems of what nobody caught, tells the observer."""

    def __init__(self, app: ASGIApp, *, paths: Callable[[], PathTable], observe: Observer) -> None:
        self._app = app
        self._paths = paths
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = name_request(scope)
        _override_method(scope)
        scope["state"]["path"] = path = self._paths().find(scope)
        begun = time.perf_counter()
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = name
                for header, value in {**_ALWAYS, "Cache-Control": "no-store"}.items():
                    headers.setdefault(header, value)
            await send(message)

        try:
            await self._serve(scope, receive, send_named)
        except ClientDisconnect:
            status = _GONE
        except Exception as error:
            if status:
                raise
            await problem_answer(_as_problem(error, scope), scope)(scope, receive, send_named)
        finally:
            template = path.template if path else UNKNOWN
            self._observe(scope["method"], template, status or 500, time.perf_counter() - begun)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = known_path(scope)
        if path is not None and scope["method"] not in path.endpoints:
            raise MethodNotAllowed(
                f"{quoted(scope['path'])} does not know {quoted(scope['method'])}. It knows {path.allow}.",
                headers={"Allow": path.allow},
            )
        await self._app(scope, receive, send)


def _override_method(scope: Scope) -> None:
    """Whoever cannot send PATCH or DELETE to an upload sends POST, and says so (tus 1.0)."""
    wanted = Headers(scope=scope).get("X-HTTP-Method-Override", "").upper()
    if scope["method"] == "POST" and wanted in _OVERRIDES and scope["path"].startswith(_UPLOADS):
        scope["method"] = wanted


def _as_problem(error: Exception, scope: Scope) -> RotoscopeError:
    if isinstance(error, RotoscopeError):
        return error
    if isinstance(error, HTTPException):
        return as_refusal(error, scope)
    name = scope["state"]["request_id"]
    if isinstance(error, DATABASE_AWAY):
        _LOG.warning("Request %s: the database does not answer: %s", name, error)
        return ServiceError("The database does not answer now. Ask again in a few seconds.")
    _LOG.error("Request %s (%s %s) failed", name, scope["method"], scope["path"], exc_info=error)
    return UnexpectedFault(
        f"Something unexpected went wrong. The server's log tells more under the request id {name}."
    )
