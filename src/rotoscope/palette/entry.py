"""What the palette says of one filter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rotoscope.filters.card import Card


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One filter at hand."""

    name: str
    kind: str
    version: int | None
    """Counts up when a filter is made anew under its name; None where its file cannot be read."""
    bundled: bool
    """True for what comes with Rotoscope, False for the user's own."""
    title: str | None = None
    """For people to read; for a classical kind, what it does."""
    path: Path | None = None
    """The filter file; None for a classical kind, which has none."""
    digest: str | None = None
    """SHA-256 of the filter file."""
    card: Card | None = None
    """What is known of it; None for a classical kind, or where the file cannot be read."""
    problem: str | None = None
    """Why it cannot be used; None for a filter in order."""
