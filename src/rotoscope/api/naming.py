"""Errors that name what was sent, and no path of this machine."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rotoscope.errors import RotoscopeError


@contextmanager
def told_as(names: Mapping[Path, str]) -> Generator[None]:
    """Around work on local files: errors call them what they are called outside.

    Args:
        names: what each path is called; empty: a folder, whose files are called by their names.
    """
    try:
        yield
    except RotoscopeError as error:
        error.args = tuple(_told(part, names) for part in error.args)
        raise


def _told(part: object, names: Mapping[Path, str]) -> object:
    if not isinstance(part, str):
        return part
    for path, name in names.items():
        part = part.replace(str(path), name) if name else part.replace(f"{path}/", "")
    return part
