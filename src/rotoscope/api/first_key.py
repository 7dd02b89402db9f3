"""The first key: a link that works once, printed where the server was started."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from sqlalchemy import or_, select

from rotoscope.api.key_book import ALL_SCOPES, OPERATOR, KeyBook, NewKey, digest_of
from rotoscope.api.refusals import NotAuthenticated
from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import Client, Key, Secret

_NAME: Final = "start-token"
_OPERATOR_NAME: Final = "local"


def first_link(database: Database, base_url: str, *, anew: bool = False) -> str | None:
    """The link that gives the operator a key; the one printed before works no longer.

    Args:
        database: with its tables.
        base_url: ``http://127.0.0.1:8000``. The link is for whoever sits at the machine: ask only where the
            server is bound to loopback.
        anew: also where the operator has a key that works, which may be lost.

    Returns:
        The link; None where the operator has a key that works.
    """
    with database.reading() as session:
        working = select(Key.id).where(
            Key.client_id == OPERATOR,
            Key.revoked.is_(None),
            or_(Key.expires.is_(None), Key.expires > now()),
        )
        if not anew and session.scalar(working.limit(1)) is not None:
            return None
        known = session.get(Client, OPERATOR) is not None
    if not known:
        KeyBook(database).make_client(_OPERATOR_NAME, OPERATOR)
    token = secrets.token_urlsafe(32)
    with database.writing() as session:
        session.merge(Secret(name=_NAME, value=digest_of(token)))
    return f"{base_url.rstrip('/')}/start?token={token}"


def exchange(database: Database, token: str) -> NewKey:
    """The operator's key for the token of a link, which is used up by that.

    Raises:
        NotAuthenticated: the token is not known, or was used.
    """
    with database.writing() as session:
        kept = session.get(Secret, _NAME, with_for_update=True)
        if kept is None or not hmac.compare_digest(kept.value, digest_of(token)):
            raise NotAuthenticated(
                "This link is not known, was used already, or a later one took its place. Start the server "
                "anew: as long as there is no key it prints another."
            )
        session.delete(kept)
    return KeyBook(database).make(OPERATOR, "first key", ALL_SCOPES)
