"""The files that works name, as local ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from rotoscope.errors import PublishError
from rotoscope.storage.uri import is_uri

Fetch: TypeAlias = Callable[[str], Path]
"""Brings the file of a URI to this machine."""


class MediaFinder:
    """Finds the files of one collection."""

    def __init__(self, folder: Path, fetch: Fetch | None = None) -> None:
        """Look into a collection's folder.

        Args:
            folder: of the collection.
            fetch: for files that are named by URI; None: there are none.
        """
        self._folder = folder
        self._fetch = fetch

    def local(self, place: str) -> Path:
        """The local file of what a work names as ``file`` or ``source``.

        Raises:
            PublishError: it is not there, or named by a URI that leads nowhere here.
            StorageError: it cannot be had.
        """
        if is_uri(place):
            if self._fetch is None:
                raise PublishError(
                    f"{place} is stored elsewhere, and nothing here leads there. Put the file into the "
                    f"collection's folder {self._folder}, and name it by its path there."
                )
            return self._fetch(place)
        path = self._folder / place
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise PublishError(
                f"{place} leads out of the collection's folder {self._folder}. Put the file itself there."
            )
        if not path.is_file():
            raise PublishError(
                f"The collection in {self._folder} has no file {place}. Put it there, or change the work "
                "that names it."
            )
        return path
