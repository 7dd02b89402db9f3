"""The figures in the documentation, written from ``bench/measured/quality.json``.

python -m bench.quality.page
"""

from __future__ import annotations

from pathlib import Path

from bench.quality.places import BENCH, PUBLISHED
from bench.quality.results import Report, read_json, write_json, write_text
from bench.quality.tables import published_parts
from rotoscope.palette.palette import Palette

PAGE = BENCH.parent / "docs" / "explanation" / "filter-quality.md"
_END = "\n<!-- /measured -->"


def publish(report: Report) -> tuple[Path, Path]:
    """Keep the figures and put them into the page; gives the files written."""
    PUBLISHED.parent.mkdir(exist_ok=True)
    write_json(PUBLISHED, report)
    write_text(PAGE, written_page())
    return PUBLISHED, PAGE


def written_page() -> str:
    """The page with the figures that are kept.

    Raises:
        InvalidOptions: there are none.
        ValueError: one of the places for them is not in the page.
    """
    text = PAGE.read_text(encoding="utf-8")
    for name, part in published_parts(read_json(PUBLISHED, Report), bundled_digests()).items():
        begin = f"<!-- measured: {name} -->\n"
        start = text.index(begin) + len(begin)
        text = text[:start] + part + text[text.index(_END, start) :]
    return text


def bundled_digests() -> dict[str, str]:
    """The bundled neural filters as they are now: name to digest."""
    entries = Palette(Path("none")).list()
    return {entry.name: entry.digest for entry in entries if entry.digest is not None}


if __name__ == "__main__":
    write_text(PAGE, written_page())
