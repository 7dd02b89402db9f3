"""Secrets that all nodes of the service share, made by whoever needs one first."""

from __future__ import annotations

import secrets

from sqlalchemy.exc import IntegrityError

from rotoscope.database.engine import Database
from rotoscope.database.tables import Secret


def shared_secret(database: Database, name: str) -> bytes:
    """The secret of that name, 32 bytes."""
    found = _read(database, name)
    if found is None:
        try:
            with database.writing() as session:
                session.add(Secret(name=name, value=secrets.token_hex(32)))
        except IntegrityError:
            pass  # another node was first
        found = _read(database, name)
    assert found is not None
    return found


def _read(database: Database, name: str) -> bytes | None:
    with database.reading() as session:
        kept = session.get(Secret, name)
    return None if kept is None else bytes.fromhex(kept.value)
