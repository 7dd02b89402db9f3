"""What was measured, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rotoscope.errors import InvalidOptions
from rotoscope.media.atomic import StagedFile

_DIGITS = 5
"""Significant ones that figures are kept with."""


Results = TypeVar("Results", "Known", "Report")


class _Part(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class PaintingFigures(_Part):
    """One painting."""

    name: str
    """Of its photograph."""
    style: float
    content: float


class ClipFigures(_Part):
    """One painted clip, or the source itself."""

    clip: str
    """Name of the file without suffix."""
    key: str
    """Digest of all that decides the figures."""
    short: float
    long: float
    sharpness: float


class Row(_Part):
    """One candidate."""

    key: str
    """Digest of all that decides the figures of its paintings."""
    group: str
    title: str
    painter: str
    """A filter of the palette, or the name of a file or of a folder of paintings."""
    digest: str
    """Of the filter, or of the folder of paintings."""
    parameters: int | None
    style_image: str
    """Name of the file."""
    own: float
    photographs_style: float
    """Mean style distance of the photographs themselves: what a painting begins with."""
    paintings: tuple[PaintingFigures, ...]
    clips: tuple[ClipFigures, ...] = ()

    @property
    def style(self) -> float:
        """Mean over paintings."""
        return fmean(one.style for one in self.paintings)

    @property
    def content(self) -> float:
        """Mean over paintings."""
        return fmean(one.content for one in self.paintings)

    @property
    def folder_name(self) -> str:
        """Of its paintings."""
        return folder_name(self.title, self.key)

    def over(self, names: set[str]) -> tuple[float, float]:
        """Style and content as means over some photographs, by their names; at least one must be there."""
        some = [one for one in self.paintings if one.name in names]
        return fmean(one.style for one in some), fmean(one.content for one in some)


class Known(_Part):
    """Everything that was measured so far, whatever it was measured for."""

    rows: tuple[Row, ...] = ()
    clips: tuple[ClipFigures, ...] = ()

    def with_row(self, row: Row) -> Known:
        """With a row more, or in place of that of the same key."""
        return self.model_copy(
            update={"rows": tuple(({one.key: one for one in self.rows} | {row.key: row}).values())}
        )

    def with_clips(self, clips: Sequence[ClipFigures]) -> Known:
        """With clips more, or in place of those of the same keys."""
        by_key = {one.key: one for one in (*self.clips, *clips)}
        return self.model_copy(update={"clips": tuple(by_key.values())})


class Report(_Part):
    """One run."""

    features: str
    """Feature network and SHA-256 of its weights."""
    precision: str
    """That neural filters painted in."""
    short_side: int
    """Pixels of photographs and style images."""
    photographs: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    sources: tuple[ClipFigures, ...] = ()
    """Clips that nothing was painted on."""

    def group(self, name: str) -> list[Row]:
        """Rows of one group, in their order."""
        return [row for row in self.rows if row.group == name]


def read_json(path: Path, kind: type[Results]) -> Results:
    """Read what :func:`write_json` wrote.

    Raises:
        InvalidOptions: it cannot be read, or is something else.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidOptions(
            f"{path} holds no figures of this version ({type(error).__name__}). Delete it, and measure again."
        ) from error


def write_json(path: Path, results: Known | Report) -> None:
    """Write JSON that differences can be read of; what is there is replaced in one step."""
    write_text(path, json.dumps(results.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text; it appears whole or not at all, and replaces what is there.

    Raises:
        EncodeError: it cannot be written.
    """
    staged = StagedFile(path, overwrite=True)
    try:
        staged.part.write_text(text, encoding="utf-8")
        staged.publish()
    except BaseException:
        staged.discard()
        raise


def folder_name(title: str, key: str) -> str:
    """A name for a folder: words of the title, and what tells rows of one title apart."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join([*words, key[:8]])


def key_of(*parts: object) -> str:
    """Digest of everything that a figure depends on."""
    return sha256(json.dumps(parts, default=str).encode()).hexdigest()


def rounded(value: float) -> float:
    """A figure as it is kept."""
    return float(f"{value:.{_DIGITS}g}")
