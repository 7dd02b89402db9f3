"""What a result is, told from its name; what every writer promises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.frame import Frame

STILL_SUFFIXES: tuple[str, ...] = (".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
"""Names of pictures that can be written, in lower case."""

NUMBER = re.compile(r"%(?:0\d+)?d")
"""The place for a number in a pattern: ``%d`` or ``%05d``."""


class OutputKind(StrEnum):
    """What a result is."""

    VIDEO = "video"
    GIF = "gif"
    WEBP = "webp"
    """Animated WebP."""
    APNG = "apng"
    """Animated PNG."""
    STILLS = "stills"
    """Numbered pictures in a folder."""
    STILL = "still"


_ANIMATED = {".gif": OutputKind.GIF, ".apng": OutputKind.APNG}
ANIMATION_SUFFIXES = frozenset(_ANIMATED)
"""Of pictures that always move; .webp may."""


class Display(StrEnum):
    """How a container turns a stored picture for display."""

    MATRIX = "matrix"
    """It holds a display matrix: turned pixels with a statement come back turned."""
    UPRIGHT = "upright"
    """It holds none (or players do not read it): pixels are written upright."""


class Clock(StrEnum):
    """Which presentation times a container can hold."""

    ANY = "any"
    """Any time base."""
    MILLISECONDS = "milliseconds"
    """Ticks of one millisecond."""
    MPEG = "mpeg"
    """Ticks of 1/90000 second."""
    CONSTANT = "constant"
    """One tick a frame: a constant rate."""


@dataclass(frozen=True, slots=True)
class Container:
    """What a video container holds, as its muxer in FFmpeg writes it."""

    name: str
    """FFmpeg's name of the muxer."""
    default_codec: str
    """Video codec written when none is asked for, and the source has up to 8 bits a component."""
    deep_codec: str
    """The same for sources of more bits."""
    clock: Clock
    display: Display
    audio: frozenset[str]
    """Audio codecs whose packets are copied as they are; empty: whatever the muxer accepts."""
    audio_fallback: str
    """Encoder for a sound track in any other codec."""
    subtitles: frozenset[str]
    """Subtitle codecs whose packets are copied as they are."""
    subtitle_fallback: str | None
    """Encoder for text subtitles in any other codec; None: they are left out."""
    has_chapters: bool
    has_cover: bool


_MP4_AUDIO = frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp2", "mp3", "opus"})
_PCM = frozenset({"pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8"})
_MKV_SUBTITLES = frozenset({"ass", "dvb_subtitle", "dvd_subtitle", "hdmv_pgs_subtitle", "subrip", "webvtt"})

_MP4 = Container(
    name="mp4",
    default_codec="h264",
    deep_codec="hevc",
    clock=Clock.ANY,
    display=Display.MATRIX,
    audio=_MP4_AUDIO,
    audio_fallback="aac",
    subtitles=frozenset({"mov_text"}),
    subtitle_fallback="mov_text",
    has_chapters=True,
    has_cover=True,
)
_MOV = Container(
    name="mov",
    default_codec="h264",
    deep_codec="hevc",
    clock=Clock.ANY,
    display=Display.MATRIX,
    audio=frozenset({"aac", "ac3", "alac", "eac3", "mp2", "mp3"}) | _PCM,
    audio_fallback="aac",
    subtitles=frozenset({"mov_text"}),
    subtitle_fallback="mov_text",
    has_chapters=True,
    has_cover=False,
)
_MKV = Container(
    name="matroska",
    default_codec="h264",
    deep_codec="hevc",
    clock=Clock.MILLISECONDS,
    display=Display.MATRIX,
    audio=frozenset(),
    audio_fallback="flac",
    subtitles=_MKV_SUBTITLES,
    subtitle_fallback="srt",
    has_chapters=True,
    has_cover=True,
)
_WEBM = Container(
    name="webm",
    default_codec="vp9",
    deep_codec="av1",
    clock=Clock.MILLISECONDS,
    display=Display.UPRIGHT,
    audio=frozenset({"opus", "vorbis"}),
    audio_fallback="libopus",
    subtitles=frozenset({"webvtt"}),
    subtitle_fallback="webvtt",
    has_chapters=True,
    has_cover=False,
)
_AVI = Container(
    name="avi",
    # Not h264: AVI states no presentation times, and FFmpeg's reader guesses H.264's one frame late.
    default_codec="mpeg4",
    deep_codec="mpeg4",
    clock=Clock.CONSTANT,
    display=Display.UPRIGHT,
    audio=frozenset({"ac3", "mp2", "mp3", "pcm_s16le", "pcm_u8"}),
    audio_fallback="libmp3lame",
    subtitles=frozenset(),
    subtitle_fallback=None,
    has_chapters=False,
    has_cover=False,
)
_TS = Container(
    name="mpegts",
    default_codec="h264",
    deep_codec="hevc",
    clock=Clock.MPEG,
    display=Display.UPRIGHT,
    audio=frozenset({"aac", "ac3", "dts", "eac3", "mp2", "mp3", "opus"}),
    audio_fallback="aac",
    subtitles=frozenset({"dvb_subtitle", "dvb_teletext"}),
    subtitle_fallback=None,
    has_chapters=False,
    has_cover=False,
)
_MPEG = Container(
    name="mpeg",
    default_codec="mpeg2",
    deep_codec="mpeg2",
    clock=Clock.CONSTANT,
    display=Display.UPRIGHT,
    audio=frozenset({"ac3", "mp2", "mp3"}),
    audio_fallback="mp2",
    subtitles=frozenset(),
    subtitle_fallback=None,
    has_chapters=False,
    has_cover=False,
)

CONTAINERS: dict[str, Container] = {
    ".avi": _AVI,
    ".m2ts": _TS,
    ".m4v": _MP4,
    ".mkv": _MKV,
    ".mov": _MOV,
    ".mp4": _MP4,
    ".mpeg": _MPEG,
    ".mpg": _MPEG,
    ".mts": _TS,
    ".ts": _TS,
    ".webm": _WEBM,
}
"""Video containers by the suffix of a name, in lower case."""


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was written."""

    path: Path
    """The file, or the folder of numbered stills."""
    frames: int
    size_bytes: int
    codec: str
    """Codec of the pictures, e.g. ``h264``, ``gif``, ``png``."""
    notes: tuple[str, ...] = ()
    """Sentences on what was converted or left out, and why."""
    files: tuple[str, ...] = ()
    """For numbered stills: names in ``path``, in the order of the frames."""
    frame_size: tuple[int, int] | None = None
    """(width, height) of what was written, where it is not what came; None: the frames' own."""


class Writer(Protocol):
    """Takes frames in presentation order and makes one result of them: whole, or not at all.

    Until :meth:`close` returns, nothing is at the output's place (or what was there before still is).
    After :meth:`abort`, or an error of any method, no trace is left. As a context manager it aborts on an
    exception and closes otherwise.
    """

    def write(self, frame: Frame) -> None:
        """Add one frame; all frames of a result have one size, one dtype and one channel count.

        Raises:
            EncodeError: the frame does not fit the result, or the disk is full.
        """
        ...

    @property
    def written_bytes(self) -> int | None:
        """Bytes on the disk so far (encoders hold some pictures back); None where it is not one file."""
        ...

    def close(self) -> WriteReport:
        """Finish and publish the result; calling it again gives the same report.

        Raises:
            EncodeError: no frame was written, the disk is full …
            OutputExists: something appeared at the output's place meanwhile.
        """
        ...

    def abort(self) -> None:
        """Remove every trace of an unfinished result; does nothing after :meth:`close`."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def output_kind(path: Path, moving: bool = True) -> OutputKind:
    """What a result of this name is.

    Args:
        path: Name of the result, e.g. ``out.mp4``, ``out.gif``, ``out/%05d.png``, ``frames`` (a folder:
            a name without suffix).
        moving: Whether the source has several frames; decides what ``.webp`` is.

    Raises:
        UnsupportedMedia: no writer goes by that name.
    """
    suffix = path.suffix.lower()
    if is_pattern(path):
        if suffix in STILL_SUFFIXES:
            return OutputKind.STILLS
    elif suffix in CONTAINERS:
        return OutputKind.VIDEO
    elif suffix in _ANIMATED:
        return _ANIMATED[suffix]
    elif suffix == ".webp" and moving:
        return OutputKind.WEBP
    elif suffix in STILL_SUFFIXES:
        return OutputKind.STILL
    elif not suffix or path.is_dir():
        return OutputKind.STILLS
    raise UnsupportedMedia(
        f"{path} does not name a kind of result that can be written: its suffix is {suffix!r}. Video: "
        f"{', '.join(sorted(CONTAINERS))}; animated pictures: .apng, .gif, .webp; stills: "
        f"{', '.join(STILL_SUFFIXES)}; many stills: a numbered pattern of those such as frames/%05d.png, "
        f"or a folder (a name without suffix). Give a name with one of these."
    )


def is_pattern(path: Path) -> bool:
    """Whether the name has a place for a number, such as ``%05d``."""
    return NUMBER.search(path.name) is not None


def container_of(path: Path) -> Container:
    """The video container of that name.

    Raises:
        UnsupportedMedia: the name is not that of a video.
    """
    try:
        return CONTAINERS[path.suffix.lower()]
    except KeyError:
        raise UnsupportedMedia(
            f"{path} does not name a video container; known are {', '.join(sorted(CONTAINERS))}. "
            f"Give the result a name that ends in one of them."
        ) from None
