"""Counting a video's pictures from its packets, without decoding them.

What a header claims and what a file holds differ: a copy that was cut off still claims all its frames, an
edit list hides some, a variable rate has no rate. So the packets are read once, which costs little more
than reading the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from rotoscope.errors import OpenError
from rotoscope.media.lazy import FrameTimes
from rotoscope.media.timecode import format_time

_VP8_SHOWN = 0x10
"""Bit of a VP8 packet's first byte that says whether its picture is shown (RFC 6386, section 9.1)."""
_GAP = Fraction(3, 2)
"""An interval this many times the usual one is a gap."""
_CLAIMING = ("mov", "matroska", "flv", "mxf")
"""Containers whose header states when the file ends, counted from 0; others let FFmpeg guess."""
_STREAMED = ("matroska", "mpegts", "mpeg")
"""Containers without an index of samples, where lost data shows as a gap only."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the packets of one video stream say."""

    times: FrameTimes
    """When the pictures that a player shows are shown."""
    packet_count: int
    """All packets, those included that an edit list hides."""
    unsure_count: int
    """Pictures shown before the first keyframe; a decoder may leave them out, for lack of references."""
    corrupt_count: int
    """Packets that the container marks as damaged."""
    container_end_seconds: Fraction
    """When the last packet of any stream ends, on the container's clock."""


def main_stream(container: InputContainer) -> VideoStream:
    """The picture track: the first one that is the default, cover pictures excluded.

    Raises:
        OpenError: the only pictures are covers.
    """
    moving = [stream for stream in container.streams.video if not is_cover(stream)]
    if not moving:
        raise OpenError(
            f"{container.name} has a cover picture only, no video track. Give a file with a video track."
        )
    defaults = [stream for stream in moving if Disposition.default in stream.disposition]
    return (defaults or moving)[0]


def is_cover(stream: VideoStream) -> bool:
    """Whether a picture track is a still attached as cover art."""
    return Disposition.attached_pic in stream.disposition


def survey(container: InputContainer, stream: VideoStream) -> Survey:
    """Read all packets of an open container and count.

    Raises:
        OpenError: the stream has no packet with a presentation time.
    """
    counter = _Counter(stream)
    ends: dict[int, Fraction] = {}
    for packet in _packets(container):
        time = packet.pts if packet.pts is not None else packet.dts
        if time is not None:
            end = (time + (packet.duration or 0)) * packet.time_base
            ends[packet.stream_index] = max(end, ends.get(packet.stream_index, end))
        if packet.stream_index == stream.index:
            counter.add(packet)
    return counter.result(container_end=max(ends.values(), default=Fraction(0)))


def _packets(container: InputContainer) -> Iterator[av.Packet[Any]]:
    try:
        for packet in container.demux():
            if packet.size or packet.pts is not None:  # the last packets of all are empty, to flush decoders
                yield packet
    except FFmpegError:
        # Damage the demuxer cannot step over ends the file here; the counts then say what is missing.
        return


class _Counter:
    """Adds up the packets of one stream."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._is_vp8 = stream.codec_context.name == "vp8"
        self._shown: list[tuple[int, int]] = []
        self._first_key: int | None = None
        self._keys: set[int] = set()
        self._packet_count = 0
        self._corrupt_count = 0

    def add(self, packet: av.Packet[Any]) -> None:
        self._packet_count += 1
        self._corrupt_count += packet.is_corrupt
        if self._first_key is None and packet.is_keyframe:
            self._first_key = packet.pts if packet.pts is not None else packet.dts
        hidden = packet.is_discard or (self._is_vp8 and not bytes(packet)[0] & _VP8_SHOWN)
        if hidden or self._first_key is None:
            return
        time = packet.pts if packet.pts is not None else packet.dts
        if time is not None:
            self._shown.append((time, packet.duration or 0))
            if packet.is_keyframe:
                self._keys.add(time)

    def result(self, *, container_end: Fraction) -> Survey:
        if not self._shown:
            raise OpenError(
                f"{self._stream.container.name} has a video track without a single picture in it. The "
                "recording failed or was cut off; copy or export it again."
            )
        shown = sorted(dict(self._shown).items())
        pts = tuple(time for time, _ in shown)
        times = FrameTimes(self._stream.time_base or Fraction(1, 1000), pts, end_pts=pts[-1])
        keys = tuple(sorted(self._keys))
        last_duration = shown[-1][1] or times.usual_step
        leading = sum(1 for time in pts if self._first_key is not None and time < self._first_key)
        return Survey(
            times=replace(times, end_pts=pts[-1] + max(1, last_duration), key_pts=keys),
            packet_count=self._packet_count,
            unsure_count=leading,
            corrupt_count=self._corrupt_count,
            container_end_seconds=container_end,
        )


def find_problems(container: InputContainer, stream: VideoStream, found: Survey) -> tuple[str, ...]:
    """Sentences about what the header promises and the content lacks, or what is marked as damaged."""
    problems = [truncation(container, stream, found), _gaps(container, found)]
    if found.corrupt_count:
        problems.append(
            f"The container marks {found.corrupt_count} of {found.packet_count} packets as damaged."
        )
    return tuple(sentence for sentence in problems if sentence)


def truncation(container: InputContainer, stream: VideoStream, found: Survey) -> str | None:
    """A sentence where the content is shorter than the header claims; None where it is whole."""
    held = found.times.end_pts * found.times.time_base
    tolerance = max(2 * found.times.usual_step * found.times.time_base, Fraction(1, 10))
    claimed = stream_duration(stream)
    if stream.frames > found.packet_count:
        # FFmpeg shortens what an AVI claims to what it holds; repeating that would explain nothing.
        length = f" / {format_time(claimed)}" if claimed and claimed > held + tolerance else ""
        return (
            f"The header claims {stream.frames} frames{length}, the file holds {found.packet_count} / "
            f"{format_time(found.times.duration_seconds)}: it is truncated or damaged."
        )
    if stream.frames or not container.format.name.startswith(_CLAIMING):
        return None
    if claimed is None and container.duration is not None:
        claimed, held = Fraction(container.duration, av.time_base), found.container_end_seconds
    if claimed is not None and claimed > held + tolerance:
        return (
            f"The header claims {format_time(claimed)}, the file holds {format_time(held)} "
            f"({len(found.times.pts)} frames): it is truncated or damaged."
        )
    return None


def stream_duration(stream: VideoStream | AudioStream) -> Fraction | None:
    """Seconds that the header states for this stream; Matroska states them as a tag."""
    if stream.duration is not None and stream.time_base is not None:
        return stream.duration * stream.time_base
    parts = stream.metadata.get("DURATION", "").split(":")
    try:
        hours, minutes, seconds = (Fraction(part) for part in parts)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds


def _gaps(container: InputContainer, found: Survey) -> str | None:
    """Where an otherwise constant rate leaves frames out, in containers that lose data silently."""
    if not container.format.name.startswith(_STREAMED):
        return None
    pts = found.times.pts
    usual = found.times.usual_step
    steps = [b - a for a, b in pairwise(pts)]
    gaps = [(at, step) for at, step in zip(pts, steps, strict=False) if step > _GAP * usual]
    even = sum(1 for step in steps if abs(step - usual) <= 2)
    if not gaps or even + len(gaps) < len(steps):
        return None
    at, step = gaps[0]
    unit = found.times.time_base
    missing = sum(round(Fraction(step, usual)) - 1 for _, step in gaps)
    return (
        f"Frames come every {float(usual * unit) * 1000:.1f} ms, but {len(gaps)} gaps leave room for "
        f"{missing} more, the first of {float(step * unit) * 1000:.1f} ms at "
        f"{format_time((at - pts[0]) * unit)}: data may be lost."
    )
