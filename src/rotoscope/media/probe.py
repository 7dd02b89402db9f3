"""What is in a source of any kind: facts from its header, and from its content."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.media.info import MediaInfo
from rotoscope.media.lazy import Probed
from rotoscope.media.opening import DEFAULT_LIMITS, Limits, open_file
from rotoscope.media.picture_probe import probe_animation, probe_sequence, probe_still
from rotoscope.media.sequence import is_pattern
from rotoscope.media.stills import read_header
from rotoscope.media.video_probe import probe_video

_SIGNATURES: Final = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6",
)  # fmt: skip
"""First bytes of picture files: JPEG, PNG, GIF, TIFF, BMP, Netpbm."""
_AVIF_BRANDS: Final = (b"avif", b"avis")


def inspect_media(path: str | Path, *, count: bool = True, limits: Limits = DEFAULT_LIMITS) -> MediaInfo:
    """What is in a video, animated picture, still, folder of stills, or numbered pattern.

    Args:
        path: What it is is told from its bytes, not from its name.
        count: Also count frames and durations in the content, which reads the whole file (no decoding for
            videos; animated pictures are decoded). Without it the ``…_from_content`` fields,
            ``is_variable_rate`` and ``problems`` of videos and animated pictures stay empty.
        limits: Size and time limits.

    Raises:
        OpenError: it cannot be opened; see :func:`rotoscope.media.opening.open_container`.
        DecodeError: not one picture can be decoded.
        UnsupportedMedia: stills of different sizes, or of a layout that is not read.
        ManifestError: a folder's manifest is broken.
    """
    return probe(Path(path), count=count, rate=None, limits=limits).info


def probe(path: Path, *, count: bool, rate: Fraction | None, limits: Limits) -> Probed:
    """The same, with the times of all frames.

    Args:
        path: As for :func:`inspect_media`.
        count: As for :func:`inspect_media`.
        rate: Stills a second, for folders and patterns whose times nobody stated.
        limits: As for :func:`inspect_media`.
    """
    if path.is_dir() or is_pattern(path):
        return probe_sequence(path, rate=rate, limits=limits)
    if not is_picture(path):
        return probe_video(path, count=count, limits=limits)
    header = read_header(path, limits=limits)
    if header.frame_count > 1:
        return probe_animation(path, header, count=count, limits=limits)
    return probe_still(path, header, limits=limits)


def is_picture(path: Path) -> bool:
    """Whether a file's first bytes are those of a picture format.

    Raises:
        OpenError: there is no such file, or it cannot be read.
    """
    with open_file(path) as file:
        head = file.read(16)
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in _AVIF_BRANDS
    return head.startswith(_SIGNATURES)
