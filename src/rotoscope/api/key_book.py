"""Keys as records: made, looked up, rotated, revoked. What lets in is shown once and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import select, update

from rotoscope.api.refusals import NotFound, Refusal, quoted
from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import Client, Key
from rotoscope.jobs.filters import LOCAL_CLIENT

KeyScope: TypeAlias = Literal["read", "write", "run", "admin"]
ALL_SCOPES: Final[tuple[KeyScope, ...]] = ("read", "write", "run", "admin")
OPERATOR: Final = LOCAL_CLIENT
"""The client of whoever runs the service."""
KEY_PREFIX: Final = "rk_"
_HINT_CHARACTERS: Final = 8
_SECRET_BYTES: Final = 32
_NOTED_EVERY: Final = timedelta(minutes=1)
"""Times of last use are this coarse, so that reading does not write each time."""


class KeyRefused(Refusal):
    """A key lets nobody in."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made."""

    record: Key
    secret: str
    """What to send; it cannot be had again."""


class KeyBook:
    """The keys in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, secret: str) -> Key:
        """The record of a key that was sent; its time of use is noted.

        Raises:
            KeyRefused: it is unknown, expired or revoked.
        """
        with self._database.reading() as session:
            key = session.scalar(select(Key).where(Key.digest == digest_of(secret)))
        moment = now()
        if key is None:
            raise KeyRefused("The key is not known. Check that it was copied whole; it begins with rk_.")
        if key.revoked is not None and key.revoked <= moment:
            raise KeyRefused(f"The key {key.id} was revoked. Use another one.")
        if key.expires is not None and key.expires <= moment:
            raise KeyRefused(
                f"The key {key.id} expired at {key.expires:%Y-%m-%d %H:%M} UTC. Use another one."
            )
        if key.used is None or moment - key.used > _NOTED_EVERY:
            with self._database.writing() as session:
                session.execute(update(Key).where(Key.id == key.id).values(used=moment))
        return key

    def make(
        self, client_id: str, name: str, scopes: Sequence[KeyScope], expires: datetime | None = None
    ) -> NewKey:
        """Make a key of a client that is there."""
        secret = f"{KEY_PREFIX}{secrets.token_urlsafe(_SECRET_BYTES)}"
        record = Key(
            id=new_id("key"),
            client_id=client_id,
            name=name,
            digest=digest_of(secret),
            hint=secret[:_HINT_CHARACTERS],
            scopes=sorted(set(scopes)),
            created=now(),
            expires=expires,
            revoked=None,
            used=None,
        )
        with self._database.writing() as session:
            session.add(record)
        return NewKey(record, secret)

    def get(self, client_id: str, key_id: str) -> Key:
        """One key of a client.

        Raises:
            NotFound: the client has none of that id.
        """
        with self._database.reading() as session:
            key = session.get(Key, key_id)
        if key is None or key.client_id != client_id:
            raise NotFound(f"There is no key {quoted(key_id)}. GET /v1/keys lists yours.")
        return key

    def page(self, client_id: str, *, limit: int, after: str | None) -> Sequence[Key]:
        """Keys of a client in the order of their making, from after an id."""
        query = select(Key).where(Key.client_id == client_id, Key.id > (after or ""))
        with self._database.reading() as session:
            return session.scalars(query.order_by(Key.id).limit(limit)).all()

    def rotate(self, client_id: str, key_id: str, grace: timedelta) -> NewKey:
        """Make a key like this one; this one ends after a while.

        Raises:
            NotFound: the client has none of that id.
        """
        old = self.get(client_id, key_id)
        self._end(old, now() + grace)
        return self.make(client_id, old.name, old.scopes, old.expires)

    def revoke(self, client_id: str, key_id: str) -> Key:
        """End a key at once.

        Raises:
            NotFound: the client has none of that id.
        """
        self._end(self.get(client_id, key_id), now())
        return self.get(client_id, key_id)

    def make_client(self, name: str, client_id: str | None = None) -> Client:
        """Make a client."""
        client = Client(id=client_id or new_id("cli"), name=name, created=now())
        with self._database.writing() as session:
            session.add(client)
        return client

    def _end(self, key: Key, moment: datetime) -> None:
        if key.revoked is None or moment < key.revoked:
            with self._database.writing() as session:
                session.execute(update(Key).where(Key.id == key.id).values(revoked=moment))


def digest_of(secret: str) -> str:
    """What is kept of a key. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
