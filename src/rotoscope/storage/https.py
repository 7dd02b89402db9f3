"""Files that anybody can fetch, as a store that is only read: ``https://host/path``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal, NoReturn

import httpx

from rotoscope.errors import (
    AccessDenied,
    CorruptTransfer,
    InvalidUri,
    StorageError,
    StoredFileNotFound,
    StoreUnavailable,
)
from rotoscope.storage.guard import Guard, shared_guarded_client
from rotoscope.storage.https_retry import DEFAULT_RETRIES, Retries, again_and_again, range_header, read_on
from rotoscope.storage.store import SignedUrl, StoredFile

MOST_REDIRECTS: Final = 5
"""How often an address may point to another one."""
_CONTENT_RANGE: Final = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


def fetch_url(client: httpx.Client, method: str, url: str, headers: dict[str, str]) -> httpx.Response:
    """The streamed answer to a request, after its redirects.

    Args:
        client: from :func:`~rotoscope.storage.guard.guarded_client`, which checks every address on the way.
        method: GET or HEAD.
        url: where to begin.
        headers: sent to every address on the way, so without credentials.

    Raises:
        AccessDenied: the guard forbids an address, or there are more than five redirects.
        InvalidUri: an address is none.
        httpx.TransportError: a host does not answer.
    """
    here = url
    for _ in range(MOST_REDIRECTS + 1):
        try:
            request = client.build_request(method, here, headers=headers)
        except httpx.InvalidURL as error:
            raise InvalidUri(f"{here[:200]!r} is no address that can be fetched: {error}.") from error
        response = client.send(request, stream=True)
        if response.next_request is None:
            return response
        response.close()
        here = str(response.next_request.url)
    raise AccessDenied(
        f"{url[:200]} points from address to address more than {MOST_REDIRECTS} times. Give the last one."
    )


class HttpsStore:
    """The files of a web server. Addresses are checked, see :mod:`rotoscope.storage.guard`.

    A path is everything behind the host, a query included, as it stands in the URL. Nothing can be listed,
    stored or removed.
    """

    def __init__(
        self,
        host: str,
        *,
        guard: Guard | None = None,
        client: httpx.Client | None = None,
        retries: Retries = DEFAULT_RETRIES,
    ) -> None:
        """Nothing is asked for yet.

        Args:
            host: a name or an address, with a port where it is not 443.
            guard: what is allowed; by default public hosts.
            client: a guarded client, where it is to be another one than this process's.
            retries: how often a server that does not answer is asked.
        """
        self._host = host
        self._client = client or shared_guarded_client(guard or Guard())
        self._retries = retries

    def stat(self, path: str) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`.

        The size is the server's word. Its ETag tells whether the file has changed; where there is none, the
        time and the size do.

        Raises:
            StoreUnavailable: the server does not say how large the file is.
        """
        response = self._asked("HEAD", path, {})
        response.close()
        if response.status_code != 200 or "Content-Length" not in response.headers:
            response = self._asked("GET", path, {"Range": "bytes=0-0"})
            response.close()
        if response.status_code not in (200, 206, 416):
            raise self._failure(path, response)
        return self._stored(path, response)

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :class:`~rotoscope.storage.store.Store`; a web server has no list.

        Raises:
            AccessDenied: always.
        """
        self._refuse("files cannot be listed there")

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :class:`~rotoscope.storage.store.Store`.

        A connection that breaks is taken up again where it was, unless the file has changed meanwhile.

        Raises:
            CorruptTransfer: it has.
        """
        if stop is not None and stop <= start:
            self.stat(path)
            return iter(())
        first = self._opened(path, start, stop, etag=None)
        if first.status_code == 416:
            first.close()
            return iter(())
        etag = _etag(first)
        end = _end(first, start, stop)

        def open_again(position: int) -> httpx.Response:
            if etag is None:
                raise CorruptTransfer(
                    f"{self._url(path)} broke off, and cannot go on: the server does not say which version "
                    "it sends. Try again, or give a copy elsewhere."
                )
            response = self._opened(path, position, stop, etag=etag)
            if _etag(response) != etag or response.status_code == 416:
                response.close()
                raise CorruptTransfer(f"{self._url(path)} changed while it was read. Try again.")
            return _Skipping.of(response, position, stop)

        return read_on(
            open_again,
            _Skipping.of(first, start, stop),
            start=start,
            end=end,
            service=self._host,
            retries=self._retries,
        )

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`; it cannot.

        Raises:
            AccessDenied: always.
        """
        self._refuse("files cannot be stored there")

    def delete(self, path: str) -> None:
        """See :class:`~rotoscope.storage.store.Store`; it cannot.

        Raises:
            AccessDenied: always.
        """
        self._refuse("files cannot be removed there")

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """See :class:`~rotoscope.storage.store.Store`; None: the URL itself is all there is."""
        return None

    def _refuse(self, told: str) -> NoReturn:
        raise AccessDenied(
            f"https://{self._host}/ is only read, file by file: {told}. Use data:// or a connector such as s3://."
        )

    def _url(self, path: str) -> str:
        return f"https://{self._host}/{path}"

    def _opened(self, path: str, start: int, stop: int | None, *, etag: str | None) -> httpx.Response:
        headers = range_header(start, stop)
        if etag is not None and not etag.startswith("W/"):
            headers["If-Range"] = etag
        response = self._asked("GET", path, headers)
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if response.status_code == 206 and (found is None or found[1] != str(start)):
            response.close()
            raise CorruptTransfer(
                f"{self._url(path)} answers with other bytes than were asked for. Try again."
            )
        if response.status_code in (200, 206, 416):
            return response
        response.close()
        raise self._failure(path, response)

    def _asked(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        return again_and_again(
            lambda: fetch_url(self._client, method, self._url(path), headers),
            service=self._host,
            retries=self._retries,
        )

    def _failure(self, path: str, response: httpx.Response) -> StorageError:
        url, status = self._url(path), response.status_code
        if status in (404, 410):
            return StoredFileNotFound(f"{url} is not there (status {status}). Check the address.")
        if status in (401, 403, 407, 451):
            return AccessDenied(
                f"{url} is not given to everybody (status {status}), and no credentials are sent. Give an "
                "address that anybody can open."
            )
        return StoreUnavailable(f"{url} cannot be fetched: the server answers with status {status}.")

    def _stored(self, path: str, response: httpx.Response) -> StoredFile:
        size = _size(response)
        if size is None:
            raise StoreUnavailable(
                f"{self._url(path)} does not say how large it is, so whether it arrives whole cannot be "
                "known. Give an address that does."
            )
        said = response.headers.get("Last-Modified") or response.headers.get("Date")
        etag = _etag(response) or f"{response.headers.get('Last-Modified', '')}/{size}"
        return StoredFile(path=path, size_bytes=size, modified=_time(said), etag=etag)


class _Skipping(httpx.SyncByteStream):
    """The wanted bytes of an answer that brings all of them: the server knows no ranges."""

    def __init__(
        self, stream: Iterator[bytes], start: int, stop: int | None, response: httpx.Response
    ) -> None:
        self._stream = stream
        self._start = start
        self._stop = stop
        self._response = response

    @classmethod
    def of(cls, response: httpx.Response, start: int, stop: int | None) -> httpx.Response:
        """An answer with the wanted bytes only."""
        if response.status_code == 206:
            return response
        stream = cls(response.iter_raw(), start, stop, response)
        return httpx.Response(200, headers=response.headers, stream=stream, request=response.request)

    def __iter__(self) -> Iterator[bytes]:
        position = 0
        for part in self._stream:
            wanted = part[max(0, self._start - position) :]
            position += len(part)
            if self._stop is not None and position >= self._stop:
                yield wanted[: len(wanted) - (position - self._stop)]
                return
            if wanted:
                yield wanted

    def close(self) -> None:
        self._response.close()


def _etag(response: httpx.Response) -> str | None:
    return response.headers.get("ETag") or None


def _size(response: httpx.Response) -> int | None:
    """The size of the whole file."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is not None:
        return int(found[3]) if found[3] != "*" else None
    said = response.headers.get("Content-Length", "")
    return int(said) if response.status_code == 200 and said.isdecimal() else None


def _end(response: httpx.Response, start: int, stop: int | None) -> int | None:
    """Where the wanted bytes end; None: the server does not say."""
    size = _size(response)
    if size is None:
        return None
    return max(start, size if stop is None else min(stop, size))


def _time(said: str | None) -> datetime:
    try:
        found = parsedate_to_datetime(said or "")
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
