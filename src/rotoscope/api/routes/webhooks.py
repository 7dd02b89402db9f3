"""``/v1/webhooks``: where events are sent."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rotoscope.api.access import Reader, Writer
from rotoscope.api.models.fields import IdPath
from rotoscope.api.models.webhooks import (
    TEST_EVENT,
    DeliveryView,
    WebhookChange,
    WebhookMade,
    WebhookRequest,
    WebhookView,
)
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.records import own, own_page
from rotoscope.api.refusals import InvalidRequest, NotFound, RequestFault, quoted
from rotoscope.api.services import Services, UseServices
from rotoscope.api.traits import Traits, traits
from rotoscope.database.columns import now
from rotoscope.database.identity import new_id
from rotoscope.database.tables import DeliveryRecord, Event, WebhookRecord

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
_WHAT: Final = "webhook"
_SECRET_BYTES: Final = 24


@router.post("", operation_id="create_webhook", summary="Add a webhook", status_code=201)
@traits(Traits(shows_secret=True))
def create_webhook(
    services: UseServices, caller: Writer, wanted: WebhookRequest, response: Response
) -> WebhookMade:
    """Have events sent to a URL of yours, signed by the Standard Webhooks specification.

    What is not answered with 2xx is sent again for about three days. The answer is the only time that the
    secret is shown.
    """
    _check_url(services, wanted.url)
    row = WebhookRecord(
        id=new_id("whk"),
        client_id=caller.client_id,
        url=wanted.url,
        secret=_new_secret(),
        events=sorted(set(wanted.events)),
        enabled=True,
        created=now(),
    )
    with services.database.writing() as session:
        session.add(row)
    response.headers["Location"] = f"/v1/webhooks/{row.id}"
    return WebhookMade(secret=row.secret, webhook=WebhookView.of(row))


@router.get("", operation_id="list_webhooks", summary="List webhooks")
def list_webhooks(services: UseServices, caller: Reader, page: UsePage) -> Page[WebhookView]:
    """Your webhooks in the order of their making, without secrets."""
    with services.database.reading() as session:
        rows = own_page(session, WebhookRecord, caller.client_id, page)
    return page.cut(rows, WebhookView.of, lambda row: row.id)


@router.get("/{webhook_id}", operation_id="get_webhook", summary="Get a webhook")
def get_webhook(services: UseServices, caller: Reader, webhook_id: IdPath) -> WebhookView:
    """One webhook, without its secret."""
    with services.database.reading() as session:
        return WebhookView.of(own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT))


@router.patch("/{webhook_id}", operation_id="update_webhook", summary="Change a webhook")
def update_webhook(
    services: UseServices, caller: Writer, webhook_id: IdPath, wanted: WebhookChange
) -> WebhookView:
    """Change where events are sent, which, or whether. What was left out stays as it is."""
    if wanted.url is not None:
        _check_url(services, wanted.url)
    with services.database.writing() as session:
        row = own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        row.url = row.url if wanted.url is None else wanted.url
        row.events = row.events if wanted.events is None else sorted(set(wanted.events))
        row.enabled = row.enabled if wanted.enabled is None else wanted.enabled
        return WebhookView.of(row)


@router.post("/{webhook_id}/rotate", operation_id="rotate_webhook_secret", summary="Make a new secret")
@traits(Traits(shows_secret=True))
def rotate_webhook_secret(services: UseServices, caller: Writer, webhook_id: IdPath) -> WebhookMade:
    """Sign with a new secret from now on. The answer is the only time that it is shown."""
    with services.database.writing() as session:
        row = own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        row.secret = _new_secret()
        return WebhookMade(secret=row.secret, webhook=WebhookView.of(row))


@router.delete("/{webhook_id}", operation_id="delete_webhook", summary="Delete a webhook", status_code=204)
def delete_webhook(services: UseServices, caller: Writer, webhook_id: IdPath) -> None:
    """Send nothing there any more, and forget what was sent."""
    with services.database.writing() as session:
        row = own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        session.execute(delete(DeliveryRecord).where(DeliveryRecord.webhook_id == webhook_id))
        session.delete(row)


@router.post("/{webhook_id}/test", operation_id="test_webhook", summary="Send a test event", status_code=202)
def test_webhook(services: UseServices, caller: Writer, webhook_id: IdPath) -> DeliveryView:
    """Send an event of the type `webhook.test` to this webhook alone, whatever it is told of otherwise."""
    with services.database.writing() as session:
        own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        event = Event(
            id=new_id("evt"),
            client_id=caller.client_id,
            type=TEST_EVENT,
            subject=webhook_id,
            data={"webhook": webhook_id},
            created=now(),
        )
        session.add(event)
        session.flush()
        row = DeliveryRecord(id=new_id("dlv"), webhook_id=webhook_id, event_id=event.id, attempts=[])
        session.add(row)
        session.flush()
        return DeliveryView.of(row)


@router.get("/{webhook_id}/deliveries", operation_id="list_deliveries", summary="List deliveries")
def list_deliveries(
    services: UseServices,
    caller: Reader,
    webhook_id: IdPath,
    page: UsePage,
    state: Annotated[
        Literal["queued", "delivered", "failed"] | None, Query(description="Only those in this state.")
    ] = None,
) -> Page[DeliveryView]:
    """What was sent to a webhook and what is to be, the newest first, with what was answered."""
    query = select(DeliveryRecord).where(DeliveryRecord.webhook_id == webhook_id)
    if page.after is not None:
        query = query.where(DeliveryRecord.id < page.after)
    if state is not None:
        query = query.where(DeliveryRecord.state == state)
    with services.database.reading() as session:
        own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        rows = session.scalars(query.order_by(DeliveryRecord.id.desc()).limit(page.limit + 1)).all()
    return page.cut(rows, DeliveryView.of, lambda row: row.id)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    operation_id="redeliver",
    summary="Send an event again",
    status_code=202,
)
def redeliver(services: UseServices, caller: Writer, webhook_id: IdPath, delivery_id: IdPath) -> DeliveryView:
    """Send an event to a webhook once more, whether it arrived or not. It keeps its `webhook-id`."""
    with services.database.writing() as session:
        own(session, WebhookRecord, caller.client_id, webhook_id, what=_WHAT)
        row = _own_delivery(session, webhook_id, delivery_id)
        row.state, row.due = "queued", now()
        return DeliveryView.of(row)


def _own_delivery(session: Session, webhook_id: str, delivery_id: str) -> DeliveryRecord:
    row = session.get(DeliveryRecord, delivery_id, with_for_update=True)
    if row is None or row.webhook_id != webhook_id:
        raise NotFound(f"There is no delivery {quoted(delivery_id)} to this webhook.")
    return row


def _check_url(services: Services, url: str) -> None:
    """Only over TLS, unless whoever runs the service trusts the host."""
    try:
        parts = urlsplit(url)
        trusted = parts.hostname in services.settings.allowed_hosts
        faulty = not parts.hostname or parts.username is not None or parts.port == 0
    except ValueError:
        trusted, faulty = False, True
    if faulty or (not trusted and not url.startswith("https://")):
        told = "is no URL that events can be sent to; write it like https://example.org/hook"
        raise InvalidRequest(f"The body's url {told}.", [RequestFault("body.url", told)])


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"
