"""The figures in the documentation, written from ``bench/measured/quality.json``.

python -m bench.quality.page
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.quality.places import BENCH, PUBLISHED
from bench.quality.results import Report, read_json, write_json, write_text
from bench.quality.tables import published_parts
from rotoscope.palette.palette import Palette

PAGE = BENCH.parent / "docs" / "explanation" / "filter-quality.md"


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
        text = filled(text, name, part)
    return text


def filled(text: str, name: str, part: str) -> str:
    """A text with a part in its place, which is between two comments.

    Raises:
        ValueError: there is no such place.
    """
    place = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    if place.search(text) is None:
        raise ValueError(f"the page has no place for {name}")
    return place.sub(lambda found: f"{found[1]}{part}\n{found[2]}", text, count=1)


def bundled_digests() -> dict[str, str]:
    """The bundled neural filters as they are now: name to digest."""
    entries = Palette(Path("none")).list()
    return {entry.name: entry.digest for entry in entries if entry.digest is not None}


if __name__ == "__main__":
    write_text(PAGE, written_page())
