"""A folder of a Dropbox as a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

import httpx

from rotoscope.errors import CorruptTransfer, StoredFileNotFound, StoreUnavailable
from rotoscope.storage.dropbox_api import ContentHash, DropboxApi, DropboxError, storage_error, stored_file
from rotoscope.storage.dropbox_upload import SESSION_PIECE_BYTES, upload
from rotoscope.storage.https_retry import DEFAULT_RETRIES, Retries, range_header, read_on
from rotoscope.storage.paths import check_path, check_prefix, path_fault
from rotoscope.storage.store import SignedUrl, StoredFile
from rotoscope.storage.tokens import TokenSource

_Result = TypeVar("_Result")
_LINK_SECONDS: Final = 4 * 3600
"""How long a temporary link lives; Dropbox has no other length."""
_LISTINGS: Final = 3


class DropboxStore:
    """A folder of a Dropbox. It keeps every promise of :class:`~rotoscope.storage.store.Store`.

    Dropbox does not tell large letters from small ones: ``A.png`` and ``a.png`` are the same file there. What
    cannot be downloaded (documents that live in the browser) is not listed. A file that is removed can be
    restored in Dropbox for as long as the account allows.

    A put that was cut off and tried again, and finds the very bytes it sent, counts as the one that stored
    them.
    """

    def __init__(
        self,
        token: TokenSource,
        root: str = "",
        *,
        api_url: str = "https://api.dropboxapi.com",
        content_url: str = "https://content.dropboxapi.com",
        client: httpx.Client | None = None,
        retries: Retries = DEFAULT_RETRIES,
        piece_bytes: int = SESSION_PIECE_BYTES,
    ) -> None:
        """Nothing is asked for yet.

        Args:
            token: whose Dropbox.
            root: the folder; empty: all that the token may see, which is the app's own folder for most.
            api_url: where calls go.
            content_url: where bytes go to and come from.
            client: sends the requests; by default this process's.
            retries: how often a call that fails is made again.
            piece_bytes: what is larger goes up in pieces of this size, a multiple of 4 MiB.
        """
        self._root = f"/{root.strip('/')}" if root.strip("/") else ""
        self._api = DropboxApi(token, api_url, content_url, client, retries)
        self._retries = retries
        self._piece_bytes = piece_bytes

    def stat(self, path: str) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`."""
        return stored_file(path, self._metadata(path))

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[StoredFile]:
        """See :class:`~rotoscope.storage.store.Store`.

        Dropbox tells files in no order, so the whole folder is asked for before the first one is given.
        """
        check_prefix(prefix)
        folder = prefix.rpartition("/")[0]
        entries = self._entries(folder)
        found: list[StoredFile] = []
        for metadata in entries:
            path = self._path_of(str(metadata["path_display"]))
            if not path.lower().startswith(prefix.lower()) or path_fault(path) is not None:
                continue
            if after is None or path > after:
                found.append(stored_file(path, metadata))
        return iter(sorted(found, key=lambda file: file.path))

    def read(self, path: str, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See :class:`~rotoscope.storage.store.Store`.

        A connection that breaks is taken up again in the same version of the file. The content hash of a file
        that is read whole is checked.

        Raises:
            CorruptTransfer: it is another one.
        """
        if stop is not None and stop <= start:
            self._metadata(path)
            return iter(())
        first = self._said(path, lambda: self._api.download(self._full(path), range_header(start, stop)))
        if first.status_code == 416:
            first.close()
            return iter(())
        metadata = cast("dict[str, object]", json.loads(first.headers["Dropbox-API-Result"]))
        size = int(cast("int", metadata["size"]))
        end = max(start, size if stop is None else min(stop, size))
        whole = start == 0 and end == size
        hashed = ContentHash()

        def finish() -> None:
            if whole and hashed.hexdigest() != metadata["content_hash"]:
                raise CorruptTransfer(
                    f"{self._shown(path)} arrived with other bytes than Dropbox has. Try again."
                )

        version = f"rev:{metadata['rev']}"
        return read_on(
            lambda position: self._said(
                path, lambda: self._api.download(version, {"Range": f"bytes={position}-{end - 1}"})
            ),
            first,
            start=start,
            end=end,
            service="Dropbox",
            retries=self._retries,
            check=hashed.update if whole else None,
            finish=finish,
        )

    def put(self, path: str, source: Path | bytes, *, overwrite: bool = False) -> StoredFile:
        """See :class:`~rotoscope.storage.store.Store`.

        Dropbox compares the content hash of what arrives before it stores anything.

        Raises:
            CorruptTransfer: the file changed while it was sent.
        """
        full = self._full(path)
        metadata = self._said(
            path,
            lambda: upload(self._api, full, source, overwrite=overwrite, piece_bytes=self._piece_bytes),
        )
        return stored_file(path, metadata)

    def delete(self, path: str) -> None:
        """See :class:`~rotoscope.storage.store.Store`. A folder is never removed."""
        for _ in range(self._retries.times):
            metadata = self._metadata(path)
            argument = {"path": self._full(path), "parent_rev": metadata["rev"]}
            try:
                self._api.call("files/delete_v2", argument)
            except DropboxError as error:
                if not error.has("conflict"):  # else it was stored anew meanwhile: then that is removed
                    raise storage_error(error, self._shown(path)) from error
            else:
                return
        raise StoreUnavailable(
            f"{self._shown(path)} changes all the time, and was not removed. Try again later."
        )

    def sign(self, path: str, method: Literal["GET", "PUT"], *, seconds: int) -> SignedUrl | None:
        """See :class:`~rotoscope.storage.store.Store`.

        Every link of Dropbox lives four hours, so there is none where ``seconds`` says less. There is none
        for putting: the links that Dropbox makes for uploads take a POST.
        """
        argument = {"path": self._full(path)}
        if method == "PUT" or seconds < _LINK_SECONDS:
            return None
        made = datetime.now(UTC)
        answer = self._said(path, lambda: self._api.call("files/get_temporary_link", argument))
        return SignedUrl(str(answer["link"]), "GET", made + timedelta(seconds=_LINK_SECONDS))

    def _metadata(self, path: str) -> Mapping[str, object]:
        argument = {"path": self._full(path)}
        metadata = self._said(path, lambda: self._api.call("files/get_metadata", argument))
        if metadata.get(".tag") != "file":
            raise StoredFileNotFound(f"{self._shown(path)} is a folder in this Dropbox, and a file is meant.")
        return metadata

    def _entries(self, folder: str) -> list[Mapping[str, object]]:
        """The files of a folder and of those within; none where it is not there."""
        for _ in range(_LISTINGS):
            try:
                return self._listed(folder)
            except DropboxError as error:
                if error.has("not_found", "not_folder"):
                    return []
                if not error.has("reset"):  # else the list cannot go on, and has to begin anew
                    raise storage_error(error, self._shown(folder)) from error
        raise StoreUnavailable(
            f"{self._shown(folder)} could not be listed, {_LISTINGS} times. Try again later."
        )

    def _listed(self, folder: str) -> list[Mapping[str, object]]:
        full = f"{self._root}/{folder}" if folder else self._root
        answer = self._api.call(
            "files/list_folder",
            {"path": full, "recursive": True, "include_non_downloadable_files": False, "limit": 2000},
        )
        files: dict[str, Mapping[str, object]] = {}
        while True:
            for entry in cast("list[Mapping[str, object]]", answer["entries"]):
                lower = str(entry["path_lower"])
                if entry[".tag"] == "file":
                    files[lower] = entry
                elif entry[".tag"] == "deleted":  # since the list began; a folder takes its files along
                    files = {
                        path: file
                        for path, file in files.items()
                        if path != lower and not path.startswith(f"{lower}/")
                    }
            if not answer["has_more"]:
                return list(files.values())
            answer = self._api.call("files/list_folder/continue", {"cursor": answer["cursor"]})

    def _path_of(self, display: str) -> str:
        """A path within the root; by its parts, as lower and upper case may differ in length."""
        depth = self._root.count("/")
        return "/".join(display.split("/")[1 + depth :])

    def _full(self, path: str) -> str:
        return f"{self._root}/{check_path(path)}"

    def _shown(self, path: str) -> str:
        return f"dropbox:/{self._root}/{path}"

    def _said(self, path: str, ask: Callable[[], _Result]) -> _Result:
        """What was asked for, with errors that speak of the file."""
        try:
            return ask()
        except DropboxError as error:
            raise storage_error(error, self._shown(path)) from error
