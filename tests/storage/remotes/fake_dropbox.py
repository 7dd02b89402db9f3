"""Dropbox's HTTP API, version 2, on a local port, after its public documentation: what Rotoscope uses of it.

https://www.dropbox.com/developers/documentation/http/documentation
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local_server import Answer, Asked, LocalServer, sliced

_BLOCK = 4 << 20
SCOPES = {
    "files/get_metadata": "files.metadata.read",
    "files/list_folder": "files.metadata.read",
    "files/list_folder/continue": "files.metadata.read",
    "files/download": "files.content.read",
    "files/get_temporary_link": "files.content.read",
    "files/upload": "files.content.write",
    "files/upload_session/start": "files.content.write",
    "files/upload_session/append_v2": "files.content.write",
    "files/upload_session/finish": "files.content.write",
    "files/delete_v2": "files.content.write",
}


class Refused(Exception):
    """An error as Dropbox answers it."""

    def __init__(self, error: Mapping[str, Any], status: int = 409) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@dataclass
class _Entry:
    display: str
    data: bytes
    rev: str
    modified: str


@dataclass
class _Session:
    data: bytearray = field(default_factory=bytearray)
    is_closed: bool = False


class FakeDropbox(LocalServer):
    """A Dropbox with its bytes in memory. Large letters are small letters, as there."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {"sesame"}
        self.scopes = set(SCOPES.values())
        self.files: dict[str, _Entry] = {}
        self.folders: dict[str, str] = {}
        self.revisions: dict[str, _Entry] = {}
        self.sessions: dict[str, _Session] = {}
        self.links: dict[str, str] = {}
        self.cursors: dict[str, list[dict[str, Any]]] = {}
        self.page = 2000
        self.refresh_tokens: dict[str, str] = {}
        self.room_bytes = 1 << 40
        self._count = 0

    def write(self, path: str, data: bytes) -> None:
        """Put a file there as a person would."""
        with self.lock:
            self._store(path, data)

    def respond(self, asked: Asked) -> Answer:
        if asked.path == "/oauth2/token":
            return self._token(asked)
        if asked.path.startswith("/get/"):
            return sliced(self.files[self.links[asked.path.removeprefix("/get/")]].data, asked, {})
        route = asked.path.removeprefix("/2/")
        try:
            self._check_caller(asked, route)
            return self._routed(route, asked)
        except Refused as refused:
            return _json(
                {"error_summary": f"{_summary(refused.error)}/..", "error": refused.error}, refused.status
            )

    def _check_caller(self, asked: Asked, route: str) -> None:
        given = asked.headers.get("authorization", "")
        if given.removeprefix("Bearer ") not in self.tokens:
            tag = "expired_access_token" if given.startswith("Bearer ") else "invalid_access_token"
            raise Refused({".tag": tag}, 401)
        scope = SCOPES.get(route)
        if scope is not None and scope not in self.scopes:
            raise Refused({".tag": "missing_scope", "required_scope": scope}, 401)

    def _routed(self, route: str, asked: Asked) -> Answer:
        handler = getattr(self, f"_{route.removeprefix('files/').replace('/', '_')}", None)
        if asked.method != "POST" or handler is None:
            return Answer(404, b"no such route")
        if route in ("files/download", "files/upload") or "upload_session" in route:
            if not asked.headers["dropbox-api-arg"].isascii():
                return Answer(400, b"Error in call: HTTP header is not ASCII")
            argument = json.loads(asked.headers["dropbox-api-arg"])
            uploads = route != "files/download"
            if uploads and asked.headers.get("content-type") != "application/octet-stream":
                return Answer(400, b"Error in call: bad Content-Type")
            given = argument.pop("content_hash", None)
            if given is not None and given != dropbox_hash(asked.body):
                raise Refused({".tag": "content_hash_mismatch"})
        else:
            if asked.headers.get("content-type") != "application/json":
                return Answer(400, b"Error in call: bad Content-Type")
            argument = json.loads(asked.body)
        answer = handler(argument, asked)
        return answer if isinstance(answer, Answer) else _json(answer)

    # ---- metadata

    def _get_metadata(self, argument: dict[str, Any], _: Asked) -> dict[str, Any]:
        path = _checked(argument["path"])
        if not path:
            raise Refused({".tag": "path", "path": {".tag": "malformed_path"}})
        if path in self.folders:
            return {".tag": "folder", **self._named(self.folders[path])}
        return {".tag": "file", **self._metadata(self._found(path))}

    def _list_folder(self, argument: dict[str, Any], _: Asked) -> dict[str, Any]:
        path = _checked(argument["path"])
        assert argument["recursive"] is True
        assert 1 <= argument["limit"] <= 2000
        if path in self.files:
            raise Refused({".tag": "path", "path": {".tag": "not_folder"}})
        if path and path not in self.folders:
            raise Refused({".tag": "path", "path": {".tag": "not_found"}})
        entries: list[dict[str, Any]] = [
            {".tag": "folder", **self._named(display)}
            for lower, display in self.folders.items()
            if lower.startswith(f"{path}/")
        ]
        entries += [
            {".tag": "file", **self._metadata(entry)}
            for lower, entry in self.files.items()
            if lower.startswith(f"{path}/")
        ]
        entries.sort(key=lambda entry: hashlib.md5(entry["path_lower"].encode()).hexdigest())  # in no order
        return self._paged(entries)

    def _list_folder_continue(self, argument: dict[str, Any], _: Asked) -> dict[str, Any]:
        if argument["cursor"] not in self.cursors:
            raise Refused({".tag": "reset"})
        return self._paged(self.cursors.pop(argument["cursor"]))

    def _paged(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        cursor = secrets.token_hex(8)
        rest = entries[self.page :]
        self.cursors[cursor] = rest
        return {"entries": entries[: self.page], "cursor": cursor, "has_more": bool(rest)}

    # ---- bytes

    def _download(self, argument: dict[str, Any], asked: Asked) -> Answer:
        path = str(argument["path"])
        if path.startswith("rev:"):
            entry = self.revisions.get(path[4:])
            if entry is None:
                raise Refused({".tag": "path", "path": {".tag": "not_found"}})
        else:
            path = _checked(path)
            if path in self.folders:
                raise Refused({".tag": "path", "path": {".tag": "not_file"}})
            entry = self._found(path)
        headers = {"Dropbox-API-Result": json.dumps(self._metadata(entry)), "ETag": f'W/"{entry.rev}"'}
        return sliced(entry.data, asked, headers)

    def _upload(self, argument: dict[str, Any], asked: Asked) -> dict[str, Any]:
        try:
            return self._commit(argument, asked.body)
        except Refused as refused:
            if refused.error[".tag"] != "path":
                raise
            reason = refused.error["path"]
            raise Refused({".tag": "path", "reason": reason, "upload_session_id": "unused"}) from None

    def _upload_session_start(self, argument: dict[str, Any], asked: Asked) -> dict[str, Any]:
        session = f"pid_upload_session:{secrets.token_hex(8)}"
        self.sessions[session] = _Session(bytearray(asked.body), bool(argument.get("close")))
        return {"session_id": session}

    def _upload_session_append_v2(self, argument: dict[str, Any], asked: Asked) -> Answer:
        session = self._at_offset(argument["cursor"])
        if session.is_closed:
            raise Refused({".tag": "closed"})
        session.data += asked.body
        session.is_closed = bool(argument.get("close"))
        return Answer(200, b"null", {"Content-Type": "application/json"})

    def _upload_session_finish(self, argument: dict[str, Any], asked: Asked) -> dict[str, Any]:
        try:
            session = self._at_offset(argument["cursor"])
        except Refused as refused:
            raise Refused({".tag": "lookup_failed", "lookup_failed": refused.error}) from None
        session.data += asked.body
        try:
            metadata = self._commit(argument["commit"], bytes(session.data))
        except Refused:
            raise
        del self.sessions[argument["cursor"]["session_id"]]
        return metadata

    def _at_offset(self, cursor: Mapping[str, Any]) -> _Session:
        session = self.sessions.get(cursor["session_id"])
        if session is None:
            raise Refused({".tag": "not_found"})
        if cursor["offset"] != len(session.data):
            raise Refused({".tag": "incorrect_offset", "correct_offset": len(session.data)})
        return session

    def _commit(self, commit: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        path = _checked(commit["path"])
        if path.rpartition("/")[2] in ("desktop.ini", "thumbs.db"):
            raise Refused({".tag": "path", "path": {".tag": "disallowed_name"}})
        conflict = self._conflict(path, commit, data)
        if conflict is not None:
            raise Refused({".tag": "path", "path": {".tag": "conflict", "conflict": {".tag": conflict}}})
        if sum(len(entry.data) for entry in self.files.values()) + len(data) > self.room_bytes:
            raise Refused({".tag": "path", "path": {".tag": "insufficient_space"}})
        there = self.files.get(path)
        if there is not None and there.data == data and not commit.get("strict_conflict"):
            return self._metadata(there)  # nothing gets written
        return self._metadata(self._store(str(commit["path"]), data))

    def _conflict(self, path: str, commit: Mapping[str, Any], data: bytes) -> str | None:
        if path in self.folders:
            return "folder"
        parts = path.split("/")
        if any("/".join(parts[:depth]) in self.files for depth in range(2, len(parts))):
            return "file_ancestor"
        there = self.files.get(path)
        if there is None or commit.get("mode", "add") == "overwrite":
            return None
        if there.data == data and not commit.get("strict_conflict", False):
            return None
        return "file"

    def _delete_v2(self, argument: dict[str, Any], _: Asked) -> dict[str, Any]:
        path = _checked(argument["path"])
        if path in self.folders:
            if "parent_rev" in argument:  # it is for files
                raise Refused(
                    {".tag": "path_write", "path_write": {".tag": "conflict", "conflict": {".tag": "folder"}}}
                )
            self.folders = {
                lower: shown for lower, shown in self.folders.items() if not lower.startswith(path)
            }
            self.files = {
                lower: entry for lower, entry in self.files.items() if not lower.startswith(f"{path}/")
            }
            return {"metadata": {".tag": "folder"}}
        if path not in self.files:
            raise Refused({".tag": "path_lookup", "path_lookup": {".tag": "not_found"}})
        entry = self.files[path]
        if argument.get("parent_rev", entry.rev) != entry.rev:
            raise Refused(
                {".tag": "path_write", "path_write": {".tag": "conflict", "conflict": {".tag": "file"}}}
            )
        del self.files[path]
        return {"metadata": {".tag": "file", **self._metadata(entry)}}

    def _get_temporary_link(self, argument: dict[str, Any], _: Asked) -> dict[str, Any]:
        path = _checked(argument["path"])
        metadata = self._metadata(self._found(path))
        name = secrets.token_hex(8)
        self.links[name] = path
        return {"metadata": metadata, "link": f"{self.url}/get/{name}"}

    # ---- parts

    def _token(self, asked: Asked) -> Answer:
        form = dict(part.split("=", 1) for part in asked.body.decode().split("&"))
        token = self.refresh_tokens.get(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or token is None:
            return _json({"error": "invalid_grant", "error_description": "refresh token is invalid"}, 400)
        self.tokens.add(token)
        return _json({"access_token": token, "token_type": "bearer", "expires_in": 14400})

    def _found(self, path: str) -> _Entry:
        entry = self.files.get(path)
        if entry is None:
            raise Refused({".tag": "path", "path": {".tag": "not_found"}})
        return entry

    def _store(self, display: str, data: bytes) -> _Entry:
        self._count += 1
        entry = _Entry(display, data, f"{self._count:016x}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        parts = display.split("/")
        for depth in range(2, len(parts)):
            folder = "/".join(parts[:depth])
            self.folders.setdefault(folder.lower(), folder)
        self.files[display.lower()] = entry
        self.revisions[entry.rev] = entry
        return entry

    def _named(self, display: str) -> dict[str, Any]:
        return {
            "name": display.rpartition("/")[2],
            "path_lower": display.lower(),
            "path_display": display,
            "id": f"id:{hashlib.md5(display.lower().encode()).hexdigest()}",
        }

    def _metadata(self, entry: _Entry) -> dict[str, Any]:
        return {
            **self._named(entry.display),
            "client_modified": entry.modified,
            "server_modified": entry.modified,
            "rev": entry.rev,
            "size": len(entry.data),
            "is_downloadable": True,
            "content_hash": dropbox_hash(entry.data),
        }


def dropbox_hash(data: bytes) -> str:
    """The content hash, by its definition."""
    blocks = [data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK)]
    return hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).hexdigest()


def _checked(path: str) -> str:
    if path and (not re.fullmatch(r"(/[^/]+)+", path) or path.endswith(" ") or "\\" in path):
        raise Refused({".tag": "path", "path": {".tag": "malformed_path"}})
    return path.lower()


def _summary(error: Mapping[str, Any]) -> str:
    tag = str(error[".tag"])
    inner = error.get(tag) or error.get("reason")
    return f"{tag}/{_summary(inner)}" if isinstance(inner, dict) else tag


def _json(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})
