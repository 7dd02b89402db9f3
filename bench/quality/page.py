"""The figures in the documentation, written from those in ``bench/measured``.

python -m bench.quality.page
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from bench.published import filled
from bench.quality.places import BENCH, PUBLISHED, PUBLISHED_MINUTES
from bench.quality.results import Report, read_json, write_json, write_text
from bench.quality.tables import conditions, minutes_table, published_parts
from rotoscope.palette.palette import Palette

_DOCS = BENCH.parent / "docs"
PAGE = _DOCS / "explanation" / "filter-quality.md"
MINUTES_PAGE = _DOCS / "explanation" / "a-training.md"
MINUTES_PICTURE = _DOCS / "pictures" / "a-training.jpg"
_PICTURE_WIDTH = 1600
_PICTURE_QUALITY = 80


def publish(report: Report) -> tuple[Path, Path]:
    """Keep the figures and put them into the page; gives the files written."""
    PUBLISHED.parent.mkdir(exist_ok=True)
    write_json(PUBLISHED, report)
    write_text(PAGE, written_page())
    return PUBLISHED, PAGE


def publish_minutes(report: Report, sheet: Path) -> tuple[Path, ...]:
    """Keep the figures of a recorded training, put them into their page, and the sheet beside it.

    Args:
        report: figures.
        sheet: a picture of the filter over its training.

    Returns:
        The files written.
    """
    PUBLISHED_MINUTES.parent.mkdir(exist_ok=True)
    write_json(PUBLISHED_MINUTES, report)
    write_text(MINUTES_PAGE, written_minutes_page())
    with Image.open(sheet) as picture:
        height = round(picture.height * _PICTURE_WIDTH / picture.width)
        reduced = picture.convert("RGB").resize((_PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    reduced.save(MINUTES_PICTURE, quality=_PICTURE_QUALITY, optimize=True)
    return PUBLISHED_MINUTES, MINUTES_PAGE, MINUTES_PICTURE


def written_minutes_page() -> str:
    """The page of the recorded training with the figures that are kept. Raises as :func:`written_page`."""
    report = read_json(PUBLISHED_MINUTES, Report)
    text = filled(MINUTES_PAGE.read_text(encoding="utf-8"), "minutes", minutes_table(report))
    return filled(text, "conditions", conditions(report))


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


def bundled_digests() -> dict[str, str]:
    """The bundled neural filters as they are now: name to digest."""
    entries = Palette(Path("none")).list()
    return {entry.name: entry.digest for entry in entries if entry.digest is not None}


if __name__ == "__main__":
    write_text(PAGE, written_page())
    write_text(MINUTES_PAGE, written_minutes_page())
