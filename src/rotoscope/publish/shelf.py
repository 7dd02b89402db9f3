"""A folder of collections: each is a folder of its own, found by name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rotoscope.errors import CollectionNotFound, DuplicateCollection, InvalidCollection
from rotoscope.filters.card import NAME_PATTERN
from rotoscope.media.atomic import encode_errors
from rotoscope.publish.collection import Collection
from rotoscope.publish.reading import is_collection, read_collection
from rotoscope.publish.writing import write_collection
from rotoscope.render.yaml_lines import near

_NAME: Final = re.compile(NAME_PATTERN)
_MOST_CHARACTERS: Final = 64


class CollectionShelf:
    """The collections of one folder."""

    def __init__(self, folder: Path) -> None:
        """Look at a folder; it need not exist yet.

        Args:
            folder: collections are folders in it.
        """
        self.folder = folder

    def names(self) -> list[str]:
        """Names of the collections, from a to z."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if is_collection(path))

    def place(self, name: str) -> Path:
        """Where the collection of that name is, or would be.

        Raises:
            InvalidCollection: it is no name for one.
        """
        require_name(name)
        return self.folder / name

    def find(self, name: str) -> Path:
        """The folder of a collection.

        Raises:
            CollectionNotFound: there is none of that name; the nearest are named.
        """
        if is_name(name) and is_collection(self.folder / name):
            return self.folder / name
        raise unknown(name, self.names())

    def read(self, name: str) -> Collection:
        """A collection.

        Raises:
            CollectionNotFound: there is none of that name.
            InvalidCollection: its files are not in order.
        """
        return read_collection(self.find(name))

    def make(self, collection: Collection) -> Path:
        """Put a new collection on the shelf; gives its folder.

        Raises:
            DuplicateCollection: there is one of that name.
            EncodeError: the folder cannot be written to.
        """
        folder = self.place(collection.name)
        if is_collection(folder):
            raise duplicate(collection.name)
        make_collection(folder, collection)
        return folder

    def delete(self, name: str) -> None:
        """Throw a collection away, with the media in its folder.

        Raises:
            CollectionNotFound: there is none of that name.
            EncodeError: the folder cannot be deleted.
        """
        folder = self.find(name)
        with encode_errors(folder):
            shutil.rmtree(folder)


def make_collection(folder: Path, collection: Collection) -> None:
    """Write a new collection to a folder, which may hold other files already.

    Raises:
        DuplicateCollection: the folder holds a collection.
        EncodeError: the folder cannot be written to.
    """
    if is_collection(folder):
        raise DuplicateCollection(
            f"{folder} holds a collection already. Give another name, or change that one: `rotoscope "
            f"collection show {folder}`."
        )
    write_collection(folder, collection)


def duplicate(name: str) -> DuplicateCollection:
    """The error for a name that is taken."""
    return DuplicateCollection(
        f"There is a collection {name!r} already. Give this one another name, or change that one."
    )


def unknown(name: str, known: Sequence[str]) -> CollectionNotFound:
    """The error for a name that no collection has, with the nearest names."""
    told = ", ".join(known) or "none yet"
    return CollectionNotFound(f"There is no collection {name!r}.{near(name, known)} Collections: {told}.")


def is_name(text: str) -> bool:
    """Whether a text is a name for a collection or a work."""
    return len(text) <= _MOST_CHARACTERS and _NAME.fullmatch(text) is not None


def require_name(text: str) -> None:
    """Refuse what is no name for a collection or a work.

    Raises:
        InvalidCollection: it is none; one that would do is named.
    """
    if not is_name(text):
        raise InvalidCollection(
            f"{text!r} is no name for a collection or a work: words of small letters and digits joined by "
            f"hyphens, at most {_MOST_CHARACTERS} characters, such as {name_from(text)}."
        )


def name_from(text: str) -> str:
    """A name made of any text: ``Över the Sea.jpg`` becomes ``over-the-sea-jpg``."""
    import unicodedata  # noqa: PLC0415 - a large table

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MOST_CHARACTERS].strip("-") or "work"
