"""What is made of media for a site, remembered by a key of everything that decides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rotoscope.media.manifest import file_sha256
from rotoscope.publish.owned import OwnedFile, OwnedFiles, PublishedFile

_KEY_DIGITS = 12


class MadePart(BaseModel):
    """Base of what is remembered of a medium; JSON holds it."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


Made = TypeVar("Made", bound=MadePart)


class Makings:
    """Makes what is not there yet, and remembers what was."""

    def __init__(self, before: OwnedFiles, at_hand: Mapping[str, OwnedFile]) -> None:
        """Begin with what the place has.

        Args:
            before: the record of the place.
            at_hand: files that are there now, with the bytes that the record says.
        """
        self._before = before
        self._at_hand = at_hand
        self.files: dict[str, PublishedFile] = {}
        """What was made or is kept, by path on the site."""
        self.made: dict[str, Any] = {}

    def make(
        self, key: str, kind: type[Made], making: Callable[[], tuple[Made, dict[str, bytes | Path]]]
    ) -> Made:
        """What was made under a key, now or before.

        Args:
            key: of everything that decides the result.
            kind: what is remembered of it.
            making: gives that, and the files that belong to it by path on the site.
        """
        kept = self._kept(key, kind)
        if kept is not None:
            return kept
        found, contents = making()
        files = {path: PublishedFile.of(content) for path, content in contents.items()}
        self.files |= files
        self.made[key] = {"what": found.model_dump(mode="json"), "files": sorted(files)}
        return found

    def _kept(self, key: str, kind: type[Made]) -> Made | None:
        before: Any = self.made.get(key) or self._before.made.get(key)
        try:
            found, paths = kind.model_validate(before["what"]), list(before["files"])
        except (ValidationError, KeyError, TypeError):
            return None
        if key in self.made:
            return found
        if any(path not in self._at_hand for path in paths):
            return None
        for path in paths:
            owned = self._at_hand[path]
            self.files[path] = PublishedFile(owned.sha256, owned.size_bytes, None)
        self.made[key] = before
        return found


def key_of(path: Path, *deciding: object) -> str:
    """A short key of a file's bytes and whatever else decides what is made of it.

    Raises:
        ManifestError: the file cannot be read.
    """
    said = "\n".join([file_sha256(path), *map(repr, deciding)])
    return sha256(said.encode()).hexdigest()[:_KEY_DIGITS]
