"""The figures in the documentation, written from those in ``bench/measured/flow.json``.

python -m bench.flow.page
"""

from __future__ import annotations

from pathlib import Path

from bench.flow.measuring import Report, read_report
from bench.quality.page import filled
from bench.quality.places import BENCH
from bench.quality.results import write_text

PUBLISHED = BENCH / "measured" / "flow.json"
"""The figures that the documentation shows; committed."""
PAGE = BENCH.parent / "docs" / "explanation" / "flow-and-flicker.md"


def publish(report: Report) -> tuple[Path, Path]:
    """Keep the figures and put them into the page; gives the files written."""
    PUBLISHED.parent.mkdir(exist_ok=True)
    write_text(PUBLISHED, report.model_dump_json(indent=1) + "\n")
    write_text(PAGE, written_page())
    return PUBLISHED, PAGE


def written_page() -> str:
    """The page with the figures that are kept.

    Raises:
        ValueError: one of the places for them is not in the page.
    """
    report = read_report(PUBLISHED)
    text = filled(PAGE.read_text(encoding="utf-8"), "flow", flow_table(report))
    width, height = report.size
    told = f"Time is that of one search at {width}x{height} on {report.machine}, the quickest of several."
    return filled(text, "flow conditions", told)


def flow_table(report: Report) -> str:
    """Mean end-point errors in pixels, and the time a search takes, as Markdown."""
    scenes = list(report.rows[0].errors)
    lines = [["engine", *(f"`{scene}`" for scene in scenes), "ms"], ["---"] * (len(scenes) + 2)]
    for row in report.rows:
        errors = [f"{row.errors[scene]:.2f}" for scene in scenes]
        lines.append([f"`{row.engine}`", *errors, f"{row.milliseconds:.0f}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    write_text(PAGE, written_page())
