"""Figures as tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from bench.quality.results import ClipFigures, Report, Row
from bench.quality.table import BUNDLED_GROUP

OTHERS_GROUP = "others"
"""Networks of other makers."""
OPTIMIZED_TITLE = "optimized"
"""How titles of optimized pictures begin."""
OPTIMIZATION_GROUP = "optimization"
"""Optimized pictures, and what is compared with them on the same photographs."""
MINUTES_GROUP = "minutes"
"""One filter at different times of its training."""


def whole_report(report: Report) -> str:
    """Everything in a report, a table a group."""
    groups = list(dict.fromkeys(row.group for row in report.rows))
    parts = [conditions(report)]
    parts += [f"## {group}\n\n{table(report.group(group))}" for group in groups]
    if report.sources:
        parts.append(f"## flicker\n\n{flicker_table(report)}")
    return "\n\n".join(parts) + "\n"


def published_parts(report: Report, bundled: Mapping[str, str]) -> dict[str, str]:
    """What the documentation shows, by the names of its places.

    Args:
        report: figures.
        bundled: the bundled filters as they are now: name to digest. Figures of one that is made anew since
            are left out everywhere, and it is said to wait.
    """
    rows = tuple(row for row in report.rows if bundled.get(row.painter, row.digest) == row.digest)
    report = report.model_copy(update={"rows": rows})
    measured = report.group(BUNDLED_GROUP)
    waiting = sorted(set(bundled) - {row.painter for row in measured})
    bundled_part = bundled_table(measured) if measured else ""
    if waiting:
        bundled_part += f"\n\nNot measured yet: {', '.join(f'`{name}`' for name in waiting)}."
    return {
        "conditions": conditions(report),
        "bundled": bundled_part.strip(),
        "others": table(report.group(OTHERS_GROUP), parameters=True),
        "optimization": optimization_table(report.group(OPTIMIZATION_GROUP)),
        "flicker": flicker_table(report),
    }


def conditions(report: Report) -> str:
    """One paragraph: what was measured with what."""
    name, _, digest = report.features.partition(" ")
    return (
        f"{len(report.photographs)} photographs at {report.short_side} pixels on the short side; neural "
        f"filters painted in {report.precision}; features of {name} with the weights of SHA-256 "
        f"`{digest[:16]}…`."
    )


def table(rows: Sequence[Row], *, parameters: bool = False) -> str:
    """Style, content and own, a line a row."""
    columns: list[tuple[str, Callable[[Row], str]]] = [("painted by", _name)]
    if parameters:
        columns.append(("parameters", lambda row: f"{row.parameters:,}" if row.parameters else ""))
    columns.append(("style image", lambda row: row.style_image))
    lines = [
        [*(cell(row) for _, cell in columns), f"{row.style:.3f}", f"{row.content:.3f}", f"{row.own:.2f}"]
        for row in rows
    ]
    return _markdown([*(head for head, _ in columns), "style", "content", "own"], lines)


def bundled_table(rows: Sequence[Row]) -> str:
    """Filters of the palette, a line each, beside what the photographs have of their styles already."""
    lines = [
        [
            _name(row),
            *(f"{value:.3f}" for value in (row.style, row.photographs_style, row.content)),
            f"{row.own:.2f}",
        ]
        for row in rows
    ]
    return _markdown(["filter", "style", "style of the photographs", "content", "own"], lines)


def optimization_table(rows: Sequence[Row]) -> str:
    """Optimized pictures and others, on those photographs alone that all of them have."""
    shared = set.intersection(*({one.name for one in row.paintings} for row in rows)) if rows else set[str]()
    if not shared:
        return "(None yet.)"
    lines = [[_name(row), *(f"{value:.3f}" for value in row.over(shared))] for row in rows]
    count = "1 photograph" if len(shared) == 1 else f"{len(shared)} photographs"
    text = _markdown([f"painted by ({count})", "style", "content"], lines)
    is_optimized = any(row.title.startswith(OPTIMIZED_TITLE) for row in rows)
    return text if is_optimized else f"{text}\n\nNo optimized pictures are measured yet."


def minutes_table(report: Report) -> str:
    """A filter over its training, a line a moment."""
    rows = report.group(MINUTES_GROUP)
    if not rows:
        return "(None yet.)"
    lines = [[row.title, f"{row.style:.3f}", f"{row.content:.3f}", f"{row.own:.2f}"] for row in rows]
    before = ["(the photographs themselves)", f"{rows[0].photographs_style:.3f}", "0.000", ""]
    return _markdown(["after", "style", "content", "own"], [before, *lines])


def flicker_table(report: Report) -> str:
    """Short and long warping error, in thousandths, a line a painter and a column a clip; and sharpness."""
    clips = [figures.clip for figures in report.sources]
    if not clips:
        return "(None yet.)"
    lines = [["the clip itself", *_flicker_cells(report.sources, clips), "1.00"]]
    for row in report.rows:
        if row.clips:
            sharpness = fmean(figures.sharpness for figures in row.clips)
            lines.append([_name(row), *_flicker_cells(row.clips, clips), f"{sharpness:.2f}"])
    return _markdown(["painted by", *(f"`{clip}`" for clip in clips), "sharpness"], lines)


def _flicker_cells(figures: Sequence[ClipFigures], clips: Sequence[str]) -> list[str]:
    by_clip = {one.clip: one for one in figures}
    return [f"{1000 * by_clip[clip].short:.2f} / {1000 * by_clip[clip].long:.2f}" for clip in clips]


def _name(row: Row) -> str:
    return f"`{row.title}`" if row.group == BUNDLED_GROUP else row.title


def _markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
