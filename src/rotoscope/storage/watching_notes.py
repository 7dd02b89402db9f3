"""What watchers remember of what they have taken."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from rotoscope.errors import StoredFileExists, StoredFileNotFound
from rotoscope.storage.storage import Storage
from rotoscope.storage.uri import StorageUri

_NAME: Final = re.compile(r"([0-9a-f]{40})\.(\d{6}|done)\.json")


@dataclass(frozen=True, slots=True)
class Note:
    """Who has taken a file."""

    by: str
    """The name of a watcher; empty where the file is done."""
    turn: int
    """1 for the first who took it, 2 for who took it over from that one, and so on; 0 where it is done."""
    written: datetime
    """When; aware, UTC."""
    is_done: bool = False


class Notes(Protocol):
    """Where watchers write down what they take. Any thread may use it."""

    def known(self) -> Mapping[str, Note]:
        """The last note of every key."""
        ...

    def take(self, key: str, turn: int, by: str, at: datetime) -> bool:
        """Write down that a watcher takes a file; False: another one has taken that turn.

        Of several that take it at once, in whatever process, one gets True.
        """
        ...

    def finish(self, key: str, by: str) -> None:
        """Write down that a file is done; also where that is known already."""
        ...

    def forget(self, key: str) -> None:
        """Remove the notes of a key; also where there are none."""
        ...


class StoredNotes:
    """Notes as small files of JSON in a folder: ``<key>.000001.json`` of turn 1, ``<key>.done.json``."""

    def __init__(self, storage: Storage, folder: StorageUri) -> None:
        self._storage = storage
        self._folder = folder
        self._read: dict[str, Note] = {}
        """Notes by the names of their files; a note never changes."""

    def known(self) -> Mapping[str, Note]:
        """See :class:`Notes`."""
        last: dict[str, tuple[str, datetime]] = {}
        for uri, file in self._storage.list(self._folder):  # in order: a later turn, then done
            found = _NAME.fullmatch(uri.name)
            if found is not None:
                last[found[1]] = (found[2], file.modified)
        return {key: self._note(key, turn, modified) for key, (turn, modified) in last.items()}

    def take(self, key: str, turn: int, by: str, at: datetime) -> bool:
        """See :class:`Notes`."""
        name = f"{key}.{turn:06}.json"
        try:
            text = json.dumps({"by": by, "at": at.isoformat()})
            self._storage.put(self._folder.joined(name), text.encode())
        except StoredFileExists:
            return False
        self._read[name] = Note(by, turn, at)
        return True

    def finish(self, key: str, by: str) -> None:
        """See :class:`Notes`."""
        text = json.dumps({"by": by}).encode()
        self._storage.put(self._folder.joined(f"{key}.done.json"), text, overwrite=True)

    def forget(self, key: str) -> None:
        """See :class:`Notes`."""
        # The note that it is done goes last: without it, the others would say that it is not.
        for uri, _ in list(self._storage.list(self._folder.joined(f"{key}."))):
            self._read.pop(uri.name, None)
            try:
                self._storage.delete(uri)
            except StoredFileNotFound:
                continue  # another watcher forgets it too

    def _note(self, key: str, turn: str, modified: datetime) -> Note:
        if turn == "done":
            return Note("", 0, modified, is_done=True)
        name = f"{key}.{turn}.json"
        if name not in self._read:
            try:
                text = json.loads(b"".join(self._storage.read(self._folder.joined(name))))
                self._read[name] = Note(str(text["by"]), int(turn), datetime.fromisoformat(text["at"]))
            except (StoredFileNotFound, ValueError, KeyError, TypeError):
                return Note("", int(turn), modified)  # somebody's, as long as the lease lasts
        return self._read[name]
