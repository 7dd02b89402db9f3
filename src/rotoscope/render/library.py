"""What of a folder of videos and photographs is painted, and under which names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rotoscope.errors import EncodeError, OpenError, RotoscopeError
from rotoscope.media.manifest import MANIFEST_NAME
from rotoscope.media.output import CONTAINERS, NUMBER, STILL_SUFFIXES
from rotoscope.media.sequence import natural_key
from rotoscope.media.stills import SUFFIXES, read_header

OTHER_VIDEO_SUFFIXES: Final = (".3gp", ".flv", ".mxf", ".ogv", ".vob")
"""Videos that are read and not written; they become MP4."""
VIDEO_SUFFIXES: Final = (*CONTAINERS, *OTHER_VIDEO_SUFFIXES)
_MAY_MOVE: Final = (".gif", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing to paint. Paths are relative to the two folders."""

    source: Path
    """A file, or a folder of frames with its manifest."""
    output: Path
    size_bytes: int
    """Of the source."""
    modified_ns: int
    """When the source, or a file in it, was changed last."""


def plan_library(source: Path, folder: Path, *, look_inside: bool = True) -> tuple[Planned, ...]:
    """What is painted into ``folder``, in the order of the names; folders in folders stay so.

    Videos keep their names (a container that is not written becomes MP4), animations stay animations, a
    photograph keeps name and format (one that is not written becomes PNG). Where two would become one, the
    one that had to change its format gets its old one into its name. A folder with a manifest is one clip.
    Hidden files, links, and files that are no media by their names are left out, and so is ``folder``
    itself where it lies in ``source``.

    Args:
        source: a folder.
        folder: where the results go; it need not be there.
        look_inside: open pictures that may move to see whether they do. Without it nothing is opened: a GIF
            becomes a GIF, and a PNG is taken for a still.

    Raises:
        OpenError: ``source`` is no folder, or there is nothing in it to paint.
        EncodeError: the two are the same, or ``folder`` is a file.
    """
    if not source.is_dir():
        raise OpenError(f"{source} is not a folder. Give a folder of videos and photographs.")
    if folder.exists() and not folder.is_dir():
        raise EncodeError(f"{folder} is a file, and a folder of results is to be written. Give another name.")
    if folder.is_dir() and folder.samefile(source):
        raise EncodeError(f"{folder} is the source itself, which is never written over. Give another one.")
    found = sorted(
        _walk(source, folder.absolute()), key=lambda path: [natural_key(Path(p)) for p in path.parts]
    )
    # A place for a number, such as %05d, would make a pattern of a name.
    wanted = {
        path: NUMBER.sub(lambda place: place[0][1:], painted_name(source / path, look_inside))
        for path in found
    }
    taken: set[str] = set()
    names: dict[Path, Path] = {}
    for path in sorted(
        found, key=lambda path: wanted[path] != path.name
    ):  # those that keep their names first
        names[path] = _free_name(path.with_name(wanted[path]), path, taken)
        taken.add(str(names[path]).casefold())
    return tuple(Planned(path, names[path], *_size_and_time(source / path)) for path in found)


def is_media(name: str) -> bool:
    """Whether a file of that name may be a video or picture."""
    return not name.startswith(".") and Path(name).suffix.lower() in (*VIDEO_SUFFIXES, *SUFFIXES)


def is_video(path: Path) -> bool:
    """Whether that is the name of a video (or of a folder of frames) rather than of a picture."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def _walk(source: Path, left_out: Path) -> Iterator[Path]:
    """Paths relative to ``source``."""
    for place, folders, files in os.walk(source, followlinks=False):
        here = Path(place)
        if here != source and MANIFEST_NAME in files:
            folders.clear()
            yield here.relative_to(source)
            continue
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and not (here / name).is_symlink()
            and (here / name).absolute().resolve() != left_out.resolve()
        ]
        for name in files:
            path = here / name
            if is_media(name) and not path.is_symlink() and path.is_file():
                yield path.relative_to(source)


def painted_name(path: Path, look_inside: bool) -> str:
    """The name of what is painted of a file, where its own is that of a format that is only read.

    Args:
        path: of the source.
        look_inside: whether pictures are opened to know whether they move.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix in CONTAINERS:
        return path.name
    if suffix in OTHER_VIDEO_SUFFIXES:
        return f"{path.stem}.mp4"
    if suffix in _MAY_MOVE and (_moves(path) if look_inside else suffix == ".gif"):
        return f"{path.stem}.webp" if suffix == ".png" else path.name
    return path.name if suffix in STILL_SUFFIXES else f"{path.stem}.png"


def _moves(path: Path) -> bool:
    try:
        return read_header(path).frame_count > 1
    except RotoscopeError:
        return False  # painting it will say what is wrong


def _free_name(wanted: Path, path: Path, taken: set[str]) -> Path:
    name, number = wanted, 1
    while str(name).casefold() in taken:
        count = "" if number == 1 else f"-{number}"
        name = wanted.with_name(f"{path.stem}-{path.suffix.lstrip('.')}{count}{wanted.suffix}")
        number += 1
    return name


def _size_and_time(path: Path) -> tuple[int, int]:
    files = [entry for entry in path.iterdir() if entry.is_file()] if path.is_dir() else [path]
    states = [file.stat() for file in files]
    return sum(state.st_size for state in states), max((state.st_mtime_ns for state in states), default=0)
