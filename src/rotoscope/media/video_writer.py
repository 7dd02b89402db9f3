"""Writes frames as a video, with everything else of the source beside them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.error import ArgumentError, FFmpegError, InvalidDataError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from rotoscope.errors import EncodeError
from rotoscope.machine import scheduling_kept
from rotoscope.media.atomic import StagedFile
from rotoscope.media.color import MATRICES, PRIMARIES, RANGES, TRANSFERS
from rotoscope.media.copying import Span, StreamCopier, needs_key_value_tags
from rotoscope.media.encoders import SAME_BYTES, EncoderOptions, codec_for, preset_for
from rotoscope.media.encoding import EncodingPlan, plan_encoding
from rotoscope.media.frame import Frame
from rotoscope.media.hardware import require_hardware
from rotoscope.media.info import ColorTags, MediaInfo, MediaKind
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import Clock, WriteReport, container_of
from rotoscope.media.picture import PictureConverter
from rotoscope.media.spherical import carry_projection
from rotoscope.media.timeline import Timeline, constant_rate
from rotoscope.media.writing import TransactionalWriter

_NOMINAL_RATE = Fraction(25)
"""What is told to encoders where nothing is known; times do not depend on it."""

_SOUND_TICKS = 48_000

_TOO_FEW_TO_REORDER = 2
"""Clips of so few frames are decoded in the order they are shown. x265 leaves the decoding times of such
clips unset, and then some have a number from anywhere, which no muxer takes."""

_BROADCAST = frozenset({"mpeg", "mpegts"})
"""Containers whose clock runs since any time; in others a late start is meant."""


@dataclass(slots=True)
class _Running:
    """What is there from the first frame on."""

    muxer: OutputContainer
    stream: VideoStream
    converter: PictureConverter
    timeline: Timeline
    shape: tuple[int, ...]
    """Of the first frame's pixels, and so of all."""
    durations: dict[int, int] = field(default_factory=dict[int, int])
    """In ticks, by presentation time, of frames that are inside the encoder."""
    frames: int = 0


class VideoWriter(TransactionalWriter):
    """One video file; see :class:`rotoscope.media.output.Writer` for what it promises.

    Presentation times, orientation, pixel shape and color tags come back as they were; bit depth and chroma
    as far as the codec has them. What could not be kept is in the report's notes.
    """

    def __init__(
        self,
        output: Path,
        *,
        source: MediaInfo | None,
        options: EncoderOptions,
        overwrite: bool,
        copy_streams_from: Path | None,
        span: tuple[Fraction, Fraction | None] | None,
        metadata: Mapping[str, str],
    ) -> None:
        super().__init__(output)
        self._container = container_of(output)
        self._source = source
        self._options = options
        self._span = span
        self._metadata = dict(metadata)
        codec = codec_for(self._container, options.codec, bit_depth=source.video.bit_depth if source else 8)
        preset_for(codec, options.preset)
        require_hardware(codec)
        self._copier = StreamCopier(copy_streams_from, self._container) if copy_streams_from else None
        try:
            self._staged = StagedFile(output, overwrite=overwrite)
        except EncodeError:
            self._release()
            raise
        self._plan: EncodingPlan | None = None
        self._waiting: Frame | None = None
        self._running: _Running | None = None

    @property
    def written_bytes(self) -> int:
        """See :class:`rotoscope.media.output.Writer`."""
        return self._staged.written_bytes

    def _write(self, frame: Frame) -> None:
        if self._running is not None:
            self._encode(self._running, frame)
        elif self._waiting is not None:
            first, self._waiting = self._waiting, None
            self._running = self._begin(first, frame)
            self._encode(self._running, first)
            self._encode(self._running, frame)
        elif self._plan_for(frame).is_constant_rate:
            self._waiting = frame  # its rate is known only when the second frame comes
        else:
            self._running = self._begin(frame, None)
            self._encode(self._running, frame)

    def _finish(self) -> WriteReport:
        if self._waiting is not None:
            self._running = self._begin(self._waiting, None)
            self._encode(self._running, self._waiting)
        if self._running is None or self._plan is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        running = self._running
        packets = running.stream.encode(None)
        if running.frames <= _TOO_FEW_TO_REORDER:
            for packet in packets:
                packet.dts = packet.pts
        self._mux(running, packets)
        if self._copier is not None:
            self._copier.finish(running.muxer)
        running.muxer.close()
        moved = running.timeline.note()
        copied = [*self._copier.notes, *self._projection_notes()] if self._copier else []
        self._release()
        return WriteReport(
            self._output,
            running.frames,
            self._staged.publish(),
            self._plan.codec.name,
            (*self._plan.notes, *copied, *([moved] if moved else [])),
        )

    def _projection_notes(self) -> list[str]:
        """State a 360° projection in the finished file, or say why not."""
        if self._source is None or self._source.kind is not MediaKind.VIDEO:
            return []
        note = carry_projection(self._source.path, self._staged.part, self._container.name)
        return [note] if note else []

    def _discard(self) -> None:
        with contextlib.suppress(FFmpegError, OSError):  # an unfinished file cannot always be finished
            if self._running is not None:
                self._running.muxer.close()
        self._release()
        self._staged.discard()

    def _release(self) -> None:
        if self._copier is not None:
            self._copier.close()

    def _plan_for(self, frame: Frame) -> EncodingPlan:
        if self._plan is None:
            self._plan = plan_encoding(
                self._container, self._options, source=self._source, shape=frame.shape, deep=frame.is_deep
            )
        return self._plan

    def _begin(self, first: Frame, second: Frame | None) -> _Running:
        """Open the encoder and the muxer, and announce every stream."""
        plan = self._plan_for(first)
        header_rate = self._source.video.average_rate if self._source else None
        rate = constant_rate(first, second, header_rate=header_rate) if plan.is_constant_rate else None
        span, origin = self._source_span(first, constant=rate is not None)
        timeline = Timeline(self._container, first, origin=origin, rate=rate)
        muxer = av.open(
            str(self._staged.part),
            "w",
            format=self._container.name,
            container_options={**SAME_BYTES, **self._muxer_options(timeline)},
        )
        stream: Any = muxer.add_stream(
            plan.codec.encoder, rate=rate or header_rate or _NOMINAL_RATE, options=dict(plan.options)
        )
        configure(stream, plan, timeline, threads=self._options.threads)
        converter = PictureConverter(
            plan.pixel_format,
            size=plan.stored_size,
            matrix=plan.matrix,
            color_range=plan.color.range,
            orientation=plan.orientation,
        )
        running = _Running(muxer, stream, converter, timeline, first.shape)
        self._running = running  # from here on there is something to close
        if self._copier is not None:
            self._copier.add_streams(muxer, stream, span=span, metadata=self._metadata)
        else:
            muxer.metadata.update(self._metadata)
        try:
            _open_encoder(stream)
        except (ArgumentError, InvalidDataError) as error:
            raise EncodeError(self._refusal(plan, stream)) from error
        muxer.start_encoding()
        return running

    def _refusal(self, plan: EncodingPlan, stream: VideoStream) -> str:
        width, height = plan.stored_size
        rate = float(stream.codec_context.framerate)
        return (
            f"{self._output} cannot be written: FFmpeg refuses {plan.codec.name} ({plan.codec.encoder}) in "
            f"{self._container.name} for {width}x{height} {plan.pixel_format} at {rate:.6g} frames a second, "
            f"with {dict(plan.options)}. Choose another codec, preset or rate (--fps)."
        )

    def _muxer_options(self, timeline: Timeline) -> dict[str, str]:
        if self._container.clock is Clock.CONSTANT:
            # An encoder's lead-in before 0 would shift AVI's pictures off their ticks.
            return {"avoid_negative_ts": "disabled"} if self._container.name == "avi" else {}
        if self._container.name not in ("mp4", "mov"):
            return {}
        ticks = timeline.tick.denominator
        tags = {**(self._source.metadata if self._source else {}), **self._metadata}
        flags = "+faststart+use_metadata_tags" if needs_key_value_tags(tags) else "+faststart"
        # Offsets between picture and sound are stored on the movie's own clock, 1 ms by default: it must hold
        # the pictures' times exactly, and those of sound to the sample.
        movie_ticks = ticks * ceil(_SOUND_TICKS / ticks)
        return {
            "movflags": flags,
            "video_track_timescale": str(ticks),
            "movie_timescale": str(movie_ticks),
        }

    def _source_span(self, first: Frame, *, constant: bool) -> tuple[Span, Fraction]:
        """Which stretch of the source's clock the result is; and what becomes 0 on the frames' own clock.

        Frames are on the source's clock, or, re-timed to a rate, on one that begins at 0 with the clip.
        """
        clip_start = first.time_seconds
        if self._source is not None and self._source.video.start_pts is not None:
            clip_start = self._source.video.start_pts * self._source.video.time_base
        start, stop = self._span or (Fraction(0), None)
        lag = max(Fraction(0), clip_start + start - first.time_seconds)
        begin = first.time_seconds + lag
        if self._span is not None:
            return Span(begin, begin, None if stop is None else clip_start + stop), begin - lag
        if constant:
            # Sound before the first frame would push the frames off AVI's even ticks.
            even = self._container.clock is Clock.CONSTANT
            return Span(begin, start=begin if even else None), begin - lag
        if self._source is None or self._source.container not in _BROADCAST:
            return Span(Fraction(0)), -lag
        earliest = self._copier.start_seconds if self._copier else begin
        # A broadcast begins at any time: 0 is where its first stream begins.
        ticks = max(Fraction(0), min(earliest, begin)) // first.time_base
        return Span(ticks * first.time_base), ticks * first.time_base - lag

    def _encode(self, running: _Running, frame: Frame) -> None:
        if frame.shape != running.shape:
            raise EncodeError(
                f"Frame {frame.index} has the shape {frame.shape}, the frames before it "
                f"{running.shape}; all frames of a result have one shape. Give --size to bring them to one."
            )
        moment = running.timeline.place(frame)
        picture = running.converter.convert(frame)
        picture.pts, picture.time_base = moment.pts, running.timeline.tick
        # ProRes takes these from each picture, not from the stream.
        picture.color_primaries = running.stream.codec_context.color_primaries
        picture.color_trc = running.stream.codec_context.color_trc
        running.durations[moment.pts] = moment.duration
        self._mux(running, running.stream.encode(picture))
        running.frames += 1

    def _mux(self, running: _Running, packets: list[av.Packet[Any]]) -> None:
        for packet in packets:
            if packet.pts is not None:
                # Encoders guess durations from the rate; the last one would be lost with a variable rate.
                packet.duration = running.durations.pop(packet.pts, packet.duration or 0)
            if self._copier is not None and packet.dts is not None:
                self._copier.advance(running.muxer, packet.dts * packet.time_base)
            running.muxer.mux(packet)


def configure(stream: VideoStream, plan: EncodingPlan, timeline: Timeline, *, threads: int) -> None:
    """Set an encoder up before it is opened."""
    context = stream.codec_context
    context.width, context.height = plan.stored_size
    context.pix_fmt = plan.pixel_format
    context.time_base = timeline.tick
    stream.time_base = timeline.tick
    context.thread_count = threads
    tag_colors(context, plan.color)
    if plan.sample_aspect_ratio != 1:
        context.sample_aspect_ratio = plan.sample_aspect_ratio
    if plan.codec_tag is not None:
        context.codec_tag = plan.codec_tag
    if plan.orientation != Orientation():
        # Both count a turn the other way round, and mirror after it.
        stream.set_display_rotation(-plan.orientation.rotation_degrees, hflip=plan.orientation.is_mirrored)


def tag_colors(context: VideoCodecContext, color: ColorTags) -> None:
    """State the color tags on an encoder, by FFmpeg's numbers; untagged ones stay unspecified."""
    unspecified = 2
    context.color_primaries = _number(PRIMARIES, color.primaries, unspecified)
    context.color_trc = _number(TRANSFERS, color.transfer, unspecified)
    context.colorspace = _number(MATRICES, color.matrix, unspecified)
    context.color_range = _number(RANGES, color.range, 0)


def _number(names: Mapping[int, str], name: str | None, unspecified: int) -> int:
    return next((number for number, known in names.items() if known == name), unspecified)


def _open_encoder(stream: VideoStream) -> None:
    os.environ.setdefault("SVT_LOG", "1")  # errors only: SVT-AV1 prints its settings to stderr otherwise
    with scheduling_kept():
        stream.codec_context.open()
