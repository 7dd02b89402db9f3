"""Which frames make up a clip where people painted over some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from rotoscope.errors import StorageError, StoredFileNotFound

RETOUCHED_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".avif")
"""What a frame may be saved as by who paints over it."""


@dataclass(frozen=True, slots=True)
class ChosenFrame:
    """A frame, and which file shows it."""

    name: str
    """As the manifest calls it: ``000012.png``."""
    file: str
    """Its name in the folder that it is taken from; a retoucher may have saved another format."""
    is_retouched: bool


@dataclass(frozen=True, slots=True)
class ChosenFrames:
    """The frames of a clip."""

    frames: tuple[ChosenFrame, ...]
    """In the order of the manifest."""
    strays: tuple[str, ...]
    """Files among the retouched ones that show no frame of it: a misspelled name, most likely."""

    @property
    def retouched(self) -> int:
        """How many were painted over."""
        return sum(frame.is_retouched for frame in self.frames)


def frames_to_assemble(
    names: Sequence[str], painted: Iterable[str], retouched: Iterable[str]
) -> ChosenFrames:
    """Choose the file of every frame: the retouched one where there is one, else the painted one.

    Args:
        names: the files of the manifest's frames, in order.
        painted: the files in the folder of painted frames.
        retouched: the files in the folder of retouched frames. One shows the frame of its name, also with
            another of :data:`RETOUCHED_SUFFIXES`.

    Raises:
        StoredFileNotFound: a frame was neither painted nor retouched.
        StorageError: two retouched files are one frame's.
    """
    there = set(painted)
    by_name = set(retouched)
    by_stem: dict[str, list[str]] = {}
    for file in sorted(by_name):
        path = PurePosixPath(file)
        if path.suffix.lower() in RETOUCHED_SUFFIXES:
            by_stem.setdefault(str(path.with_suffix("")), []).append(file)
    chosen: list[ChosenFrame] = []
    missing: list[str] = []
    used: set[str] = set()
    for name in names:
        files = by_stem.get(str(PurePosixPath(name).with_suffix("")), [])
        if len(files) > 1:
            raise StorageError(
                f"The frame {name} was retouched twice: {' and '.join(files)}. Remove all but one of them."
            )
        if files:
            chosen.append(ChosenFrame(name, files[0], is_retouched=True))
            used.add(files[0])
        elif name in there:
            chosen.append(ChosenFrame(name, name, is_retouched=False))
        else:
            missing.append(name)
    if missing:
        raise StoredFileNotFound(
            f"{len(missing)} of the {len(names)} frames are neither painted nor retouched: "
            f"{', '.join(missing[:3])}{' …' if len(missing) > 3 else ''}. Paint them, or put them back."
        )
    return ChosenFrames(tuple(chosen), tuple(sorted(by_name - used)))
