"""The table in the documentation, written from the figures in ``bench/measured/optimized-video.json``.

python -m bench.optimization.video_page
"""

from __future__ import annotations

from pathlib import Path

from bench.optimization.video_rows import ROWS, Report
from bench.quality.page import filled
from bench.quality.places import BENCH
from bench.quality.results import write_text

PUBLISHED = BENCH / "measured" / "optimized-video.json"
"""The figures that the documentation shows; committed."""
PAGE = BENCH.parent / "docs" / "explanation" / "optimized-video.md"


def published(report: Report) -> tuple[Path, Path]:
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
    report = Report.model_validate_json(PUBLISHED.read_bytes())
    text = filled(PAGE.read_text(encoding="utf-8"), "coherence", video_table(report))
    return filled(text, "coherence conditions", conditions(report))


def conditions(report: Report) -> str:
    """What the figures were measured with."""
    return (
        f"Ten frames, {report.width} pixels wide, by {report.features}; style image {report.style}. "
        f"{report.iterations} "
        f"iterations for frames that are painted alone, {report.following_iterations} for those that begin "
        f"with a painting."
    )


def video_table(report: Report) -> str:
    """Warping errors (in units of 1/10000) and style losses, as Markdown."""
    scenes = list(report.scenes)
    names = [name for name in ROWS if all(name in report.scenes[scene] for scene in scenes)]
    heads = [f"{scene}: {what}" for scene in scenes for what in ("warping error", "style loss", "sharpness")]
    lines = [f"| | {' | '.join(heads)} |", f"|{'---|' * (len(heads) + 1)}"]
    for name in names:
        figures = [report.scenes[scene][name] for scene in scenes]
        told = [
            text
            for one in figures
            for text in (f"{1e4 * one.short:.1f}", f"{one.style:.3f}", f"{one.sharpness:.2f}")
        ]
        lines.append(f"| {' | '.join((ROWS[name].told, *told))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    write_text(PAGE, written_page())
