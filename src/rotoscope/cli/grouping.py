"""Groups of options: a command takes one as a parameter, and its users see its options one by one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature
from typing import get_args, get_type_hints


@dataclass(frozen=True)
class Without:
    """Marks a group, as ``Annotated[Group, Without("name")]``, of which a command lacks options.

    What is left out has its default.
    """

    names: frozenset[str]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", frozenset(names))


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """A command for Typer, with the options of its groups in their places.

    A group is a frozen dataclass whose fields are options, each with a default. Parameters that are no groups
    stay as they are.
    """
    groups: dict[str, tuple[type, list[Parameter]]] = {}
    shown: list[Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        group, *marks = get_args(parameter.annotation) or (parameter.annotation,)
        if is_dataclass(group) and isinstance(group, type):
            lacking = {name for mark in marks if isinstance(mark, Without) for name in mark.names}
            groups[parameter.name] = (group, list(_options(group, lacking)))
            shown += groups[parameter.name][1]
        else:
            shown.append(parameter)

    @wraps(command)
    def called(**given: object) -> None:
        for name, (group, own) in groups.items():
            given[name] = group(**{option.name: given.pop(option.name) for option in own})
        command(**given)

    vars(called).update(__signature__=Signature(shown))
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    return called


def _options(group: type, lacking: set[str]) -> Iterator[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        if field.name not in lacking:
            yield Parameter(
                field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
            )
