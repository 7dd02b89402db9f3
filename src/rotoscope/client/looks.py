"""Looks under names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rotoscope.client.connection import Connection
from rotoscope.client.media import PictureFormat
from rotoscope.client.records import Look, LookReport, Picture

Document: TypeAlias = Mapping[str, Any] | str
"""A look as JSON, or a look file's YAML as text."""


class Looks:
    """Looks: ``client.looks``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, name: str, document: Document) -> Look:
        """Put a look away.

        Raises:
            ApiError: it is not in order (``faults`` tell where), or there is one of that name.
        """
        return self._line.read(Look, "POST", "/v1/looks", json={"name": name, "document": document})

    def list(self) -> Iterator[Look]:
        """Looks in the order of their making."""
        return self._line.pages(Look, "/v1/looks")

    def get(self, look_id: str) -> Look:
        """One of them."""
        return self._line.read(Look, "GET", f"/v1/looks/{look_id}")

    def replace(self, look_id: str, name: str, document: Document) -> Look:
        """Put another look, or another name, in its place."""
        asked = {"name": name, "document": document}
        return self._line.read(Look, "PUT", f"/v1/looks/{look_id}", json=asked)

    def delete(self, look_id: str) -> None:
        """Throw it away."""
        self._line.send("DELETE", f"/v1/looks/{look_id}")

    def validate(self, document: Document) -> LookReport:
        """Whether a look is in order, and what is wrong with it."""
        return self._line.read(LookReport, "POST", "/v1/looks:validate", json={"document": document})

    def preview(
        self,
        look_id: str,
        medium_id: str,
        *,
        at: str | None = None,
        index: int | None = None,
        width: int | None = None,
        format: PictureFormat = "jpeg",
    ) -> Picture:
        """What the look makes of one frame of a medium."""
        query = {"medium": medium_id, "at": at, "index": index, "width": width, "format": format}
        answer = self._line.send("GET", f"/v1/looks/{look_id}/preview", query=query)
        return Picture(answer.content, answer.headers["Content-Type"])
