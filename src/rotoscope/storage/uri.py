"""Names of stored files: ``data://in/drone.mp4``, ``s3://bucket/key``, ``s3+archive://bucket/key``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from rotoscope.errors import InvalidUri

SCHEMES: Final = ("data", "file", "s3", "gs", "az", "dropbox", "gdrive", "https")
"""What a URI may begin with."""
_HAVE_AUTHORITY: Final = frozenset({"s3", "gs", "az", "https"})
"""Schemes whose first part names a bucket, a container or a host."""
_FORM: Final = re.compile(
    r"(?P<scheme>[a-z0-9]+)(\+(?P<label>[a-z0-9][a-z0-9-]*))?://(?P<rest>.*)", re.DOTALL
)
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_MOST_CHARACTERS: Final = 2048


@dataclass(frozen=True, slots=True)
class StorageUri:
    """A parsed URI."""

    scheme: str
    """One of :data:`SCHEMES`."""
    label: str | None
    """Names a connector where several have the same scheme; None: the scheme's own."""
    authority: str
    """Bucket, container or host; empty for schemes that have none."""
    path: str
    """Without a leading slash, decoded; ``in/drone.mp4``. It may be empty: the root. A trailing slash is
    kept: it names a folder."""

    def __str__(self) -> str:
        label = f"+{self.label}" if self.label else ""
        path = self.path if self.scheme == "https" else quote(self.path)
        place = f"{self.authority}/{path}" if self.scheme in (*_HAVE_AUTHORITY, "file") else path
        return f"{self.scheme}{label}://{place}"

    @property
    def name(self) -> str:
        """The last part of the path, decoded; without the query of an ``https`` URI."""
        return self._way.rstrip("/").rpartition("/")[2]

    @property
    def is_folder(self) -> bool:
        """Whether it names a folder: it ends with ``/``, or is the root."""
        return not self._way or self._way.endswith("/")

    @property
    def _way(self) -> str:
        return unquote(self.path.partition("?")[0]) if self.scheme == "https" else self.path

    def joined(self, name: str) -> StorageUri:
        """The URI of something in this folder.

        Raises:
            InvalidUri: the name climbs out of it.
        """
        folder = self.path if not self.path or self.path.endswith("/") else f"{self.path}/"
        return replace(self, path=_checked_path(f"{folder}{name}", str(self)))


def is_uri(text: str) -> bool:
    """Whether a text is meant as a URI of storage, and not as a local path."""
    found = _FORM.fullmatch(text)
    return found is not None and found["scheme"] in SCHEMES


def parse_uri(text: str) -> StorageUri:
    """Read a URI.

    Percent-encoded characters are decoded; ``file:///folder/a.mp4`` and ``file://folder/a.mp4`` both have
    the path ``folder/a.mp4``. The path of an ``https`` URI stays as it was written, with its query;
    elsewhere ``?`` and ``#`` are characters like others.

    Raises:
        InvalidUri: it has no scheme or one that is not known, no bucket where one must be, climbs with
            ``..``, or holds a control character.
    """
    found = _FORM.fullmatch(text)
    if found is None or found["scheme"] not in SCHEMES:
        raise InvalidUri(
            f"{text[:200]!r} is not a URI of a stored file. It begins with one of "
            f"{', '.join(f'{scheme}://' for scheme in SCHEMES)}, such as data://in/drone.mp4."
        )
    if len(text) > _MOST_CHARACTERS:
        raise InvalidUri(f"A URI has at most {_MOST_CHARACTERS} characters, and this one has {len(text)}.")
    scheme, rest = found["scheme"], found["rest"]
    authority = ""
    if scheme in _HAVE_AUTHORITY:
        authority, _, rest = rest.partition("/")
        _check_authority(scheme, authority, text)
    path = _checked_url_path(rest, text) if scheme == "https" else _checked_path(_decoded(rest, text), text)
    return StorageUri(scheme, found["label"], authority, path)


def _check_authority(scheme: str, authority: str, text: str) -> None:
    what, form = ("host", _HOST) if scheme == "https" else ("bucket", _BUCKET)
    if not authority:
        raise InvalidUri(f"{text!r} names no {what}. Write {scheme}://{what}/path/to/file.")
    if form.fullmatch(authority) is None:
        also = "; a user and a password have no place in it" if scheme == "https" else ""
        raise InvalidUri(
            f"{text!r} names the {what} {authority!r}, and a {what}'s name has letters, digits, . and - only"
            f"{also}. Write {scheme}://{what}/path/to/file."
        )


def _decoded(path: str, text: str) -> str:
    try:
        decoded = unquote(path, errors="strict")
        decoded.encode()
    except UnicodeError:
        raise InvalidUri(f"{text!r} is not UTF-8 when its percent signs are decoded.") from None
    return decoded


def _checked_url_path(path: str, text: str) -> str:
    if any(ord(character) <= 32 or ord(character) >= 127 for character in path) or "#" in path:
        raise InvalidUri(
            f"{text!r} has a space, a #, or a character beyond ASCII in its path. Write those as %20, %23 …"
        )
    return path


def _checked_path(path: str, text: str) -> str:
    path = path.lstrip("/")
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in path) or "\\" in path:
        raise InvalidUri(f"{text!r} holds a control character or a backslash. Use / between folders.")
    parts = path.split("/")
    if any(part in (".", "..") for part in parts) or "" in parts[:-1]:
        raise InvalidUri(f"{text!r} has an empty part, . or .. in its path. Write the path out.")
    return path
