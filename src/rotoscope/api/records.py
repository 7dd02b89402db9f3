"""Records of one client, whatever they are: got, and listed in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from rotoscope.api.pages import PageRequest
from rotoscope.api.refusals import NotFound, quoted
from rotoscope.database.tables import ConnectorRecord, LookRecord, Medium, WatchRecord, WebhookRecord

Row = TypeVar("Row", ConnectorRecord, LookRecord, Medium, WebhookRecord, WatchRecord)


def own(session: Session, kind: type[Row], client_id: str, row_id: str, *, what: str) -> Row:
    """A row of a client.

    Raises:
        NotFound: the client has none of that id.
    """
    row = session.get(kind, row_id)
    if row is None or row.client_id != client_id:
        raise NotFound(f"There is no {what} {quoted(row_id)}.")
    return row


def own_page(session: Session, kind: type[Row], client_id: str, page: PageRequest) -> Sequence[Row]:
    """Rows of a client in the order of their making: one more than the page takes, where there are more."""
    query = select(kind).where(kind.client_id == client_id, kind.id > (page.after or ""))
    return session.scalars(query.order_by(kind.id).limit(page.limit + 1)).all()
