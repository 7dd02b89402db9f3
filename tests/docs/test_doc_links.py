"""Links and pictures of the pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doc_pages import PAGES, ROOT, prose, title

_LINK = re.compile(r"\]\(\s*([^)\s]+)\s*\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What may follow ``#`` in a link to the page, by GitHub's rule."""
    found = _HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def targets(page: Path) -> list[str]:
    return [link for link in _LINK.findall(prose(page)) if not link.startswith(("https://", "http://"))]


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_links_lead_somewhere(page: Path) -> None:
    for link in targets(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leaves the project"
        assert target.exists(), f"{link} is not there"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading, but {sorted(anchors(target))}"


def test_every_page_can_be_reached_from_the_index_or_the_readme() -> None:
    index = ROOT / "docs" / "index.md"
    entrances = (index, ROOT / "README.md")
    reached = {(page.parent / link.split("#")[0]).resolve() for page in entrances for link in targets(page)}
    assert {title(page) for page in PAGES} - {title(p) for p in reached if p in PAGES} <= {"README.md"}


def test_every_picture_is_shown() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in targets(page)}
    suffixes = (".gif", ".jpg", ".png", ".webp")
    pictures = [path for path in (ROOT / "docs" / "pictures").rglob("*") if path.suffix in suffixes]
    assert len(pictures) > 10
    assert not set(pictures) - shown
