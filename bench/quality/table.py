"""What is to be measured: filters (or folders of paintings), each with its style image."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rotoscope.errors import InvalidOptions

BUNDLED_GROUP = "bundled"
"""Group of the filters that come with Rotoscope."""


class Candidate(BaseModel):
    """One filter, or one folder of paintings."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    """What it is called in tables."""
    style: Path
    """Its style image."""
    filter: str | None = None
    """As after ``rotoscope stylize --filter``, or a file that ``rotoscope filters import`` takes."""
    margin: int | None = Field(default=None, ge=0)
    """Of a network that is imported, as ``rotoscope filters import --margin``; None: what that chooses."""
    paintings: Path | None = None
    """A folder of pictures that are painted already, with the photographs' names."""
    group: str = "own"
    """Which table it goes into."""
    flicker: bool = False
    """Whether it paints the clips, too."""

    optional: bool = False
    """Whether paintings that are not there are no error; figures that are published stand for them."""

    @property
    def is_at_hand(self) -> bool:
        """False for paintings that are not made yet, or not on this machine."""
        return self.paintings is None or (self.paintings.is_dir() and any(self.paintings.iterdir()))

    @model_validator(mode="after")
    def _one_source(self) -> Candidate:
        if (self.filter is None) == (self.paintings is None):
            raise ValueError("give one of filter and paintings")
        if self.flicker and self.filter is None:
            raise ValueError("flicker wants a filter, not paintings")
        return self


class Table(BaseModel):
    """Everything that one run measures."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    photographs: Path
    """A folder."""
    clips: tuple[Path, ...] = ()
    """On which flicker is measured."""
    bundled: bool = False
    """Whether every bundled neural filter is a candidate; flicker of those in ``bundled_flicker``."""
    bundled_flicker: tuple[str, ...] = ()
    """Names of bundled filters that paint the clips."""
    styles: tuple[Path, ...] = ()
    """Folders in which the style images of bundled filters are found, by the SHA-256 on their cards."""
    candidate: tuple[Candidate, ...] = ()


def read_table(path: Path, *, data: Path | None = None) -> Table:
    """Read a table.

    Args:
        path: a TOML file with the fields of :class:`Table`. Its paths are taken from its own folder where
            they are there, else from ``data``.
        data: a folder of photographs, clips and networks.

    Raises:
        InvalidOptions: it cannot be read, breaks the schema, or names what is not there.
    """
    try:
        table = Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidOptions(
            f"the table {path} cannot be read: {error.strerror}. Give a TOML file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidOptions(f"the table {path} is not TOML: {error}.") from error
    except ValidationError as error:
        raise InvalidOptions(f"the table {path} is not in order: {_problems(error)}") from error
    return _resolved(table, [path.parent, *([data] if data is not None else [])])


def parse_pair(text: str) -> Candidate:
    """A candidate as it is typed: ``FILTER=STYLE``.

    Raises:
        InvalidOptions: there is no ``=``, or nothing on one of its sides.
    """
    spec, _, style = text.rpartition("=")
    if not spec or not style:
        raise InvalidOptions(
            f"{text!r} is not a filter and its style image; give both, such as great-wave=wave.jpg."
        )
    return Candidate(title=Path(spec).stem, filter=spec, style=Path(style))


def require_files(table: Table) -> None:
    """Refuse a table that names what is not there, before any work.

    Raises:
        InvalidOptions: names all that is missing.
    """
    candidates = table.candidate
    wanted = [table.photographs, *table.clips, *table.styles, *(one.style for one in candidates)]
    missing = [str(path) for path in wanted if not path.exists()]
    missing += [str(one.paintings) for one in candidates if not (one.is_at_hand or one.optional)]
    if missing:
        raise InvalidOptions(
            f"{', '.join(missing)}: not there. Paths in a table are taken from its folder, or from the "
            "folder that --data or ROTOSCOPE_REFERENCE_DATA names."
        )


def _resolved(table: Table, folders: list[Path]) -> Table:
    def place(path: Path) -> Path:
        return next((folder / path for folder in folders if (folder / path).exists()), path)

    def spec(text: str) -> str:
        return str(place(Path(text))) if Path(text).suffix else text

    candidates = [
        one.model_copy(
            update={
                "style": place(one.style),
                "paintings": place(one.paintings) if one.paintings is not None else None,
                "filter": spec(one.filter) if one.filter is not None else None,
            }
        )
        for one in table.candidate
    ]
    return table.model_copy(
        update={
            "photographs": place(table.photographs),
            "clips": tuple(place(path) for path in table.clips),
            "styles": tuple(place(path) for path in table.styles),
            "candidate": tuple(candidates),
        }
    )


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'the table'}: {e['msg']}" for e in error.errors(include_url=False)
    )
