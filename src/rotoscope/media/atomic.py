"""Results appear whole or not at all.

A result grows under a hidden name beside its place (so on the same file system), is flushed to the disk, and
takes its place in one step: a hard link that fails where something is, or a rename that replaces.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Generator
from pathlib import Path

from av.error import FFmpegError

from rotoscope.errors import EncodeError, OutputExists

_NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_REASONS = {
    errno.ENOSPC: "no space left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file grew larger than the file system or a limit allows",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the name is too long",
}


def refuse_existing(output: Path, *, overwrite: bool) -> None:
    """Refuse an output that is there already, before any work is done.

    Raises:
        OutputExists: it is there and must not be replaced.
        EncodeError: it is a folder, or the folder it should be in is missing.
    """
    if output.is_dir():
        raise EncodeError(f"{output} is a folder, and a file is to be written. Give the name of a file.")
    if not overwrite and os.path.lexists(output):
        raise OutputExists(f"{output} exists already. Give another name, or --overwrite to replace it.")
    if not output.parent.is_dir():
        raise EncodeError(
            f"{output} cannot be written: the folder {output.parent} does not exist. Make it first, or give "
            f"a place in a folder that exists."
        )


def refuse_source(output: Path, *sources: Path | None) -> None:
    """Refuse to write over a source, whatever --overwrite says.

    Raises:
        EncodeError: the output is one of the sources.
    """
    for source in sources:
        if source is not None and output.exists() and source.exists() and output.samefile(source):
            raise EncodeError(
                f"{output} is the source itself, and a source is never written over. Give the result "
                f"another name."
            )


@contextlib.contextmanager
def encode_errors(output: Path) -> Generator[None]:
    """Turn what the operating system, FFmpeg or an encoder raises into :class:`EncodeError`."""
    try:
        yield
    except (OSError, FFmpegError) as error:
        reason = _REASONS.get(error.errno or 0) or error.strerror or str(error)
        folder = f" on {output.parent}" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise EncodeError(
            f"{output} cannot be written: {reason}{folder}. Nothing was left behind; make room or choose "
            f"another place, and run again."
            if folder
            else f"{output} cannot be written: {reason}. Nothing was left behind; choose another place or "
            f"other settings, and run again."
        ) from error
    except (ValueError, MemoryError) as error:
        raise EncodeError(
            f"{output} cannot be written: {error}. Nothing was left behind; choose other settings, and run "
            f"again."
        ) from error


class StagedFile:
    """A file that is being made for ``output``.

    ``part`` is where to write. Then :meth:`publish`, or :meth:`discard`.
    """

    def __init__(self, output: Path, *, overwrite: bool) -> None:
        self.output = output.absolute()
        self.part = self.output.with_name(f".{output.name}.{secrets.token_hex(4)}.part")
        self._overwrite = overwrite
        with encode_errors(output):
            self.part.touch(exist_ok=False)  # an unwritable folder is known before any work

    def publish(self) -> int:
        """Put the finished file in its place; gives its size in bytes.

        Raises:
            OutputExists: something took the place meanwhile, and must not be replaced.
            EncodeError: the disk refuses.
        """
        with encode_errors(self.output):
            flush_to_disk(self.part)
            size = self.part.stat().st_size
            place(self.part, self.output, overwrite=self._overwrite)
            flush_to_disk(self.output.parent)
        return size

    @property
    def written_bytes(self) -> int:
        """Size of the unfinished file; 0 where it is not there any more."""
        try:
            return self.part.stat().st_size
        except FileNotFoundError:  # another thread may have discarded it just now
            return 0

    def discard(self) -> None:
        """Remove the unfinished file."""
        self.part.unlink(missing_ok=True)


def write_new_file(path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write a file that appears whole or not at all.

    Raises:
        OutputExists: it is there already, and ``overwrite`` was not given.
        EncodeError: it cannot be written.
    """
    staged = StagedFile(path, overwrite=overwrite)
    try:
        with encode_errors(path):
            staged.part.write_bytes(data)
        staged.publish()
    except BaseException:
        staged.discard()
        raise


class StagedFolder:
    """A folder of files that is being made for the folder ``output``."""

    def __init__(self, output: Path) -> None:
        self.output = output.absolute()
        self.part = self.output.with_name(f".{self.output.name}.{secrets.token_hex(4)}.part")
        self._made: list[Path] = []
        with encode_errors(output):
            for parent in reversed([p for p in self.output.parents if not p.exists()]):
                parent.mkdir()
                self._made.append(parent)
            self.part.mkdir()

    def publish(self, names: list[str], *, replaced: list[str], overwrite: bool) -> int:
        """Put the folder in its place, or its files into the folder that is there; gives their size in bytes.

        Args:
            names: The files in ``part``.
            replaced: Files of an earlier result in ``output``, removed before the new ones come.
            overwrite: Whether files of the same names are replaced.

        Raises:
            OutputExists: a file of that name appeared meanwhile, and must not be replaced.
            EncodeError: the disk refuses.
        """
        with encode_errors(self.output):
            for name in names:
                flush_to_disk(self.part / name)
            size = sum((self.part / name).stat().st_size for name in names)
            if self.output.is_dir():
                for name in replaced:
                    (self.output / name).unlink()
                for name in names:
                    place(self.part / name, self.output / name, overwrite=overwrite)
                self.part.rmdir()
            else:
                self.part.rename(self.output)
            flush_to_disk(self.output)
            flush_to_disk(self.output.parent)
        return size

    def discard(self) -> None:
        """Remove the unfinished folder, and the empty folders that were made for it."""
        shutil.rmtree(self.part, ignore_errors=True)
        for parent in reversed(self._made):
            with contextlib.suppress(OSError):  # somebody else put something there: it stays
                parent.rmdir()


def place(part: Path, output: Path, *, overwrite: bool) -> None:
    """Move a finished file to its place in one step.

    Raises:
        OutputExists: something is there, and must not be replaced.
        OSError: the file system refuses.
    """
    if overwrite:
        part.replace(output)
        return
    try:
        try:
            output.hardlink_to(part)
            part.unlink()
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            # File systems without hard links (FAT, some network shares): take the name first, create-only.
            output.touch(exist_ok=False)
            part.replace(output)
    except FileExistsError:
        raise OutputExists(
            f"{output} appeared while the result was made. Give another name, or --overwrite to replace it."
        ) from None


def flush_to_disk(path: Path) -> None:
    """Ask the operating system to put a file's bytes, or a folder's entries, on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Folders cannot be flushed on some file systems; their files were.
        if not (path.is_dir() and error.errno in (errno.EINVAL, errno.ENOTSUP)):
            raise
    finally:
        os.close(descriptor)
