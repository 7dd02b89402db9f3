"""Writing down what happened: one row for whoever listens, one for every webhook that wants it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from rotoscope.database.identity import new_id
from rotoscope.database.tables import DeliveryRecord, Event, WebhookRecord

EVENT_TYPES: Final = (
    "job.queued",
    "job.running",
    "job.progressed",
    "job.segment_finished",
    "job.succeeded",
    "job.failed",
    "job.cancelled",
    "watch.approved",
    "watch.rejected",
    "watch.retouched",
)
"""What can happen to a job, and in a watched folder."""
_ORDER_LOCK: Final = 7_238_002
"""PostgreSQL advisory lock: events become visible in the order of their numbers, so none is overlooked by who
asks for those after a number."""
_NOT_SENT: Final = frozenset({"job.progressed", "job.segment_finished"})
"""Too many for webhooks, unless one asks for them by name."""


def happened(session: Session, client_id: str, type: str, subject: str, data: dict[str, Any]) -> Event:
    """Write an event down, in the transaction that makes it true; deliveries to webhooks with it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_ORDER_LOCK})"))
    event = Event(id=new_id("evt"), client_id=client_id, type=type, subject=subject, data=data)
    session.add(event)
    session.flush()
    hooks = session.scalars(
        select(WebhookRecord).where(WebhookRecord.client_id == client_id, WebhookRecord.enabled)
    )
    for hook in hooks:
        if type in hook.events or (not hook.events and type not in _NOT_SENT):
            session.add(DeliveryRecord(id=new_id("dlv"), webhook_id=hook.id, event_id=event.id, attempts=[]))
    return event
