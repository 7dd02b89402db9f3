"""What is in a video file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import EOFError as EndOfStream
from av.error import FFmpegError
from av.sidedata.sidedata import Type as SideDataType
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from rotoscope.errors import DecodeError
from rotoscope.media.conversion import bit_depth, frame_tags, has_alpha
from rotoscope.media.decoding import open_decoder
from rotoscope.media.info import AudioInfo, Chapter, MediaInfo, MediaKind, OtherStreamInfo, VideoInfo
from rotoscope.media.lazy import Probed
from rotoscope.media.opening import Limits, open_container
from rotoscope.media.orientation import Orientation, from_display_matrix
from rotoscope.media.survey import Survey, find_problems, main_stream, stream_duration, survey, truncation

_PROGRESSIVE = (0, 1)
"""FFmpeg's AV_FIELD_UNKNOWN and AV_FIELD_PROGRESSIVE."""


def probe_video(path: Path, *, count: bool, limits: Limits) -> Probed:
    """Facts of a video; one picture is decoded, and with ``count`` all packets are read.

    Raises:
        OpenError: it cannot be opened.
        DecodeError: not one picture can be decoded.
    """
    with open_container(path, limits=limits) as container:
        stream = main_stream(container)
        first = _first_frame(path, container, stream)
        limits.check_size(path, (first.width, first.height))
        info = MediaInfo(
            path=path,
            kind=MediaKind.VIDEO,
            container=container.format.name,
            size_bytes=path.stat().st_size,
            video=_video_info(stream, first),
            audio=tuple(_audio_info(sound) for sound in container.streams.audio),
            others=tuple(
                _other_info(other)
                for other in container.streams
                if other.type != "audio" and other is not stream
            ),
            chapters=_chapters(container),
            metadata=dict(container.metadata),
        )
    if not count:
        return Probed(info, times=None)
    with open_container(path, limits=limits) as container:  # anew: one picture has been decoded above
        stream = main_stream(container)
        found = survey(container, stream)
        problems = find_problems(container, stream, found)
        lack = truncation(container, stream, found)
    return Probed(
        replace(info, video=_counted(info.video, found), problems=problems),
        times=found.times,
        unsure_count=found.unsure_count,
        truncation=lack,
        claimed_frames=info.video.frame_count_from_header,
    )


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> av.VideoFrame:
    context = open_decoder(stream)
    failure: Exception | None = None
    try:
        for packet in container.demux(stream):
            try:
                frames = context.decode(packet if packet.size else None)
            except EndOfStream:
                break
            except FFmpegError as error:
                failure = error
                continue
            if frames:
                return frames[0]
    except FFmpegError as error:
        failure = error
    raise DecodeError(
        f"{path} opens, but not one picture of its {stream.codec_context.name} track can be decoded"
        f"{f' ({failure.strerror})' if isinstance(failure, FFmpegError) else ''}. "
        "The file is damaged or was cut off; copy or export it again."
    )


def _video_info(stream: VideoStream, first: av.VideoFrame) -> VideoInfo:
    orientation = frame_orientation(first)
    size = (first.width, first.height)
    return VideoInfo(
        codec=stream.codec_context.codec.canonical_name,
        coded_size=size,
        frame_size=orientation.upright_size(size),
        pixel_format=first.format.name,
        bit_depth=bit_depth(first.format),
        has_alpha=has_alpha(first.format),
        color=frame_tags(first),
        rotation_degrees=orientation.rotation_degrees,
        is_mirrored=orientation.is_mirrored,
        sample_aspect_ratio=stream.sample_aspect_ratio or Fraction(1),
        is_interlaced=first.interlaced_frame or stream.codec_context.field_order not in _PROGRESSIVE,
        time_base=stream.time_base or Fraction(1, 1000),
        average_rate=stream.average_rate,
        is_variable_rate=None,
        start_pts=stream.start_time,
        frame_count_from_header=stream.frames or None,
        duration_seconds_from_header=stream_duration(stream),
        bit_rate=stream.bit_rate or None,
    )


def frame_orientation(frame: av.VideoFrame) -> Orientation:
    """How a decoded frame is to be turned."""
    side_data: Any = frame.side_data  # the stubs know it as a plain dictionary
    matrix = side_data.get(SideDataType.DISPLAYMATRIX)
    return Orientation() if matrix is None else from_display_matrix(bytes(matrix))


def _counted(video: VideoInfo, found: Survey) -> VideoInfo:
    return replace(
        video,
        start_pts=found.times.pts[0],
        frame_count_from_content=len(found.times.pts),
        duration_seconds_from_content=found.times.duration_seconds,
        is_variable_rate=found.times.is_variable_rate,
    )


def _audio_info(stream: AudioStream) -> AudioInfo:
    context = cast("AudioCodecContext | None", stream.codec_context)
    return AudioInfo(
        index=stream.index,
        codec=context.codec.canonical_name if context is not None else "unknown",
        sample_rate=context.sample_rate if context is not None else 0,
        channels=context.channels if context is not None else 0,
        layout=context.layout.name if context is not None else "unknown",
        language=stream.language,
        duration_seconds_from_header=stream_duration(stream),
    )


def _other_info(stream: Stream) -> OtherStreamInfo:
    context: Any = getattr(stream, "codec_context", None)
    return OtherStreamInfo(
        index=stream.index,
        kind="cover" if Disposition.attached_pic in stream.disposition else stream.type,
        codec=context.codec.canonical_name if context is not None else None,
        language=stream.language,
    )


def _chapters(container: InputContainer) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(
            start_seconds=chapter["start"] * (chapter["time_base"] or Fraction(1)),
            end_seconds=chapter["end"] * (chapter["time_base"] or Fraction(1)),
            title=chapter["metadata"].get("title"),
        )
        for chapter in container.chapters()
    )
