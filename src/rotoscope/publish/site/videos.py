"""Videos for the web: as they are where browsers play them, else encoded again; a poster, captions."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.errors import DecodeError
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.probe import inspect_media
from rotoscope.media.still_codecs import StillTags
from rotoscope.publish.site.made import MadePart, Makings, key_of
from rotoscope.publish.site.pictures import MEDIA_FOLDER, WebPicture, encode_variants
from rotoscope.render.look import Look
from rotoscope.render.on_screen import OnScreen
from rotoscope.render.options import RenderOptions
from rotoscope.render.stylize import stylize

_VERSION: Final = 1
_SHORT_SIDE: Final = 1080
_QUALITY: Final = 60
_POSTER_AT: Final = Fraction(1, 3)
_PLAYED: Final = {
    (".mp4", "h264"): "video/mp4",
    (".m4v", "h264"): "video/mp4",
    (".webm", "vp8"): "video/webm",
    (".webm", "vp9"): "video/webm",
    (".webm", "av1"): "video/webm",
}
"""Suffix and codec that every browser of these years plays, and what a page calls them."""
_SOUND: Final = frozenset({"aac", "mp3", "opus", "vorbis"})
_PIXELS: Final = frozenset({"yuv420p", "yuvj420p"})


class WebVideo(MadePart):
    """A video as pages show it."""

    file: str
    """Path on the site."""
    type: str
    """``video/mp4`` or ``video/webm``."""
    width: int
    height: int
    seconds: float
    has_sound: bool


def web_video(
    makings: Makings, path: Path, slug: str, scratch: Path, *, place: str | None = None
) -> WebVideo:
    """A video file for the web: copied where browsers play it, else made an H.264 of at most 1080 lines.

    Args:
        makings: has it, or takes it.
        path: a video, or an animated picture.
        slug: what its file is named after.
        scratch: a folder for what is encoded; it must last until the site is published.
        place: its path without suffix; None: among the media, with another name for another video.

    Raises:
        RotoscopeError: the file is no video that is read.
    """
    key = key_of(path, "video", _VERSION, _SHORT_SIDE, _QUALITY, slug, *(() if place is None else (place,)))

    def made() -> tuple[WebVideo, dict[str, bytes | Path]]:
        info = inspect_media(path)
        file, kind = path, _played(path, info)
        if kind is None:
            file, kind = scratch / f"{slug}-{key}.mp4", "video/mp4"
            encoder = EncoderOptions(codec="h264", quality=_QUALITY)
            size = _SHORT_SIDE if min(info.video.frame_size) > _SHORT_SIDE else None
            stylize(path, file, Look(size=size), encoder=encoder, options=RenderOptions(to_sdr=True))
            info = inspect_media(file)
        name = f"{place or f'{MEDIA_FOLDER}/{slug}-{key}'}{file.suffix.lower()}"
        return _described(info, name, kind), {name: file}

    return makings.make(key, WebVideo, made)


def web_poster(makings: Makings, path: Path, slug: str, tags: StillTags) -> WebPicture:
    """A frame of a clip as a picture: the one after a third of it.

    Args:
        makings: has it, or takes it.
        path: a video, or an animated picture.
        slug: what its files are named after.
        tags: for the largest JPEG.

    Raises:
        RotoscopeError: the clip cannot be read.
    """
    key = key_of(path, "poster", _VERSION, slug, tags)

    return makings.make(key, WebPicture, lambda: encode_variants(shown_frame(path), key, slug, tags))


def shown_frame(path: Path) -> Pixels:
    """The frame of a clip's poster, as an ordinary screen shows it: (H, W, 3) uint8.

    Raises:
        RotoscopeError: the clip cannot be read.
    """
    clip = open_clip(path, on_truncated="keep")
    number = int(clip.expected_frames * _POSTER_AT)
    with closing(clip.frames(first=number, stop=number + 1)) as frames:
        for frame in frames:
            return OnScreen(clip.info).show(frame.pixels)
    raise DecodeError(f"Frame {number} of {path} cannot be decoded. Copy or export the clip again.")


def _played(path: Path, info: MediaInfo) -> str | None:
    """What a page calls a video that browsers play as it is; None: they do not."""
    video = info.video
    if info.kind is not MediaKind.VIDEO or min(video.frame_size) > _SHORT_SIDE:
        return None
    if video.pixel_format not in _PIXELS or any(one.codec not in _SOUND for one in info.audio):
        return None
    return _PLAYED.get((path.suffix.lower(), video.codec))


def _described(info: MediaInfo, name: str, kind: str) -> WebVideo:
    width, height = info.video.frame_size
    return WebVideo(
        file=name,
        type=kind,
        width=width,
        height=height,
        seconds=round(_seconds(info), 2),
        has_sound=bool(info.audio),
    )


def _seconds(info: MediaInfo) -> float:
    video = info.video
    return float(video.duration_seconds_from_content or video.duration_seconds_from_header or 0)
