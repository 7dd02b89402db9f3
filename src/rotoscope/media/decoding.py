"""Decoding the pictures of an open video, in the order they are shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
from av.codec import CodecContext
from av.container import InputContainer
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as EndOfStream
from av.error import FFmpegError
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from rotoscope.errors import DecodeError
from rotoscope.machine import processors

_ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own VP8 and VP9 decoders leave the alpha plane out; libvpx's give it."""
_SEEKABLE: Final = ("mov", "matroska")
"""Containers whose index leads to keyframes reliably."""
_MAX_THREADS: Final = 16
_INTRA: Final = 1
"""FFmpeg's AV_PICTURE_TYPE_I."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded picture and its time in the stream's time base."""

    frame: av.VideoFrame
    pts: int
    duration: int | None
    is_corrupt: bool


@dataclass(slots=True)
class Tally:
    """What happened while decoding; filled as it goes on."""

    failed_packets: int = 0
    """Packets the decoder gave up on."""
    concealed_frames: int = 0
    """Pictures that came out marked as damaged."""
    moved_times: int = 0
    """Pictures whose stated time was missing or not after the one before, put one tick later."""

    def sentences(self) -> tuple[str, ...]:
        """What is worth telling."""
        told = [
            (self.failed_packets, "packets could not be decoded and were skipped."),
            (self.concealed_frames, "frames are damaged; the decoder concealed what it could."),
            (
                self.moved_times,
                "frames had no time, or one not after the frame before; they were put one tick later.",
            ),
        ]
        return tuple(f"{count} {text}" for count, text in told if count)


def decode(
    container: InputContainer, stream: VideoStream, *, first_pts: int | None, tally: Tally
) -> Iterator[Decoded]:
    """Decode ``stream`` in presentation order, deinterlaced where frames are interlaced.

    Packets that cannot be decoded are skipped, as players do, and counted in ``tally``.

    Args:
        container: Open, at its beginning.
        stream: One of its video streams.
        first_pts: Pictures before this time are not wanted. Where the container has an index, decoding starts
            at the keyframe before it; then the first picture that comes is at or before ``first_pts``.
        tally: Receives counts of what went wrong.

    Raises:
        DecodeError: no decoder for this codec.
    """
    context = open_decoder(stream)
    if first_pts is not None and container.format.name.startswith(_SEEKABLE):
        container.seek(first_pts, stream=stream, backward=True)
    last: int | None = None
    for decoded in _deinterlace(_pictures(container, stream, context, tally), stream):
        pts = decoded.pts
        if last is not None and pts <= last:
            tally.moved_times += 1
            pts = last + 1
        last = pts
        tally.concealed_frames += decoded.is_corrupt
        yield (
            decoded
            if pts == decoded.pts
            else Decoded(decoded.frame, pts, decoded.duration, decoded.is_corrupt)
        )


def starts_cleanly(decoded: Decoded, first_pts: int) -> bool:
    """Whether a seek landed on a whole picture at or before what is wanted.

    A stream with periodic intra refresh marks keyframes whose pictures are not whole.
    """
    return decoded.pts <= first_pts and decoded.frame.pict_type == _INTRA and not decoded.is_corrupt


def open_decoder(stream: VideoStream) -> VideoCodecContext:
    """A decoder for ``stream`` with a thread for each processor.

    Raises:
        DecodeError: FFmpeg has no decoder for its codec.
    """
    context: Any = stream.codec_context
    if context is None:
        raise DecodeError(f"The video track of {stream.container.name} has a codec without a decoder here.")
    name = _ALPHA_DECODERS.get(context.name)
    if name is not None and stream.metadata.get("alpha_mode") == "1":
        extradata = context.extradata
        context = CodecContext.create(name, "r")
        if extradata:
            context.extradata = extradata
    assert isinstance(context, VideoCodecContext)
    context.thread_type = "AUTO"
    context.thread_count = min(_MAX_THREADS, processors())
    return context


def _pictures(
    container: InputContainer, stream: VideoStream, context: VideoCodecContext, tally: Tally
) -> Iterator[Decoded]:
    clock = _Clock(stream, tally)
    lacks_reference = False
    for packet in _until_damage(container, stream, tally):
        try:
            frames = context.decode(packet)
        except EndOfStream:
            continue
        except FFmpegError:
            tally.failed_packets += 1
            lacks_reference = (
                True  # what builds on a lost picture is no whole one, and decoders do not say so
            )
            continue
        for frame in frames:
            lacks_reference = lacks_reference and not frame.key_frame
            is_corrupt = frame.is_corrupt or lacks_reference
            yield Decoded(frame, clock.time_of(frame), frame.duration or None, is_corrupt)


def _until_damage(container: InputContainer, stream: VideoStream, tally: Tally) -> Iterator[Any]:
    """Packets, then None to flush the decoder, also where the demuxer meets damage it cannot step over."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except FFmpegError:
        tally.failed_packets += 1
    yield None


class _Clock:
    """Gives pictures without a time the one that follows from the frame rate."""

    def __init__(self, stream: VideoStream, tally: Tally) -> None:
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._step = max(1, round(1 / rate / (stream.time_base or Fraction(1, 1000))))
        self._next = stream.start_time or 0
        self._tally = tally

    def time_of(self, frame: av.VideoFrame) -> int:
        pts = frame.pts
        if pts is None:
            self._tally.moved_times += 1
            pts = self._next
        self._next = pts + (frame.duration or self._step)
        return pts


def _deinterlace(pictures: Iterator[Decoded], stream: VideoStream) -> Iterator[Decoded]:
    """Whole pictures of interlaced ones, as many, at the same times; progressive ones pass untouched."""
    weaver: _Deinterlacer | None = None
    for decoded in pictures:
        if weaver is None and decoded.frame.interlaced_frame:
            weaver = _Deinterlacer(stream, decoded.frame)
        if weaver is None:
            yield decoded
        else:
            yield from weaver.push(decoded)
    if weaver is not None:
        yield from weaver.push(None)


class _Deinterlacer:
    """FFmpeg's bwdif, one picture out for one in; it looks one ahead, so times are kept in a queue here."""

    def __init__(self, stream: VideoStream, first: av.VideoFrame) -> None:
        graph = Graph()
        source = graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=stream.time_base
        )
        # deint=interlaced leaves progressive pictures among them as they are.
        bwdif = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
        sink: FilterContext = graph.add("buffersink")
        graph.link_nodes(source, bwdif, sink).configure()
        self._graph = graph
        self._waiting: deque[Decoded] = deque()

    def push(self, decoded: Decoded | None) -> Iterator[Decoded]:
        if decoded is not None:
            self._waiting.append(decoded)
        self._graph.vpush(None if decoded is None else decoded.frame)
        while True:
            try:
                whole = self._graph.vpull()
            except (NothingYet, EndOfStream):
                return
            stored = self._waiting.popleft()
            yield Decoded(whole, stored.pts, stored.duration, stored.is_corrupt)
