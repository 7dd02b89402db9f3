"""Stills in order: a folder, a numbered pattern (``frames/%04d.png``) or a glob (``frames/*.png``)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

from rotoscope.errors import OpenError
from rotoscope.media.lazy import FrameTimes
from rotoscope.media.manifest import MANIFEST_NAME, Manifest, read_manifest, verify_files
from rotoscope.media.stills import SUFFIXES

DEFAULT_RATE: Final = Fraction(25)
"""Stills a second where neither a manifest nor the caller says."""
_NUMBER: Final = re.compile(r"%0?(\d*)d")
_GLOB: Final = re.compile(r"[*?\[]")
_DIGITS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Sequence:
    """Stills in the order in which they are shown."""

    files: tuple[Path, ...]
    manifest: Manifest | None
    """Where their times come from; None: nobody stated any."""
    problems: tuple[str, ...] = ()

    def times(self, rate: Fraction | None) -> FrameTimes:
        """When each still is shown: as the manifest says, or ``rate`` (25 by default) a second."""
        if self.manifest is None:
            unit = 1 / (rate or DEFAULT_RATE)
            return FrameTimes(time_base=unit, pts=tuple(range(len(self.files))), end_pts=len(self.files))
        frames = self.manifest.frames
        pts = [entry.pts for entry in frames]
        last = frames[-1].duration or (pts[-1] - pts[-2] if len(pts) > 1 else 1)
        return FrameTimes(time_base=self.manifest.stream.time_base, pts=tuple(pts), end_pts=pts[-1] + last)


def is_pattern(path: Path) -> bool:
    """Whether a name stands for several stills; an existing file of that very name is no pattern."""
    name = path.name
    return bool(_NUMBER.search(name) or _GLOB.search(name)) and not path.exists()


def find_stills(source: Path) -> Sequence:
    """The stills of a folder or pattern, in natural order (``2.png`` before ``10.png``).

    A folder with a ``manifest.json`` gives exactly the manifest's frames, in its order.

    Raises:
        OpenError: there are none (what is there instead is named), or the folder cannot be read.
        ManifestError: the folder's manifest is broken, or names files that are missing.
    """
    if source.is_dir():
        if (source / MANIFEST_NAME).exists():
            return _listed(source)
        return _in_folder(source)
    return _matching(source)


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sorts numbers in names by value, the rest without regard to case, ties by the exact name."""
    parts = [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in _DIGITS.split(path.name.lower())
    ]
    return (*parts, (2, 0, path.name))


def _listed(folder: Path) -> Sequence:
    manifest = read_manifest(folder)
    if not manifest.frames:
        raise OpenError(f"The manifest in {folder} lists no frames. Separate the clip again.")
    verify_files(folder, manifest)
    return Sequence(files=tuple(folder / entry.file for entry in manifest.frames), manifest=manifest)


def _in_folder(folder: Path) -> Sequence:
    entries = _entries(folder)
    files = sorted((entry for entry in entries if _is_still(entry)), key=natural_key)
    if not files:
        raise OpenError(
            f"{folder} is a folder without pictures; {_contents(entries)}. Pictures are "
            f"{', '.join(SUFFIXES)}. Give a folder of pictures, or one video file."
        )
    return Sequence(files=tuple(files), manifest=None)


def _matching(pattern: Path) -> Sequence:
    folder = pattern.parent
    if not folder.is_dir():
        raise OpenError(f"{folder}, the folder of the pattern {pattern}, does not exist. Check the path.")
    entries = _entries(folder)
    if _NUMBER.search(pattern.name):
        expression = _numbered(pattern.name)
        numbers = {int(match[1]): entry for entry in entries if (match := expression.fullmatch(entry.name))}
        files = [numbers[number] for number in sorted(numbers)]
        problems = _missing_numbers(sorted(numbers))
    else:
        found = set(folder.glob(pattern.name))
        files = sorted((entry for entry in entries if entry in found and _is_still(entry)), key=natural_key)
        problems = ()
    if not files:
        raise OpenError(f"No picture matches {pattern}; {_contents(entries)} in {folder}. Check the pattern.")
    return Sequence(files=tuple(files), manifest=None, problems=problems)


def _numbered(name: str) -> re.Pattern[str]:
    match = _NUMBER.search(name)
    assert match is not None
    digits = rf"(\d{{{int(match[1] or 1)},}})"
    return re.compile(re.escape(name[: match.start()]) + digits + re.escape(name[match.end() :]))


def _missing_numbers(numbers: list[int]) -> tuple[str, ...]:
    gaps = [(a + 1, b) for a, b in pairwise(numbers) if b > a + 1]
    if not gaps:
        return ()
    missing = sum(stop - start for start, stop in gaps)
    spans = [str(start) if stop == start + 1 else f"{start} to {stop - 1}" for start, stop in gaps]
    few = ", ".join(spans[:5]) + (" …" if len(spans) > 5 else "")
    return (f"Of the numbers {numbers[0]} to {numbers[-1]}, {missing} have no picture: {few}.",)


def _entries(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise OpenError(f"{folder} cannot be read: {error.strerror}. Check its permissions.") from error


def _is_still(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _contents(entries: list[Path]) -> str:
    if not entries:
        return "it is empty"
    kinds = Counter("folders" if entry.is_dir() else entry.suffix.lower() or "no suffix" for entry in entries)
    return "it holds " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(5))
