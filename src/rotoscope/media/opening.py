"""The one function that opens audio and video.

A media file is a program for the library that reads it: playlists name other files, some formats name
URLs, and FFmpeg honours pseudo names such as ``concat:a|b``. So nothing here is ever opened by name: a
regular local file is opened in binary, its first bytes are looked at, and FFmpeg gets the file object with
a list of containers that hold their own data, no protocols, and a callback that denies every further file.
"""

from __future__ import annotations

import difflib
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

import av
from av.container import InputContainer
from av.error import ExitError, FFmpegError
from av.video.codeccontext import VideoCodecContext

from rotoscope.errors import OpenError

CONTAINERS = ("mov", "matroska", "avi", "mpegts", "mpeg", "ogg", "flv", "gif", "mxf")
"""FFmpeg's names of the containers that are opened; each holds its own data and points nowhere."""

SNIFFED_BYTES = 4096
"""How much of a file's beginning is looked at to tell what it is."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", "an HLS playlist"),
    (b"ffconcat version", "an ffconcat playlist"),
    (b"[playlist]", "a PLS playlist"),
    (b"v=0", "a session description (SDP)"),
    (b"<?xml", "an XML text"),
    (b"<smil", "a SMIL playlist"),
    (b"<asx", "an ASX playlist"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"ID3", "an MP3 sound file"),
    (b"fLaC", "a FLAC sound file"),
)
_PLAYLISTS = frozenset({"an HLS playlist", "an ffconcat playlist", "a PLS playlist", "a SMIL playlist"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may ask of the machine; the only place where such numbers stand."""

    max_pixels: int = 120_000_000
    """Width times height of one picture."""
    max_frames: int | None = None
    """Frames a clip may yield; None: as many as it has."""
    open_timeout_seconds: float = 10
    """How long FFmpeg may take to recognise a file."""
    read_timeout_seconds: float = 30
    """How long FFmpeg may take to read one packet."""

    def check_size(self, path: Path, size: tuple[int, int]) -> None:
        """Refuse a picture size before anything is decoded.

        Raises:
            OpenError: ``size`` (width, height) is empty or above ``max_pixels``.
        """
        width, height = size
        if width < 1 or height < 1:
            raise OpenError(
                f"{path} states a picture of {width}x{height} pixels, so there is nothing to decode. "
                "The file is damaged or is no video; export it again."
            )
        if width * height > self.max_pixels:
            raise OpenError(
                f"{path} states a picture of {width}x{height} = {width * height:,} pixels; "
                f"at most {self.max_pixels:,} are read. Scale it down first, or raise Limits.max_pixels."
            )


DEFAULT_LIMITS = Limits()
"""What is used where nobody says otherwise."""


@contextmanager
def open_container(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Generator[InputContainer]:
    """Open a local video file for reading, safely.

    Args:
        path: A regular file. It is never interpreted: no URL, no protocol prefix, no pattern.
        limits: Size and time limits.

    Yields:
        The container, with at least one video stream of an acceptable size; closed afterwards.

    Raises:
        OpenError: missing (near names are suggested), a directory, no regular file, empty, unreadable, a
            text or playlist, an unknown container, without pictures, or of an unacceptable size.
    """
    with open_file(path) as file:
        refuse_text(path, file.read(SNIFFED_BYTES))
        file.seek(0)
        with _demuxer(path, file, limits) as container:
            _check_streams(path, container, limits)
            yield container


@contextmanager
def open_file(path: Path) -> Generator[BinaryIO]:
    """Open a regular, non-empty local file in binary.

    Raises:
        OpenError: there is no such file (near names are suggested), or it is a directory, a device or pipe,
            empty, or not readable.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise OpenError(f"{path} is a folder, not a file. Give one of the files in it.")
        if not stat.S_ISREG(status.st_mode):
            raise OpenError(
                f"{path} is a device or pipe; only regular files are read. Save it to a file first."
            )
        if status.st_size == 0:
            raise OpenError(f"{path} is empty (0 bytes). Copy or export it again.")
        file = path.open("rb")
    except FileNotFoundError:
        raise OpenError(f"{path} does not exist.{_near_names(path)}") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise OpenError(f"{path} cannot be read: {_reason(error)}. Check its permissions.") from error
    with file:
        yield file


def refuse_text(path: Path, head: bytes) -> None:
    """Refuse what is no media at all, and say what it is.

    Raises:
        OpenError: ``head``, the file's first bytes, belongs to a playlist, a text, a document or an archive.
    """
    found = _recognise(head)
    if found in _PLAYLISTS:
        raise OpenError(
            f"{path} is {found}, not a video: it only points at other files, which are never followed. "
            "Give the video file itself."
        )
    if found is not None:
        raise OpenError(f"{path} is {found}, not a video or picture. Give the media file itself.")


def _recognise(head: bytes) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, name in _SIGNATURES:
        if start[: len(signature)].lower() == signature.lower():
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "a WAV sound file"
    if all(byte >= 32 or byte in b"\t\n\r\f\x1b" for byte in head):
        try:
            head.decode("utf-8", errors="strict")
        except UnicodeDecodeError as error:
            # A character cut in two by the end of what was read is still text.
            return "a text file" if error.start > len(head) - 4 else None
        return "a text file"
    return None


@contextmanager
def _demuxer(path: Path, file: BinaryIO, limits: Limits) -> Generator[InputContainer]:
    try:
        container = av.open(
            file,
            mode="r",
            timeout=(limits.open_timeout_seconds, limits.read_timeout_seconds),
            io_open=_deny,
            metadata_errors="replace",
            options={"max_pixels": str(limits.max_pixels)},
            container_options={"format_whitelist": ",".join(CONTAINERS), "protocol_whitelist": "none"},
        )
    except (FFmpegError, OSError, ValueError) as error:
        raise OpenError(_refusal(path, error)) from error
    with container:
        yield container


def _deny(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError(f"the file refers to another one, {url!r}")


def _refusal(path: Path, error: Exception) -> str:
    known = ", ".join(CONTAINERS)
    if isinstance(error, ExitError):
        return f"{path} took too long to recognise; it may be damaged. Containers that are read: {known}."
    if isinstance(error, PermissionError):
        return f"{path} is not opened: {_reason(error)}, and references are never followed."
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp":
        return (
            f"{path} is an MP4 or MOV file without its index (the moov box): the recording or the copy was "
            "cut off before the end, and a player cannot show it either. Copy it again, or repair it with "
            "the camera maker's tool."
        )
    return (
        f"{path} is not a video that can be opened ({_reason(error)}). Containers that are read: {known}. "
        "Check that the file plays, or convert it first."
    )


def _check_streams(path: Path, container: InputContainer, limits: Limits) -> None:
    if not container.streams.video:
        found = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise OpenError(f"{path} has no pictures (its streams: {found}). Give a file with a video track.")
    for stream in container.streams.video:
        context = cast("VideoCodecContext | None", stream.codec_context)
        if context is not None:  # there is none where FFmpeg has no decoder; whoever decodes says so
            limits.check_size(path, (context.width, context.height))


def _near_names(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f" Nor can its folder {path.parent} be read; check the path."
    near = difflib.get_close_matches(path.name, names, n=3)
    return f" In the same folder: {', '.join(near)}." if near else " Check the path."


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).rstrip(".")
