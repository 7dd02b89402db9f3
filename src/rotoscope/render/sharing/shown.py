"""A clip as it is shared: upright, in square pixels, in 8 bits for ordinary screens."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import cv2

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import OutputKind, Writer, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.writer import open_writer
from rotoscope.motion.flow import Picture
from rotoscope.render.grading import grade
from rotoscope.render.on_screen import OnScreen
from rotoscope.render.overlap import read_ahead

ANIMATED: Final = frozenset({OutputKind.GIF, OutputKind.WEBP, OutputKind.APNG})
"""Kinds of results that move and are silent."""


class ShownClip:
    """Frames of a source, ready to be put together with others."""

    def __init__(self, source: str | Path, selection: Selection = WHOLE_CLIP) -> None:
        """Open it.

        Raises:
            RotoscopeError: as :func:`rotoscope.media.clip.open_clip`.
        """
        self.clip: Clip = open_clip(source, selection=selection)
        self._screen = OnScreen(self.clip.info)
        self.size: tuple[int, int] = _display_size(self.clip.info)
        """(width, height) in square pixels."""

    @property
    def moves(self) -> bool:
        """Whether it is more than one picture."""
        return self.clip.info.kind is not MediaKind.STILL and self.clip.expected_frames > 1

    @property
    def length_seconds(self) -> Fraction:
        """From the first of its frames to the end of the last."""
        return self.clip.seconds_at(self.clip.expected_frames) - self.clip.seconds_at(0)

    def frames(self, *, first: int = 0, stop: int | None = None) -> Generator[Frame]:
        """Frames with (H, W, 3) uint8 pixels of :attr:`size`, in order.

        Args:
            first: index of the first one that is wanted.
            stop: index of the first one that is not wanted any more; None: to the end.

        Raises:
            RotoscopeError: the source cannot be read.
        """
        with closing(read_ahead(self.clip.frames(first=first, stop=stop))) as frames:
            for frame in frames:
                yield frame.with_pixels(resized(self._screen.show(frame.pixels), self.size))

    def picked(self, places: Collection[int]) -> Generator[Frame]:
        """Frames of some indices, as :meth:`frames` gives them; the clip is read once.

        Raises:
            RotoscopeError: the source cannot be read.
        """
        with closing(self.clip.frames(planar=True, stop=max(places) + 1)) as frames:
            for frame in frames:
                if frame.index in places:
                    shown = resized(self._screen.show(frame.pixels), self.size)
                    yield Frame(shown, frame.index, frame.pts, frame.time_base, duration=frame.duration)

    def frame_at(self, index: int) -> Frame:
        """One of them.

        Raises:
            RotoscopeError: the source cannot be read.
        """
        with closing(self.frames(first=index, stop=index + 1)) as frames:
            return next(frames)

    def writer(
        self,
        output: Path,
        *,
        encoder: EncoderOptions,
        overwrite: bool,
        sound_of: ShownClip | None = None,
        span: tuple[Fraction, Fraction] | None = None,
    ) -> Writer:
        """A writer of what is made of its frames; sound and tags come along where the result is a video.

        Args:
            output: its name decides what is written.
            encoder: how.
            overwrite: replace what is there.
            sound_of: whose sound; None: its own.
            span: the part of that whose sound is heard, in seconds from its first frame; None: what is
                selected of it.

        Raises:
            RotoscopeError: as :func:`rotoscope.media.writer.open_writer`.
        """
        sound = (sound_of or self).clip
        is_heard = output_kind(output) is OutputKind.VIDEO and sound.info.kind is MediaKind.VIDEO
        selection = sound.selection
        is_cut = selection.start is not None or selection.stop is not None
        selected = (selection.start or Fraction(0), selection.stop) if is_cut else None
        return open_writer(
            output,
            source=_written_as(self.clip.info, output, encoder),
            options=encoder,
            overwrite=overwrite,
            copy_streams_from=sound.source if is_heard else None,
            span=(span or selected) if is_heard else None,
        )


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """(H, W, 3) uint8 at (width, height): by area where it shrinks, by Lanczos where it grows."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    shrinks = size[0] * size[1] < width * height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
    return cast("Picture", cv2.resize(picture, size, interpolation=method))


def even(size: tuple[float, float]) -> tuple[int, int]:
    """The nearest size with even sides, as most codecs want them."""
    width, height = (max(2, 2 * round(side / 2)) for side in size)
    return width, height


def require_moving(clip: ShownClip, what: str) -> None:
    """Refuse a still.

    Raises:
        InvalidOptions: it is one.
    """
    if not clip.moves:
        raise InvalidOptions(
            f"{clip.clip.source} is one picture, and {what} is made of a clip. Give a video, an animation or "
            "a folder of frames."
        )


def _display_size(info: MediaInfo) -> tuple[int, int]:
    width, height = info.video.frame_size
    turn = Orientation(info.video.rotation_degrees, info.video.is_mirrored)
    aspect = turn.upright_aspect(info.video.sample_aspect_ratio)
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))


def _written_as(info: MediaInfo, output: Path, encoder: EncoderOptions) -> MediaInfo:
    """What the writer is told: pixels that need no more turning, converting or stretching."""
    source = grade(info, output, encoder=encoder, to_sdr=True, wrap=False).source
    video = replace(
        source.video,
        bit_depth=8,
        has_alpha=False,
        rotation_degrees=0,
        is_mirrored=False,
        sample_aspect_ratio=Fraction(1),
    )
    return replace(source, video=video)
