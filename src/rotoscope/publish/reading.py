"""A collection's folder: its files to a collection, and every fault with its file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from rotoscope.errors import CollectionFault, CollectionNotFound, FileFault, InvalidCollection
from rotoscope.filters.card import NAME_PATTERN
from rotoscope.publish.collection import (
    COLLECTION_FILE,
    STORY_FILE,
    WORKS,
    Collection,
    CollectionFacts,
    CollectionFile,
)
from rotoscope.publish.work import UsedFilter, Work, WorkFacts
from rotoscope.render.yaml_lines import Loaded, Place, load_lines, near, told_place
from rotoscope.storage.uri import is_uri

_MOST_BYTES: Final = 1_000_000
_NAME: Final = re.compile(NAME_PATTERN)
_NAME_TOLD: Final = "a name is words of small letters and digits joined by hyphens, at most 64 characters"
Model = TypeVar("Model", bound=BaseModel)


def is_collection(folder: Path) -> bool:
    """Whether a folder holds a collection."""
    return (folder / COLLECTION_FILE).is_file()


def read_collection(folder: Path) -> Collection:
    """Read a collection's folder; its name is the folder's.

    Raises:
        CollectionNotFound: the folder holds none.
        InvalidCollection: a file is not YAML, breaks the schema, or names a file that is not there; every
            fault is named.
    """
    if not is_collection(folder):
        raise CollectionNotFound(
            f"{folder} is no collection: it has no {COLLECTION_FILE}. `rotoscope collection init {folder}` "
            "makes one."
        )
    reader = _Reader(folder)
    collection = reader.read()
    if reader.faults or collection is None:
        raise InvalidCollection.of(str(folder), reader.faults)
    return collection


class _Reader:
    """One reading of a folder; gathers faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[CollectionFault] = []

    def read(self) -> Collection | None:
        name = self.folder.absolute().name
        if _NAME.fullmatch(name) is None or len(name) > 64:
            self._add(COLLECTION_FILE, FileFault(1, "", f"its folder is named {name!r}; {_NAME_TOLD}"))
        facts, loaded = self._file(COLLECTION_FILE, CollectionFile)
        works = self._works(facts, loaded)
        story = self._story(facts, loaded)
        if facts is None or self.faults:
            return None
        self._check_cover(facts, loaded, [work.name for work in works])
        if self.faults:
            return None
        kept = {key: getattr(facts, key) for key in CollectionFacts.model_fields}
        return Collection(name=name, story=story, works=tuple(works), **kept)

    def _works(self, facts: CollectionFile | None, loaded: Loaded) -> list[Work]:
        there = sorted(path.stem for path in (self.folder / WORKS).glob("*.yaml"))
        named = facts.works if facts is not None and facts.works is not None else tuple(there)
        for index, name in enumerate(named):
            told = None
            if name not in there:
                told = f"there is no {WORKS}/{name}.yaml.{near(name, there)}"
            elif name in named[:index]:
                told = f"{name} is there twice"
            if told is not None:
                self._add(COLLECTION_FILE, _fault_at(("works", index), told, loaded.lines))
        for name in there:
            if name not in named:
                told = f"{WORKS}/{name}.yaml is there and is not named; add {name}, or leave works out"
                self._add(COLLECTION_FILE, _fault_at(("works",), told, loaded.lines))
        wanted = [name for name in dict.fromkeys(named) if name in there]
        return [work for name in wanted if (work := self._work(name)) is not None]

    def _work(self, name: str) -> Work | None:
        file = f"{WORKS}/{name}.yaml"
        if _NAME.fullmatch(name) is None or len(name) > 64:
            self._add(file, FileFault(1, "", f"the file is named {name!r}; {_NAME_TOLD}"))
            return None
        facts, loaded = self._file(file, WorkFacts)
        if facts is None:
            return None
        for key in ("file", "source", "captions"):
            place: str | None = getattr(facts, key)
            if place is not None and not is_uri(place) and not (self.folder / place).is_file():
                told = f"there is no file {place}.{near(place, self._media(place))}"
                self._add(file, _fault_at((key,), told, loaded.lines))
        return Work(name=name, **{key: getattr(facts, key) for key in WorkFacts.model_fields})

    def _media(self, place: str) -> list[str]:
        beside = (self.folder / place).parent
        found = beside.iterdir() if beside.is_dir() else ()
        return [path.relative_to(self.folder).as_posix() for path in found]

    def _story(self, facts: CollectionFile | None, loaded: Loaded) -> str | None:
        path = self.folder / STORY_FILE
        inside = None if facts is None else facts.story
        if not path.is_file():
            return inside
        if inside is not None:
            told = f"there is a {STORY_FILE} too; keep one of the two"
            self._add(COLLECTION_FILE, _fault_at(("story",), told, loaded.lines))
        text = self._text(STORY_FILE)
        return text or None

    def _check_cover(self, facts: CollectionFile, loaded: Loaded, works: list[str]) -> None:
        if facts.cover is not None and facts.cover not in works:
            told = f"there is no work {facts.cover}.{near(facts.cover, works)}"
            self._add(COLLECTION_FILE, _fault_at(("cover",), told, loaded.lines))

    def _file(self, name: str, kind: type[Model]) -> tuple[Model | None, Loaded]:
        text = self._text(name)
        if text is None:
            return None, Loaded(None, {})
        found, loaded, faults = read_document(text, kind)
        for fault in faults:
            self._add(name, fault)
        return found, loaded

    def _text(self, name: str) -> str | None:
        path = self.folder / name
        try:
            if path.stat().st_size > _MOST_BYTES:
                self._add(name, FileFault(1, "", f"it is larger than {_MOST_BYTES:,} bytes"))
                return None
            return path.read_bytes().decode()  # line ends stay as they are
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            self._add(name, FileFault(1, "", f"it cannot be read: {why}"))
            return None

    def _add(self, file: str, fault: FileFault) -> None:
        self.faults.append(CollectionFault(file, fault))


def read_document(text: str, kind: type[Model]) -> tuple[Model | None, Loaded, list[FileFault]]:
    """Hold the text of one file against its schema.

    Args:
        text: YAML.
        kind: :class:`CollectionFile` or :class:`WorkFacts`.

    Returns:
        What it says (None where it has faults), its lines, and its faults by line.
    """
    loaded = load_lines(text)
    if loaded.faults:
        return None, loaded, list(loaded.faults)
    if not isinstance(loaded.data, dict):
        keys = ", ".join(kind.model_fields)
        return None, loaded, [FileFault(1, "", f"it has no keys. Keys: {keys}")]
    try:
        return kind.model_validate(loaded.data), loaded, []
    except ValidationError as error:
        found = (_fault(dict(problem), kind, loaded.lines) for problem in error.errors(include_url=False))
        return None, loaded, sorted(found, key=lambda fault: fault.line)


def told_problems(problems: Iterable[Mapping[str, Any]], kind: type[BaseModel]) -> list[FileFault]:
    """Problems that pydantic found in data that has no lines, in the words of a collection's files."""
    return [_fault(dict(problem), kind, {}) for problem in problems]


def _fault(problem: dict[str, Any], kind: type[BaseModel], lines: Mapping[Place, int]) -> FileFault:
    place: Place = tuple(
        part for part in problem["loc"] if isinstance(part, int) or _is_key(part, kind, lines)
    )
    last = str(problem["loc"][-1]) if problem["loc"] else ""
    what = problem["type"]
    if what == "extra_forbidden":
        model = UsedFilter if "filters" in place[:-1] else kind
        keys = tuple(model.model_fields)
        told = f"there is no such key.{near(last, keys)} Keys here: {', '.join(keys)}"
        return _fault_at((*place[:-1], last), told, lines)
    if what == "missing":
        return _fault_at(place, "it must be given", lines)
    if what == "literal_error":
        allowed = re.findall(r"'([^']*)'", problem["ctx"]["expected"]) or [problem["ctx"]["expected"]]
        given = problem["input"]
        told = f"{given!r} is none of {', '.join(allowed)}.{near(str(given), allowed)}"
        return _fault_at(place, told, lines)
    if what == "string_pattern_mismatch":
        told = _NAME_TOLD if "digest" not in place else "a digest is 64 hexadecimal digits in small letters"
        return _fault_at(place, f"{problem['input']!r} is not allowed; {told}", lines)
    if what.startswith("date"):
        return _fault_at(place, f"{problem['input']!r} is no day; write it as 2026-11-27", lines)
    told = str(problem["msg"]).removeprefix("Value error, ")
    return _fault_at(place, told[0].lower() + told[1:], lines)


def _is_key(part: str, kind: type[BaseModel], lines: Mapping[Place, int]) -> bool:
    """Whether a part of pydantic's place is a key of the file, and not the name of a validator."""
    keys = {*kind.model_fields, *UsedFilter.model_fields}
    return part in keys or any(part in place for place in lines)


def _fault_at(place: Place, told: str, lines: Mapping[Place, int]) -> FileFault:
    near_by = place
    while near_by and near_by not in lines:
        near_by = near_by[:-1]
    return FileFault(lines.get(near_by, 1), told_place(place), told)
