"""What one check found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from rotoscope.settings import Settings

State: TypeAlias = Literal["ok", "warning", "fault"]
"""``warning``: most things work. ``fault``: something that Rotoscope is for does not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    """Of what, such as ``database``."""
    state: State
    told: str
    """One sentence."""
    advice: str = ""
    """What to do; empty where all is well."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is examined."""

    env: Mapping[str, str]
    settings: Settings
    """What the environment says, without what is malformed in it."""
    bundled: Path
    """The filters that came with the program."""


Check: TypeAlias = Callable[[Installation], Iterable[Finding]]


def ok(check: str, told: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", told)


def warning(check: str, told: str, advice: str) -> Finding:
    """Something may surprise."""
    return Finding(check, "warning", told, advice)


def fault(check: str, told: str, advice: str) -> Finding:
    """Something does not work."""
    return Finding(check, "fault", told, advice)


def sentence(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()).rstrip(".")[:300] or type(error).__name__
