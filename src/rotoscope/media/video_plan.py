"""Everything about a video result that is settled before its first picture is encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from rotoscope.media.color import MATRICES, PRIMARIES, RANGES, TRANSFERS
from rotoscope.media.copying import Span
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.encoding import EncodingPlan, plan_encoding
from rotoscope.media.frame import Frame
from rotoscope.media.info import ColorTags, MediaInfo
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import Clock, Container
from rotoscope.media.picture import PictureConverter
from rotoscope.media.timeline import Timeline, constant_rate

_NOMINAL_RATE = Fraction(25)
"""What is told to encoders where nothing is known; times do not depend on it."""

_BROADCAST = frozenset({"mpeg", "mpegts"})
"""Containers whose clock runs since any time; in others a late start is meant."""

SOUND_TICKS = 48_000


@dataclass(frozen=True, slots=True)
class Opening:
    """How a result begins: its first frame, and when the second one is shown."""

    shape: tuple[int, int, int]
    """(H, W, 3 or 4) of the upright pictures."""
    is_deep: bool
    """Whether their pixels are uint16."""
    time_base: Fraction
    """Seconds a unit of the three times below."""
    pts: int
    duration: int | None = None
    """Of the first frame; None where nobody says."""
    next_pts: int | None = None
    """Of the second frame; None where there is none, or it does not matter."""

    @classmethod
    def of(cls, first: Frame, second: Frame | None = None) -> Opening:
        """The opening of a result whose frames are at hand."""
        later = None if second is None else second.pts
        return cls(first.shape, first.is_deep, first.time_base, first.pts, first.duration, later)

    @property
    def time_seconds(self) -> Fraction:
        """When the first frame is shown, on the frames' own clock."""
        return self.pts * self.time_base

    @property
    def second(self) -> Opening | None:
        """The second frame, as far as it is known."""
        return None if self.next_pts is None else replace(self, pts=self.next_pts)


@dataclass(frozen=True, slots=True)
class VideoPlan:
    """How the pictures of one video result are encoded, and when they are shown."""

    container: Container
    encoding: EncodingPlan
    opening: Opening
    rate: Fraction | None
    """Frames a second of a constant timeline; None: every frame has a time of its own."""
    nominal_rate: Fraction
    """What the encoder is told."""
    span: Span
    """Which stretch of the source's clock the result is."""
    origin: Fraction
    """Seconds on the frames' own clock that become 0."""
    threads: int
    """Of the encoder; 0: as many as it likes."""

    def timeline(self, *, index: int = 0, previous: Fraction | None = None) -> Timeline:
        """The result's clock, from its frame ``index`` on; ``previous``: seconds of the frame before."""
        return Timeline(
            self.container,
            self.opening,
            origin=self.origin,
            rate=self.rate,
            index=index,
            previous=previous,
        )

    def converter(self) -> PictureConverter:
        """What makes stored pictures of frames."""
        return PictureConverter(
            self.encoding.pixel_format,
            size=self.encoding.stored_size,
            matrix=self.encoding.matrix,
            color_range=self.encoding.color.range,
            orientation=self.encoding.orientation,
        )

    def announce(self, muxer: OutputContainer, *, tick: Fraction) -> VideoStream:
        """Add the picture stream to a file, with an encoder that is set up but not open yet."""
        plan = self.encoding
        stream: Any = muxer.add_stream(plan.codec.encoder, rate=self.nominal_rate, options=dict(plan.options))
        context: VideoCodecContext = stream.codec_context
        context.width, context.height = plan.stored_size
        context.pix_fmt = plan.pixel_format
        context.time_base = tick
        stream.time_base = tick
        context.thread_count = self.threads
        tag_colors(context, plan.color)
        if plan.sample_aspect_ratio != 1:
            context.sample_aspect_ratio = plan.sample_aspect_ratio
        if plan.codec_tag is not None:
            context.codec_tag = plan.codec_tag
        if plan.orientation != Orientation():
            # Both count a turn the other way round, and mirror after it.
            stream.set_display_rotation(
                -plan.orientation.rotation_degrees, hflip=plan.orientation.is_mirrored
            )
        assert isinstance(stream, VideoStream)
        return stream


def plan_video(
    container: Container,
    options: EncoderOptions,
    *,
    source: MediaInfo | None,
    opening: Opening,
    span: tuple[Fraction, Fraction | None] | None,
    earliest: Fraction | None,
) -> VideoPlan:
    """Settle how a result is encoded.

    Args:
        container: what it is written into.
        options: what was asked for.
        source: what the frames came from; None: nothing is known of it.
        opening: how the result begins.
        span: (start, stop) in seconds from the source's first frame; None: the whole clip.
        earliest: when the earliest stream that is copied begins, on the source's clock; None: none is.

    Raises:
        UnsupportedMedia: the wanted codec does not go with the container or the size.
        EncodeError: the frames' times cannot be held.
    """
    encoding = plan_encoding(container, options, source=source, shape=opening.shape, deep=opening.is_deep)
    header_rate = source.video.average_rate if source else None
    rate = None
    if encoding.is_constant_rate:
        rate = constant_rate(opening, opening.second, header_rate=header_rate)
    stretch, origin = _stretch(container, source, opening, span, earliest, constant=rate is not None)
    return VideoPlan(
        container=container,
        encoding=encoding,
        opening=opening,
        rate=rate,
        nominal_rate=rate or header_rate or _NOMINAL_RATE,
        span=stretch,
        origin=origin,
        threads=options.threads,
    )


def _stretch(
    container: Container,
    source: MediaInfo | None,
    opening: Opening,
    span: tuple[Fraction, Fraction | None] | None,
    earliest: Fraction | None,
    *,
    constant: bool,
) -> tuple[Span, Fraction]:
    """Which stretch of the source's clock the result is; and what becomes 0 on the frames' own clock.

    Frames are on the source's clock, or, re-timed to a rate, on one that begins at 0 with the clip.
    """
    clip_start = opening.time_seconds
    if source is not None and source.video.start_pts is not None:
        clip_start = source.video.start_pts * source.video.time_base
    start, stop = span or (Fraction(0), None)
    lag = max(Fraction(0), clip_start + start - opening.time_seconds)
    begin = opening.time_seconds + lag
    if span is not None:
        return Span(begin, begin, None if stop is None else clip_start + stop), begin - lag
    if constant:
        # Sound before the first frame would push the frames off AVI's even ticks.
        even = container.clock is Clock.CONSTANT
        return Span(begin, start=begin if even else None), begin - lag
    if source is None or source.container not in _BROADCAST:
        return Span(Fraction(0)), -lag
    # A broadcast begins at any time: 0 is where its first stream begins.
    ticks = max(Fraction(0), min(begin if earliest is None else earliest, begin)) // opening.time_base
    return Span(ticks * opening.time_base), ticks * opening.time_base - lag


def movie_ticks(tick: Fraction) -> int:
    """Ticks a second of an MP4's own clock.

    Offsets between picture and sound are stored on it, 1 ms by default: it must hold the pictures' times
    exactly, and those of sound to the sample.
    """
    return tick.denominator * ceil(SOUND_TICKS / tick.denominator)


def tag_colors(context: VideoCodecContext, color: ColorTags) -> None:
    """State the color tags on an encoder, by FFmpeg's numbers; untagged ones stay unspecified."""
    unspecified = 2
    context.color_primaries = _number(PRIMARIES, color.primaries, unspecified)
    context.color_trc = _number(TRANSFERS, color.transfer, unspecified)
    context.colorspace = _number(MATRICES, color.matrix, unspecified)
    context.color_range = _number(RANGES, color.range, 0)


def _number(names: dict[int, str], name: str | None, unspecified: int) -> int:
    return next((number for number, known in names.items() if known == name), unspecified)
