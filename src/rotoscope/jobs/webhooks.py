"""Sending events to webhooks, by the Standard Webhooks specification (standardwebhooks.com)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

import httpx
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from rotoscope.database.columns import now
from rotoscope.database.engine import Database
from rotoscope.database.tables import DeliveryRecord, Event, WebhookRecord
from rotoscope.errors import StorageError
from rotoscope.jobs.tasks import Task

RETRY_SECONDS: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Waits between attempts, as the specification proposes them; after the last one a delivery has failed."""
_TIMEOUT_SECONDS: Final = 20.0
_KEPT_CHARACTERS: Final = 500
"""Of an answer, in the log of deliveries."""
_SENDING_SECONDS: Final = 120
"""After which a delivery that nobody finished is sent again."""


class WebhookSender:
    """Sends what is due."""

    def __init__(self, database: Database, client: httpx.Client) -> None:
        """Send by a client that reaches what may be reached: see :mod:`rotoscope.storage.guard`."""
        self._database = database
        self._client = client

    def due(self, *, limit: int = 100) -> list[tuple[Task, int]]:
        """Deliveries to be sent now, as tasks; each is due again later, should nobody finish it."""
        query = (
            select(DeliveryRecord)
            .where(DeliveryRecord.state == "queued", DeliveryRecord.due <= now())
            .order_by(DeliveryRecord.due)
            .limit(limit)
        )
        with self._database.writing() as session:
            found = session.scalars(query.with_for_update(skip_locked=True)).all()
            for one in found:
                one.due = now() + timedelta(seconds=_SENDING_SECONDS)
            # The time tells apart the tasks of a delivery that was given out twice.
            return [
                (Task("webhook", "webhook", one.id, len(one.attempts), int(one.due.timestamp())), 1)
                for one in found
            ]

    def perform(self, task: Task) -> None:
        """Send one delivery and write down what became of it."""
        with self._database.reading() as session:
            delivery = session.get(DeliveryRecord, task.subject)
            hook = None if delivery is None else session.get(WebhookRecord, delivery.webhook_id)
            event = None
            if delivery is not None:
                event = session.scalar(select(Event).where(Event.id == delivery.event_id))
        if delivery is None or hook is None or event is None or delivery.state != "queued":
            return
        if int(delivery.due.timestamp()) != task.part:  # it was given out again since, or sent
            return
        status, told = self._post(hook, event)
        self._finished(task.subject, status, told)

    def _post(self, hook: WebhookRecord, event: Event) -> tuple[int | None, str]:
        body = event_body(event)
        moment = now()
        signature = Webhook(hook.secret).sign(event.id, moment, body)
        headers = {
            "content-type": "application/json",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": signature,
        }
        try:
            answer = self._client.post(
                hook.url, headers=headers, content=body.encode(), timeout=_TIMEOUT_SECONDS
            )
            return answer.status_code, answer.text[:_KEPT_CHARACTERS]
        except (httpx.HTTPError, StorageError) as error:
            return None, f"{type(error).__name__}: {error}"[:_KEPT_CHARACTERS]

    def _finished(self, delivery_id: str, status: int | None, told: str) -> None:
        with self._database.writing() as session:
            delivery = session.get(DeliveryRecord, delivery_id, with_for_update=True)
            if delivery is None or delivery.state != "queued":
                return
            attempt = {"at": now().isoformat(), "status": status, "answer": told}
            delivery.attempts = [*delivery.attempts, attempt]
            if status is not None and 200 <= status < 300:
                delivery.state = "delivered"
            elif status == 410:  # the specification: gone for good
                delivery.state = "failed"
                hook = session.get(WebhookRecord, delivery.webhook_id)
                if hook is not None:
                    hook.enabled = False
            elif len(delivery.attempts) > len(RETRY_SECONDS):
                delivery.state = "failed"
            else:
                wait = RETRY_SECONDS[len(delivery.attempts) - 1]
                delivery.due = now() + timedelta(seconds=wait)


def event_body(event: Event) -> str:
    """What is sent of an event."""
    told: dict[str, Any] = {
        "type": event.type,
        "timestamp": event.created.isoformat(),
        "data": {"id": event.id, "subject": event.subject, **event.data},
    }
    return json.dumps(told, separators=(",", ":"))
