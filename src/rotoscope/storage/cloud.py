"""A bucket or container of a cloud as a store: S3, Google Cloud Storage, Azure Blob Storage.

The requests are made by obstore (https://developmentseed.org/obstore). What it raises becomes an error of
storage here, and nothing else comes through.
"""

from __future__ import annotations

import contextlib
import hashlib
import mimetypes
import re
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import obstore
from obstore import exceptions
from obstore.store import MemoryStore

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StorageError,
    StoredFileExists,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.paths import (
    LEFTOVER_AGE,
    UNFINISHED,
    check_path,
    check_prefix,
    is_unfinished,
    path_fault,
    unfinished_name,
)
from rotoscope.storage.store import SignedUrl, StoredFile

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import AzureStore, GCSStore, S3Store

    Bucket: TypeAlias = S3Store | GCSStore | AzureStore | MemoryStore

_PIECE_BYTES: Final = 1 << 20
_PART_BYTES: Final = 8 << 20
"""Of a multipart transfer: with 10,000 parts at most, files of 80 GB."""
_SINGLE_BYTES: Final = 32 << 20
"""Up to here a file goes in one request; larger ones go in parts."""
_COPY_BYTES: Final = 5 << 30
"""The largest file that S3 copies by one request."""
_LONGEST_SIGNATURE: Final = 7 * 24 * 3600
"""Seconds; what S3 and Google allow."""
_SHA256: Final = "rotoscope-sha256"
"""The name of the metadata under which the checksum of what was stored is kept."""
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_DENIED: Final = re.compile(r"non-2xx status code: 40[13]\b")
_NO_BUCKET: Final = re.compile(r"<Code>(NoSuchBucket|ContainerNotFound)</Code>")
_DAMAGED: Final = re.compile(r"<Code>(BadDigest|XAmzContent(Checksum|SHA256)Mismatch|Md5Mismatch)</Code>")

_Kind: TypeAlias = type[StorageError]
KINDS: Final[Mapping[str, _Kind]] = {
    "FileNotFoundError": StoredFileNotFound,
    "NotFoundError": StoredFileNotFound,
    "AlreadyExistsError": StoredFileExists,
    "PreconditionError": CorruptTransfer,
    "NotModifiedError": StoreUnavailable,
    "PermissionError": AccessDenied,
    "PermissionDeniedError": AccessDenied,
    "UnauthenticatedError": AccessDenied,
    "InvalidPathError": InvalidUri,
    "NotSupportedError": StorageError,
    "UnknownConfigurationKeyError": StorageError,
    "JoinError": StoreUnavailable,
    "GenericError": StoreUnavailable,
    "BaseError": StoreUnavailable,
}
"""What becomes of each exception of obstore, by its name; its base class stands for those to come."""


class CloudStore:
    """A store in a bucket.

    A file of more than 32 MiB goes in parts. Where it must not replace anything, its parts become an unlisted
    file beside its place, which the bucket then copies there on the condition that nothing is there. S3
    copies at most 5 GiB so; for larger files the place is looked at once more just before the last part is
    confirmed, and two that end within that moment are not told apart.

    The SHA-256 of what is stored is kept in the file's metadata, except where the bucket copied it.

    Args:
        bucket: of obstore, with the prefix below which everything lies.
        shown_as: how messages write its root, such as ``s3://bucket/prefix/``.
        signs: whether there are keys that URLs can be signed with.
        single_bytes: up to which size a file goes in one request.
    """

    def __init__(
        self, bucket: Bucket, *, shown_as: str, signs: bool = True, single_bytes: int = _SINGLE_BYTES
    ) -> None:
        self._signs = signs
        self._bucket = bucket
        self._shown_as = shown_as
        self._single_bytes = single_bytes

    def stat(self, path: str) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.stat`."""
        check_path(path)
        with self._told(path, "read"):
            found = obstore.get(self._bucket, path, options={"head": True})
            sha256 = found.attributes.get(_SHA256, "")
            return _described(found.meta, sha256 if _HEX.fullmatch(sha256) else None)

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :meth:`rotoscope.storage.store.Store.list`."""
        check_prefix(prefix)
        return self._listed(prefix, after or "")

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :meth:`rotoscope.storage.store.Store.read`. It fails when the file changes meanwhile."""
        check_path(path)
        options: GetOptions = {}
        if start or stop is not None:
            found = self.stat(path)
            stop = found.size_bytes if stop is None else min(stop, found.size_bytes)
            if start >= stop:
                return iter(())
            options = {"range": (start, stop)}
            if found.etag:
                options["if_match"] = found.etag
        with self._told(path, "read"):
            answer = obstore.get(self._bucket, path, options=options)
            first, end = answer.range
        return self._pieces(path, iter(answer.stream(min_chunk_size=_PIECE_BYTES)), end - first)

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :meth:`rotoscope.storage.store.Store.put`."""
        check_path(path)
        source = self._in_memory_if_small(path, source)
        size, sha256 = self._measured(path, source)
        with self._told(path, "stored"):
            if isinstance(source, bytes) and size <= self._single_bytes:
                mode = "overwrite" if overwrite else "create"
                marks = _marks(path, sha256)
                etag = obstore.put(
                    self._bucket, path, source, mode=mode, attributes=marks, use_multipart=False
                )["e_tag"]
            elif overwrite or size > _COPY_BYTES:
                if not overwrite:
                    self._refuse_existing(path)
                etag = self._put_parts(path, path, source, sha256, overwrite=overwrite)
            else:
                etag = self._put_beside(path, source, sha256)
        return self._arrived(StoredFile(path, size, datetime.now(UTC), etag or "", sha256))

    def delete(self, path: str) -> None:
        """See :meth:`rotoscope.storage.store.Store.delete`."""
        self.stat(path)  # S3 deletes what is not there without a word
        with self._told(path, "deleted"):
            obstore.delete(self._bucket, path)

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """A URL of the bucket's own; None where there is nothing to sign with (public buckets)."""
        check_path(path)
        if not self._signs or isinstance(self._bucket, MemoryStore):
            return None
        lasts = timedelta(seconds=max(1, min(seconds, _LONGEST_SIGNATURE)))
        expires = datetime.now(UTC) + lasts
        with self._told(path, "signed"):
            url = obstore.sign(self._bucket, method, path, lasts)
        return SignedUrl(url, method, expires)

    # -- listing and reading ------------------------------------------------------------------------------

    def _listed(self, prefix: str, after: str) -> Iterator[StoredFile]:
        folder = prefix.rpartition("/")[0]
        # Where only a part of a name is given, names before it need not be sent.
        offset = max(after, prefix[:-1])
        with self._told(prefix, "listed"):
            stream = obstore.list(
                self._bucket, f"{folder}/" if folder else None, offset=offset or None, chunk_size=1000
            )
            for chunk in stream:
                for meta in chunk:
                    path = meta["path"]
                    if path_fault(path) is None and path.startswith(prefix) and path > after:
                        if meta["size"] or self._is_file(path):
                            yield _described(meta, None)
                    elif path > prefix and not path.startswith(prefix):
                        return

    def _is_file(self, path: str) -> bool:
        """Whether an empty file is one, and no mark.

        Other tools mark folders by empty files whose names end with ``/``; obstore lists these without it.
        """
        try:
            obstore.head(self._bucket, path)
        except FileNotFoundError:
            return False
        return True

    def _pieces(self, path: str, stream: Iterator[bytes], expected: int) -> Iterator[bytes]:
        arrived = 0
        with self._told(path, "read"):
            for chunk in stream:
                view = memoryview(chunk)
                for first in range(0, len(view), _PIECE_BYTES):
                    piece = bytes(view[first : first + _PIECE_BYTES])
                    arrived += len(piece)
                    yield piece
        if arrived != expected:
            raise CorruptTransfer(
                f"{self._shown(path)} broke off: {arrived} of {expected} bytes arrived. Try again."
            )

    # -- writing ------------------------------------------------------------------------------------------

    def _in_memory_if_small(self, path: str, source: Path | bytes) -> Path | bytes:
        if isinstance(source, bytes):
            return source
        with self._reading(path, source):
            small = source.stat().st_size <= self._single_bytes
            return source.read_bytes() if small else source

    def _measured(self, path: str, source: Path | bytes) -> tuple[int, str]:
        if isinstance(source, bytes):
            return len(source), hashlib.sha256(source).hexdigest()
        with self._reading(path, source), source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return file.tell(), digest.hexdigest()

    @contextlib.contextmanager
    def _reading(self, path: str, source: Path | bytes) -> Generator[None]:
        try:
            yield
        except OSError as error:
            name = source.name if isinstance(source, Path) else "of bytes"
            raise StoredFileNotFound(
                f"{self._shown(path)} cannot be stored: the file {name}, which was to be put there, "
                f"cannot be read ({error.strerror})."
            ) from error

    def _arrived(self, sent: StoredFile) -> StoredFile:
        """What is stored now, by the store's own words where it gives any.

        Whoever may write need not be allowed to look; and others may have replaced or removed it meanwhile.
        """
        try:
            found = self.stat(sent.path)
        except (AccessDenied, StoredFileNotFound):
            return sent
        if sent.etag and found.etag != sent.etag:
            return sent
        if found.size_bytes != sent.size_bytes:
            raise CorruptTransfer(
                f"{self._shown(sent.path)} has {found.size_bytes} bytes, and {sent.size_bytes} were sent. "
                f"Look at it, and store it again."
            )
        return replace(found, sha256=sent.sha256)

    def _refuse_existing(self, path: str) -> None:
        with contextlib.suppress(StoredFileNotFound):
            self.stat(path)
            raise self._error(StoredFileExists, path, "stored", "")

    def _put_beside(self, path: str, source: Path | bytes, sha256: str) -> None:
        """Its etag is not told."""
        folder, slash, _ = path.rpartition("/")
        beside = f"{folder}{slash}{unfinished_name()}"
        with contextlib.suppress(AccessDenied):  # it is only to be known before anything is sent
            self._refuse_existing(path)
        self._clean(f"{folder}{slash}")
        try:
            self._put_parts(path, beside, source, sha256, overwrite=True)
            obstore.copy(self._bucket, beside, path, overwrite=False)
        finally:
            with contextlib.suppress(exceptions.BaseError, FileNotFoundError):
                obstore.delete(self._bucket, beside)

    def _clean(self, folder: str) -> None:
        """Remove what others sent beside its place a day ago and never put there, where that is allowed."""
        begin = f"{folder}{UNFINISHED}"
        with contextlib.suppress(exceptions.BaseError, OSError):
            stream = obstore.list(self._bucket, folder or None, offset=begin, chunk_size=100)
            for meta in next(iter(stream), ()):
                if not meta["path"].startswith(begin):
                    return
                age = datetime.now(UTC) - meta["last_modified"]
                if age > LEFTOVER_AGE and is_unfinished(meta["path"].rpartition("/")[2]):
                    obstore.delete(self._bucket, meta["path"])

    def _put_parts(
        self, path: str, place: str, source: Path | bytes, sha256: str, *, overwrite: bool
    ) -> str | None:
        parts = self._parts(path, source, sha256, overwrite=overwrite)
        marks = _marks(path, sha256)
        return obstore.put(
            self._bucket, place, parts, attributes=marks, chunk_size=_PART_BYTES, max_concurrency=4
        )["e_tag"]

    def _parts(self, path: str, source: Path | bytes, sha256: str, *, overwrite: bool) -> Generator[bytes]:
        """A file's parts. What is raised here makes obstore give up all that was sent."""
        digest = hashlib.sha256()
        if isinstance(source, bytes):
            for first in range(0, len(source), _PART_BYTES):
                digest.update(part := source[first : first + _PART_BYTES])
                yield part
        else:
            with source.open("rb") as file:
                while part := file.read(_PART_BYTES):
                    digest.update(part)
                    yield part
        if digest.hexdigest() != sha256:
            raise CorruptTransfer(
                f"What was to be stored at {self._shown(path)} changed while it was sent. Nothing was "
                f"stored; try again when it is complete."
            )
        if not overwrite:  # from another thread: in this one obstore is at work, and waits for the next part
            with ThreadPoolExecutor(1) as pool:
                pool.submit(self._refuse_existing, path).result()

    # -- errors -------------------------------------------------------------------------------------------

    def _shown(self, path: str) -> str:
        return f"{self._shown_as}{path}"

    @contextlib.contextmanager
    def _told(self, path: str, done: str) -> Generator[None]:
        try:
            yield
        except StorageError:
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            detail = str(error).partition("\n\nDebug source:")[0]
            raise self._error(kind_of(error, done), path, done, detail) from error

    def _error(self, kind: _Kind, path: str, done: str, detail: str) -> StorageError:
        shown = self._shown(path)
        if kind is StoredFileNotFound:
            return kind(f"Nothing is stored at {shown}.")
        if kind is StoredFileExists:
            return kind(f"{shown} is there already. Choose another name, or ask for it to be overwritten.")
        if kind is AccessDenied:
            return kind(
                f"{shown} cannot be {done}: the store denies it. Check the connector's keys, what they are "
                f"allowed to do, and the bucket's name."
            )
        if kind is CorruptTransfer:
            return kind(f"{shown} changed while it was {done}, or arrived damaged. Try again.")
        if kind is InvalidUri:
            return kind(
                f"{shown} cannot be {done}: a name in it is none that a path can have "
                f"({_shortened(detail)}). Rename or remove that file with the store's own tools."
            )
        if _NO_BUCKET.search(detail):
            reason = "there is no such bucket. Check its name, region and endpoint"
        else:
            reason = f"{_shortened(detail)}. Check the connector's endpoint and region, or try again later"
        return kind(f"{shown} cannot be {done}: {reason}.")


def kind_of(error: Exception, done: str = "read") -> _Kind:
    """Which error of storage stands for one of obstore's.

    Args:
        error: what was raised.
        done: ``stored`` for what is raised by storing: there, a condition that failed means that something
            was in the way.
    """
    text = str(error)
    if _NO_BUCKET.search(text):
        return StoreUnavailable
    if _DAMAGED.search(text):
        return CorruptTransfer
    if _DENIED.search(text):  # of a listing obstore tells no more
        return AccessDenied
    if done == "stored" and isinstance(error, exceptions.PreconditionError | exceptions.NotModifiedError):
        return StoredFileExists
    for parent in type(error).__mro__:
        if parent.__name__ in KINDS:
            return KINDS[parent.__name__]
    return StoreUnavailable


def _described(meta: ObjectMeta, sha256: str | None) -> StoredFile:
    return StoredFile(
        path=meta["path"],
        size_bytes=meta["size"],
        modified=meta["last_modified"].astimezone(UTC),
        etag=meta["e_tag"] or meta["version"] or "",
        sha256=sha256,
    )


def _marks(path: str, sha256: str) -> dict[str, str]:
    """What is kept with a file: its checksum, and its type for those who get it by a URL."""
    guessed = mimetypes.guess_type(path)[0]
    return {_SHA256: sha256, "Content-Type": guessed or "application/octet-stream"}


def _shortened(detail: str) -> str:
    """What a library says went wrong: without how often it tried, and without addresses.

    Whoever reads it may be a client, who need not know in which bucket the service keeps its files.
    """
    line = detail.strip().partition("\n")[0].rpartition(" - ")[2].partition("<")[0]
    line = line.replace("Server returned non-2xx status code:", "the server answered")
    line = line.replace("HTTP error: error sending request", "the server cannot be reached")
    return re.sub(r"\w+://\S+", "…", line).rstrip(". :")[:300]
