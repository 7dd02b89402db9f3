"""The pages of the documentation, and what is in their blocks of code."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES: tuple[Path, ...] = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCE = re.compile(r"^```(?P<language>[a-z]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_SHELLS = ("bash", "console")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code."""

    page: Path
    language: str
    code: str
    line: int
    """Where it begins in its page, counted from 1."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line that a reader may type."""

    words: tuple[str, ...]
    place: str
    """Page and line, for messages."""


def title(page: Path) -> str:
    """The page's path in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[Block]:
    """The page's blocks in these languages, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, found["language"], found["code"], text.count("\n", 0, found.start()) + 2)
        for found in _FENCE.finditer(text)
        if found["language"] in languages
    ]


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> list[Command]:
    """What a reader of the page may type into a shell, in order.

    Every line of a ``bash`` block; in ``console`` blocks, what follows ``$``.
    """
    found: list[Command] = []
    for block in blocks(page, *_SHELLS):
        for number, line in enumerate(block.code.replace("\\\n", "  ").splitlines()):
            typed = line.removeprefix("$ ") if block.language == "bash" or line.startswith("$ ") else ""
            words = tuple(shlex.split(typed, comments=True))
            if words:
                found.append(Command(words, f"{title(page)}:{block.line + number}"))
    return found


def lay_out_files(page: Path, folder: Path) -> None:
    """Write the files that a page shows: blocks of YAML whose first line is a comment with a name."""
    for block in blocks(page, "yaml"):
        first, _, _ = block.code.partition("\n")
        name = first.removeprefix("# ")
        if first != name:
            (folder / name).write_text(block.code, encoding="utf-8")
