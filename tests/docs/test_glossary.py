"""The glossary keeps its promises."""

from __future__ import annotations

import re

from doc_pages import ROOT
from reference_pages import command_line

TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def banned() -> list[str]:
    """Words that are not used."""
    part = re.search(r"<!-- banned:.*?-->\n(.*?)<!-- /banned -->", TEXT, re.DOTALL)
    assert part
    cells = re.findall(r"^\| ([^|]+) \|", part[1], re.MULTILINE)[1:]
    return [word.strip() for cell in cells for word in cell.split(",")]


def test_banned_words_do_not_occur_in_the_help() -> None:
    text = command_line().lower()
    assert len(banned()) > 8
    found = [word for word in banned() if re.search(rf"\b{word}s?\b", text)]
    assert not found


def test_the_words_are_in_alphabetical_order_and_once() -> None:
    cells = re.findall(r"^\| (\*\*[^|]+) \|", TEXT, re.MULTILINE)
    words = [cell.split("**")[1].lower() for cell in cells]
    assert len(words) > 30
    assert words == sorted(words)
    assert len(set(cells)) == len(cells)


def test_no_word_is_defined_and_banned() -> None:
    words = {word.lower() for word in re.findall(r"^\| \*\*(.+?)\*\*", TEXT, re.MULTILINE)}
    assert not words & set(banned())
