"""Reading .cube files: tables of colors as Adobe, DaVinci Resolve, FFmpeg and most cameras write them.

Format: Adobe, "Cube LUT Specification" 1.0 (2013), with what DaVinci Resolve adds: ``LUT_1D_INPUT_RANGE``
and ``LUT_3D_INPUT_RANGE``, and files that hold a 1-D table followed by a 3-D one. Red varies fastest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rotoscope.errors import InvalidOptions
from rotoscope.filters.cube import Curves, Domain
from rotoscope.filters.pixels import Floats

MAX_CURVE_ENTRIES = 65536
"""Entries of a 1-D table, as in Adobe's specification."""
MAX_CUBE_EDGE = 129
"""Entries along an edge of a 3-D table; 129 is the largest in use (a file of some 60 MB)."""

_ARGUMENTS = {
    "TITLE": "a name in quotes",
    "LUT_1D_SIZE": f"one integer, 2 to {MAX_CURVE_ENTRIES}",
    "LUT_3D_SIZE": f"one integer, 2 to {MAX_CUBE_EDGE}",
    "DOMAIN_MIN": "three numbers",
    "DOMAIN_MAX": "three numbers",
    "LUT_1D_INPUT_RANGE": "two numbers",
    "LUT_3D_INPUT_RANGE": "two numbers",
}


@dataclass(frozen=True, eq=False, slots=True)
class CubeFile:
    """What a .cube file says; at least one of ``curves`` and ``lattice`` is there."""

    title: str | None
    curves: Curves | None
    """The 1-D table, applied first."""
    lattice: Floats | None
    """The 3-D table: (n, n, n, 3), indexed [blue, green, red]."""
    lattice_domain: Domain


@dataclass(slots=True)
class _Header:
    name: str
    title: str | None = None
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    ranges: dict[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]])

    def refuse(self, line: int | None, problem: str) -> InvalidOptions:
        where = self.name if line is None else f"{self.name}, line {line}"
        return InvalidOptions(
            f"{where}: {problem}. A .cube file has lines such as "
            f"{', '.join(_ARGUMENTS)}, then one line of three numbers an entry; export it again."
        )

    def read_keyword(self, line: int, text: str) -> None:
        keyword, _, rest = text.partition(" ")
        if keyword not in _ARGUMENTS:
            raise self.refuse(line, f"{keyword[:40]!r} is no keyword that is known here")
        if keyword in self.sizes or keyword in self.ranges or (keyword == "TITLE" and self.title is not None):
            raise self.refuse(line, f"{keyword} is there twice")
        if keyword == "TITLE":
            self.title = rest.strip().strip('"')
            return
        try:
            numbers = tuple(float(word) for word in rest.split())
        except ValueError:
            numbers = ()
        if keyword.endswith("_SIZE"):
            self.sizes[keyword] = self._size(line, keyword, numbers, rest)
            return
        wanted = 2 if keyword.endswith("_RANGE") else 3
        if len(numbers) != wanted or not np.all(np.isfinite(numbers)):
            raise self.refuse(line, f"{keyword} wants {_ARGUMENTS[keyword]}, not {rest.strip()[:40]!r}")
        self.ranges[keyword] = numbers

    def _size(self, line: int, keyword: str, numbers: tuple[float, ...], rest: str) -> int:
        limit = MAX_CURVE_ENTRIES if keyword == "LUT_1D_SIZE" else MAX_CUBE_EDGE
        if len(numbers) != 1 or not numbers[0].is_integer() or not 2 <= numbers[0] <= limit:
            raise self.refuse(line, f"{keyword} wants {_ARGUMENTS[keyword]}, not {rest.strip()[:40]!r}")
        return int(numbers[0])

    def domain(self, input_range: str) -> Domain:
        """The domain of one table; Resolve's range for it wins over Adobe's."""
        if input_range in self.ranges:
            low, high = self.ranges[input_range]
            lows, highs = (low, low, low), (high, high, high)
        else:
            lows = self.ranges.get("DOMAIN_MIN", (0.0, 0.0, 0.0))
            highs = self.ranges.get("DOMAIN_MAX", (1.0, 1.0, 1.0))
        if not all(high > low for low, high in zip(lows, highs, strict=True)):
            raise self.refuse(None, f"its inputs end ({highs}) where they begin ({lows}), or before")
        return Domain((lows[0], lows[1], lows[2]), (highs[0], highs[1], highs[2]))


def parse_cube(content: bytes, *, name: str) -> CubeFile:
    """Read a .cube file.

    Args:
        content: the file's bytes.
        name: what messages call it.

    Raises:
        InvalidOptions: it breaks the format; the message names the line.
    """
    header = _Header(name)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise header.refuse(None, f"byte {error.start} is no UTF-8 text") from error
    first = _read_header(header, lines)
    curve_entries = header.sizes.get("LUT_1D_SIZE", 0)
    edge = header.sizes.get("LUT_3D_SIZE", 0)
    if not curve_entries and not edge:
        raise header.refuse(None, "neither LUT_1D_SIZE nor LUT_3D_SIZE is given before the table")
    entries = _read_entries(header, lines, first, curve_entries + edge**3)
    curves = Curves(entries[:curve_entries], header.domain("LUT_1D_INPUT_RANGE")) if curve_entries else None
    lattice = entries[curve_entries:].reshape(edge, edge, edge, 3) if edge else None
    # DOMAIN_MIN and DOMAIN_MAX say what comes in: before a 1-D table, where there is one, not after it.
    between = Domain() if curves is not None and "LUT_3D_INPUT_RANGE" not in header.ranges else None
    return CubeFile(header.title, curves, lattice, between or header.domain("LUT_3D_INPUT_RANGE"))


def read_cube(path: Path) -> tuple[CubeFile, bytes]:
    """The file's table and its bytes.

    Raises:
        InvalidOptions: it cannot be read or breaks the format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidOptions(
            f"{path} cannot be read: {reason}. Name a .cube file: lut:file=look.cube"
        ) from error
    return parse_cube(content, name=str(path)), content


def _is_blank(line: str) -> bool:
    text = line.strip()
    return not text or text.startswith("#")


def _read_header(header: _Header, lines: Sequence[str]) -> int:
    """Read the keywords; the index of the first entry's line."""
    for index, line in enumerate(lines):
        text = line.strip()
        if _is_blank(text):
            continue
        if text[0] in "+-.0123456789":
            return index
        header.read_keyword(index + 1, text.replace("\t", " "))
    return len(lines)


def _read_entries(header: _Header, lines: Sequence[str], first: int, expected: int) -> Floats:
    rows = [(number, line) for number, line in enumerate(lines[first:], first + 1) if not _is_blank(line)]
    if len(rows) != expected:
        raise header.refuse(
            rows[expected][0] if len(rows) > expected else None,
            f"the table has {len(rows)} entries, and its sizes ask for {expected}",
        )
    words = [line.split() for _, line in rows]
    try:
        entries = np.array(words, dtype=np.float64)
    except ValueError:
        entries = np.empty((0, 0))
    if entries.shape != (expected, 3) or not np.isfinite(entries).all():
        raise _first_bad_entry(header, rows)
    return entries.astype(np.float32)


def _first_bad_entry(header: _Header, rows: Sequence[tuple[int, str]]) -> InvalidOptions:
    number, line = next((number, line) for number, line in rows if not _is_entry(line))
    return header.refuse(number, f"an entry is three finite numbers, not {line.strip()[:60]!r}")


def _is_entry(line: str) -> bool:
    try:
        numbers = [float(word) for word in line.split()]
    except ValueError:
        return False
    return len(numbers) == 3 and bool(np.isfinite(numbers).all())
