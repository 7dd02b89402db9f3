"""Checking the messages of webhooks, by the Standard Webhooks specification (standardwebhooks.com)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from rotoscope.client.records import Event
from rotoscope.errors import InvalidSignature


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes | str) -> Event:
    """The event in a message, where the message is what the server sent.

    Args:
        secret: that came with the webhook, ``whsec_…``.
        headers: of the request: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``.
        body: as it came, byte for byte.

    Returns:
        The event. A message may come twice: then its event has the same ``id``.

    Raises:
        InvalidSignature: somebody else sent it, it was changed, or it is older than five minutes.
    """
    try:
        told = Webhook(secret).verify(body, dict(headers))
        data = dict(told["data"])
        return Event(
            id=data.pop("id"),
            type=told["type"],
            subject=data.pop("subject"),
            data=data,
            created=datetime.fromisoformat(told["timestamp"]),
        )
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError, KeyError, TypeError) as error:
        raise InvalidSignature(
            f"The message is not one that was signed with this webhook's secret ({error}). Answer it with "
            "401, and do nothing of what it says."
        ) from error
