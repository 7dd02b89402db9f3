"""The rows of a fidelity report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import CONTAINERS, Container


class Verdict(StrEnum):
    """What became of a property."""

    KEPT = "kept"
    CONVERTED = "converted"
    DROPPED = "dropped"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Row:
    """One property."""

    name: str
    """What is compared, e.g. ``frame count``."""
    source: str
    """Its value in the source, for reading."""
    result: str
    """Its value in the result, for reading."""
    verdict: Verdict
    why: str = ""
    """The reason for anything but ``kept``."""
    is_loss: bool = False
    """Whether something is gone that the result could have held."""


def container_of_result(info: MediaInfo) -> Container | None:
    """What the result's container can hold; None for pictures and containers that are not written here."""
    return CONTAINERS.get(info.path.suffix.lower()) if info.kind is MediaKind.VIDEO else None


def kept(name: str, value: str, result: str | None = None) -> Row:
    """A row for a property that came back."""
    return Row(name, value, value if result is None else result, Verdict.KEPT)


def lost(name: str, source: str, result: str, why: str, *, verdict: Verdict = Verdict.DROPPED) -> Row:
    """A row for a property that should have come back."""
    return Row(name, source, result, verdict, why, is_loss=True)
