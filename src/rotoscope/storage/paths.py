"""Paths within a store, and the names of files that are not finished."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Final

from rotoscope.errors import InvalidUri

MOST_BYTES_OF_A_PATH: Final = 1024
"""What S3 allows."""
MOST_BYTES_OF_A_PART: Final = 255
"""What file systems allow."""
UNFINISHED: Final = ".rotoscope-"
"""What names of files that are being made begin with."""
LEFTOVER_AGE: Final = timedelta(days=1)
"""A file that has not grown for so long will not be finished."""
_UNFINISHED_NAME: Final = re.compile(rf"{re.escape(UNFINISHED)}[0-9a-f]{{16}}\.part")


def unfinished_name() -> str:
    """A name, new each time, for a file that is being made; no store lists such names."""
    return f"{UNFINISHED}{secrets.token_hex(8)}.part"


def is_unfinished(name: str) -> bool:
    """Whether a file's name is one of those."""
    return _UNFINISHED_NAME.fullmatch(name) is not None


def path_fault(path: str) -> str | None:
    """What is wrong with the path of a stored file; None: nothing."""
    parts = path.split("/")
    if not path or path.endswith("/"):
        return "it names a folder, and a file is meant"
    if any(part in ("", ".", "..") for part in parts):
        return "it has an empty part, . or .. in it"
    if "\\" in path or any(not _is_text(character) for character in path):
        return "it holds a backslash, a control character, or what is no character of Unicode"
    if any(is_unfinished(part) for part in parts):
        return "such names are kept for files that are not finished"
    if len(path.encode()) > MOST_BYTES_OF_A_PATH or any(
        len(part.encode()) > MOST_BYTES_OF_A_PART for part in parts
    ):
        return f"it has more than {MOST_BYTES_OF_A_PATH} bytes, or {MOST_BYTES_OF_A_PART} between two slashes"
    return None


def _is_text(character: str) -> bool:
    code = ord(character)
    return code >= 32 and not 127 <= code < 160 and not 0xD800 <= code < 0xE000


def check_path(path: str) -> str:
    """The path itself, where it is one of a file.

    Raises:
        InvalidUri: it is empty, climbs, ends with a slash, is too long, or holds what no path may.
    """
    fault = path_fault(path)
    if fault is not None:
        raise InvalidUri(f"{path!r} is no path of a stored file: {fault}. Write it like in/drone.mp4.")
    return path


def check_prefix(prefix: str) -> str:
    """The prefix itself, where paths can begin with it; empty: all do.

    Raises:
        InvalidUri: none can.
    """
    if prefix:
        check_path(f"{prefix}_" if prefix.endswith("/") else prefix)
    return prefix
