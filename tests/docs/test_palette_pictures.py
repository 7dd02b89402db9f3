"""The pictures of the palette's page are of these filters, small, and of free photographs."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.filters.file import read_filter_file
from rotoscope.palette.verify import graph_digest

from doc_pages import ROOT
from palette_page import bundled_entries, palette_page

PICTURES = ROOT / "docs" / "pictures"
PHOTOGRAPHS = sorted((PICTURES / "photographs").glob("*.jpg"))
HOW = "run `python docs/make_pictures.py palette`, and look at what changed"
MAX_STRIP_BYTES = 120_000
MAX_PHOTOGRAPHS_BYTES = 600_000
MAX_TOGETHER_BYTES = 6_000_000


def digests() -> dict[str, str]:
    """Name of each bundled filter to the digest of its graph, in the order of the page."""
    paths = {entry.name: entry.path for entry in bundled_entries()}
    return {name: graph_digest(read_filter_file(path)) for name, path in paths.items() if path is not None}


def painted_by(path: Path) -> str:
    """What a picture's comment says."""
    with Image.open(path) as image:
        return image.info["comment"].decode()


def test_every_filter_has_a_strip_that_it_painted() -> None:
    strips = {path.stem: painted_by(path) for path in (PICTURES / "palette").iterdir()}
    assert strips == digests(), HOW


def test_the_overview_was_painted_by_all_of_them() -> None:
    together = sha256("".join(digests().values()).encode()).hexdigest()
    assert painted_by(PICTURES / "palette.jpg") == together, HOW


def test_strips_show_as_many_samples_as_there_are_photographs() -> None:
    assert len(PHOTOGRAPHS) == 6
    for path in (*(PICTURES / "palette").iterdir(), PICTURES / "palette-photographs.jpg"):
        with Image.open(path) as image:
            assert image.size == (1500, 184)
        assert path.stat().st_size <= MAX_STRIP_BYTES


def test_the_pictures_are_small_together() -> None:
    photographs = sum(path.stat().st_size for path in PHOTOGRAPHS)
    strips = sum(path.stat().st_size for path in (PICTURES / "palette").iterdir())
    overview = sum((PICTURES / name).stat().st_size for name in ("palette.jpg", "palette-photographs.jpg"))
    assert photographs <= MAX_PHOTOGRAPHS_BYTES
    assert photographs + strips + overview <= MAX_TOGETHER_BYTES


@pytest.mark.parametrize("path", PHOTOGRAPHS, ids=lambda path: path.stem)
def test_every_photograph_is_credited_and_free(path: Path) -> None:
    text = (PICTURES / "photographs" / "SOURCES.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| !\[{path.stem}\]\({path.name}\) \|(.+)$", text, re.MULTILINE)
    assert row
    _, maker, terms, origin = (cell.strip() for cell in row[1].strip("|").split("|"))
    assert maker
    assert origin
    assert terms in ("CC0-1.0", "public domain", "Apache-2.0")


def test_no_two_headings_of_the_page_are_the_same() -> None:
    headings = re.findall(r"^##+ (.+)$", palette_page(), re.MULTILINE)
    assert len(headings) > len(digests())
    assert len({heading.lower() for heading in headings}) == len(headings)
