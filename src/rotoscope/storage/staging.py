"""Stored files as local ones and back: what a worker takes, and what it delivers.

A download grows under a name that tells its source's version, so a later run goes on where it stopped, and
only with the rest of the same bytes. A file of a store on this machine is linked where nobody can write into
it, and copied otherwise.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from rotoscope.errors import AccessDenied, CorruptTransfer, StoredFileExists, StoredFileNotFound
from rotoscope.storage.paths import check_path
from rotoscope.storage.storage import Located, Storage
from rotoscope.storage.store import StoredFile
from rotoscope.storage.transfer import (
    Check,
    OnBytes,
    Watch,
    all_at_once,
    contents_digest,
    disk_errors,
    fetch_file,
    local_pieces,
    locked,
)
from rotoscope.storage.uri import StorageUri, parse_uri

_COMPLETE: Final = ".complete"
"""In a version's folder of the cache: all of it is there. Its time is that of the last use."""
_DAY: Final = 24 * 3600.0


def fetch(
    storage: Storage,
    uri: str | StorageUri,
    folder: Path,
    *,
    on_bytes: OnBytes | None = None,
    check: Check | None = None,
) -> Path:
    """Bring a stored file, or a folder of them where the URI ends with ``/``, into a local folder.

    The local name is the URI's own. What an earlier run had begun is gone on with, if the source is the same.
    A result may be a hard link and read-only: it is there to be read or replaced, not to be written into.

    Args:
        storage: what the client can reach.
        uri: of a file, or of a folder.
        folder: made where it is not there.
        on_bytes: told of bytes as they arrive; those of an earlier run count.
        check: asked between pieces; what it raises stops the transfer and comes through.

    Returns:
        The local file or folder.

    Raises:
        StoredFileNotFound: nothing is there; for a folder: no file is.
        CorruptTransfer: the bytes are not those that the store promised.
        StorageError: it cannot be read, or the local disk does not take it.
    """
    uri = parse_uri(uri) if isinstance(uri, str) else uri
    watch = Watch(on_bytes, check)
    place = folder / _local_name(uri)
    with disk_errors(uri):
        if not uri.is_folder:
            return fetch_file(storage.locate(uri, "read"), place, watch)
        pairs = [(found, place / name) for found, name, _ in _files_below(storage, uri)]
        all_at_once(lambda pair: fetch_file(*pair, watch), pairs, watch)
        return place


def cached_fetch(
    storage: Storage,
    uri: str | StorageUri,
    cache_folder: Path,
    *,
    on_bytes: OnBytes | None = None,
    check: Check | None = None,
) -> Path:
    """As :func:`fetch`, but once a machine: one version of a source is fetched a single time.

    What is in the cache is read-only. The store is asked for the version each time, so a right that was taken
    away is noticed. Two that want the same at once wait for one another.
    """
    uri = parse_uri(uri) if isinstance(uri, str) else uri
    watch = Watch(on_bytes, check)
    home = cache_folder / _version(storage, uri)
    with disk_errors(uri):
        while True:
            home.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError), locked(home, watch):  # else trimmed meanwhile
                if not (home / _COMPLETE).exists():
                    fetch(storage, uri, home, on_bytes=on_bytes, check=check)
                    for file in home.rglob("*"):
                        if file.is_file():
                            file.chmod(file.stat().st_mode & 0o555)
                    (home / _COMPLETE).touch()
                os.utime(home / _COMPLETE)
                return home / _local_name(uri)


def trim_cache(cache_folder: Path, *, most_bytes: int, unused_seconds: float = _DAY) -> int:
    """Remove what was not used for longest from the cache of :func:`cached_fetch`.

    Args:
        cache_folder: the cache.
        most_bytes: how much may stay.
        unused_seconds: what was used within that time stays in any case: somebody may be reading it.

    Returns:
        How many bytes were removed.
    """
    homes = sorted((_last_use(home), home) for home in cache_folder.glob("*") if home.is_dir())
    sizes = {
        home: sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) for _, home in homes
    }
    excess = sum(sizes.values()) - most_bytes
    removed = 0
    for last, home in homes:
        if removed >= excess or time.time() - last < unused_seconds:
            break
        with contextlib.suppress(FileNotFoundError), locked(home, Watch(None, None)):
            shutil.rmtree(home)
            removed += sizes[home]
    return removed


def deliver(
    storage: Storage,
    local: Path,
    uri: str | StorageUri,
    *,
    overwrite: bool = False,
    on_bytes: OnBytes | None = None,
    check: Check | None = None,
) -> list[StoredFile]:
    """Store a local file, or every file of a local folder under a URI.

    Without ``overwrite`` nothing is replaced, and what is in the way is found before anything is sent. A file
    that is there already with these very bytes counts as delivered, so a run that was interrupted can deliver
    again.

    Args:
        storage: what the client can reach.
        local: a file or a folder. Files and folders in it that begin with a dot are left out.
        uri: of the file, which goes into a URI that ends with ``/`` under its own name; or of the folder.
        overwrite: whether what is there is replaced.
        on_bytes: told the size of each file as it is stored.
        check: asked before each file; what it raises stops the delivery and comes through.

    Returns:
        What is stored now, in the order of paths; each path is that in its connector's store.

    Raises:
        StoredFileNotFound: the local file is not there, or the folder is empty.
        StoredFileExists: other bytes are there.
        StorageError: it cannot be stored.
    """
    uri = parse_uri(uri) if isinstance(uri, str) else uri
    watch = Watch(on_bytes, check)

    def look(pair: tuple[Path, Located]) -> StoredFile | None:
        watch.ask()
        return None if overwrite else _already_there(*pair)

    def send(pair: tuple[tuple[Path, Located], StoredFile | None]) -> StoredFile:
        watch.ask()
        stored = pair[1] or _put(*pair[0], overwrite=overwrite)
        watch.told(stored.size_bytes)
        return stored

    with disk_errors(uri):
        pairs = [(file, storage.locate(place, "write")) for file, place in _places(local, uri)]
        there = all_at_once(look, pairs, watch)
        return all_at_once(send, list(zip(pairs, there, strict=True)), watch)


def _local_name(uri: StorageUri) -> str:
    return check_path(uri.name or uri.authority or uri.scheme)


def _files_below(storage: Storage, uri: StorageUri) -> list[tuple[Located, str, StoredFile]]:
    """A folder's files: where they are, their paths in the folder, and what the store says of them."""
    below = [
        (storage.locate(place, "read"), check_path(place.path[len(uri.path) :]), found)
        for place, found in storage.list(uri)
    ]
    if not below:
        raise StoredFileNotFound(f"Nothing is stored under {uri}. A folder is there when it has files in it.")
    return below


def _version(storage: Storage, uri: StorageUri) -> str:
    """A name for what a URI leads to now, that nothing else has."""
    if uri.is_folder:
        found = [(located, file) for located, _, file in _files_below(storage, uri)]
    else:
        located = storage.locate(uri, "read")
        found = [(located, located.store.stat(located.path))]
    if any(not file.etag for _, file in found):
        return hashlib.sha256(os.urandom(32)).hexdigest()  # nobody can tell whether it changed
    written = [
        [one.connector.place or one.connector.base, str(one.uri), file.etag, file.size_bytes]
        for one, file in found
    ]
    return hashlib.sha256(json.dumps([str(uri), written]).encode()).hexdigest()


def _last_use(home: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return (home / _COMPLETE).stat().st_mtime
    with contextlib.suppress(FileNotFoundError):
        return home.stat().st_mtime
    return 0.0


def _places(local: Path, uri: StorageUri) -> list[tuple[Path, StorageUri]]:
    if not local.is_dir():
        return [(local, uri.joined(local.name) if uri.is_folder else uri)]
    folder = uri if uri.is_folder else replace(uri, path=f"{uri.path}/")
    places = [(local / name, folder.joined(name)) for name in sorted(_visible_files(local))]
    if not places:
        raise StoredFileNotFound(f"{local.name} holds no files to store under {folder}.")
    return places


def _visible_files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        name = file.relative_to(folder)
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()


def _put(local: Path, located: Located, *, overwrite: bool) -> StoredFile:
    try:
        stored = located.store.put(located.path, local, overwrite=overwrite)
    except StoredFileExists:  # it came after the look
        there = _already_there(local, located)
        if there is None:
            raise
        return there
    size = local.stat().st_size
    if stored.size_bytes != size:
        raise CorruptTransfer(
            f"{located.uri} has {stored.size_bytes} bytes, and {local.name} has {size}. Store it again."
        )
    return stored


def _already_there(local: Path, located: Located) -> StoredFile | None:
    """What is stored at a place, where it is this file; None: nothing is, or nobody may look.

    Raises:
        StoredFileExists: other bytes are there.
    """
    try:
        found = located.store.stat(located.path)
    except (StoredFileNotFound, AccessDenied):
        return None
    if found.size_bytes == local.stat().st_size:
        sha256 = found.sha256
        if sha256 is None and "read" in located.connector.rights:
            sha256 = contents_digest(located.store.read(located.path))
        if sha256 == contents_digest(local_pieces(local)):
            return found
    raise StoredFileExists(
        f"{located.uri} is there already, with other bytes. Choose another name, or ask for it to be "
        f"overwritten."
    )
