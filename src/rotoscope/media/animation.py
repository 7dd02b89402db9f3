"""Animated pictures: GIF, animated WebP, APNG and AVIF, composited, with their exact delays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import DecodeError
from rotoscope.media.lazy import FrameTimes, LazyFrame
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.stills import DAMAGE, as_rgb, open_image

_TICKS_PER_SECOND: Final = {"GIF": 100}
"""Finest delay of a format; 1000 for the others."""
_MAX_DENOMINATOR: Final = 65535
"""APNG states delays as fractions of 16-bit numbers."""
_TAIL_BYTES: Final = 4096
"""Where an end mark is looked for; some programs write more after it."""
_UNSTATED: Final = Fraction(1, 10)
"""What browsers and FFmpeg show a picture with a delay of 0 for."""


@dataclass(frozen=True, slots=True)
class AnimationSurvey:
    """What all pictures of an animation say."""

    times: FrameTimes
    has_alpha: bool
    """Whether any composited picture is transparent anywhere."""
    claimed_frames: int | None
    """None where the file ends before it has said how many."""
    loop: int | None
    """Times it is played, 0 for ever; None: once, nothing stated."""
    problem: str | None
    """What went wrong, where the file ends early."""


def survey_animation(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> AnimationSurvey:
    """Decode all pictures of an animation once, for their times and transparency.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
        DecodeError: not even its first picture can be decoded.
    """
    delays: list[Fraction] = []
    has_alpha = False
    problem = None
    with open_image(path, limits=limits) as image:
        claimed: int | None = _frame_count(image)
        loop = image.info.get("loop")
        try:
            for pixels, delay in _pictures(path, image):
                delays.append(delay)
                has_alpha = has_alpha or bool((pixels[..., 3] < 255).any())
        except DAMAGE as error:
            if not delays:
                raise
            problem = (
                f"The file claims {claimed} frames, {len(delays)} can be decoded ({error}): it is truncated "
                "or damaged."
            )
        if problem is None and not _is_complete(path, image.format or ""):
            claimed = None
            problem = (
                f"The {image.format} ends without its end mark after {len(delays)} frames: it is truncated."
            )
        unit = _time_base(image.format or "", delays)
    ticks = [int(delay / unit) for delay in delays]
    starts = [0, *accumulate(ticks[:-1])]
    times = FrameTimes(time_base=unit, pts=tuple(starts), end_pts=starts[-1] + ticks[-1])
    return AnimationSurvey(times, has_alpha, claimed, loop if isinstance(loop, int) else None, problem)


def animation_frames(
    path: Path, *, times: FrameTimes, has_alpha: bool, limits: Limits = DEFAULT_LIMITS
) -> Iterator[LazyFrame]:
    """The composited pictures of an animation, RGB or RGBA, at the surveyed times.

    Raises:
        OpenError: there is no such file any more.
        DecodeError: the file has changed since it was surveyed.
    """
    ends = (*times.pts[1:], times.end_pts)
    with open_image(path, limits=limits) as image:
        pictures = _pictures(path, image)
        for pts, end in zip(times.pts, ends, strict=True):
            try:
                rgba, _ = next(pictures)
            except StopIteration:
                raise DecodeError(f"{path} has changed while it was read. Start again.") from None
            pixels = rgba if has_alpha else np.ascontiguousarray(rgba[..., :3])
            yield LazyFrame(pts, end - pts, is_corrupt=False, read=lambda pixels=pixels: pixels)


def _pictures(path: Path, image: Image.Image) -> Iterator[tuple[NDArray[np.uint8], Fraction]]:
    """(H, W, 4) uint8 and the delay in seconds of each picture."""
    # An APNG may carry a still for programs that know no animation; it is not part of it.
    first = 1 if image.info.get("default_image") else 0
    for number in range(first, first + _frame_count(image)):
        image.seek(number)
        image.load()
        stated = Fraction(image.info.get("duration") or 0).limit_denominator(_MAX_DENOMINATOR) / 1000
        delay = stated.limit_denominator(_MAX_DENOMINATOR)
        yield as_rgb(path, image, has_alpha=True), delay or _UNSTATED


def _frame_count(image: Image.Image) -> int:
    count = int(getattr(image, "n_frames", 1))
    return count - 1 if image.info.get("default_image") else count


def _time_base(format_name: str, delays: list[Fraction]) -> Fraction:
    finest = _TICKS_PER_SECOND.get(format_name, 1000)
    return Fraction(1, lcm(finest, *(delay.denominator for delay in delays)))


def _is_complete(path: Path, format_name: str) -> bool:
    """Whether the file ends as its format ends; Pillow takes what is there for the whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    if format_name == "GIF":
        return tail.rstrip(b"\0\r\n").endswith(b";")
    if format_name == "PNG":
        return b"IEND" in tail
    if format_name == "WEBP":
        return size >= 8 + int.from_bytes(head[4:8], "little")
    return True
