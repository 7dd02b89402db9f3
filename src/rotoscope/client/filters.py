"""The palette of a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from rotoscope.client.connection import Connection
from rotoscope.client.downloads import put_in_place, require_place
from rotoscope.client.records import Filter, FilterDetail, FilterVersion, Picture


@dataclass(frozen=True)
class _Versions:
    items: tuple[FilterVersion, ...]


class Filters:
    """Filters: ``client.filters``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def list(
        self,
        words: str | None = None,
        *,
        kind: str | None = None,
        tags: Sequence[str] = (),
        category: str | None = None,
        loudness: str | None = None,
        bundled: bool | None = None,
    ) -> Iterator[Filter]:
        """Filters by name.

        Args:
            words: all of them in its name, title, tags, style or meaning.
            kind: ``neural``, or a classical kind.
            tags: that it has, all of them.
            category: the shelf it stands on.
            loudness: ``loud`` or ``subtle``.
            bundled: True: those that come along; False: your own.
        """
        query = {"q": words, "kind": kind, "tag": tuple(tags) or None, "category": category}
        return self._line.pages(Filter, "/v1/filters", {**query, "loudness": loudness, "bundled": bundled})

    def get(self, name: str) -> FilterDetail:
        """All that is known of one.

        Raises:
            ApiError: there is none of that name.
        """
        return self._line.read(FilterDetail, "GET", f"/v1/filters/{name}")

    def versions(self, name: str) -> Sequence[FilterVersion]:
        """Versions of it that are at hand."""
        return self._line.read(_Versions, "GET", f"/v1/filters/{name}/versions").items

    def sample(self, name: str, picture: str) -> Picture:
        """A picture on its card: ``texture``, ``style`` …."""
        answer = self._line.send("GET", f"/v1/filters/{name}/samples/{picture}")
        return Picture(answer.content, answer.headers["Content-Type"])

    def download(self, name: str, path: str | Path, *, overwrite: bool = False) -> Path:
        """Get a filter as a file: it needs no Rotoscope to be run.

        Raises:
            OutputExists: something is there already.
            ApiError: there is none of that name, or it is a classical kind.
        """
        place = Path(path)
        require_place(place, overwrite=overwrite)
        growing = place.parent / f".{place.name}.part"
        growing.write_bytes(self._line.send("GET", f"/v1/filters/{name}/file").content)
        put_in_place(growing, place, overwrite=overwrite)
        return place

    def add(
        self,
        source: str | Path | Sequence[Path],
        *,
        name: str | None = None,
        **known: Any,  # noqa: ANN401 - as the API's document describes them
    ) -> FilterDetail:
        """Bring a filter into the palette.

        Args:
            source: URI, or path of a local file: a filter file, another maker's ONNX style network, or
                weights of a known one; of weights that are several files, their paths.
            name: None: from its card or its file.
            known: of other makers' networks: ``title``, ``author``, ``license``, ``input_range``,
                ``output_range``, ``bgr``.

        Raises:
            ApiError: it is no filter, or the palette has another one of that name.
            OSError: the local file cannot be read.
        """
        told = {key: value for key, value in {"name": name, **known}.items() if value is not None}
        if isinstance(source, str) and "://" in source:
            return self._line.read(FilterDetail, "POST", "/v1/filters", json={"source": source, **told})
        paths = [Path(source)] if isinstance(source, str | Path) else list(source)
        parts = [("file", (path.name, path.read_bytes())) for path in paths]
        form = httpx.Request("POST", self._line.url, data=told, files=parts)
        headers = {"Content-Type": form.headers["Content-Type"]}
        return self._line.read(FilterDetail, "POST", "/v1/filters", body=form.read(), headers=headers)

    def edit(self, name: str, **changes: Any) -> FilterDetail:  # noqa: ANN401 - fields of the card
        """Change what the card of one of your own tells; None takes a field away."""
        return self._line.read(FilterDetail, "PATCH", f"/v1/filters/{name}", json=changes)

    def delete(self, name: str) -> None:
        """Delete one of your own."""
        self._line.send("DELETE", f"/v1/filters/{name}")
