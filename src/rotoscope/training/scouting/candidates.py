"""The pictures that a filter might be made of."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rotoscope.errors import OpenError
from rotoscope.media.opening import open_file
from rotoscope.media.sequence import find_stills

_LONGEST_STEM = 48
"""Of a filter's 64 characters; the rest is for what tells two of one name apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture that a filter might be made of."""

    path: Path
    name: str
    """The filter's name, after the file's; no other candidate has it."""
    sha256: str
    """Of the file."""


def find_candidates(sources: Sequence[Path]) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The pictures of folders, and pictures by themselves; each once.

    Args:
        sources: pictures, and folders of which those directly in them are taken, in natural order.

    Returns:
        The candidates, and a note on each that was left out: files that cannot be read, and copies.

    Raises:
        OpenError: a source does not exist, a folder has no pictures, or nothing can be read.
    """
    notes: list[str] = []
    digests: dict[str, Path] = {}
    for path in dict.fromkeys(_paths(sources)):
        try:
            with open_file(path) as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except OpenError as error:
            notes.append(f"{path.name} left out: {error}")
            continue
        if digest in digests:
            notes.append(f"{path.name} left out: it is the same picture as {digests[digest].name}.")
        else:
            digests[digest] = path
    if not digests:
        raise OpenError(f"None of the pictures can be read. {' '.join(notes)}")
    names = _names(list(digests.values()))
    found = tuple(Candidate(path, names[path], digest) for digest, path in digests.items())
    return found, tuple(notes)


def _paths(sources: Sequence[Path]) -> list[Path]:
    paths: list[Path] = []
    for source in sources:
        if source.is_dir():
            paths += find_stills(source).files
        else:
            with open_file(source):  # what was named itself must be there
                paths.append(source)
    return paths


def _names(paths: Sequence[Path]) -> dict[Path, str]:
    """Names of filters after the files' names; where several would be the same, with suffix or number.

    All of those that would be the same are told apart, the first as well, so that a name depends as little
    as possible on what else is there.
    """
    plain = {path: _name(path.stem) for path in paths}
    doubled = {name for name, count in Counter(plain.values()).items() if count > 1}
    names: dict[Path, str] = {}
    for path, name in plain.items():
        wanted = f"{name}-{_name(path.suffix)}" if name in doubled else name
        number, free = 1, wanted
        while free in names.values() or (free != name and free in plain.values()):
            number += 1
            free = f"{wanted}-{number}"
        names[path] = free
    return names


def _name(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:_LONGEST_STEM].strip("-") or "picture"
