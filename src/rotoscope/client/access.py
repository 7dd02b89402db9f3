"""Keys, clients, connectors and webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rotoscope.client.connection import Connection
from rotoscope.client.records import (
    Connector,
    ConnectorTest,
    Delivery,
    Key,
    NewKey,
    NewServerClient,
    NewWebhook,
    ServerClient,
    Webhook,
)


class Keys:
    """Keys of one's own client: ``client.keys``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, name: str, scopes: Sequence[str], *, expires: datetime | None = None) -> NewKey:
        """Make a key; it is shown this once.

        Args:
            name: what it is for.
            scopes: of ``read``, ``write``, ``run``, ``admin``.
            expires: when it ends, with a time zone; None: when it is revoked.
        """
        asked = {
            "name": name,
            "scopes": list(scopes),
            "expires": None if expires is None else expires.isoformat(),
        }
        return self._line.read(NewKey, "POST", "/v1/keys", json=asked)

    def list(self) -> Iterator[Key]:
        """Keys in the order of their making; those that have ended too."""
        return self._line.pages(Key, "/v1/keys")

    def self(self) -> Key:
        """The key of this client."""
        return self._line.read(Key, "GET", "/v1/keys/self")

    def get(self, key_id: str) -> Key:
        """One of them."""
        return self._line.read(Key, "GET", f"/v1/keys/{key_id}")

    def rotate(self, key_id: str, *, grace_seconds: int = 0) -> NewKey:
        """Make a key like this one, and end this one: at once, or after a while in which both work."""
        asked = {"grace_seconds": grace_seconds}
        return self._line.read(NewKey, "POST", f"/v1/keys/{key_id}/rotate", json=asked)

    def revoke(self, key_id: str) -> None:
        """End a key."""
        self._line.send("DELETE", f"/v1/keys/{key_id}")


class Clients:
    """Whom the server works for, for whoever runs it: ``client.clients``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, name: str, *, scopes: Sequence[str] = ("read", "write", "run")) -> NewServerClient:
        """Make a client and its first key, which is shown this once. Clients see nothing of each other."""
        asked = {"name": name, "scopes": list(scopes)}
        return self._line.read(NewServerClient, "POST", "/v1/clients", json=asked)

    def list(self) -> Iterator[ServerClient]:
        """All of them."""
        return self._line.pages(ServerClient, "/v1/clients")

    def get(self, client_id: str) -> ServerClient:
        """One of them."""
        return self._line.read(ServerClient, "GET", f"/v1/clients/{client_id}")


class Connectors:
    """Configured places: ``client.connectors``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, scheme: str, **settings: Any) -> Connector:  # noqa: ANN401 - as the API's document says
        """Make a bucket, a Dropbox or a Google Drive reachable by URI.

        Args:
            scheme: ``s3``, ``gs``, ``az``, ``dropbox``, ``gdrive``, ``file``.
            settings: ``place``, ``label``, ``rights``, ``title``, ``options``, ``secrets``.
        """
        return self._line.read(Connector, "POST", "/v1/connectors", json={"scheme": scheme, **settings})

    def list(self) -> Iterator[Connector]:
        """Connectors in the order of their making."""
        return self._line.pages(Connector, "/v1/connectors")

    def get(self, connector_id: str) -> Connector:
        """One of them."""
        return self._line.read(Connector, "GET", f"/v1/connectors/{connector_id}")

    def test(self, connector_id: str) -> ConnectorTest:
        """Whether files can be listed there."""
        return self._line.read(ConnectorTest, "POST", f"/v1/connectors/{connector_id}/test")

    def delete(self, connector_id: str) -> None:
        """Forget it and its secrets; the files stay."""
        self._line.send("DELETE", f"/v1/connectors/{connector_id}")


class Webhooks:
    """Where events are sent: ``client.webhooks``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, url: str, *, events: Sequence[str] = ()) -> NewWebhook:
        """Have events sent to a URL; the secret is shown this once.

        Args:
            url: ``https://…``.
            events: types of events; none: all but progress.
        """
        return self._line.read(NewWebhook, "POST", "/v1/webhooks", json={"url": url, "events": list(events)})

    def list(self) -> Iterator[Webhook]:
        """Webhooks in the order of their making."""
        return self._line.pages(Webhook, "/v1/webhooks")

    def get(self, webhook_id: str) -> Webhook:
        """One of them."""
        return self._line.read(Webhook, "GET", f"/v1/webhooks/{webhook_id}")

    def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        enabled: bool | None = None,
    ) -> Webhook:
        """Change it; what is left out stays."""
        asked: Mapping[str, object] = {
            "url": url,
            "events": None if events is None else list(events),
            "enabled": enabled,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return self._line.read(Webhook, "PATCH", f"/v1/webhooks/{webhook_id}", json=given)

    def rotate(self, webhook_id: str) -> NewWebhook:
        """Sign with a new secret from now on."""
        return self._line.read(NewWebhook, "POST", f"/v1/webhooks/{webhook_id}/rotate")

    def delete(self, webhook_id: str) -> None:
        """Send nothing there any more."""
        self._line.send("DELETE", f"/v1/webhooks/{webhook_id}")

    def test(self, webhook_id: str) -> Delivery:
        """Send it an event of the type ``webhook.test``."""
        return self._line.read(Delivery, "POST", f"/v1/webhooks/{webhook_id}/test")

    def deliveries(self, webhook_id: str, *, state: str | None = None) -> Iterator[Delivery]:
        """What was sent to it and what is to be, the newest first."""
        return self._line.pages(Delivery, f"/v1/webhooks/{webhook_id}/deliveries", {"state": state})

    def redeliver(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send an event once more."""
        path = f"/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver"
        return self._line.read(Delivery, "POST", path)
