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
        error.args = tuple(retold(part, names) if isinstance(part, str) else part for part in error.args)
        raise


def retold(text: str, names: Mapping[Path, str]) -> str:
    """A text with paths called what they are called outside; as for :func:`told_as`."""
    for path, name in names.items():
        text = text.replace(str(path), name) if name else text.replace(f"{path}/", "")
    return text
