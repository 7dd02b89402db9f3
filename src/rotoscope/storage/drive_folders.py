"""Paths in Drive, where everything has an id, a name is no more than a label, and two may have the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from rotoscope.storage.drive_api import DriveApi, DriveFile

Parts = tuple[str, ...]
_KEPT_SECONDS: Final = 30.0


class Folders:
    """Finds folders by their paths, and remembers them for half a minute. Any thread may use it.

    Several folders of the same path count as one: what is looked for is looked for in all of them, and what
    is new goes into the oldest.
    """

    def __init__(self, api: DriveApi, root: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._root = root
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[Parts, tuple[float, tuple[str, ...]]] = {}

    def find(self, parts: Parts) -> tuple[str, ...]:
        """The ids of the folders of a path, the oldest first; none: there is no such folder."""
        if not parts:
            return (self._root,)
        with self._lock:
            until, ids = self._known.get(parts, (0.0, ()))
        if self._now() < until:
            return ids
        parents = self.find(parts[:-1])
        return self._keep(parts, self._named(parents, parts[-1])) if parents else ()

    def make(self, parts: Parts) -> tuple[str, ...]:
        """The ids of the folders of a path, which is made where there is none."""
        ids = self.find(parts)
        if ids:
            return ids
        parents = self.make(parts[:-1])
        made = self._api.make_folder(parts[-1], parents[0])
        # Somebody else may have made it at the same time. Neither is removed: files may be in both by now.
        return self._keep(parts, self._named(parents, parts[-1]) or (made.id,))

    def forget(self) -> bool:
        """Look everything up anew from now on; whether anything was remembered."""
        with self._lock:
            had = bool(self._known)
            self._known.clear()
        return had

    def walk(self, parts: Parts, prefix: str) -> Iterator[tuple[str, DriveFile]]:
        """The files below a folder whose path may begin with ``prefix``, with their paths, in no order."""
        folder = "".join(f"{part}/" for part in parts)
        level = dict.fromkeys(self.find(parts), folder)
        seen = set(level)
        while level:
            below: dict[str, str] = {}
            for found in self._api.children(list(level)):
                # The root is asked for by another name than the one it is told by.
                parent = next((one for one in found.parents if one in level), self._root)
                path = f"{level.get(parent, folder)}{found.name}"
                if "/" in found.name:
                    continue
                if not found.is_folder:
                    yield path, found
                elif found.id not in seen and _may_lead(f"{path}/", prefix):
                    seen.add(found.id)
                    below[found.id] = f"{path}/"
            level = below

    def _named(self, parents: tuple[str, ...], name: str) -> tuple[str, ...]:
        found = [one for one in self._api.children(parents, name) if one.is_folder]
        return tuple(one.id for one in sorted(found, key=lambda one: one.age))

    def _keep(self, parts: Parts, ids: tuple[str, ...]) -> tuple[str, ...]:
        if ids:
            with self._lock:
                self._known[parts] = (self._now() + _KEPT_SECONDS, ids)
        return ids


def _may_lead(folder: str, prefix: str) -> bool:
    return folder.startswith(prefix) or prefix.startswith(folder)
