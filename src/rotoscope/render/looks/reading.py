"""Reading a look file: YAML to a document, and every fault with its line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from rotoscope.errors import InvalidLook, LookFault
from rotoscope.render.looks.document import Layer, LookDocument, NumberKey
from rotoscope.render.looks.mask_schema import MASK_KINDS, Ellipse
from rotoscope.render.yaml_lines import Place, load_lines, near, told_place

_MOST_BYTES: Final = 1_000_000
_NO_KEYS: Final = "a look file has keys: look: 1, and layers"


@dataclass(frozen=True, slots=True)
class LookText:
    """A look file that was read and keeps the schema."""

    name: str
    """What to call it in messages."""
    document: LookDocument
    text: str
    """What stands in the file."""
    lines: Mapping[Place, int]
    """Where each value is, counted from 1."""

    def line_of(self, place: Place) -> int:
        """The line of a value, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_look_file(path: Path) -> LookText:
    """Read a look file.

    Raises:
        InvalidLook: there is no such file, it is not YAML, or it breaks the schema.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidLook(
                f"{path} is larger than {_MOST_BYTES:,} bytes, so it is no look file. Give one."
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidLook(
            f"The look file {path} cannot be read: {why}. `rotoscope look init {path}` writes one."
        ) from error
    return parse_look(text, name=str(path))


def parse_look(text: str, *, name: str) -> LookText:
    """Hold a look file's text against the schema.

    Args:
        text: YAML.
        name: what to call it in messages.

    Raises:
        InvalidLook: it is not YAML, or breaks the schema; every fault is among its faults.
    """
    data, lines = _load(text, name)
    if not isinstance(data, dict):
        raise InvalidLook.of(name, [LookFault(1, "", _NO_KEYS)])
    try:
        return LookText(name, LookDocument.model_validate(data), text, lines)
    except ValidationError as error:
        problems = [dict(problem) for problem in error.errors(include_url=False)]
        # A layer with a fault is also missing from the layers that were understood.
        told = [problem for problem in problems if problem["type"] != "too_short"] or problems
        found = [_fault(problem, data, lines) for problem in told]
        raise InvalidLook.of(name, sorted(found, key=lambda fault: fault.line)) from error


def plain_look(text: str, *, name: str) -> dict[str, Any]:
    """A look file's text as JSON has it; it is not held against the schema.

    Raises:
        InvalidLook: it is not YAML, or no mapping.
    """
    data, _ = _load(text, name)
    if not isinstance(data, dict):
        raise InvalidLook.of(name, [LookFault(1, "", _NO_KEYS)])
    return data


def _load(text: str, name: str) -> tuple[Any, Mapping[Place, int]]:
    loaded = load_lines(text)
    if loaded.faults:
        raise InvalidLook.of(name, [LookFault(one.line, one.key, one.told) for one in loaded.faults])
    return loaded.data, loaded.lines


def _fault(problem: dict[str, Any], data: object, lines: Mapping[Place, int]) -> LookFault:
    place: Place = ()
    for part in problem["loc"]:  # some parts name a branch of the schema, not a key of the file
        here = (*place, part)
        place = here if here in lines else place
    line = lines.get(place, 1)
    kind, context = problem["type"], problem.get("ctx", {})
    last = problem["loc"][-1] if problem["loc"] else ""
    if kind == "extra_forbidden":
        keys = known_keys(place[:-1], data)
        return LookFault(line, told_place(place), f"there is no such key.{near(str(last), keys)} Keys here: "
                         f"{', '.join(keys)}")  # fmt: skip
    if kind == "missing":
        return LookFault(line, told_place((*place, last)), "it must be given")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        kinds = tuple(MASK_KINDS)
        given = context.get("tag", "")
        at_kind = (*place, "kind")
        here = at_kind if at_kind in lines else place
        told = f"a mask has a kind, one of {', '.join(kinds)}.{near(str(given), kinds)}"
        return LookFault(lines.get(here, line), told_place(here), told)
    if kind == "literal_error":
        allowed = tuple(re.findall(r"'([^']*)'", context["expected"])) or (context["expected"],)
        told = f"{problem['input']!r} is none of {', '.join(allowed)}.{near(str(problem['input']), allowed)}"
        return LookFault(line, told_place(place), told)
    told = str(problem["msg"]).removeprefix("Value error, ")
    return LookFault(line, told_place(place), told[0].lower() + told[1:])


def known_keys(place: Place, data: object) -> tuple[str, ...]:
    """The keys that may stand at a place of a look file."""
    value = data
    for part in place:
        value = value[part]  # type: ignore[index] - the place was found in the data
    model: Any = LookDocument
    if place and place[-1] == "ellipse":
        model = Ellipse
    elif isinstance(value, dict) and value.get("kind") in MASK_KINDS:
        model = MASK_KINDS[value["kind"]]
    elif len(place) == 2:
        model = Layer
    elif place:
        model = NumberKey
    return tuple(field.alias or name for name, field in model.model_fields.items())
