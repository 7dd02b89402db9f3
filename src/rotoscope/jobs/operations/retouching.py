"""Frames that somebody painted over take the place of the painted ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rotoscope.media.manifest import MANIFEST_NAME, read_manifest
from rotoscope.media.selection import WHOLE_CLIP
from rotoscope.render.preview import preview
from rotoscope.render.separate import UNPAINTED
from rotoscope.storage.watching_frames import frames_to_assemble


def with_retouched(folder: Path, retouched: Path, into: Path) -> tuple[Path, list[str]]:
    """A folder of frames to assemble: retouched ones where there are some, painted ones elsewhere.

    Args:
        folder: painted frames with their manifest; only read.
        retouched: frames of the same names; another format is converted.
        into: made; holds links and copies.

    Returns:
        The folder, and notes on what is odd.

    Raises:
        ManifestError: the painted frames have no manifest.
        StorageError: a frame is missing, or was retouched twice.
    """
    names = [frame.file for frame in read_manifest(folder).frames]
    chosen = frames_to_assemble(
        names,
        (file.name for file in folder.iterdir()),
        (file.relative_to(retouched).as_posix() for file in retouched.rglob("*") if file.is_file()),
    )
    into.mkdir(parents=True)
    _link(folder / MANIFEST_NAME, into / MANIFEST_NAME)
    for frame in chosen.frames:
        source = (retouched if frame.is_retouched else folder) / frame.file
        if source.suffix.lower() == Path(frame.name).suffix.lower():
            _link(source, into / frame.name)
        else:
            preview(source, into / frame.name, UNPAINTED, selection=WHOLE_CLIP)
    notes = [f"{chosen.retouched} frames were retouched"] if chosen.retouched else []
    if chosen.strays:
        notes.append(f"these show no frame and were left out: {', '.join(chosen.strays[:5])}")
    return into, notes


def _link(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
