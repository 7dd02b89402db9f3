"""One picture at a time: painted while one waits, and by URLs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rotoscope.client.connection import Connection
from rotoscope.client.records import Picture, PictureUrl, SigningKey


class Images:
    """Pictures that are painted at once: ``client.images``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def stylize(self, source: bytes | Path | str, **options: Any) -> Picture:  # noqa: ANN401 - as the API says
        """Paint a picture.

        Args:
            source: its bytes, the path of a local file, or the URI of a stored one.
            options: ``filter`` (one, or a list) or ``look``; ``strength``, ``stroke_scale``, ``colors``,
                ``size``, ``quality``, ``format``, ``preview`` as the API's document describes them.

        Raises:
            ApiError: the server refuses; ServerUnreachable: it does not answer.
            OSError: the local file cannot be read.
        """
        path = "/v1/images:stylize"
        if isinstance(source, str) and "://" in source:
            answer = self._line.send("POST", path, json={"source": source, **options})
        else:
            content = source if isinstance(source, bytes) else Path(source).read_bytes()
            look = options.get("look")
            if isinstance(look, dict):
                options = {**options, "look": json.dumps(look)}
            headers = {"Content-Type": "application/octet-stream"}
            answer = self._line.send("POST", path, query=options, body=content, headers=headers)
        return Picture(answer.content, answer.headers["Content-Type"])


class PictureUrls:
    """URLs that show a stored photograph, painted, to anybody: ``client.picture_urls``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def create(self, source: str, look: str, **options: Any) -> PictureUrl:  # noqa: ANN401 - as the API says
        """Make a URL.

        Args:
            source: URI of the photograph.
            look: a filter, or the id of a stored look.
            options: ``width``, ``quality``, ``format``, ``strength``, ``stroke_scale``, ``colors``.

        Raises:
            ApiError: the server refuses; ServerUnreachable: it does not answer.
        """
        asked = {"source": source, "look": look, **options}
        return self._line.read(PictureUrl, "POST", "/v1/picture-urls", json=asked)

    def rotate(self) -> SigningKey:
        """Replace the key that URLs are signed with: all URLs so far end."""
        return self._line.read(SigningKey, "POST", "/v1/picture-urls/rotate")
