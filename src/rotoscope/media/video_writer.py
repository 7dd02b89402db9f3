"""Writes frames as a video, with everything else of the source beside them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import StagedFile
from rotoscope.media.color import MATRICES, PRIMARIES, RANGES, TRANSFERS
from rotoscope.media.copying import Span, StreamCopier, needs_key_value_tags
from rotoscope.media.encoders import EncoderOptions, codec_for
from rotoscope.media.encoding import EncodingPlan, plan_encoding
from rotoscope.media.frame import Frame
from rotoscope.media.info import ColorTags, MediaInfo
from rotoscope.media.orientation import Orientation
from rotoscope.media.output import Display, WriteReport, container_of
from rotoscope.media.picture import PictureConverter
from rotoscope.media.timeline import Timeline, constant_rate
from rotoscope.media.writing import TransactionalWriter

_LAMBDA_PER_QUANTIZER = 118  # FF_QP2LAMBDA


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
        codec_for(self._container, options.codec, bit_depth=source.video.bit_depth if source else 8)
        self._copier = StreamCopier(copy_streams_from, self._container) if copy_streams_from else None
        try:
            self._staged = StagedFile(output, overwrite=overwrite)
        except EncodeError:
            self._release()
            raise
        self._waiting: Frame | None = None
        self._muxer: OutputContainer | None = None
        self._stream: Any = None
        self._plan: EncodingPlan | None = None
        self._converter: PictureConverter | None = None
        self._timeline: Timeline | None = None
        self._durations: dict[int, int] = {}
        self._frames = 0
        self._first_shape: tuple[int, ...] = ()

    def _write(self, frame: Frame) -> None:
        if self._muxer is not None:
            self._encode(frame)
        elif self._waiting is not None:
            first, self._waiting = self._waiting, None
            self._begin(first, frame)
            self._encode(first)
            self._encode(frame)
        elif self._constant_possible(frame):
            self._waiting = frame  # its rate is known only when the second frame comes
        else:
            self._begin(frame, None)
            self._encode(frame)

    def _finish(self) -> WriteReport:
        if self._waiting is not None:
            self._begin(self._waiting, None)
            self._encode(self._waiting)
        if self._muxer is None or self._plan is None or self._timeline is None:
            raise EncodeError(
                f"{self._output} was not written: no frame was given. Check the span of the clip."
            )
        self._mux(self._stream.encode(None))
        if self._copier is not None:
            self._copier.finish(self._muxer)
        self._muxer.close()
        moved = self._timeline.note()
        notes = (
            *self._plan.notes,
            *(self._copier.notes if self._copier else ()),
            *((moved,) if moved else ()),
        )
        self._release()
        size = self._staged.publish()
        return WriteReport(self._output, self._frames, size, self._plan.codec.name, notes)

    def _discard(self) -> None:
        with contextlib.suppress(FFmpegError, OSError):  # an unfinished file cannot always be finished
            if self._muxer is not None:
                self._muxer.close()
        self._release()
        self._staged.discard()

    def _release(self) -> None:
        if self._copier is not None:
            self._copier.close()

    def _constant_possible(self, frame: Frame) -> bool:
        plan = self._plan_for(frame)
        return plan.is_constant_rate

    def _plan_for(self, frame: Frame) -> EncodingPlan:
        if self._plan is None:
            self._plan = plan_encoding(
                self._container, self._options, source=self._source, pixels=frame.pixels
            )
        return self._plan

    def _begin(self, first: Frame, second: Frame | None) -> None:
        """Open the encoder and the muxer, and announce every stream."""
        plan = self._plan_for(first)
        header_rate = self._source.video.average_rate if self._source else None
        rate = constant_rate(first, second, header_rate=header_rate) if plan.is_constant_rate else None
        span, origin = self._source_span(first, constant=rate is not None)
        self._timeline = Timeline(self._container, first, origin=origin, rate=rate)
        self._converter = PictureConverter(
            plan.pixel_format,
            matrix=plan.matrix,
            color_range=plan.color.range,
            orientation=plan.orientation,
        )
        self._first_shape = first.pixels.shape
        self._muxer = av.open(
            str(self._staged.part), "w", format=self._container.name, container_options=self._muxer_options()
        )
        nominal = rate or header_rate or Fraction(25)
        stream: Any = self._muxer.add_stream(plan.codec.encoder, rate=nominal, options=dict(plan.options))
        self._configure(stream, plan, first)
        self._stream = stream
        if self._copier is not None:
            self._copier.add_streams(self._muxer, span=span, metadata=self._metadata)
        else:
            self._muxer.metadata.update(self._metadata)
        self._muxer.start_encoding()

    def _configure(self, stream: VideoStream, plan: EncodingPlan, first: Frame) -> None:
        assert self._timeline is not None
        height, width = first.pixels.shape[:2]
        stream.width, stream.height = plan.orientation.upright_size((width, height))
        stream.pix_fmt = plan.pixel_format
        stream.codec_context.time_base = self._timeline.tick
        stream.time_base = self._timeline.tick
        stream.thread_count = self._options.threads
        if plan.quantizer is not None:
            stream.codec_context.qscale = True
            stream.codec_context.global_quality = round(plan.quantizer * _LAMBDA_PER_QUANTIZER)
        tag_colors(stream.codec_context, plan.color)
        if plan.sample_aspect_ratio != 1:
            stream.codec_context.sample_aspect_ratio = plan.sample_aspect_ratio
        if plan.codec_tag is not None:
            stream.codec_context.codec_tag = plan.codec_tag
        if plan.orientation != Orientation():
            # Both count a turn counter-clockwise, and mirror after it.
            stream.set_display_rotation(
                -plan.orientation.rotation_degrees, hflip=plan.orientation.is_mirrored
            )

    def _muxer_options(self) -> dict[str, str]:
        assert self._timeline is not None
        if self._container.display is Display.MATRIX and self._container.name in ("mp4", "mov"):
            ticks = str(self._timeline.tick.denominator)
            tags = {**(self._source.metadata if self._source else {}), **self._metadata}
            flags = "+faststart+use_metadata_tags" if needs_key_value_tags(tags) else "+faststart"
            # The movie's own clock (1 ms by default) would round the offset between picture and sound.
            return {"movflags": flags, "video_track_timescale": ticks, "movie_timescale": ticks}
        return {}

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
            return Span(begin), begin - lag
        earliest = self._copier.start_seconds if self._copier else begin
        # Recordings of broadcasts begin at any time: 0 is where their first stream begins. A negative
        # start is sound that is there to be cut (encoder delay): the clip itself begins at 0.
        ticks = max(Fraction(0), min(earliest, begin)) // first.time_base
        return Span(ticks * first.time_base), ticks * first.time_base - lag

    def _encode(self, frame: Frame) -> None:
        assert self._timeline is not None
        assert self._converter is not None
        if frame.pixels.shape != self._first_shape:
            raise EncodeError(
                f"Frame {frame.index} has the shape {frame.pixels.shape}, the frames before it "
                f"{self._first_shape}; all frames of a result have one shape. Give --size to bring them to "
                f"one."
            )
        moment = self._timeline.place(frame)
        picture = self._converter.convert(frame)
        picture.pts = moment.pts
        picture.time_base = self._timeline.tick
        self._durations[moment.pts] = moment.duration
        self._mux(self._stream.encode(picture))
        self._frames += 1

    def _mux(self, packets: list[Any]) -> None:
        assert self._muxer is not None
        for packet in packets:
            # Encoders guess durations from the rate; the last one would be lost with a variable rate.
            packet.duration = self._durations.pop(packet.pts, packet.duration)
            if self._copier is not None and packet.dts is not None:
                self._copier.advance(self._muxer, packet.dts * packet.time_base)
            self._muxer.mux(packet)


def tag_colors(context: VideoCodecContext, color: ColorTags) -> None:
    """State the color tags on an encoder, by FFmpeg's numbers; untagged ones stay unspecified."""
    unspecified = 2
    context.color_primaries = _number(PRIMARIES, color.primaries, unspecified)
    context.color_trc = _number(TRANSFERS, color.transfer, unspecified)
    context.colorspace = _number(MATRICES, color.matrix, unspecified)
    context.color_range = _number(RANGES, color.range, 0)


def _number(names: Mapping[int, str], name: str | None, unspecified: int) -> int:
    return next((number for number, known in names.items() if known == name), unspecified)
