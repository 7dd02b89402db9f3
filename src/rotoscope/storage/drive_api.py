"""Google Drive's API, version 3: how it is spoken to, and what its errors mean.

https://developers.google.com/workspace/drive/api/reference/rest/v3
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import httpx

from rotoscope.errors import AccessDenied, StorageError, StoredFileNotFound, StoreUnavailable
from rotoscope.storage.https_calls import Caller
from rotoscope.storage.https_retry import Retries, answer_of
from rotoscope.storage.store import StoredFile
from rotoscope.storage.tokens import TokenSource

FOLDER_TYPE: Final = "application/vnd.google-apps.folder"
_OF_THE_BROWSER: Final = "application/vnd.google-apps."
"""Documents, shortcuts and folders: there are no bytes of theirs."""
_FIELDS: Final = (
    "id,name,mimeType,parents,size,createdTime,modifiedTime,md5Checksum,sha256Checksum,headRevisionId,trashed"
)
_EVERYWHERE: Final = {"supportsAllDrives": "true"}
_PAGE: Final = "1000"
_IDS_AT_ONCE: Final = 20
_PARENTS_AT_ONCE: Final = 40
"""Folders asked for in one query; Google refuses queries that are too long."""
_THROTTLED: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})


@dataclass(frozen=True, slots=True)
class DriveFile:
    """A file or folder as Drive tells it."""

    id: str
    name: str
    kind: str
    """Its MIME type."""
    parents: tuple[str, ...]
    size_bytes: int
    created: str
    """RFC 3339, UTC, to the millisecond; sorts as it is."""
    modified: str
    md5: str
    sha256: str
    revision: str
    is_trashed: bool

    @classmethod
    def read(cls, answer: Mapping[str, object]) -> DriveFile:
        """From Drive's JSON."""
        text = {name: str(answer.get(name, "")) for name in _FIELDS.split(",")}
        return cls(
            id=text["id"],
            name=text["name"],
            kind=text["mimeType"],
            parents=tuple(cast("list[str]", answer.get("parents") or [])),
            size_bytes=int(text["size"] or 0),
            created=text["createdTime"],
            modified=text["modifiedTime"],
            md5=text["md5Checksum"],
            sha256=text["sha256Checksum"],
            revision=text["headRevisionId"],
            is_trashed=answer.get("trashed") is True,
        )

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.kind == FOLDER_TYPE

    @property
    def has_bytes(self) -> bool:
        """Whether it is a file like those on disks."""
        return not self.kind.startswith(_OF_THE_BROWSER)

    @property
    def age(self) -> tuple[str, str]:
        """The oldest of a name is the one that counts; the id decides within a millisecond."""
        return self.created, self.id

    def stored(self, path: str) -> StoredFile:
        """As a store tells it."""
        return StoredFile(
            path=path,
            size_bytes=self.size_bytes,
            modified=datetime.fromisoformat(self.modified),
            etag=self.revision or self.md5,
            sha256=self.sha256 or None,
        )


class DriveError(Exception):
    """An answer that says what is wrong, before it is known what that means for a file."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        """Google's word for it, such as ``notFound``."""
        self.message = message


class DriveApi:
    """Sends calls to Drive. Any thread may use it."""

    def __init__(
        self, token: TokenSource, api_url: str, client: httpx.Client | None, retries: Retries
    ) -> None:
        self._base = api_url.rstrip("/")
        self.retries = retries
        self._caller = Caller("Google Drive", token, client=client, retries=retries, is_passing=is_throttled)
        self._ids: list[str] = []
        self._lock = threading.Lock()

    def get(self, file_id: str) -> DriveFile:
        """A file or folder by its id."""
        return DriveFile.read(self._json("GET", f"files/{file_id}", {"fields": _FIELDS}))

    def children(self, parents: Sequence[str], name: str | None = None) -> Iterator[DriveFile]:
        """What is in folders and not in the trash; of one name, or everything. In no order."""
        for first in range(0, len(parents), _PARENTS_AT_ONCE):
            some = parents[first : first + _PARENTS_AT_ONCE]
            query = f"({' or '.join(f'{quoted(parent)} in parents' for parent in some)}) and trashed = false"
            if name is not None:
                query += f" and name = {quoted(name)}"
            for found in self._query(query):
                if name is None or found.name == name:  # Drive takes large letters for small ones
                    yield found

    def make_folder(self, name: str, parent: str) -> DriveFile:
        """A new folder."""
        folder_id = self.new_id()
        metadata = {"id": folder_id, "name": name, "parents": [parent], "mimeType": FOLDER_TYPE}
        try:
            return DriveFile.read(self._json("POST", "files", {"fields": _FIELDS}, metadata))
        except DriveError as error:
            if error.status != 409:
                raise
            return self.get(folder_id)  # made by a try whose answer was lost

    def trash(self, file_id: str) -> None:
        """Move a file to the trash."""
        self._json("PATCH", f"files/{file_id}", {"fields": "id"}, {"trashed": True})

    def download(self, file_id: str, headers: Mapping[str, str]) -> httpx.Response:
        """The streamed bytes of a file."""
        params = {"alt": "media", **_EVERYWHERE}
        return allowed(
            self._caller.send(
                "GET", f"{self._base}/drive/v3/files/{file_id}", headers=headers, params=params, stream=True
            )
        )

    def new_id(self) -> str:
        """An id for a file to come: with it, creating the file a second time is refused."""
        with self._lock:
            if not self._ids:
                answer = self._json(
                    "GET", "files/generateIds", {"count": str(_IDS_AT_ONCE), "space": "drive"}
                )
                self._ids = cast("list[str]", answer["ids"])
            return self._ids.pop()

    def start_upload(
        self, metadata: Mapping[str, object], *, file_id: str | None, kind: str, size_bytes: int
    ) -> str:
        """Announce bytes for a new file, or for one that is there; gives the URL of the session."""
        place = "files" if file_id is None else f"files/{file_id}"
        response = self._caller.send(
            "POST" if file_id is None else "PATCH",
            f"{self._base}/upload/drive/v3/{place}",
            headers={
                "Content-Type": "application/json; charset=UTF-8",
                "X-Upload-Content-Type": kind,
                "X-Upload-Content-Length": str(size_bytes),
            },
            params={"uploadType": "resumable", "fields": _FIELDS, **_EVERYWHERE},
            content=json.dumps(metadata).encode(),
        )
        return allowed(response).headers["Location"]

    def send_piece(self, session: str, headers: Mapping[str, str], content: bytes) -> httpx.Response:
        """Send bytes to a session, once; whoever calls deals with failures."""
        return self._caller.send("PUT", session, headers=headers, content=content, once=True)

    def _query(self, query: str) -> Iterator[DriveFile]:
        params = {
            "q": query,
            "fields": f"nextPageToken,files({_FIELDS})",
            "pageSize": _PAGE,
            "spaces": "drive",
            "includeItemsFromAllDrives": "true",
        }
        while True:
            answer = self._json("GET", "files", params)
            for found in cast("list[Mapping[str, object]]", answer.get("files") or []):
                yield DriveFile.read(found)
            token = answer.get("nextPageToken")
            if not token:
                return
            params["pageToken"] = str(token)

    def _json(
        self,
        method: str,
        route: str,
        params: Mapping[str, str],
        content: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        response = self._caller.send(
            method,
            f"{self._base}/drive/v3/{route}",
            headers={"Content-Type": "application/json; charset=UTF-8"} if content is not None else None,
            params={**params, **_EVERYWHERE},
            content=None if content is None else json.dumps(content).encode(),
        )
        return answer_of(allowed(response))


def quoted(text: str) -> str:
    """A text as a query of Drive writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def allowed(response: httpx.Response) -> httpx.Response:
    """The answer, where it is one.

    Raises:
        DriveError: it is not.
    """
    if response.status_code < 300 or response.status_code == 308:
        return response
    response.close()
    raise drive_error(response)


def drive_error(response: httpx.Response) -> DriveError:
    """What an answer says is wrong."""
    error = answer_of(response).get("error")
    details = cast("Mapping[str, object]", error) if isinstance(error, dict) else {}
    several = cast("list[Mapping[str, object]]", details.get("errors") or [{}])
    message = str(details.get("message") or response.text[:200])
    return DriveError(response.status_code, str(several[0].get("reason", "")), message)


_FULL: Final = frozenset(
    {"storageQuotaExceeded", "teamDriveFileLimitExceeded", "numChildrenInNonRootLimitExceeded"}
)


def storage_error(error: DriveError, shown: str) -> StorageError:
    """What an error of Drive means for a file."""
    told = error.message[:200].rstrip(".")
    if error.status == 404:
        return StoredFileNotFound(
            f"{shown} is not in this Drive. Check the path, and the connector's folder."
        )
    if error.status == 401:
        return AccessDenied(
            f"{shown} is refused by Google Drive ({told}): the token is valid no more. Connect the account "
            "again."
        )
    if error.reason in _FULL:
        return StoreUnavailable(
            f"{shown} cannot be stored: this Drive is full ({told}). Make room, and try again."
        )
    if error.status == 403 and error.reason != "dailyLimitExceeded":
        return AccessDenied(
            f"{shown} is refused by Google Drive ({told}). Check what the account may do there, and which "
            "permission it was connected with."
        )
    return StoreUnavailable(f"{shown}: Google Drive says no ({error.status}, {told}).")


def is_throttled(response: httpx.Response) -> bool:
    """Whether an answer means "later" though its status is another one."""
    if response.status_code != 403:
        return False
    response.read()
    return drive_error(response).reason in _THROTTLED
