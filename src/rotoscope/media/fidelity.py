"""Compares a result with its source, property by property: the fidelity report.

Nothing of how the result was made is consulted; both files are read back. A difference is a *loss* unless the
result's container or codec could not have held the property, in which case the row says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rotoscope.media.fidelity_pictures import compare_pictures, compare_projection
from rotoscope.media.fidelity_rows import Row, Verdict
from rotoscope.media.fidelity_sound import compare_tracks
from rotoscope.media.fidelity_tags import compare_tags
from rotoscope.media.fidelity_times import compare_times
from rotoscope.media.fidelity_unpainted import compare_unpainted
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.probe import probe

__all__ = ["FidelityReport", "Row", "Verdict", "check"]


@dataclass(frozen=True, slots=True)
class FidelityReport:
    """What became of every property of a source."""

    source: Path
    result: Path
    rows: tuple[Row, ...]

    @property
    def lost(self) -> tuple[Row, ...]:
        """Properties dropped or damaged although the result could have held them."""
        return tuple(row for row in self.rows if row.is_loss)


def check(
    source: str | Path, result: str | Path, *, unpainted: bool = False, limits: Limits = DEFAULT_LIMITS
) -> FidelityReport:
    """Compare a result with the source it was made from.

    Everything but the pictures is compared: presentation times frame by frame, sound packet by packet (by
    their hashes). With ``unpainted`` some pictures are, too: where nothing was painted, they are the source's
    but for what an encoder loses.

    Raises:
        OpenError: one of them cannot be opened.
        DecodeError: not one picture of one of them can be decoded.
    """
    source, result = Path(source), Path(result)
    before = probe(source, count=True, rate=None, limits=limits)
    after = probe(result, count=True, rate=None, limits=limits)
    rows = (
        *compare_times(before, after),
        *compare_pictures(before.info, after.info),
        *compare_projection(before.info, after.info),
        *(compare_unpainted(before.info, after.info, limits=limits) if unpainted else ()),
        *compare_tracks(before, after),
        *compare_tags(before.info, after.info),
    )
    return FidelityReport(source, result, rows)
