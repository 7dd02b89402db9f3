"""Folders that are watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rotoscope.client.connection import Connection
from rotoscope.client.records import Watch


class Watches:
    """Watched folders, on any connector: ``client.watches``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, inbox: str, outbox: str, **painting: Any) -> Watch:  # noqa: ANN401 - as the API says
        """Paint what is put into a folder, and tell by events what people do with the results.

        Args:
            inbox: URI of the folder.
            outbox: URI of the folder of results.
            painting: ``filter`` or ``look``, and what else ``renders`` takes of how it is painted.

        Raises:
            ApiError: the server refuses; ServerUnreachable: it does not answer.
        """
        asked = {"inbox": inbox, "outbox": outbox, "painting": painting}
        return self._line.read(Watch, "POST", "/v1/watches", json=asked)

    def list(self) -> Iterator[Watch]:
        """Watched folders in the order of their making."""
        return self._line.pages(Watch, "/v1/watches")

    def get(self, watch_id: str) -> Watch:
        """One of them: when somebody looked last, and what was in the way."""
        return self._line.read(Watch, "GET", f"/v1/watches/{watch_id}")

    def update(self, watch_id: str, *, enabled: bool) -> Watch:
        """Have nobody look for a while, or somebody again."""
        return self._line.read(Watch, "PATCH", f"/v1/watches/{watch_id}", json={"enabled": enabled})

    def delete(self, watch_id: str) -> None:
        """Watch no more. Files and jobs stay."""
        self._line.send("DELETE", f"/v1/watches/{watch_id}")
