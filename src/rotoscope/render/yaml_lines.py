"""YAML that people write: to data, with the line of every value, so that a fault can say where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rotoscope.errors import FileFault

Place: TypeAlias = tuple[str | int, ...]
"""Keys and numbers from the top of the file to a value: ``("layers", 0, "mask")``."""

_MOST_DEPTH: Final = 40
_INTEGER = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_WORDS: Final[Mapping[str, object]] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands in a file."""

    data: Any
    """As JSON has it; None where there are faults."""
    lines: Mapping[Place, int]
    """Where each value is, counted from 1."""
    faults: tuple[FileFault, ...] = ()
    """Why it cannot be read; empty: it can."""


def load_lines(text: str) -> Loaded:
    """Read YAML.

    Scalars are as YAML 1.2 has them, so that 0:04 and 2026-11-27 are text. References, keys that are there
    twice, and what is nested too deeply are faults.
    """
    lines: dict[Place, int] = {}
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                told = "references (*name) are not read; write the value out"
                return Loaded(None, lines, (FileFault(_line(event), "", told),))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return Loaded(None, lines, (_not_yaml(error),))
    except RecursionError:
        return Loaded(None, lines, (FileFault(1, "", "it is nested too deeply"),))
    faults: list[FileFault] = []
    data = None if node is None else _plain(node, (), lines, faults)
    return Loaded(None if faults else data, lines, tuple(faults))


def plain_scalar(text: str) -> object:
    """What a scalar without quotes means: a word of YAML, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def told_place(place: Place) -> str:
    """``layers.1.mask.feather``; items count from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def near(given: str, known: Sequence[str]) -> str:
    """`` Did you mean title?``, or nothing where no known word is like it."""
    found = get_close_matches(given, known, n=2, cutoff=0.5)
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _not_yaml(error: yaml.YAMLError) -> FileFault:
    mark = getattr(error, "problem_mark", None)
    told = str(getattr(error, "problem", None) or error).replace("\n", " ")
    return FileFault(1 if mark is None else mark.line + 1, "", f"not YAML: {told}")


def _plain(node: Node, place: Place, lines: dict[Place, int], faults: list[FileFault]) -> Any:  # noqa: ANN401
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if len(place) > _MOST_DEPTH:
        faults.append(FileFault(line, told_place(place), "it is nested too deeply"))
        return None
    if isinstance(node, SequenceNode):
        return [_plain(item, (*place, index), lines, faults) for index, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            here = (*place, key)
            if key in found:
                faults.append(FileFault(key_node.start_mark.line + 1, told_place(here), "it is there twice"))
            lines[here] = key_node.start_mark.line + 1
            found[key] = _plain(value, here, lines, faults)
        return found
    assert isinstance(node, ScalarNode)
    return node.value if node.style is not None else plain_scalar(node.value)
