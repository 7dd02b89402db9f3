"""One reader for each kind of source; all give :class:`LazyFrame` objects in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from rotoscope.errors import DecodeError
from rotoscope.media.animation import animation_frames
from rotoscope.media.conversion import PixelConverter
from rotoscope.media.decoding import Decoded, Tally, decode, starts_cleanly
from rotoscope.media.frame import Pixels
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.lazy import FrameTimes, LazyFrame, Probed
from rotoscope.media.opening import Limits, open_container
from rotoscope.media.orientation import Orientation
from rotoscope.media.sequence import find_stills
from rotoscope.media.stills import read_still
from rotoscope.media.survey import main_stream


class PictureReader(Protocol):
    """Reads the pictures of one source, as often as asked."""

    def lazy_frames(self, *, first_pts: int, tally: Tally) -> Iterator[LazyFrame]:
        """Pictures from ``first_pts`` on (earlier ones may come too), ascending in time.

        Args:
            first_pts: Earlier pictures are not wanted, so a reader that can leaps over them.
            tally: Receives counts of what went wrong.

        Raises:
            OpenError: the source is gone.
            DecodeError: a picture has another size than the first, or cannot be read at all.
        """
        ...


def open_reader(path: Path, probed: Probed, *, limits: Limits) -> PictureReader:
    """The reader for a source that has been counted."""
    info = probed.info
    assert probed.times is not None
    match info.kind:
        case MediaKind.VIDEO:
            return _VideoReader(path, info, probed.times, limits)
        case MediaKind.GIF:
            return _AnimationReader(path, info, probed.times, limits)
        case MediaKind.STILL:
            return _StillsReader((path,), info, probed.times, limits)
        case MediaKind.IMAGES:
            return _StillsReader(find_stills(path).files, info, probed.times, limits)


@dataclass(frozen=True, slots=True)
class _VideoReader:
    path: Path
    info: MediaInfo
    times: FrameTimes
    limits: Limits

    def lazy_frames(self, *, first_pts: int, tally: Tally) -> Iterator[LazyFrame]:
        leap = first_pts > self.times.pts[0] and not self.info.video.is_interlaced
        if leap:
            with open_container(self.path, limits=self.limits) as container:
                pictures = decode(container, main_stream(container), first_pts=first_pts, tally=tally)
                landed = next(pictures, None)
                if landed is not None and starts_cleanly(landed, first_pts):
                    yield from self._lazy(chain([landed], pictures))
                    return
        with open_container(self.path, limits=self.limits) as container:
            yield from self._lazy(decode(container, main_stream(container), first_pts=None, tally=tally))

    def _lazy(self, pictures: Iterator[Decoded]) -> Iterator[LazyFrame]:
        video = self.info.video
        orientation = Orientation(video.rotation_degrees, video.is_mirrored)
        converter = PixelConverter(video.pixel_format, coded_size=video.coded_size, orientation=orientation)
        for picture in pictures:
            size = (picture.frame.width, picture.frame.height)
            if size != video.coded_size:
                raise DecodeError(
                    f"{self.path} changes its picture size from {_show(video.coded_size)} to {_show(size)} "
                    f"at {float(picture.pts * self.times.time_base):.3f} s. Cut it there, or convert it to "
                    "one size first."
                )
            read = partial(converter.convert, picture.frame)
            yield LazyFrame(
                picture.pts,
                picture.duration,
                is_corrupt=picture.is_corrupt,
                read=read,
                read_planes=partial(converter.stored_planes, picture.frame),
            )


@dataclass(frozen=True, slots=True)
class _AnimationReader:
    path: Path
    info: MediaInfo
    times: FrameTimes
    limits: Limits

    def lazy_frames(self, *, first_pts: int, tally: Tally) -> Iterator[LazyFrame]:
        del first_pts, tally  # each picture builds on the one before; damage shows while surveying
        return animation_frames(
            self.path, times=self.times, has_alpha=self.info.video.has_alpha, limits=self.limits
        )


@dataclass(frozen=True, slots=True)
class _StillsReader:
    files: tuple[Path, ...]
    info: MediaInfo
    times: FrameTimes
    limits: Limits

    def lazy_frames(self, *, first_pts: int, tally: Tally) -> Iterator[LazyFrame]:
        del tally  # a still is whole, or reading it raises
        durations = [
            b - a for a, b in zip(self.times.pts, (*self.times.pts[1:], self.times.end_pts), strict=True)
        ]
        is_clip = self.info.kind is MediaKind.IMAGES
        for file, pts, duration in zip(self.files, self.times.pts, durations, strict=True):
            if pts >= first_pts:
                shown = duration if is_clip else None
                yield LazyFrame(pts, shown, is_corrupt=False, read=partial(self._read, file))

    def _read(self, file: Path) -> Pixels:
        pixels = read_still(file, limits=self.limits).pixels
        return _alike(pixels, is_deep=self.info.video.bit_depth > 8, has_alpha=self.info.video.has_alpha)


def _alike(pixels: Pixels, *, is_deep: bool, has_alpha: bool) -> Pixels:
    """The deepest dtype and, where any still has it, alpha: all frames of a clip are of one kind."""
    if is_deep and pixels.dtype == np.uint8:
        pixels = pixels.astype(np.uint16) * np.uint16(257)
    if has_alpha and pixels.shape[2] == 3:
        padding: Any = ((0, 0), (0, 0), (0, 1))
        pixels = cast(Pixels, np.pad(pixels, padding, constant_values=np.iinfo(pixels.dtype).max))
    return pixels


def _show(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
