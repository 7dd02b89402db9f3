"""Answers to requests that carried an Idempotency-Key, as records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rotoscope.api.refusals import AnswerNotKept, IdempotencyKeyReused, RequestInProgress, quoted
from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import IdempotentRequest

KEPT_FOR: Final = timedelta(hours=24)
ABANDONED_AFTER: Final = timedelta(minutes=2)
"""A first request that has not answered by then died with its process; a wait takes a minute at most."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeptAnswers:
    """The answers in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, client_id: str, key: str, fingerprint: str) -> KeptAnswer | None:
        """Note a request that begins; or the answer where it was served before.

        Raises:
            IdempotencyKeyReused: another request came with this key.
            RequestInProgress: the same request is at work.
            AnswerNotKept: it was served, and the answer is not kept.
        """
        try:
            with self._database.writing() as session:
                session.add(_row(client_id, key, fingerprint))
        except IntegrityError:
            return self._again(client_id, key, fingerprint)
        return None

    def keep(
        self, client_id: str, key: str, status: int, headers: dict[str, str], body: bytes | None
    ) -> None:
        """Note what was answered; a body of None is not kept."""
        with self._database.writing() as session:
            session.execute(
                update(IdempotentRequest)
                .where(IdempotentRequest.client_id == client_id, IdempotentRequest.key == key)
                .values(status=status, headers=headers, body=body)
            )

    def forget(self, client_id: str, key: str) -> None:
        """Let the next request with this key begin anew."""
        with self._database.writing() as session:
            found = session.get(IdempotentRequest, (client_id, key))
            if found is not None:
                session.delete(found)

    def clear(self) -> None:
        """Remove what is older than a day."""
        with self._database.writing() as session:
            session.execute(delete(IdempotentRequest).where(IdempotentRequest.created < now() - KEPT_FOR))

    def _again(self, client_id: str, key: str, fingerprint: str) -> KeptAnswer | None:
        with self._database.writing() as session:
            found = session.get(IdempotentRequest, (client_id, key))
            if found is None or _is_over(found):
                _replace(session, found, _row(client_id, key, fingerprint))
                return None
        return _checked(found, fingerprint)


def _row(client_id: str, key: str, fingerprint: str) -> IdempotentRequest:
    return IdempotentRequest(
        client_id=client_id,
        key=key,
        fingerprint=fingerprint,
        status=None,
        headers=None,
        body=None,
        created=now(),
    )


def _replace(session: Session, old: IdempotentRequest | None, new: IdempotentRequest) -> None:
    if old is not None:
        session.delete(old)
        session.flush()
    session.add(new)


def _is_over(found: IdempotentRequest) -> bool:
    age = now() - found.created
    return age > KEPT_FOR or (found.status is None and age > ABANDONED_AFTER)


def _checked(found: IdempotentRequest, fingerprint: str) -> KeptAnswer:
    named = f"The Idempotency-Key {quoted(found.key)}"
    if found.fingerprint != fingerprint:
        raise IdempotencyKeyReused(
            f"{named} came with another request before: another path, body or key. Take a new one for "
            "each new request."
        )
    if found.status is None:
        raise RequestInProgress(
            f"{named} belongs to a request that is still at work. Ask again in a second.",
            headers={"Retry-After": "1"},
        )
    if found.body is None:
        raise AnswerNotKept(
            f"{named} belongs to a request that was served with status {found.status}. Its answer held a "
            "secret, or was long, and is not kept. List what it made, and rotate or replace a secret that "
            "was lost."
        )
    return KeptAnswer(found.status, found.headers or {}, found.body)
