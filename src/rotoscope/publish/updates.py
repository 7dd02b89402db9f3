"""Updates: what is told of a collection over time, ``updates/*.md`` beside it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

from pydantic import Field

from rotoscope.errors import CollectionFault, FileFault, InvalidCollection
from rotoscope.publish.reading import read_document
from rotoscope.publish.shelf import is_name, name_from
from rotoscope.publish.work import Part, ShortText, Tags

UPDATES: Final = "updates"
_FENCE: Final = "---"
_MOST_BYTES: Final = 1_000_000


class UpdateFacts(Part):
    """What stands above an update's text, between two lines of ``---``."""

    title: ShortText = Field(description="For people to read.")
    date: datetime.date = Field(description="Its day, as 2026-11-27; the newest come first.")
    tags: Tags = Field(default=(), description="Words to find it by.")
    published: bool = Field(default=True, description="Whether a site shows it.")


class Update(UpdateFacts):
    """An entry of the blog."""

    name: str
    """Part of its address, made of its file's name."""
    text: str
    """Markdown; ``![words](work)`` shows a work of the collection."""


def read_updates(folder: Path) -> list[Update]:
    """The published updates of a collection, the newest first.

    Args:
        folder: of the collection.

    Raises:
        InvalidCollection: one is not in order; every fault is named with its file, line and key.
    """
    found: list[Update] = []
    faults: list[CollectionFault] = []
    for path in sorted((folder / UPDATES).glob("*.md")):
        name = f"{UPDATES}/{path.name}"
        read = _read(path)
        if isinstance(read, Update):
            found.append(read)
        else:
            faults += [CollectionFault(name, fault) for fault in read]
    if faults:
        raise InvalidCollection.of(str(folder), faults)
    shown = [update for update in found if update.published]
    return sorted(shown, key=lambda update: (update.date, update.name), reverse=True)


def _read(path: Path) -> Update | list[FileFault]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return [FileFault(1, "", f"it is larger than {_MOST_BYTES:,} bytes")]
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        return [FileFault(1, "", f"it cannot be read: {why}")]
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE or _FENCE not in map(str.strip, lines[1:]):
        told = f"it begins with a line {_FENCE}, then title: and date:, then a line {_FENCE}, then its text"
        return [FileFault(1, "", told)]
    end = next(index for index, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    facts, _, faults = read_document("\n".join(lines[1:end]) + "\n", UpdateFacts)
    if facts is None:
        return [FileFault(fault.line + 1, fault.key, fault.told) for fault in faults]
    name = path.stem if is_name(path.stem) else name_from(path.stem)
    return Update(name=name, text="\n".join(lines[end + 1 :]).strip("\n"), **facts.model_dump())
