"""Google Drive's API, version 3, on a local port, after its public documentation: what Rotoscope uses of it.

https://developers.google.com/workspace/drive/api/reference/rest/v3
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_server import Answer, Asked, LocalServer, sliced

FOLDER = "application/vnd.google-apps.folder"
_UNIT = 256 << 10
_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|([A-Za-z]+)|(!=|=|\(|\)))")


class Refused(Exception):
    """An error as Google answers it."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


@dataclass
class Item:
    """A file or folder."""

    id: str
    name: str
    parents: list[str]
    kind: str
    data: bytes = b""
    created: str = ""
    modified: str = ""
    revision: str = ""
    is_trashed: bool = False


@dataclass
class _Session:
    metadata: dict[str, Any]
    file_id: str | None
    kind: str
    total: int
    data: bytearray = field(default_factory=bytearray)
    made: Item | None = None


class FakeDrive(LocalServer):
    """A Drive with its bytes in memory. Names are labels, and searches tell no large letters from small."""

    root = "0AFakeRootFolder"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {"sesame"}
        self.items: dict[str, Item] = {self.root: Item(self.root, "My Drive", [], FOLDER)}
        self.sessions: dict[str, _Session] = {}
        self.ids: set[str] = set()
        self.pages: dict[str, list[Item]] = {}
        self.page = 1000
        self.room_bytes = 1 << 40
        self.hidden: set[str] = set()
        """Ids that searches do not show yet."""
        self._moment = datetime(2026, 1, 1, tzinfo=UTC)

    def write(self, path: str, data: bytes, *, kind: str = "application/octet-stream") -> Item:
        """Put another file there as a person would, whether or not there is one."""
        with self.lock:
            *parts, name = path.split("/")
            parent = self.root
            for part in parts:
                same = [one for one in self._inside(parent) if one.name == part and one.kind == FOLDER]
                parent = (same or [self._add(part, parent, FOLDER, b"")])[0].id
            return self._add(name, parent, kind, data)

    def at(self, path: str) -> list[Item]:
        """What is there and not in the trash, the oldest first."""
        with self.lock:
            level = [self.root]
            for part in path.split("/"):
                level = [one.id for parent in level for one in self._inside(parent) if one.name == part]
            return sorted((self.items[one] for one in level), key=lambda one: one.created)

    def respond(self, asked: Asked) -> Answer:
        try:
            if asked.path.startswith("/session/"):
                return self._piece(asked)
            given = asked.headers.get("authorization", "")
            if given.removeprefix("Bearer ") not in self.tokens:
                raise Refused(401, "authError", "Invalid Credentials")
            if asked.query.get("supportsAllDrives") != "true":
                raise Refused(404, "notFound", "it may be in a shared drive")
            return self._routed(asked)
        except Refused as refused:
            return google_error(refused.status, refused.reason, refused.message)

    def _routed(self, asked: Asked) -> Answer:
        uploads = re.fullmatch(r"/upload/drive/v3/files(?:/([^/]+))?", asked.path)
        if uploads is not None:
            return self._start(asked, uploads[1])
        found = re.fullmatch(r"/drive/v3/files(?:/([^/]+))?", asked.path)
        if found is None:
            raise Refused(404, "notFound", "Not Found")
        file_id = found[1]
        if file_id == "generateIds":
            made = [secrets.token_urlsafe(12) for _ in range(int(asked.query["count"]))]
            self.ids.update(made)
            return _json({"kind": "drive#generatedIds", "space": "drive", "ids": made})
        if file_id is None:
            return self._list(asked) if asked.method == "GET" else self._create(asked)
        item = self.item(file_id)
        if asked.method == "PATCH":
            change = json.loads(asked.body)
            item.is_trashed = change.get("trashed", item.is_trashed)
            item.name = change.get("name", item.name)
            return _json(self._told(item, asked))
        if asked.query.get("alt") == "media":
            if item.kind.startswith("application/vnd.google-apps."):
                raise Refused(403, "fileNotDownloadable", "Only files with binary content can be downloaded.")
            return sliced(item.data, asked, {"Content-Type": item.kind})
        return _json(self._told(item, asked))

    # ---- metadata

    def _list(self, asked: Asked) -> Answer:
        assert asked.query["includeItemsFromAllDrives"] == "true"
        assert 1 <= int(asked.query["pageSize"]) <= 1000
        token = asked.query.get("pageToken")
        if token is None:
            wanted = self._filter(asked.query["q"])
            found = [one for one in self.items.values() if one.id not in self.hidden and wanted(one)]
            found.sort(key=lambda one: hashlib.md5(one.id.encode()).hexdigest())  # in no order
        elif token in self.pages:
            found = self.pages.pop(token)
        else:
            raise Refused(400, "invalid", "Invalid Value")
        answer: dict[str, Any] = {"files": [self._told(one, asked) for one in found[: self.page]]}
        if found[self.page :]:
            answer["nextPageToken"] = secrets.token_hex(8)
            self.pages[answer["nextPageToken"]] = found[self.page :]
        return _json(answer)

    def _create(self, asked: Asked) -> Answer:
        metadata = json.loads(asked.body)
        self._check_new(metadata)
        item = self._add(
            metadata["name"], metadata["parents"][0], metadata["mimeType"], b"", metadata.get("id")
        )
        return _json(self._told(item, asked))

    def _check_new(self, metadata: Mapping[str, Any]) -> None:
        (parent,) = metadata.get("parents", [self.root])
        if self.item(parent).kind != FOLDER:
            raise Refused(403, "parentNotAFolder", "The specified parent is not a folder.")
        given = metadata.get("id")
        if given is not None and given not in self.ids:
            raise Refused(400, "invalid", "The provided file ID is not usable.")
        if given in self.items:
            raise Refused(409, "fileIdInUse", "A file already exists with the provided ID.")

    # ---- bytes

    def _start(self, asked: Asked, file_id: str | None) -> Answer:
        assert asked.query["uploadType"] == "resumable"
        assert asked.method == ("POST" if file_id is None else "PATCH")
        metadata = json.loads(asked.body)
        if file_id is None:
            self._check_new(metadata)
        else:
            self.item(file_id)
        total = int(asked.headers["x-upload-content-length"])
        if sum(len(one.data) for one in self.items.values()) + total > self.room_bytes:
            raise Refused(403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.")
        name = secrets.token_hex(8)
        self.sessions[name] = _Session(metadata, file_id, asked.headers["x-upload-content-type"], total)
        return Answer(200, b"", {"Location": f"{self.url}/session/{name}?fields={asked.query['fields']}"})

    def _piece(self, asked: Asked) -> Answer:
        session = self.sessions.get(asked.path.removeprefix("/session/"))
        if session is None:
            raise Refused(404, "notFound", "Upload session not found.")
        said = asked.headers.get("content-range")
        if session.made is None and said != f"bytes */{session.total}":
            self._take(session, asked.body, said)
        if len(session.data) == session.total and (session.made or said != "bytes */0"):
            session.made = session.made or self._finish(session)
            return _json(self._told(session.made, asked))
        arrived = {"Range": f"bytes=0-{len(session.data) - 1}"} if session.data else {}
        return Answer(308, b"", arrived)

    def _take(self, session: _Session, body: bytes, said: str | None) -> None:
        if said is None:
            if len(body) != session.total:
                raise Refused(400, "badContent", "the body is not what was announced")
            session.data[:] = body
            return
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", said)
        if found is None or int(found[3]) != session.total or int(found[2]) - int(found[1]) + 1 != len(body):
            raise Refused(400, "badRequest", f"Failed to parse Content-Range header {said}")
        start, last = int(found[1]), int(found[2])
        if start > len(session.data):
            raise Refused(400, "badRequest", "there are bytes missing before these")
        if last + 1 < session.total and len(body) % _UNIT:
            raise Refused(400, "badRequest", "a piece is a multiple of 256 KiB")
        session.data[start:] = body

    def _finish(self, session: _Session) -> Item:
        data = bytes(session.data)
        if session.file_id is None:
            self._check_new(session.metadata)
            parent, name = session.metadata["parents"][0], session.metadata["name"]
            return self._add(name, parent, session.kind, data, session.metadata.get("id"))
        item = self.item(session.file_id)
        item.data, item.kind, item.revision = data, session.kind, secrets.token_hex(8)
        item.modified = _rfc3339(datetime.now(UTC))
        return item

    # ---- parts

    def _add(self, name: str, parent: str, kind: str, data: bytes, given: str | None = None) -> Item:
        self._moment += timedelta(milliseconds=7)
        item = Item(
            given or secrets.token_urlsafe(12),
            name,
            [self.root if parent == "root" else parent],
            kind,
            data,
            _rfc3339(self._moment),
            _rfc3339(datetime.now(UTC)),
            secrets.token_hex(8),
        )
        self.items[item.id] = item
        return item

    def item(self, file_id: str) -> Item:
        item = self.items.get(self.root if file_id == "root" else file_id)
        if item is None:
            raise Refused(404, "notFound", f"File not found: {file_id}.")
        return item

    def _inside(self, parent: str) -> list[Item]:
        return [one for one in self.items.values() if parent in one.parents and not self.trashed(one)]

    def trashed(self, item: Item) -> bool:
        return item.is_trashed or any(self.trashed(self.items[parent]) for parent in item.parents)

    def _told(self, item: Item, asked: Asked) -> dict[str, Any]:
        """The fields that were asked for; without ``fields`` Drive tells hardly any."""
        told: dict[str, Any] = {
            "id": item.id,
            "name": item.name,
            "mimeType": item.kind,
            "parents": item.parents,
            "createdTime": item.created,
            "modifiedTime": item.modified,
            "trashed": self.trashed(item),
        }
        if not item.kind.startswith("application/vnd.google-apps."):
            told |= {
                "size": str(len(item.data)),
                "md5Checksum": hashlib.md5(item.data).hexdigest(),
                "sha256Checksum": hashlib.sha256(item.data).hexdigest(),
                "headRevisionId": item.revision,
            }
        wanted = set(re.findall(r"\w+", asked.query.get("fields", "id name mimeType")))
        return {name: value for name, value in told.items() if name in wanted}

    def _filter(self, query: str) -> Callable[[Item], bool]:
        tokens: list[tuple[str, str]] = []
        place = 0
        while query[place:].strip():
            found = _TOKEN.match(query, place)
            if found is None:
                raise Refused(400, "invalid", "Invalid Value")
            place = found.end()
            if found[1] is not None:
                tokens.append(("text", re.sub(r"\\(.)", r"\1", found[1])))
            else:
                tokens.append(("word", found[2] or found[3]))
        return _Query(tokens, self).read()


class _Query:
    """The part of Drive's language of queries that is needed."""

    def __init__(self, tokens: list[tuple[str, str]], drive: FakeDrive) -> None:
        self._tokens = tokens
        self._drive = drive

    def read(self) -> Callable[[Item], bool]:
        found = self._some()
        if self._tokens:
            raise Refused(400, "invalid", "Invalid Value")
        return found

    def _some(self) -> Callable[[Item], bool]:
        left = self._term()
        while self._tokens and self._tokens[0] in (("word", "and"), ("word", "or")):
            word = self._tokens.pop(0)[1]
            left = _joined(word, left, self._term())
        return left

    def _term(self) -> Callable[[Item], bool]:
        kind, text = self._tokens.pop(0)
        if text == "(" and kind == "word":
            inner = self._some()
            assert self._tokens.pop(0) == ("word", ")")
            return inner
        if kind == "text":
            assert [self._tokens.pop(0)[1], self._tokens.pop(0)[1]] == ["in", "parents"]
            parent = self._drive.item(text).id  # an unknown one is an error there
            return lambda item: parent in item.parents
        assert self._tokens.pop(0) == ("word", "=")
        value = self._tokens.pop(0)[1]
        if text == "name":
            return lambda item: item.name.lower() == value.lower()
        assert text == "trashed"
        return lambda item: self._drive.trashed(item) is (value == "true")


def _joined(word: str, left: Callable[[Item], bool], right: Callable[[Item], bool]) -> Callable[[Item], bool]:
    if word == "and":
        return lambda item: left(item) and right(item)
    return lambda item: left(item) or right(item)


def google_error(status: int, reason: str, message: str) -> Answer:
    """An error in Google's shape."""
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return _json({"error": {"code": status, "message": message, "errors": errors}}, status)


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8"})
