"""Finished frames, kept without loss under what decides them, so that a run goes on where it was stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from rotoscope.errors import RotoscopeError
from rotoscope.media.atomic import encode_errors, write_new_file
from rotoscope.media.frame import Pixels
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.media.stills import read_still
from rotoscope.optimize.video.plan import Step


class KeptFrames:
    """A folder of PNG files of one key; each appears whole or not at all."""

    def __init__(self, folder: Path, key: str) -> None:
        """Name the folder; it is made when the first frame comes.

        Args:
            folder: where all keys are.
            key: SHA-256 (hex) of everything that decides the frames.
        """
        self.folder = folder / key[:32]

    def find(self, part: int, index: int) -> Pixels | None:
        """A frame as it was put there, (H, W, 3) uint8 or uint16; None where there is none in order."""
        place = self._place(part, index)
        if not place.exists():
            return None
        try:
            return read_still(place).pixels
        except RotoscopeError:  # it is painted again
            return None

    def put(self, part: int, index: int, pixels: Pixels) -> None:
        """Keep a frame.

        Raises:
            EncodeError: it cannot be written.
        """
        place = self._place(part, index)
        with encode_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
        content = encode_still(pixels, place.suffix, quality=100, tags=StillTags()).content
        write_new_file(place, content, overwrite=True)

    def clear(self) -> None:
        """Forget all frames of this key."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def touch(self) -> None:
        """They were used just now."""
        with contextlib.suppress(OSError):
            os.utime(self.folder)

    def _place(self, part: int, index: int) -> Path:
        return self.folder / f"{part}-{index:06d}.png"


class KeptGallery:
    """The paintings of one clip: those that were made alone apart from those that regard their neighbors.

    So a run with another coherence finds the former again.
    """

    def __init__(self, folder: Path, steps: Iterable[Step], *, alone: str, together: str) -> None:
        """Name the folders.

        Args:
            folder: where all keys are.
            steps: of the clip.
            alone: key of what decides a frame that is painted alone.
            together: key of what decides the others.
        """
        self._alone_steps = {(step.part, step.index) for step in steps if step.is_alone}
        self._alone, self._together = KeptFrames(folder, alone), KeptFrames(folder, together)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the paintings are."""
        return self._alone.folder, self._together.folder

    def find(self, part: int, index: int) -> Pixels | None:
        """See :class:`rotoscope.optimize.video.run.Gallery`."""
        return self._of(part, index).find(part, index)

    def put(self, part: int, index: int, pixels: Pixels) -> None:
        """See :class:`rotoscope.optimize.video.run.Gallery`."""
        self._of(part, index).put(part, index, pixels)

    def clear(self) -> None:
        """Forget all of them, those that other coherences share included."""
        self._alone.clear()
        self._together.clear()

    def touch(self) -> None:
        """They were used just now."""
        self._alone.touch()
        self._together.touch()

    def _of(self, part: int, index: int) -> KeptFrames:
        return self._alone if (part, index) in self._alone_steps else self._together


def prune(folder: Path, limit_bytes: int) -> None:
    """Remove the frames of the keys that were not used for longest, until the rest fits.

    Args:
        folder: as for :class:`KeptFrames`.
        limit_bytes: how much may stay.
    """
    if not folder.is_dir():
        return
    found = sorted(
        (path.stat().st_mtime, path, sum(file.stat().st_size for file in path.iterdir()))
        for path in folder.iterdir()
        if path.is_dir()
    )
    size = sum(bytes_ for _, _, bytes_ in found)
    for _, path, bytes_ in found:
        if size <= limit_bytes:
            break
        shutil.rmtree(path, ignore_errors=True)
        size -= bytes_
