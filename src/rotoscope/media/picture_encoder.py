"""Frames to packets of a video stream."""

from __future__ import annotations

import io
import os
from typing import Any

import av
from av.error import ArgumentError, InvalidDataError
from av.video.stream import VideoStream

from rotoscope.errors import EncodeError
from rotoscope.machine import scheduling_kept
from rotoscope.media.frame import Frame
from rotoscope.media.timeline import Timeline
from rotoscope.media.video_plan import VideoPlan

_TOO_FEW_TO_REORDER = 2
"""Clips of so few frames are decoded in the order they are shown. x265 leaves the decoding times of such
clips unset, and then some have a number from anywhere, which no muxer takes."""


class PictureEncoder:
    """Encodes frames in the order in which they are shown; packets come out in the order of decoding.

    Every packet has a presentation time and a duration in ticks of the timeline.
    """

    def __init__(self, plan: VideoPlan, stream: VideoStream, timeline: Timeline, *, output: object) -> None:
        """Open the encoder.

        Args:
            plan: how to encode.
            stream: as :meth:`VideoPlan.announce` gave it.
            timeline: the result's clock, at the first frame that will come.
            output: what to call the result in errors.

        Raises:
            EncodeError: FFmpeg refuses.
        """
        self._stream = stream
        self._converter = plan.converter()
        self._timeline = timeline
        self._shape: tuple[int, ...] = plan.opening.shape
        self._durations: dict[int, int] = {}
        self.frames = 0
        """Pictures taken so far."""
        try:
            open_encoder(stream)
        except (ArgumentError, InvalidDataError) as error:
            raise EncodeError(_refusal(plan, stream, output)) from error

    def encode(self, frame: Frame) -> list[av.Packet[Any]]:
        """Take the next picture; gives what the encoder is done with.

        Raises:
            EncodeError: it has another shape than the first, or a time that cannot be held.
        """
        if frame.shape != self._shape:
            raise EncodeError(
                f"Frame {frame.index} has the shape {frame.shape}, the frames before it "
                f"{self._shape}; all frames of a result have one shape. Give --size to bring them to one."
            )
        moment = self._timeline.place(frame)
        picture = self._converter.convert(frame)
        picture.pts, picture.time_base = moment.pts, self._timeline.tick
        # ProRes takes these from each picture, not from the stream.
        picture.color_primaries = self._stream.codec_context.color_primaries
        picture.color_trc = self._stream.codec_context.color_trc
        self._durations[moment.pts] = moment.duration
        self.frames += 1
        return self._timed(self._stream.encode(picture))

    def flush(self) -> list[av.Packet[Any]]:
        """The packets of every picture that is still inside."""
        packets = self._timed(self._stream.encode(None))
        if self.frames <= _TOO_FEW_TO_REORDER:
            for packet in packets:
                packet.dts = packet.pts
        return packets

    def _timed(self, packets: list[av.Packet[Any]]) -> list[av.Packet[Any]]:
        for packet in packets:
            if packet.pts is not None:
                # Encoders guess durations from the rate; the last one would be lost with a variable rate.
                packet.duration = self._durations.pop(packet.pts, packet.duration or 0)
        return packets


class PieceEncoder(PictureEncoder):
    """An encoder that belongs to no file; its packets go wherever the caller keeps them."""

    def __init__(self, plan: VideoPlan, timeline: Timeline, *, output: object) -> None:
        """Open the encoder as a file of that container would; see :class:`PictureEncoder`."""
        self._nowhere = av.open(io.BytesIO(), "w", format=plan.container.name)
        super().__init__(plan, plan.announce(self._nowhere, tick=timeline.tick), timeline, output=output)

    def close(self) -> None:
        """Let go of it; nothing is written."""
        self._nowhere.close()


def open_encoder(stream: VideoStream) -> None:
    """Open a stream's encoder; raises what FFmpeg raises."""
    os.environ.setdefault("SVT_LOG", "1")  # errors only: SVT-AV1 prints its settings to stderr otherwise
    with scheduling_kept():
        stream.codec_context.open()


def _refusal(plan: VideoPlan, stream: VideoStream, output: object) -> str:
    encoding = plan.encoding
    width, height = encoding.stored_size
    rate = float(stream.codec_context.framerate)
    return (
        f"{output} cannot be written: FFmpeg refuses {encoding.codec.name} ({encoding.codec.encoder}) in "
        f"{plan.container.name} for {width}x{height} {encoding.pixel_format} at {rate:.6g} frames a second, "
        f"with {dict(encoding.options)}. Choose another codec, preset or rate (--fps)."
    )
