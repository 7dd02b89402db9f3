"""Encoders in graphics processors and chips: chosen by name only, and refused where there are none."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.encoders import HARDWARE_CODECS, VideoCodec

_NEEDS = {
    "nvenc": "an NVIDIA GPU with an encoder and its driver",
    "qsv": "an Intel GPU and its driver",
    "amf": "an AMD GPU and its driver",
    "videotoolbox": "a Mac",
}
_SIZE = 256
"""Some refuse pictures that are smaller."""


def require_hardware(codec: VideoCodec) -> None:
    """Refuse an encoder that this machine has no hardware for; does nothing for those in software.

    Raises:
        UnsupportedMedia: it cannot be opened here.
    """
    if codec.name not in HARDWARE_CODECS:
        return
    reason = _failure(codec.encoder, codec.pixel_formats[0])
    if reason is not None:
        family, _, kind = codec.name.partition("_")
        raise UnsupportedMedia(
            f"The encoder {codec.name} cannot be used on this machine ({reason}): it wants {_NEEDS[kind]}. "
            f"Choose --codec {family}, which needs no hardware, or leave it out."
        )


@cache
def _failure(encoder: str, pixel_format: str) -> str | None:
    """Why an encoder does not open; None where it does."""
    if encoder not in av.codecs_available:
        return "this FFmpeg was built without it"
    context = cast("VideoCodecContext", av.CodecContext.create(encoder, "w"))
    context.width = context.height = _SIZE
    context.pix_fmt = pixel_format
    context.framerate = cast("Any", 25)
    try:
        context.open()
    except (FFmpegError, OSError) as error:
        return str(error.strerror or error).rstrip(".").lower()
    return None
