"""The table in the documentation, written from the figures in ``bench/measured/optimized-video.json``.

python -m bench.optimization.video_page
"""

from __future__ import annotations

from bench.optimization.video_rows import ROWS, Report
from bench.published import FiguresPage, markdown_table


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
    lines = [["", *heads]]
    for name in names:
        figures = [report.scenes[scene][name] for scene in scenes]
        told = [
            text
            for one in figures
            for text in (f"{1e4 * one.short:.1f}", f"{one.style:.3f}", f"{one.sharpness:.2f}")
        ]
        lines.append([ROWS[name].told, *told])
    return markdown_table(lines)


def _parts(report: Report) -> dict[str, str]:
    return {"coherence": video_table(report), "coherence conditions": conditions(report)}


PAGE = FiguresPage("optimized-video", "optimized-video", Report, _parts)


if __name__ == "__main__":
    PAGE.write()
