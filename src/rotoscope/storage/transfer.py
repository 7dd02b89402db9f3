"""One file from a store to the local disk, resumable; and several at once."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from rotoscope.errors import CorruptTransfer, StoreUnavailable
from rotoscope.storage.local import LocalStore
from rotoscope.storage.paths import UNFINISHED, unfinished_name
from rotoscope.storage.storage import Located
from rotoscope.storage.store import StoredFile

try:
    import fcntl
except ImportError:  # Windows: one process at a time
    fcntl = None

OnBytes: TypeAlias = Callable[[int], None]
"""Told how many more bytes are there, by one thread at a time."""
Check: TypeAlias = Callable[[], None]
"""Asked between pieces whether to go on; raises to stop. By one thread at a time."""
AT_ONCE: Final = 4
"""How many files of a folder are transferred at once."""
_PIECE_BYTES: Final = 1 << 20
_ATTEMPTS: Final = 3
"""How often a source that changes meanwhile is begun with."""
_POLL_SECONDS: Final = 0.1
_REASONS: Final = {
    errno.ENOSPC: "no space is left on the local disk",
    errno.EDQUOT: "the local disk's quota is used up",
    errno.ENAMETOOLONG: "the name is too long for the local file system",
    errno.EACCES: "the local folder may not be written to",
    errno.EROFS: "the local file system is read-only",
}
Item = TypeVar("Item")
Result = TypeVar("Result")


class Watch:
    """Whom to tell of bytes, and to ask whether to go on: by one thread at a time."""

    def __init__(self, on_bytes: OnBytes | None, check: Check | None) -> None:
        self._on_bytes = on_bytes
        self._check = check
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def told(self, count: int) -> None:
        """So many more bytes are there."""
        if self._on_bytes is not None and count:
            with self._lock:
                self._on_bytes(count)

    def ask(self) -> None:
        """Go on, or raise."""
        if self._failure is not None:
            raise StoreUnavailable("The transfer was given up, because another of its files failed.")
        if self._check is not None:
            with self._lock:
                self._check()

    def stop(self, failure: BaseException) -> BaseException:
        """Every thread that asks from now on raises; gives what failed first."""
        with self._lock:
            self._failure = self._failure or failure
            return self._failure


def fetch_file(located: Located, place: Path, watch: Watch) -> Path:
    """Bring one file to a local place, replacing what is there.

    Raises:
        CorruptTransfer: the bytes are not those that the store promised, or change all the time.
        StorageError: as of the store.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_ATTEMPTS):
        watch.ask()
        found = located.store.stat(located.path)
        if _linked(located, found, place):
            watch.told(found.size_bytes)
            return place
        if _downloaded(located, found, place, watch):
            return place
    raise CorruptTransfer(
        f"{located.uri} changed each of the {_ATTEMPTS} times it was fetched. Fetch it when nobody writes "
        f"to it."
    )


def all_at_once(function: Callable[[Item], Result], items: Sequence[Item], watch: Watch) -> list[Result]:
    """Do it for several, a few at a time; the first that fails stops the others, and is raised."""

    def tried(item: Item) -> Result:
        try:
            return function(item)
        except BaseException as error:
            watch.stop(error)
            raise

    with ThreadPoolExecutor(min(AT_ONCE, max(1, len(items))), "transfer") as pool:
        futures = [pool.submit(tried, item) for item in items]
        try:
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
            return [future.result() for future in futures]
        except BaseException as error:
            first = watch.stop(error)
            pool.shutdown(wait=True, cancel_futures=True)
            raise first  # noqa: B904  (the same, or what another thread raised before)


def contents_digest(pieces: Iterable[bytes]) -> str:
    """SHA-256 of bytes in pieces, hex."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def local_pieces(path: Path) -> Generator[bytes]:
    """A local file's bytes."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


@contextlib.contextmanager
def locked(place: Path, watch: Watch) -> Generator[None]:
    """Hold a local file or folder that exists; others that want it wait, also other processes.

    Raises:
        FileNotFoundError: it is not there (any more).
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(place, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                watch.ask()
                time.sleep(_POLL_SECONDS)
        if not os.path.samestat(os.fstat(descriptor), place.stat()):  # another one took its name
            raise FileNotFoundError(errno.ENOENT, "replaced meanwhile", str(place))
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def disk_errors(uri: object) -> Generator[None]:
    """Turn what the local disk says into an error of storage."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
        raise StoreUnavailable(
            f"{uri} cannot be transferred: {reason}. Make it possible, and try again; what has arrived is "
            f"kept."
        ) from error


def _linked(located: Located, found: StoredFile, place: Path) -> bool:
    """Link a file of a local store, where nobody can write into it; whether that was possible."""
    if not isinstance(located.store, LocalStore) or not located.store.frozen:
        return False
    source = located.store.local_path(located.path)
    if source.stat().st_mode & 0o222:  # put there by somebody else: one could write into the original
        return False
    new = place.with_name(unfinished_name())
    try:
        new.hardlink_to(source)
        if located.store.stat(located.path).etag != found.etag:
            return False
        new.replace(place)
    except OSError:  # another file system, or none with links: it is copied
        return False
    finally:
        new.unlink(missing_ok=True)  # a rename of a link onto itself does nothing
    return True


def _downloaded(located: Located, found: StoredFile, place: Path, watch: Watch) -> bool:
    """Bring the bytes here; False where the source changed meanwhile."""
    part = _part_of(place, found)
    while True:
        part.touch()
        try:
            with locked(part, watch):
                if not found.etag:  # nothing tells whether it is the same as before
                    os.truncate(part, 0)
                digest = _grow(located, found, part, watch)
                if located.store.stat(located.path).etag != found.etag:
                    part.unlink()
                    return False
                _check_arrived(located, found, part, digest)
                part.replace(place)
                return True
        except FileNotFoundError:  # another one has finished it, or given it up
            continue


def _part_of(place: Path, found: StoredFile) -> Path:
    version = hashlib.sha256(f"{place.name}\0{found.etag}\0{found.size_bytes}".encode())
    return place.with_name(f"{UNFINISHED}{version.hexdigest()[:16]}.part")


def _grow(located: Located, found: StoredFile, part: Path, watch: Watch) -> str:
    """Add to a file what it lacks; gives the SHA-256 of all of it."""
    if part.stat().st_size > found.size_bytes:
        os.truncate(part, 0)
    digest = hashlib.sha256()
    with part.open("r+b") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
        start = file.tell()
        watch.told(start)
        if start < found.size_bytes:
            for piece in located.store.read(located.path, start=start):
                watch.ask()
                file.write(piece)
                digest.update(piece)
                watch.told(len(piece))
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _check_arrived(located: Located, found: StoredFile, part: Path, digest: str) -> None:
    size = part.stat().st_size
    if size < found.size_bytes:
        raise CorruptTransfer(
            f"{located.uri} broke off: {size} of {found.size_bytes} bytes arrived. Try again; it goes on "
            f"from there."
        )
    if size > found.size_bytes or (found.sha256 is not None and digest != found.sha256):
        part.unlink()
        raise CorruptTransfer(
            f"{located.uri} arrived damaged: its SHA-256 or size is not what the store says. Nothing was "
            f"kept; try again, and store the file anew if that fails too."
        )
