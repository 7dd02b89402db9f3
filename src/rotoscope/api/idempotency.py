"""``Idempotency-Key``: a POST that is sent twice is served once.

After the IETF's draft "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rotoscope.api.access import Caller, caller_in
from rotoscope.api.kept_answers import KeptAnswer, KeptAnswers
from rotoscope.api.refusals import InvalidHeader
from rotoscope.api.traits import MEBIBYTE, traits_in

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_ALLOWED: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS: Final = frozenset(
    {"content-type", "location", "etag", "preference-applied", "cache-control", "retry-after"}
)
_NOT_KEPT: Final = frozenset({401, 403, 408, 413, 429})
"""Refused before anything was done; the same request may be served later."""
_LONGEST: Final = MEBIBYTE


class Idempotency:
    """Gives the first answer again."""

    def __init__(self, app: ASGIApp, *, answers: KeptAnswers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        caller = caller_in(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        key = Headers(scope=scope).get(HEADER) if caller else None
        if caller is None or key is None or not traits_in(scope).keeps_answer:
            await self._app(scope, receive, send)
            return
        if not _ALLOWED.fullmatch(key):
            raise InvalidHeader(f"{HEADER} has 1 to 255 visible ASCII characters, such as a UUID.")
        body = await _whole(receive)
        kept = await to_thread.run_sync(
            self._answers.begin, caller.client_id, key, _fingerprint(scope, caller, body)
        )
        if kept is not None:
            await _replay(kept)(scope, receive, send)
        else:
            await self._serve(caller.client_id, key, body, scope, receive, send)

    async def _serve(
        self, client_id: str, key: str, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        record = _Recording(shows_secret=traits_in(scope).shows_secret)
        given = False

        async def receive_again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send_kept(message: Message) -> None:
            if record.add(message):
                await self._settle(client_id, key, record)
            await send(message)

        try:
            await self._app(scope, receive_again, send_kept)
        finally:
            if not record.whole:
                await to_thread.run_sync(self._answers.forget, client_id, key)

    async def _settle(self, client_id: str, key: str, record: _Recording) -> None:
        if record.status >= 500 or record.status in _NOT_KEPT:
            await to_thread.run_sync(self._answers.forget, client_id, key)
        else:
            body = None if record.shows_secret else record.body
            await to_thread.run_sync(self._answers.keep, client_id, key, record.status, record.headers, body)


class _Recording:
    """An answer as it goes by."""

    def __init__(self, *, shows_secret: bool) -> None:
        self.shows_secret = shows_secret
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body: bytes | None = b""
        self.whole = False

    def add(self, message: Message) -> bool:
        """Note a part; whether the answer is whole with it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            sent = Headers(raw=message["headers"])
            self.headers = {name: sent[name] for name in _KEPT_HEADERS if name in sent}
            return False
        if self.body is not None:
            body: bytes = self.body + message.get("body", b"")
            self.body = body if len(body) <= _LONGEST else None
        self.whole = not message.get("more_body", False)
        return self.whole


def _replay(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})


def _fingerprint(scope: Scope, caller: Caller, body: bytes) -> str:
    """Of everything that decides what a request does, and of the key: another one may not have its scopes."""
    digest = hashlib.sha256()
    for part in (scope["method"].encode(), scope["path"].encode(), scope["query_string"], body):
        digest.update(hashlib.sha256(part).digest())
    digest.update(caller.key_id.encode())
    return digest.hexdigest()


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(parts)
