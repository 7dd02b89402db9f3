"""Who asks, and what they may: ``Authorization: Bearer rk_…``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from anyio import to_thread
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rotoscope.api.key_book import KeyBook, KeyRefused
from rotoscope.api.refusals import NotAuthenticated, ScopeMissing
from rotoscope.database.tables import Key

_REALM: Final = 'Bearer realm="rotoscope"'
_HOW: Final = "Send a key as the header Authorization: Bearer rk_…"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request."""

    client_id: str
    """Everything a request makes or sees is this client's."""
    key_id: str
    scopes: frozenset[str]
    """Of ``read``, ``write``, ``run`` and ``admin``."""


class Authentication:
    """Reads the key of a request once, before anything else asks who it is."""

    def __init__(self, app: ASGIApp, *, keys: KeyBook) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and (sent := Headers(scope=scope).get("Authorization")):
            try:
                scope["state"]["caller"] = await self._caller(sent)
            except NotAuthenticated as refusal:
                scope["state"]["refusal"] = refusal
        await self._app(scope, receive, send)

    async def _caller(self, sent: str) -> Caller:
        scheme, _, secret = sent.partition(" ")
        if scheme.lower() != "bearer":
            raise _refused(f"The header Authorization is not a bearer key. {_HOW}")
        try:
            key: Key = await to_thread.run_sync(self._keys.check, secret.strip())
        except KeyRefused as error:
            raise _refused(str(error), 'error="invalid_token"') from None
        return Caller(key.client_id, key.id, frozenset(key.scopes))


def caller_in(scope: Scope) -> Caller | None:
    """Who sent a request; None where no valid key came with it."""
    found = scope["state"].get("caller")
    return found if isinstance(found, Caller) else None


def caller(
    request: Request,
    wanted: SecurityScopes,
    _: Annotated[
        object,
        Depends(
            HTTPBearer(
                scheme_name="key",
                description="A key, `rk_…`. Its scopes say what it may: `read`, `write`, `run`, `admin`.",
                auto_error=False,
            )
        ),
    ],
) -> Caller:
    """Who asks, where their key has the scopes that the route wants.

    Raises:
        NotAuthenticated: no valid key was sent.
        ScopeMissing: the key lacks a scope.
    """
    found = caller_in(request.scope)
    if found is None:
        refusal = request.scope["state"].get("refusal")
        raise refusal if isinstance(refusal, NotAuthenticated) else _refused(f"A key is needed. {_HOW}")
    require(found, wanted.scopes)
    return found


def require(caller: Caller, scopes: Sequence[str]) -> None:
    """Refuse whoever lacks a scope.

    Raises:
        ScopeMissing: they do.
    """
    if missing := [scope for scope in scopes if scope not in caller.scopes]:
        raise ScopeMissing(
            f"The key {caller.key_id} lacks the scope {missing[0]!r}; it has "
            f"{', '.join(sorted(caller.scopes)) or 'none'}. Make a key with that scope, or ask for one.",
            headers={"WWW-Authenticate": f'{_REALM}, error="insufficient_scope", scope="{missing[0]}"'},
        )


Reader = Annotated[Caller, Security(caller, scopes=["read"])]
"""A route's parameter: whoever may read."""
Writer = Annotated[Caller, Security(caller, scopes=["write"])]
"""A route's parameter: whoever may change files, media, looks, filters, connectors and webhooks."""
Runner = Annotated[Caller, Security(caller, scopes=["run"])]
"""A route's parameter: whoever may have something painted."""
Admin = Annotated[Caller, Security(caller, scopes=["admin"])]
"""A route's parameter: whoever may manage keys."""


def _refused(message: str, more: str = "") -> NotAuthenticated:
    challenge = f"{_REALM}, {more}" if more else _REALM
    return NotAuthenticated(message, headers={"WWW-Authenticate": challenge})
