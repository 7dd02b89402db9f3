"""Bringing results to where they were asked for.

What goes to a place of this service, or to a folder, is there at once. What goes to another house's store is
parked in the service's own first: sending it may take long and be tried again for hours, and nothing of the
work is done twice for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from rotoscope.errors import EncodeError, StoredFileExists, StoredFileNotFound
from rotoscope.jobs.recording import Recorder
from rotoscope.jobs.tasks import Task
from rotoscope.media.manifest import file_sha256
from rotoscope.storage.copying import copy_out
from rotoscope.storage.storage import Storage
from rotoscope.storage.store import Store
from rotoscope.storage.transfer import contents_digest
from rotoscope.storage.uri import parse_uri

_NEAR: Final = frozenset({"data", "file"})
"""Schemes that are delivered to at once."""
_AT_ONCE: Final = 4
"""Files that are delivered at the same time."""
_PARKED: Final = "results"


@dataclass(frozen=True, slots=True)
class Making:
    """A result on its way."""

    uri: str
    """Of a file, or of a folder."""
    local: Path
    overwrite: bool


@dataclass(frozen=True, slots=True)
class _OneFile:
    uri: str
    local: Path
    overwrite: bool


def is_near(makings: Sequence[Making]) -> bool:
    """Whether all results are delivered at once."""
    return all(parse_uri(making.uri).scheme in _NEAR for making in makings)


def deliver(
    task: Task, makings: Sequence[Making], storage: Storage, recorder: Recorder
) -> list[dict[str, Any]]:
    """Put results where they were asked for; gives what is there now.

    A task that was cut off between delivering and saying so is done again: what is there already is taken for
    this result where its bytes are the same, or are those that the earlier run said it would put there.

    Raises:
        StoredFileExists: something else is there.
        StorageError: it cannot be put there.
    """
    files = [one for making in makings for one in _files_of(making)]
    promised = recorder.promise(task, {one.uri: file_sha256(one.local) for one in files})
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(partial(_put, storage, promised), files))


def park(task: Task, makings: Sequence[Making], store: Store) -> list[dict[str, Any]]:
    """Put results into the service's own store; gives what :func:`deliver_parked` needs."""
    parked: list[dict[str, Any]] = []
    for making in makings:
        for one in _files_of(making):
            path = f"{_PARKED}/{task.subject}/{hashlib.sha256(one.uri.encode()).hexdigest()}"
            store.put(path, one.local, overwrite=True)
            parked.append({"uri": one.uri, "path": path, "overwrite": one.overwrite})
    return parked


def deliver_parked(
    task: Task,
    parked: Sequence[Mapping[str, Any]],
    store: Store,
    scratch: Path,
    storage: Storage,
    recorder: Recorder,
) -> list[dict[str, Any]]:
    """Put results where they were asked for that are in the service's own store."""
    makings: list[Making] = []
    for number, one in enumerate(parked):
        local = scratch / f"{number}-{parse_uri(one['uri']).name}"
        copy_out(store, one["path"], local)
        makings.append(Making(one["uri"], local, bool(one["overwrite"])))
    return deliver(task, makings, storage, recorder)


def clear_parked(parked: Sequence[Mapping[str, Any]], store: Store) -> None:
    """Remove what was delivered from the service's own store."""
    for one in parked:
        try:
            store.delete(one["path"])
        except StoredFileNotFound:
            continue


def _put(storage: Storage, promised: Mapping[str, str], one: _OneFile) -> dict[str, Any]:
    digest = file_sha256(one.local)
    try:
        stored = storage.put(one.uri, one.local, overwrite=one.overwrite)
    except StoredFileExists:
        there = contents_digest(storage.read(one.uri))
        if there not in (digest, promised.get(one.uri)):
            raise
        stored, digest = storage.stat(one.uri), there
    return {"uri": one.uri, "size_bytes": stored.size_bytes, "sha256": digest}


def _files_of(making: Making) -> list[_OneFile]:
    if making.local.is_dir():
        folder = parse_uri(making.uri)
        return [
            _OneFile(str(folder.joined(file.relative_to(making.local).as_posix())), file, making.overwrite)
            for file in sorted(making.local.rglob("*"))
            if file.is_file()
        ]
    if not making.local.exists():
        raise EncodeError(
            f"Nothing was made for {making.uri}. This is a fault of Rotoscope; please report it."
        )
    return [_OneFile(making.uri, making.local, making.overwrite)]
