"""Registered videos, pictures and folders of stills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rotoscope.client.connection import Connection, Query
from rotoscope.client.records import Medium, Picture, Shot

PictureFormat: TypeAlias = Literal["png", "jpeg", "webp"]


@dataclass(frozen=True)
class _Shots:
    items: tuple[Shot, ...]


class Media:
    """Media: ``client.media``."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def register(self, uri: str) -> Medium:
        """Look at what a URI holds. What has not changed since is the same medium as before.

        Raises:
            ApiError: it cannot be read, or is no video or picture.
        """
        return self._line.read(Medium, "POST", "/v1/media", json={"uri": uri})

    def list(self) -> Iterator[Medium]:
        """Media in the order of their registration."""
        return self._line.pages(Medium, "/v1/media")

    def get(self, medium_id: str) -> Medium:
        """One of them."""
        return self._line.read(Medium, "GET", f"/v1/media/{medium_id}")

    def delete(self, medium_id: str) -> None:
        """Forget it; the file stays."""
        self._line.send("DELETE", f"/v1/media/{medium_id}")

    def frame(
        self,
        medium_id: str,
        *,
        at: str | None = None,
        index: int | None = None,
        width: int | None = None,
        format: PictureFormat = "jpeg",
        quality: float | None = None,
    ) -> Picture:
        """One frame as a picture.

        Args:
            medium_id: of the medium.
            at: the frame that is shown at this time, ``12.5`` or ``0:12``.
            index: instead of a time, its number from 0.
            width: pixels, where the frame is wider.
            format: of the picture.
            quality: 0 to 100; None: visually lossless.
        """
        asked: Query = {"at": at, "index": index, "width": width, "format": format, "quality": quality}
        return self._picture(f"/v1/media/{medium_id}/frame", asked)

    def shots(self, medium_id: str) -> Sequence[Shot]:
        """Its shots. The whole clip is looked at the first time."""
        return self._line.read(_Shots, "GET", f"/v1/media/{medium_id}/shots").items

    def sheet(
        self, medium_id: str, *, format: PictureFormat = "png", quality: float | None = None
    ) -> Picture:
        """A contact sheet of its shots."""
        return self._picture(f"/v1/media/{medium_id}/sheet", {"format": format, "quality": quality})

    def _picture(self, path: str, query: Query) -> Picture:
        answer = self._line.send("GET", path, query=query)
        return Picture(answer.content, answer.headers["Content-Type"])
