"""The figures in the documentation, written from those in ``bench/measured/coherence.json``.

python -m bench.coherence.page
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from bench.coherence.measuring import Report, Row
from bench.quality.page import filled
from bench.quality.places import BENCH
from bench.quality.results import write_text

PUBLISHED = BENCH / "measured" / "coherence.json"
"""The figures that the documentation shows; committed."""
PAGE = BENCH.parent / "docs" / "explanation" / "coherence.md"


def publish(report: Report) -> tuple[Path, Path]:
    """Keep the figures and put them into the page; gives the files written."""
    write_text(PUBLISHED, report.model_dump_json(indent=1) + "\n")
    write_text(PAGE, written_page())
    return PUBLISHED, PAGE


def written_page() -> str:
    """The page with the figures that are kept.

    Raises:
        ValueError: one of the places for them is not in the page.
    """
    report = Report.model_validate_json(PUBLISHED.read_text(encoding="utf-8"))
    text = filled(PAGE.read_text(encoding="utf-8"), "coherence", coherence_table(report))
    told = f"{report.frames} frames of each clip, or all it has; {report.machine}."
    return filled(text, "coherence conditions", told)


def coherence_table(report: Report) -> str:
    """What is left of the flicker, for each filter and clip, and the means, as Markdown."""
    lines = [
        ["filter", "clip", "coherence", "short left", "long left", "sharpness kept", "speed"],
        ["---"] * 7,
    ]
    lines += [_line(row.filter, row.clip, row.coherence, [row]) for row in report.rows]
    for filter in dict.fromkeys(row.filter for row in report.rows):
        for coherence in dict.fromkeys(row.coherence for row in report.rows):
            rows = [row for row in report.rows if (row.filter, row.coherence) == (filter, coherence)]
            lines.append(_line(filter, "**mean**", coherence, rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(filter: str, clip: str, coherence: str, rows: Sequence[Row]) -> list[str]:
    figures = [
        fmean(row.short_left for row in rows),
        fmean(row.long_left for row in rows),
        fmean(row.sharpness_kept for row in rows),
        fmean(row.speed for row in rows),
    ]
    return [f"`{filter}`", clip, f"`{coherence}`", *(f"{figure:.2f}" for figure in figures)]


if __name__ == "__main__":
    write_text(PAGE, written_page())
