"""What a kind of filter is: a name, documented options, and a way to make a filter from them.

A classical kind lives in a module of its own, which ends with one value::

    class PosterizeOptions(KindOptions):
        levels: int = Field(default=5, ge=2, le=64, description="Levels a component is rounded to.")

    KIND = FilterKind("posterize", "Flat areas of few tones.", PosterizeOptions, PosterizeFilter)

and :mod:`rotoscope.filters.kinds` names that value in its table. What a user may type, what the help
shows and what an error lists are all read from the options' fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter

RESERVED_OPTIONS = frozenset({"strength", "stroke", "stroke_scale", "clarity", "color"})
"""Options that every filter takes and that no kind may define anew; see :mod:`rotoscope.filters.strength` and
:mod:`rotoscope.filters.controls`."""


class KindOptions(BaseModel):
    """Base of a kind's options: frozen, and unknown names are refused.

    Give every field a ``description`` (a sentence). A field whose public name is a word of Python has
    an alias: ``picture: Path = Field(alias="from", …)`` is typed ``from=…``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=False
    )


OptionsT = TypeVar("OptionsT", bound=KindOptions)


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """One option as a user sees it."""

    name: str
    description: str
    values: str
    """What is allowed, e.g. ``integer, 2 to 64``."""
    default: str | None
    """As it would be typed; None where the option must be given."""


@dataclass(frozen=True, slots=True)
class FilterKind(Generic[OptionsT]):
    """A class of filters that are made from options alone."""

    name: str
    """Lower-case word, e.g. ``posterize``; what a user types before the colon."""
    summary: str
    """What it does to a picture, one sentence."""
    options: type[OptionsT]
    """The options and their documentation."""
    factory: Callable[[OptionsT], Filter]
    """Makes the filter; raises InvalidOptions where options do not fit together or a file is unusable."""

    def __post_init__(self) -> None:
        """Refuse options whose names every filter has already."""
        clash = RESERVED_OPTIONS & {_public_name(n, f) for n, f in self.options.model_fields.items()}
        if clash:
            raise ValueError(f"kind {self.name!r} defines {sorted(clash)}, which every filter has already")

    def option_infos(self) -> tuple[OptionInfo, ...]:
        """The options in the order they were written."""
        return tuple(_describe(name, info) for name, info in self.options.model_fields.items())

    @property
    def file_options(self) -> frozenset[str]:
        """Names of the options that name a file."""
        fields = self.options.model_fields.items()
        return frozenset(_public_name(n, f) for n, f in fields if _type_word(f.annotation) == "file")

    def build(self, values: Mapping[str, str]) -> Filter:
        """Make the filter from what a user typed.

        Args:
            values: option name to text; an empty mapping takes every default.

        Raises:
            InvalidOptions: an unknown option, or a value outside what is allowed.
        """
        try:
            options = self.options.model_validate(dict(values))
        except ValidationError as error:
            raise InvalidOptions(self._complaint(error)) from error
        return self.factory(options)

    def _complaint(self, error: ValidationError) -> str:
        problems = "; ".join(_problem(e["loc"], e["type"], e["msg"], e["input"]) for e in error.errors())
        known = [
            f"{info.name} ({info.values}{'' if info.default is None else f', by default {info.default}'})"
            for info in self.option_infos()
        ]
        allowed = f"it takes: {', '.join(known)}" if known else "it takes no options of its own"
        return f"The filter {self.name!r} cannot be made: {problems}. Allowed: {allowed}."


def _problem(loc: tuple[int | str, ...], error_type: str, message: str, given: object) -> str:
    where = str(loc[0]) if loc else "the options"
    if error_type == "extra_forbidden":
        return f"unknown option {where!r}"
    if error_type == "missing":
        return f"option {where!r} must be given"
    if not loc:
        return message.removeprefix("Value error, ")
    return f"option {where!r} was {given!r}: {message.removeprefix('Value error, ')}"


def _public_name(name: str, info: FieldInfo) -> str:
    return info.alias or name


_WORDS = {int: "integer", float: "number", bool: "true or false", str: "text"}


def _values(info: FieldInfo) -> str:
    if get_origin(info.annotation) is not None and str(get_origin(info.annotation)) == "typing.Literal":
        return " or ".join(str(choice) for choice in get_args(info.annotation))
    word = _type_word(info.annotation)
    low = _bound(info, "ge", "gt")
    high = _bound(info, "le", "lt")
    if low is not None and high is not None:
        return f"{word}, {low} to {high}"
    if low is not None:
        return f"{word}, {low} or more"
    return word if high is None else f"{word}, at most {high}"


def _bound(info: FieldInfo, *attributes: str) -> object:
    found = (getattr(constraint, name, None) for constraint in info.metadata for name in attributes)
    return next((value for value in found if value is not None), None)


def _type_word(annotation: Any) -> str:  # noqa: ANN401 - a type expression has no type of its own
    if get_origin(annotation) is Annotated:
        return _type_word(get_args(annotation)[0])
    inner = [arg for arg in get_args(annotation) if arg not in (type(None), ...)]
    if inner:
        return _type_word(inner[0]) + (" list" if get_origin(annotation) in (tuple, list) else "")
    return _WORDS.get(annotation, "file" if "Path" in getattr(annotation, "__name__", "") else "text")


def _describe(name: str, info: FieldInfo) -> OptionInfo:
    default = None if info.is_required() else info.get_default(call_default_factory=False)
    text = None if info.is_required() else ("none" if default in (None, ()) else str(default))
    return OptionInfo(_public_name(name, info), info.description or "", _values(info), text)
