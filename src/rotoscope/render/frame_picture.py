"""One frame of a clip as a picture, unpainted."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2

from rotoscope.errors import DecodeError, InvalidOptions
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.stills import read_still
from rotoscope.media.timecode import format_time
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import grade
from rotoscope.render.look import Look
from rotoscope.render.preview import prepared_at
from rotoscope.render.still import PaintedStill, encoded
from rotoscope.render.views import paint_through


def frame_picture(
    source: Path,
    *,
    at: Fraction | None = None,
    index: int | None = None,
    look: AnyLook | None = None,
    width: int | None = None,
    suffix: str = ".png",
    quality: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> PaintedStill:
    """The frame that is shown at a moment, or the one of a number, as the bytes of a picture.

    It is upright; HDR is converted for ordinary screens.

    Args:
        source: whatever :func:`rotoscope.media.clip.open_clip` takes.
        at: seconds from the first frame; None: see ``index``.
        index: the frame's number, from 0. Without ``at`` and ``index``: the first frame.
        look: what it is painted with; None: nothing.
        width: of the result in pixels; None, and where the frame is not wider: the frame's.
        suffix: of the result: one of :data:`rotoscope.media.output.STILL_SUFFIXES`.
        quality: 0 to 100; None: visually lossless.
        limits: size limits.

    Raises:
        InvalidOptions: both are given, or there is no such frame.
        RotoscopeError: the clip cannot be read, or the frame not painted.
    """
    clip = open_clip(source, on_truncated="keep", limits=limits)
    number = _number(clip, at, index)
    frame = _frame(clip, number)
    shown_at = clip.seconds_at(number)
    view = grade(clip.info, Path(f"frame{suffix}"), encoder=EncoderOptions()).view
    prepared = Look() if look is None else prepared_at(source, look, shown_at)
    pixels = narrowed(paint_through(view, prepared, frame.pixels, shown_at), width)
    still = read_still(source, limits=limits) if clip.info.kind is MediaKind.STILL else None
    return encoded(pixels, suffix, still=still, quality=quality, quick=True, notes=prepared.notes)


def narrowed(pixels: Pixels, width: int | None) -> Pixels:
    """A picture made no wider than so many pixels, averaging areas."""
    height, own = pixels.shape[:2]
    if width is None or width >= own:
        return pixels
    size = (width, max(1, round(height * width / own)))
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _number(clip: Clip, at: Fraction | None, index: int | None) -> int:
    count = clip.expected_frames
    if at is not None and index is not None:
        raise InvalidOptions("A time and a frame's number are given together; give one of the two.")
    if index is not None and not 0 <= index < count:
        raise InvalidOptions(
            f"There is no frame {index}: {clip.source} has {count:,} frames, and they count from 0 to "
            f"{count - 1}."
        )
    end = clip.seconds_at(count)
    if at is not None and at >= end and clip.info.kind is not MediaKind.STILL:
        raise InvalidOptions(
            f"There is no frame at {format_time(at)}: {clip.source} ends at {format_time(end)}. Give an "
            "earlier time."
        )
    if at is None:
        return index or 0
    return max(0, bisect_right(range(count), at, key=clip.seconds_at) - 1)


def _frame(clip: Clip, number: int) -> Frame:
    with closing(clip.frames(first=number, stop=number + 1)) as frames:
        for frame in frames:
            return frame
    raise DecodeError(f"Frame {number} of {clip.source} cannot be decoded. Copy or export the clip again.")
