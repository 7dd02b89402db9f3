"""What a user types after ``--filter``.

=============================  ==============================================================
typed                          means
=============================  ==============================================================
``great-wave``                 a filter of the palette, or a kind with its default options
``posterize:levels=5``         a kind with an option
``colors:count=6,strength=.5`` several options
``lut:file=a,b.cube``          a comma is part of a value unless a new ``option=`` follows it
``./my-own.onnx``              a filter file that is not in the palette
``great-wave:0.7+lineart:0.3`` a mixture of filters by weight
=============================  ==============================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from rotoscope.errors import InvalidOptions, UnknownFilter

_OPTION = re.compile(r"(?:^|,)([a-z][a-z0-9_-]*)=")
_FILE = re.compile(r"^(?P<path>.+\.onnx)(?::(?P<options>[a-z][a-z0-9_-]*=.*))?$", re.IGNORECASE | re.DOTALL)
_WEIGHTED = re.compile(r"(?P<spec>.+):(?P<weight>\d+\.?\d*|\.\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One ``name=value``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """A filter as it was asked for."""

    name: str
    """Name of a filter or kind, or the path of a filter file."""
    options: tuple[FilterOption, ...] = ()
    """In the order typed; no name twice."""
    is_path: bool = False
    """True where ``name`` is the path of a filter file."""


def parse_filter_spec(text: str) -> FilterSpec:
    """Take apart what a user typed.

    Args:
        text: see the table above.

    Raises:
        InvalidOptions: no name, something that is not ``option=value`` after the colon, or an option twice.
    """
    file = _FILE.match(text)
    if file:
        options = file["options"]
        return FilterSpec(file["path"], _parse_options(text, options) if options else (), is_path=True)
    name, colon, rest = text.partition(":")
    if not name.strip():
        raise InvalidOptions(f"The filter was given as {text!r}, which names none. {_HOW}")
    return FilterSpec(name.strip(), _parse_options(text, rest) if colon else ())


def parse_mixture(text: str) -> tuple[tuple[str, float], ...] | None:
    """Take apart a mixture: what each filter was asked for as, and its weight.

    Args:
        text: see the table above.

    Returns:
        None where the text is no mixture but one filter (a file's name may hold a plus).

    Raises:
        InvalidOptions: some parts have a weight and others have none.
    """
    parts = text.split("+")
    weighted = [_WEIGHTED.fullmatch(part.strip()) for part in parts]
    if len(parts) < 2 or not any(weighted):
        return None
    found = [(match["spec"], float(match["weight"])) for match in weighted if match]
    if len(found) < len(parts):
        raise InvalidOptions(
            f"The filter was given as {text!r}; in a mixture every filter has a weight: NAME:0.7+NAME:0.3."
        )
    return tuple(found)


def unknown_filter(name: str, known: Iterable[str]) -> UnknownFilter:
    """The error for a name that nothing has, with the nearest names.

    Args:
        name: what was asked for.
        known: every name there is.
    """
    names = sorted(set(known))
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return UnknownFilter(f"There is no filter {name!r}.{hint} Filters at hand: {', '.join(names) or 'none'}.")


_HOW = "Write NAME, or NAME:option=value,option=value, or the path of an .onnx filter file."


def _parse_options(text: str, options: str) -> tuple[FilterOption, ...]:
    marks = list(_OPTION.finditer(options))
    if not marks or marks[0].start(1) != 0:
        raise InvalidOptions(f"The filter was given as {text!r}; after the colon comes option=value. {_HOW}")
    ends = [mark.start() for mark in marks[1:]] + [len(options)]
    found = tuple(
        FilterOption(mark[1], options[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)
    )
    names = [option.name for option in found]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InvalidOptions(
            f"The filter was given as {text!r}; {', '.join(doubled)} is there more than once."
        )
    return found
