"""Collections of works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rotoscope.client.connection import Connection
from rotoscope.client.records import Collection, Job, Work


class Collections:
    """Collections: ``client.collections``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, name: str, title: str, **facts: Any) -> Collection:  # noqa: ANN401 - as the API has them
        """Make a collection without works.

        Args:
            name: small letters and digits, words joined by hyphens.
            title: for people to read.
            **facts: ``description``, ``story``, ``tags``, ``date``, ``published``, ``feature``.

        Raises:
            ApiError: it is not in order, or there is one of that name.
        """
        asked = {"name": name, "title": title, **facts}
        return self._line.read(Collection, "POST", "/v1/collections", json=asked)

    def list(self) -> Iterator[Collection]:
        """Collections, by name."""
        return self._line.pages(Collection, "/v1/collections")

    def get(self, name: str) -> Collection:
        """One of them."""
        return self._line.read(Collection, "GET", f"/v1/collections/{name}")

    def edit(self, name: str, **facts: Any) -> Collection:  # noqa: ANN401 - as the API has them
        """Change what is given; None takes away. ``works`` puts its works into another order."""
        return self._line.read(Collection, "PATCH", f"/v1/collections/{name}", json=facts)

    def delete(self, name: str) -> None:
        """Throw it away; stored files stay."""
        self._line.send("DELETE", f"/v1/collections/{name}")

    def works(self, name: str) -> Iterator[Work]:
        """Its works, in their order."""
        return self._line.pages(Work, f"/v1/collections/{name}/works")

    def work(self, name: str, work: str) -> Work:
        """One of its works."""
        return self._line.read(Work, "GET", f"/v1/collections/{name}/works/{work}")

    def add(self, collection: str, /, **facts: Any) -> Work:  # noqa: ANN401 - as the API has them
        """Add a work at its end.

        Args:
            collection: its name.
            **facts: ``file`` (a URI) or ``job`` (an id); ``name``, ``title``, ``source``, ``filters``,
                ``place``, ``date``, ``caption``, ``alt``, ``tags`` and the others of the API.

        Raises:
            ApiError: it is not in order, or there is one of that name.
        """
        return self._line.read(Work, "POST", f"/v1/collections/{collection}/works", json=facts)

    def edit_work(self, name: str, work: str, **facts: Any) -> Work:  # noqa: ANN401 - as the API has them
        """Change what is given; None takes away."""
        return self._line.read(Work, "PATCH", f"/v1/collections/{name}/works/{work}", json=facts)

    def remove_work(self, name: str, work: str) -> None:
        """Take a work out; its stored files stay."""
        self._line.send("DELETE", f"/v1/collections/{name}/works/{work}")

    def publish(self, names: Sequence[str], output: str, **wishes: Any) -> Job:  # noqa: ANN401 - as the API
        """Publish collections as a gallery; gives the job that does it.

        Args:
            names: of collections.
            output: URI of the site's folder; it ends with ``/``.
            **wishes: ``title``, ``description``, ``author``, ``language``, ``url``, ``check``, ``overwrite``.
        """
        asked = {"collections": [*names], "output": output, **wishes}
        return self._line.read(Job, "POST", "/v1/publish", json=asked)
