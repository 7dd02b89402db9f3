"""Pages of the documentation whose figures are measured, kept in ``bench/measured``, and put into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from bench.quality.results import write_text

_BENCH = Path(__file__).parent
Figures = TypeVar("Figures", bound=BaseModel)


@dataclass(frozen=True)
class FiguresPage(Generic[Figures]):
    """One page, and the figures in it."""

    name: str
    """Of the file in ``bench/measured``, without its suffix; it is committed."""
    title: str
    """Of the page, without its suffix."""
    record: type[Figures]
    """What the figures are read as."""
    parts: Callable[[Figures], Mapping[str, str]]
    """Makes of them what goes into each place of the page."""
    shelf: str = "explanation"
    """The folder in ``docs`` where it is."""

    @property
    def figures(self) -> Path:
        """Where the figures are kept."""
        return _BENCH / "measured" / f"{self.name}.json"

    @property
    def page(self) -> Path:
        """Where they are shown."""
        return _BENCH.parent / "docs" / self.shelf / f"{self.title}.md"

    def publish(self, report: Figures) -> tuple[Path, Path]:
        """Keep the figures and put them into the page; gives the files written."""
        self.figures.parent.mkdir(exist_ok=True)
        write_text(self.figures, report.model_dump_json(indent=1) + "\n")
        return self.figures, self.write()

    def write(self) -> Path:
        """Put the figures that are kept into the page; gives the page."""
        write_text(self.page, self.written())
        return self.page

    def read(self) -> Figures:
        """The figures that are kept."""
        return self.record.model_validate_json(self.figures.read_bytes())

    def written(self) -> str:
        """The page with the figures that are kept.

        Raises:
            ValueError: one of the places for them is not in the page.
        """
        text = self.page.read_text(encoding="utf-8")
        for name, part in self.parts(self.read()).items():
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


def markdown_table(lines: Sequence[Sequence[str]]) -> str:
    """Rows of cells as Markdown; the first has the headings."""
    heads, *rows = lines
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *rows))
