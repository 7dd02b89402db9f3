"""What the environment says to Rotoscope."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rotoscope import settings as names
from rotoscope.client.connection import checked_url
from rotoscope.database.engine import Database
from rotoscope.errors import RotoscopeError
from rotoscope.safekeeping.doctor.examination import READ_WITH_SETTINGS
from rotoscope.safekeeping.doctor.finding import Finding, Installation, fault, ok, sentence, warning
from rotoscope.settings import (
    DATABASE_VARIABLE,
    FILE_ROOTS_VARIABLE,
    SERVER_VARIABLE,
    STORE_VARIABLE,
    load_settings,
)
from rotoscope.storage.storage import system_store

_PREFIX: Final = "ROTOSCOPE_"
_OF_THE_TESTS: Final = "ROTOSCOPE_REFERENCE_DATA"


def known_variables() -> frozenset[str]:
    """All that Rotoscope reads."""
    told = {value for name, value in vars(names).items() if name.endswith("_VARIABLE")}
    return frozenset({*told, _OF_THE_TESTS})


def check_variables(of: Installation) -> Iterator[Finding]:
    """Variables are known, and well formed."""
    given = sorted(name for name in of.env if name.startswith(_PREFIX) and of.env[name])
    found = [*_unknown(given), *_malformed(of, given), *_missing_roots(of)]
    yield from found
    if not found:
        told = f"{', '.join(given)} are understood." if given else "No variable of Rotoscope is set."
        yield ok("variables", told)


def _unknown(given: list[str]) -> Iterator[Finding]:
    known = known_variables()
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            meant = f" {near[0]} may be meant." if near else ""
            yield warning(
                "variables",
                f"{name} is set, and Rotoscope knows no such variable.",
                f"Correct or remove it.{meant}",
            )


def _malformed(of: Installation, given: list[str]) -> Iterator[Finding]:
    readers: Mapping[str, Callable[[str], object]] = {
        **{name: lambda value, name=name: load_settings({name: value}) for name in READ_WITH_SETTINGS},
        DATABASE_VARIABLE: lambda value: None if value.startswith("sqlite") else Database(value).close(),
        STORE_VARIABLE: lambda value: system_store(load_settings({STORE_VARIABLE: value})),
        SERVER_VARIABLE: checked_url,
    }
    for name, read in readers.items():
        if name in given:
            try:
                read(of.env[name])
            except RotoscopeError as error:
                yield fault("variables", f"{sentence(error)}.", f"Correct {name}, or remove it.")


def _missing_roots(of: Installation) -> Iterator[Finding]:
    for root in of.settings.file_roots:
        if not root.is_dir():
            yield warning(
                "variables",
                f"{FILE_ROOTS_VARIABLE} opens {root}, which is no folder.",
                "Make it, connect its disk, or take it out.",
            )
