"""A collection to its folder: files that people read and edit; what they say already stays untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from rotoscope.media.atomic import encode_errors, write_new_file
from rotoscope.publish.collection import COLLECTION_FILE, STORY_FILE, WORKS, Collection, CollectionFile
from rotoscope.publish.reading import read_document
from rotoscope.publish.work import Work, WorkFacts
from rotoscope.render.yaml_lines import plain_scalar

_WIDTH: Final = 100
_FIRST: Final = (
    "collection",
    "title",
    "description",
    "date",
    "tags",
    "published",
    "feature",
    "cover",
    "works",
)


class _Lines(tuple[str, ...]):
    """A list with a line for each item, which people put into another order."""


class _Top(dict[str, Any]):
    """A whole document: a line for each key."""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and what a reader would take for a number in quotes."""


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    is_shown = all(character == "\n" or character.isprintable() for character in value)
    style = "|" if "\n" in value and is_shown else None if isinstance(plain_scalar(value), str) else '"'
    style = style if is_shown else '"'  # other breaks of lines would become line feeds
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _top(dumper: yaml.SafeDumper, value: _Top) -> MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


def _lines(dumper: yaml.SafeDumper, value: _Lines) -> SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=False)


_Dumper.yaml_implicit_resolvers = {  # a day is text, as in YAML 1.2
    first: [(tag, form) for tag, form in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Lines, _lines)
_Dumper.add_representer(_Top, _top)


def write_collection(folder: Path, collection: Collection) -> None:
    """Write a collection's files, each whole or not at all.

    The folder is made where it is missing. A file that says already what it shall say is left as it is,
    comments included; files of works that are no longer there are removed; media are not touched.

    Args:
        folder: of the collection; its name should be the collection's.
        collection: what its files shall say.

    Raises:
        EncodeError: the folder cannot be written to.
    """
    works = folder / WORKS
    with encode_errors(folder):
        works.mkdir(parents=True, exist_ok=True)
    for work in collection.works:
        facts = WorkFacts.model_validate(_kept(work, WorkFacts))
        _write(works / f"{work.name}.yaml", facts)
    story = folder / STORY_FILE
    if collection.story is None:
        story.unlink(missing_ok=True)
    elif not story.is_file() or story.read_bytes() != collection.story.encode():
        write_new_file(story, collection.story.encode(), overwrite=True)
    facts = {key: getattr(collection, key) for key in CollectionFile.model_fields if hasattr(collection, key)}
    names = tuple(work.name for work in collection.works)
    file = CollectionFile.model_validate({**facts, "collection": 1, "story": None, "works": names})
    _write(folder / COLLECTION_FILE, file)
    for path in works.glob("*.yaml"):
        if path.stem not in names:
            path.unlink(missing_ok=True)


def to_yaml(document: CollectionFile | WorkFacts) -> str:
    """A document as its file has it; what is absent or empty is left out."""
    plain: dict[str, Any] = document.model_dump(mode="json", exclude_none=True)
    shown = {key: plain[key] for key in sorted(plain, key=_rank) if plain[key] not in ([], False, "")}
    if isinstance(document, CollectionFile) and document.published:
        shown.pop("published", None)
    elif isinstance(document, CollectionFile):
        shown["published"] = False
    if "works" in shown:
        shown["works"] = _Lines(shown["works"])
    text: str = yaml.dump(_Top(shown), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH,
                          default_flow_style=None)  # fmt: skip
    return text


def _rank(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)


def _kept(value: Work, kind: type[BaseModel]) -> dict[str, Any]:
    return {key: getattr(value, key) for key in kind.model_fields}


def _write(path: Path, document: CollectionFile | WorkFacts) -> None:
    try:
        there, _, _ = read_document(path.read_text(encoding="utf-8"), type(document))
    except (OSError, UnicodeDecodeError):
        there = None
    if there != document:
        write_new_file(path, to_yaml(document).encode(), overwrite=True)
