"""The figures in the documentation, written from those in ``bench/measured/coherence.json``.

python -m bench.coherence.page
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from bench.coherence.measuring import Report, Row
from bench.published import FiguresPage, markdown_table


def coherence_table(report: Report) -> str:
    """What is left of the flicker, for each filter and clip, and the means, as Markdown."""
    lines = [["filter", "clip", "coherence", "short left", "long left", "sharpness kept", "speed"]]
    lines += [_line(row.filter, row.clip, row.coherence, [row]) for row in report.rows]
    for filter in dict.fromkeys(row.filter for row in report.rows):
        for coherence in dict.fromkeys(row.coherence for row in report.rows):
            rows = [row for row in report.rows if (row.filter, row.coherence) == (filter, coherence)]
            lines.append(_line(filter, "**mean**", coherence, rows))
    return markdown_table(lines)


def _line(filter: str, clip: str, coherence: str, rows: Sequence[Row]) -> list[str]:
    figures = [
        fmean(row.short_left for row in rows),
        fmean(row.long_left for row in rows),
        fmean(row.sharpness_kept for row in rows),
        fmean(row.speed for row in rows),
    ]
    return [f"`{filter}`", clip, f"`{coherence}`", *(f"{figure:.2f}" for figure in figures)]


def _parts(report: Report) -> dict[str, str]:
    told = f"{report.frames} frames of each clip, or all it has; {report.machine}."
    return {"coherence": coherence_table(report), "coherence conditions": told}


PAGE = FiguresPage("coherence", "coherence", Report, _parts)


if __name__ == "__main__":
    PAGE.write()
