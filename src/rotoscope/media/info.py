"""What is known of a source: facts that carry their provenance.

A field named ``…_from_header`` repeats what the container claims; ``…_from_content`` was counted from
the packets or files themselves and is None until somebody counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path


class MediaKind(StrEnum):
    """What a source is, seen from outside."""

    VIDEO = "video"
    GIF = "gif"
    """An animated picture: GIF, animated WebP or APNG."""
    IMAGES = "images"
    """A folder or numbered pattern of stills."""
    STILL = "still"


@dataclass(frozen=True, slots=True)
class ColorTags:
    """Color as the source tags it, by FFmpeg's names (``bt709``, ``smpte2084``, ``tv`` …); None: untagged."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    range: str | None = None
    """``tv`` (limited) or ``pc`` (full)."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture track."""

    codec: str
    coded_size: tuple[int, int]
    """(width, height) as stored, before rotation."""
    frame_size: tuple[int, int]
    """(width, height) of the upright frames a Clip yields."""
    pixel_format: str
    """FFmpeg's name, e.g. ``yuv420p10le``."""
    bit_depth: int
    has_alpha: bool
    color: ColorTags
    rotation_degrees: int
    """Clockwise degrees a player turns the stored picture by: 0, 90, 180 or 270."""
    is_mirrored: bool
    """True where the player also flips it left to right (after turning)."""
    sample_aspect_ratio: Fraction
    """Width of a stored pixel over its height; 1 for square pixels."""
    is_interlaced: bool
    time_base: Fraction
    average_rate: Fraction | None
    """Frames a second as the header says; None where it does not."""
    is_variable_rate: bool | None
    """Whether frame intervals differ by more than the time base's rounding; None until counted."""
    start_pts: int | None
    frame_count_from_header: int | None
    frame_count_from_content: int | None = None
    """Frames a player would show, counted from the packets; None until counted."""
    duration_seconds_from_header: Fraction | None = None
    duration_seconds_from_content: Fraction | None = None
    bit_rate: int | None = None
    """Bits per second."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One sound track."""

    index: int
    """Stream index in the container."""
    codec: str
    sample_rate: int
    """Hz."""
    channels: int
    layout: str
    language: str | None = None
    duration_seconds_from_header: Fraction | None = None


@dataclass(frozen=True, slots=True)
class OtherStreamInfo:
    """A subtitle, data or attachment stream."""

    index: int
    kind: str
    """``subtitle``, ``data``, ``attachment``, ``cover`` (a still as cover art) or a second ``video``."""
    codec: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named span, half open: [start, end) seconds."""

    start_seconds: Fraction
    end_seconds: Fraction
    title: str | None


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What is in a source."""

    path: Path
    kind: MediaKind
    container: str
    """FFmpeg's or Pillow's name of the container, e.g. ``mov,mp4,m4a,3gp,3g2,mj2``, ``GIF``, ``folder``."""
    size_bytes: int
    video: VideoInfo
    audio: tuple[AudioInfo, ...] = ()
    others: tuple[OtherStreamInfo, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    """Container-level tags."""
    problems: tuple[str, ...] = ()
    """Sentences about what is wrong with the source, e.g. a truncation; empty for a sound one."""
