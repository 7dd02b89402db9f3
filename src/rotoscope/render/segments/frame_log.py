"""What is noted of painted frames on their way to the encoder: SHA-256 of their pixels, and stills of them.

Notes lie beside the piece that holds the frames, so that they are known for pieces that are found as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import write_new_file
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.planes import PlanarFrame
from rotoscope.media.still_codecs import StillTags, as_bytes, encode_still
from rotoscope.media.stills import read_still


@dataclass(frozen=True, slots=True)
class Retouched:
    """A still that takes the place of a painted frame."""

    file: Path
    sha256: str
    """Of its pixels; see :func:`pixels_sha256`."""


@dataclass(frozen=True, slots=True)
class FrameLog:
    """What is to be noted, and which frames are retouched. Can be sent to another process."""

    stills: Path | None = None
    """Folder that gets every painted frame as ``<sha256>.png``; None: none is written."""
    retouched: Mapping[int, Retouched] = field(default_factory=dict[int, Retouched])
    """By presentation time, in the clip's units."""

    def retouched_between(self, first: int, last: int) -> list[tuple[int, str]]:
        """Times in [first, last] and hashes of retouched frames: part of what decides a piece."""
        return sorted((at, still.sha256) for at, still in self.retouched.items() if first <= at <= last)

    def is_complete(self, notes: Mapping[int, str] | None) -> bool:
        """Whether everything wanted is known of a piece's frames."""
        if notes is None:
            return False
        return self.stills is None or all((self.stills / f"{sha}.png").exists() for sha in notes.values())

    def shown(self, frame: Frame) -> Frame:
        """The frame, or its moment with the retouched picture.

        Raises:
            EncodeError: the retouched picture has another size.
        """
        still = self.retouched.get(frame.pts)
        if still is None:
            return frame
        pixels = read_still(still.file).pixels
        if pixels.shape[:2] != frame.shape[:2]:
            height, width = frame.shape[:2]
            raise EncodeError(
                f"The retouched frame {still.file} is {pixels.shape[1]}x{pixels.shape[0]}, and the painted "
                f"ones are {width}x{height}. Give a still of that size."
            )
        return frame.with_pixels(_like(pixels, frame))

    def note(self, frame: Frame) -> str:
        """SHA-256 of a frame's pixels; its still is written where that is wanted."""
        pixels = frame.pixels
        sha256 = pixels_sha256(pixels)
        if self.stills is not None and not (place := self.stills / f"{sha256}.png").exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            encoded = encode_still(pixels, ".png", quality=100, tags=StillTags(), quick=True)
            write_new_file(place, encoded.content, overwrite=True)
        return sha256


def pixels_sha256(pixels: Pixels) -> str:
    """SHA-256 of (H, W, 3 or 4) pixels, row by row, uint16 in little endian; in hexadecimal."""
    stored = pixels.astype(pixels.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha256(np.ascontiguousarray(stored).data).hexdigest()


def write_notes(place: Path, notes: Mapping[int, str]) -> None:
    """Keep the notes of a piece: its frames' times and hashes.

    Raises:
        EncodeError: the disk refuses.
    """
    write_new_file(place, json.dumps(sorted(notes.items())).encode(), overwrite=True)


def read_notes(place: Path) -> dict[int, str] | None:
    """The notes of a piece; None where there are none, or they cannot be read."""
    try:
        return {int(pts): str(sha256) for pts, sha256 in json.loads(place.read_text())}
    except (OSError, ValueError, TypeError):
        return None


def _like(pixels: Pixels, frame: Frame) -> Pixels:
    """The pixels with as many channels and bits as the frame has."""
    height, width, channels = frame.shape
    made: NDArray[Any] = pixels[..., :3]
    if frame.is_deep and made.dtype == np.uint8:
        made = made.astype(np.uint16) * 257
    elif not frame.is_deep:
        made = as_bytes(made)
    if channels == 4:
        opaque = np.full((height, width, 1), np.iinfo(made.dtype).max, made.dtype)
        alpha = frame.pixels[..., 3:] if not isinstance(frame, PlanarFrame) else opaque
        made = np.concatenate([made, alpha], axis=2)
    return cast("Pixels", np.ascontiguousarray(made))
