"""Records as JSON holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def to_plain(value: object) -> object:
    """Turn records into what JSON holds: dataclasses into objects, fractions, paths and times into text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Fraction, Path, datetime)):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


_FROM_TEXT: Final[Mapping[Any, Any]] = {
    Fraction: Fraction,
    Path: Path,
    datetime: datetime.fromisoformat,
    float: float,
}


def from_plain(kind: type[Record], value: object) -> Record:
    """What :func:`to_plain` made, as a record again.

    Args:
        kind: a dataclass. Its fields are what JSON holds, fractions, paths, times, enumerations, records, and
            tuples and dictionaries of these.
        value: an object. Keys that are no field are passed over: who reads may be older than who wrote.

    Raises:
        KeyError: a field is missing that has no default.
        TypeError, ValueError: a value is of another kind.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{kind.__name__} is made of an object, and not of {type(value).__name__}")
    given = cast("Mapping[str, object]", value)
    made: dict[str, object] = {}
    for field in dataclasses.fields(cast("Any", kind)):
        if field.name in given:
            made[field.name] = _read(_hints(kind)[field.name], given[field.name])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise KeyError(field.name)
    return kind(**made)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: object) -> object:  # noqa: ANN401 - whatever a field is declared as
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _read(next(one for one in arguments if one is not NoneType), value)
    if origin is tuple:
        items = cast("Sequence[object]", value)
        kinds = arguments[:1] * len(items) if arguments[-1] is Ellipsis else arguments
        return tuple(_read(one, item) for one, item in zip(kinds, items, strict=True))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return from_plain(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return _FROM_TEXT.get(hint, _as_it_is)(value)


def _as_it_is(value: object) -> object:
    return value
