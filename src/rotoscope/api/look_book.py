"""Looks that clients have put away under a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from rotoscope.api.refusals import Conflict, NotFound, quoted
from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.identity import new_id
from rotoscope.database.tables import LookRecord
from rotoscope.render.looks.reading import LookText
from rotoscope.render.looks.strangers import parse_strangers_look

_ID: Final = re.compile(r"look_[0-9a-z]{1,60}")


class LookBook:
    """The looks in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, client_id: str, name: str, document: Mapping[str, Any]) -> LookRecord:
        """Put a look away.

        Raises:
            Conflict: the client has one of that name.
        """
        record = LookRecord(
            id=new_id("look"), client_id=client_id, name=name, document=dict(document), created=now()
        )
        record.changed = record.created
        try:
            with self._database.writing() as session:
                session.add(record)
        except IntegrityError as error:
            raise _taken(name) from error
        return record

    def get(self, client_id: str, look_id: str) -> LookRecord:
        """One look of a client.

        Raises:
            NotFound: the client has none of that id.
        """
        with self._database.reading() as session:
            record = session.get(LookRecord, look_id)
        if record is None or record.client_id != client_id:
            raise NotFound(f"There is no look {quoted(look_id)}. GET /v1/looks lists yours.")
        return record

    def page(self, client_id: str, *, limit: int, after: str | None) -> Sequence[LookRecord]:
        """Looks of a client in the order of their making, from after an id."""
        query = select(LookRecord).where(LookRecord.client_id == client_id, LookRecord.id > (after or ""))
        with self._database.reading() as session:
            return session.scalars(query.order_by(LookRecord.id).limit(limit)).all()

    def replace(self, client_id: str, look_id: str, name: str, document: Mapping[str, Any]) -> LookRecord:
        """Put another look, or another name, in a look's place.

        Raises:
            NotFound: the client has none of that id.
            Conflict: the client has another one of that name.
        """
        record = self.get(client_id, look_id)
        record.name, record.document, record.changed = name, dict(document), now()
        try:
            with self._database.writing() as session:
                return session.merge(record)
        except IntegrityError as error:
            raise _taken(name) from error

    def delete(self, client_id: str, look_id: str) -> None:
        """Throw a look away.

        Raises:
            NotFound: the client has none of that id.
        """
        self.get(client_id, look_id)
        with self._database.writing() as session:
            session.execute(delete(LookRecord).where(LookRecord.id == look_id))

    def text_of(self, client_id: str, given: str | Mapping[str, Any] | None) -> LookText | None:
        """What a request means by a look: JSON, YAML text, or the id of one that was put away.

        Raises:
            NotFound: the client has none of that id.
            InvalidLook: it is not in order.
        """
        if given is None:
            return None
        if isinstance(given, str) and _ID.fullmatch(given):
            return self.stored_text(client_id, given)
        return parse_strangers_look(given)

    def stored_text(self, client_id: str, look_id: str) -> LookText:
        """A look that was put away, to be painted.

        Raises:
            NotFound: the client has none of that id.
            InvalidLook: it is no longer in order.
        """
        record = self.get(client_id, look_id)
        return parse_strangers_look(record.document, name=f"The look {record.name!r}")


def _taken(name: str) -> Conflict:
    return Conflict(
        f"There is a look {quoted(name)} already. Give another name, or replace that one with "
        "PUT /v1/looks/{look_id}."
    )
