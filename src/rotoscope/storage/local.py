"""A folder of this machine as a store.

Files are written under a name that is not listed, flushed to the disk, and take their place in one step: by a
hard link that fails where something is, or by a rename that replaces. So what is listed is whole, also after
the power failed, and of two that store the same path one is refused. Below the root symbolic links are not
followed; they are neither listed nor read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat as modes
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Literal

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    StorageError,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.paths import (
    LEFTOVER_AGE,
    check_path,
    check_prefix,
    is_unfinished,
    path_fault,
    unfinished_name,
)
from rotoscope.storage.store import SignedUrl, StoredFile

_PIECE_BYTES: Final = 1 << 20
_OPEN_FLAGS: Final = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
) | getattr(os, "O_BINARY", 0)
_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_REASONS: Final = {
    errno.ENOSPC: "no space is left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the name is too long for the file system",
}


class LocalStore:
    """A store in a folder.

    Args:
        root: the folder. It may be a symbolic link; nothing below it is followed.
        shown_as: how messages write the root, such as ``data://``; whoever reads them need not know where
            the folder is.
        make_root: whether the root is made when it is not there. Otherwise its absence, such as of a disk
            that is not plugged in, is an error.
        frozen: whether files are stored without the right to write into them, so that hard links to them
            are safe to hand out.
        closed: folders and files that are as if they were not there.
    """

    def __init__(
        self,
        root: Path,
        *,
        shown_as: str,
        make_root: bool = True,
        frozen: bool = False,
        closed: Sequence[Path] = (),
    ) -> None:
        self._root = root.resolve()
        self._shown_as = shown_as
        self._make_root = make_root
        self._closed = tuple(str(place.resolve()) for place in closed)
        self.frozen = frozen
        self._cleaned: Path | None = None

    def local_path(self, path: str) -> Path:
        """Where a stored file lies. It is there to be read and linked to, never to be written to.

        Raises:
            StoredFileNotFound: nothing is stored there.
        """
        self.stat(path)
        return self._place(path)

    def stat(self, path: str) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.stat`."""
        with self._told(path, "read"):
            return self._described(path, os.lstat(self._place(path)))

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :meth:`rotoscope.storage.store.Store.list`. One folder's names are held at a time, not all."""
        check_prefix(prefix)
        self._require_root()
        base = prefix.rpartition("/")[0]
        try:
            with self._told(base, "listed"):
                folder = self._place(base) if base else self._root
        except (AccessDenied, StoredFileNotFound):
            return iter(())
        return self._below(folder, f"{base}/" if base else "", prefix, after or "")

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :meth:`rotoscope.storage.store.Store.read`."""
        with self._told(path, "read"):
            place = self._place(path)
            self._described(path, os.lstat(place))
            file = os.fdopen(os.open(place, os.O_RDONLY | _OPEN_FLAGS), "rb", buffering=0)
            file.seek(start)
        pieces = self._pieces(path, file, None if stop is None else stop - start)
        next(pieces)  # from here on the file is closed with the generator
        return pieces

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.put`."""
        with self._told(path, "stored"):
            place = self._place(path)
            self._require_root()
            if place.is_dir() or (not overwrite and os.path.lexists(place)):
                raise self._exists(path, place)
            descriptor, unfinished = self._open_unfinished(path, place)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    sha256 = self._write(path, file, source)
                    file.flush()
                    if self.frozen and os.name != "nt":
                        os.fchmod(file.fileno(), os.fstat(file.fileno()).st_mode & 0o444)
                    os.fsync(file.fileno())
                    stored = self._described(path, os.fstat(file.fileno()))
                self._publish(path, unfinished, place, overwrite=overwrite)
                _flush_folder(place.parent)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                self._prune(place.parent)
                raise
        return replace(stored, sha256=sha256)

    def delete(self, path: str) -> None:
        """See :meth:`rotoscope.storage.store.Store.delete`."""
        with self._told(path, "deleted"):
            place = self._place(path)
            self._described(path, os.lstat(place))
            place.unlink()
            _flush_folder(place.parent)
        self._prune(place.parent)

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """None: a folder has no URLs."""
        check_path(path)
        return None

    # -- where things are ---------------------------------------------------------------------------------

    def _place(self, path: str) -> Path:
        check_path(path)
        place = self._root
        for part in path.split("/"):
            place = place / part
            if place.is_symlink():
                raise AccessDenied(
                    f"{self._shown(path)} cannot be reached: {part} is a symbolic link, and links are not "
                    f"followed. Name the file that it leads to, if that is in a folder you may use."
                )
            if str(place) in self._closed:
                raise StoredFileNotFound(f"Nothing is stored at {self._shown(path)}.")
        return place

    def _require_root(self) -> None:
        if not self._make_root and not self._root.is_dir():
            raise StoreUnavailable(
                f"{self._shown_as} is not there at the moment. Mount the disk or make the folder that it "
                f"stands for, and try again."
            )

    def _shown(self, path: str) -> str:
        return f"{self._shown_as}{path}"

    def _described(self, path: str, found: os.stat_result) -> StoredFile:
        if not modes.S_ISREG(found.st_mode):
            what = "a folder; end it with / to mean all that is in it" if modes.S_ISDIR(found.st_mode) else ""
            raise StoredFileNotFound(f"{self._shown(path)} is {what or 'not a regular file'}.")
        return StoredFile(
            path=path,
            size_bytes=found.st_size,
            modified=datetime.fromtimestamp(found.st_mtime, UTC),
            etag=f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}",
        )

    # -- listing and reading ------------------------------------------------------------------------------

    def _below(self, folder: Path, base: str, prefix: str, after: str) -> Iterator[StoredFile]:
        with self._told(base, "listed"):
            names = self._sorted_names(folder)
        for name in names:
            path = base + name
            if name.endswith("/"):
                wanted = path.startswith(prefix) or prefix.startswith(path)
                if wanted and (path > after or after.startswith(path)):
                    yield from self._below(folder / name[:-1], path, prefix, after)
            elif path.startswith(prefix) and path > after:
                with contextlib.suppress(FileNotFoundError, StoredFileNotFound):  # gone meanwhile
                    yield self._described(path, os.lstat(folder / name))

    def _sorted_names(self, folder: Path) -> list[str]:
        """What a folder holds, in the order of whole paths: folders sort with the slash that follows them."""
        names: list[str] = []
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                known = path_fault(entry.name) is None and entry.path not in self._closed
                if known and entry.is_dir(follow_symlinks=False):
                    names.append(f"{entry.name}/")
                elif known and entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
        return sorted(names)

    def _pieces(self, path: str, file: BinaryIO, most: int | None) -> Generator[bytes]:
        with file:
            yield b""
            while most is None or most > 0:
                with self._told(path, "read"):
                    piece = file.read(_PIECE_BYTES if most is None else min(most, _PIECE_BYTES))
                if not piece:
                    return
                most = None if most is None else most - len(piece)
                yield piece

    # -- writing ------------------------------------------------------------------------------------------

    def _open_unfinished(self, path: str, place: Path) -> tuple[int, Path]:
        for _ in range(100):  # another thread may remove the empty folder that was just made
            _make_folders(place.parent)
            self._place(path)  # none of the folders became a link
            unfinished = place.with_name(unfinished_name())
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN_FLAGS
                descriptor = os.open(unfinished, flags, 0o666)
            except FileNotFoundError:
                continue
            self._clean(place.parent)
            return descriptor, unfinished
        raise StoreUnavailable(f"{self._shown(path)} cannot be stored: its folder vanishes again and again.")

    def _clean(self, folder: Path) -> None:
        """Remove what others began to write and never finished."""
        if folder == self._cleaned:
            return
        self._cleaned = folder
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if is_unfinished(entry.name):
                    age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                    if age > LEFTOVER_AGE.total_seconds():
                        Path(entry.path).unlink()

    def _write(self, path: str, file: BinaryIO, source: Path | bytes) -> str:
        digest = hashlib.sha256()
        if isinstance(source, bytes):
            digest.update(source)
            file.write(source)
            return digest.hexdigest()
        with source.open("rb") as given:
            expected = os.fstat(given.fileno()).st_size
            arrived = 0
            while piece := given.read(_PIECE_BYTES):
                digest.update(piece)
                file.write(piece)
                arrived += len(piece)
        if arrived != expected:
            raise CorruptTransfer(
                f"{source.name} changed while it was stored at {self._shown(path)}: it had {expected} bytes, "
                f"and {arrived} were read. Nothing was stored; try again when it is complete."
            )
        return digest.hexdigest()

    def _publish(self, path: str, unfinished: Path, place: Path, *, overwrite: bool) -> None:
        if overwrite:
            unfinished.replace(place)
            return
        try:
            place.hardlink_to(unfinished)
        except FileExistsError:
            raise self._exists(path, place) from None
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            try:  # file systems without hard links: take the name first, create-only
                os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN_FLAGS))
            except FileExistsError:
                raise self._exists(path, place) from None
            unfinished.replace(place)
            return
        unfinished.unlink()

    def _exists(self, path: str, place: Path) -> StoredFileExists:
        if place.is_dir():
            return StoredFileExists(f"{self._shown(path)} is a folder with files in it. Choose another name.")
        return StoredFileExists(
            f"{self._shown(path)} is there already. Choose another name, or ask for it to be overwritten."
        )

    def _prune(self, folder: Path) -> None:
        """Remove folders that have no files any more."""
        with contextlib.suppress(OSError):  # not empty: it stays
            while folder != self._root and folder.is_relative_to(self._root):
                folder.rmdir()
                folder = folder.parent

    @contextlib.contextmanager
    def _told(self, path: str, done: str) -> Generator[None]:
        """Turn what the operating system says into errors of storage."""
        try:
            yield
        except StorageError:
            raise
        except FileNotFoundError as error:
            if done == "stored":
                raise StoredFileNotFound(
                    f"{self._shown(path)} cannot be stored: the file {Path(str(error.filename)).name}, which "
                    f"was to be put there, is not there."
                ) from error
            raise StoredFileNotFound(f"Nothing is stored at {self._shown(path)}.") from error
        except (NotADirectoryError, FileExistsError) as error:
            if done != "stored":
                raise StoredFileNotFound(f"Nothing is stored at {self._shown(path)}.") from error
            raise StoredFileExists(
                f"{self._shown(path)} cannot be stored: a part of its path is a file. Choose another name."
            ) from error
        except PermissionError as error:
            raise AccessDenied(
                f"{self._shown(path)} cannot be {done}: the operating system denies it to the user that this "
                f"program runs as. Change the permissions of the folder, or choose another place."
            ) from error
        except OSError as error:
            reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
            raise StoreUnavailable(
                f"{self._shown(path)} cannot be {done}: {reason}. Nothing was left half done; make it "
                f"possible and try again."
            ) from error


def _make_folders(folder: Path) -> None:
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for new in made:
        with contextlib.suppress(FileNotFoundError):
            _flush_folder(new.parent)


def _flush_folder(folder: Path) -> None:
    """Ask the operating system to put a folder's entries on the disk."""
    if os.name == "nt":
        return  # Windows opens no folders
    with contextlib.suppress(FileNotFoundError):  # removed by somebody who emptied it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems cannot; their files were
                raise
        finally:
            os.close(descriptor)
