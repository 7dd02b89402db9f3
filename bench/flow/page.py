"""The figures in the documentation, written from those in ``bench/measured/flow.json``.

python -m bench.flow.page
"""

from __future__ import annotations

from bench.flow.measuring import Report
from bench.published import FiguresPage, markdown_table


def flow_table(report: Report) -> str:
    """Mean end-point errors in pixels, and the time a search takes, as Markdown."""
    scenes = list(report.rows[0].errors)
    lines = [["engine", *(f"`{scene}`" for scene in scenes), "ms"]]
    for row in report.rows:
        errors = [f"{row.errors[scene]:.2f}" for scene in scenes]
        lines.append([f"`{row.engine}`", *errors, f"{row.milliseconds:.0f}"])
    return markdown_table(lines)


def _parts(report: Report) -> dict[str, str]:
    width, height = report.size
    told = f"Time is that of one search at {width}x{height} on {report.machine}, the quickest of several."
    return {"flow": flow_table(report), "flow conditions": told}


PAGE = FiguresPage("flow", "flow-and-flicker", Report, _parts)


if __name__ == "__main__":
    PAGE.write()
