"""Everything of a source but its pictures, carried into a result packet by packet.

Sound, subtitles, chapters, cover art, attachments and metadata are copied where the container holds them,
converted where it holds something near, and left out otherwise; every departure becomes a note.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import AttachmentStream, DataStream, Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from rotoscope.media.carriers import AudioConverter, Carrier, PacketCopier, SubtitleConverter, copy_tags
from rotoscope.media.opening import open_container
from rotoscope.media.output import Clock, Container
from rotoscope.media.survey import is_cover, main_stream
from rotoscope.media.telemetry import COPIED_FORMATS, MUXERS, data_formats

TECHNICAL_KEYS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder", "software"})
"""Tags that describe the file they were in, not the clip."""

_PLAIN_MP4_KEYS = frozenset(
    {
        "album", "album_artist", "artist", "comment", "composer", "copyright", "creation_time", "date",
        "description", "encoder", "genre", "grouping", "lyrics", "network", "show", "synopsis", "title",
        "track",
    }
)  # fmt: skip
"""Tags that MP4's own (iTunes) atoms hold; others need the key-value form."""

_COVER_FILES = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}
"""Name and type of a cover as an attachment, by codec."""
_COVER_TICK = Fraction(1, 90000)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source's clock, half open, in seconds; and where it begins in the result."""

    origin: Fraction
    """Seconds on the source's clock that are 0 in the result."""
    start: Fraction | None = None
    """Packets that begin before are dropped; None: none are."""
    stop: Fraction | None = None
    """Packets that begin here or later are dropped; None: none are."""

    def holds(self, seconds: Fraction) -> bool:
        """Whether a packet that begins then belongs to the result."""
        return (self.start is None or seconds >= self.start) and (self.stop is None or seconds < self.stop)


class StreamCopier:
    """Feeds the streams of one source into a result, in step with its pictures.

    Holds one packet at a time, so memory does not grow with the clip. Use: :meth:`add_streams` before the
    result's header is written, :meth:`advance` while pictures come, :meth:`finish`, and always :meth:`close`.
    """

    def __init__(self, source: Path, container: Container) -> None:
        self._source = source
        self._container = container
        self._stack = contextlib.ExitStack()
        self._input: InputContainer = self._stack.enter_context(open_container(source))
        self._carriers: dict[int, Carrier] = {}
        self._packets: Iterator[av.Packet[Stream]] = iter(())
        self._pending: av.Packet[Stream] | None = None
        self._covers: list[av.Packet[Stream]] = []
        self._span = Span(Fraction(0))
        self.notes: list[str] = []
        """Sentences on what was converted or left out."""

    @property
    def start_seconds(self) -> Fraction:
        """When the earliest stream of the source begins, on its own clock."""
        starts = [
            s.start_time * s.time_base
            for s in self._input.streams
            if s.start_time is not None and s.time_base
        ]
        return min(starts, default=Fraction(0))

    def add_streams(
        self, output: OutputContainer, painted: VideoStream, *, span: Span, metadata: Mapping[str, str]
    ) -> None:
        """Announce every stream that will come, the chapters and the tags.

        Args:
            output: The result, before its header is written.
            painted: Its picture stream, which gets the tags of the source's.
            span: Which packets belong to it.
            metadata: Tags on top of the source's, which win.
        """
        self._span = span
        pictures = main_stream(self._input)
        copy_tags(pictures, painted)
        for stream in self._input.streams:
            if stream.index == pictures.index:
                continue
            carrier = self._carrier_for(stream, output)
            if carrier is not None:
                self._carriers[stream.index] = carrier
        self._add_chapters(output)
        tags = {k: v for k, v in self._input.metadata.items() if k.lower() not in TECHNICAL_KEYS}
        output.metadata.update({**tags, **metadata})
        streams = [self._input.streams[index] for index in self._carriers]
        if streams:
            self._packets = self._input.demux(*streams)
        self._pull()

    def advance(self, output: OutputContainer, until_seconds: Fraction) -> None:
        """Hand on every packet that is due by then, on the result's clock."""
        covers, self._covers = self._covers, []
        output.mux(covers)
        while self._pending is not None and self._time(self._pending) - self._span.origin <= until_seconds:
            self._carry(output, self._pending)
            self._pull()

    def finish(self, output: OutputContainer) -> None:
        """Hand on the rest."""
        while self._pending is not None:
            self._carry(output, self._pending)
            self._pull()
        for carrier in self._carriers.values():
            output.mux(carrier.flush())

    def close(self) -> None:
        """Close the source."""
        self._stack.close()

    def _pull(self) -> None:
        for packet in self._packets:
            if packet.pts is None and packet.dts is None:
                continue  # the end mark of a stream
            seconds = self._time(packet)
            if self._span.stop is not None and seconds >= self._span.stop + 1:
                continue  # well past the end: other streams may lag behind, so reading goes on
            if self._span.holds(seconds) and not self._is_silent(packet, seconds):
                self._pending = packet
                return
        self._pending = None

    def _is_silent(self, packet: av.Packet[Stream], seconds: Fraction) -> bool:
        """Whether an edit list hides the packet, and the result has no edit list to hide it again."""
        if not packet.is_discard or packet.stream.type == "data":
            return False
        return self._container.clock is not Clock.ANY or seconds >= self._span.origin

    def _carry(self, output: OutputContainer, packet: av.Packet[Stream]) -> None:
        output.mux(self._carriers[packet.stream_index].feed(packet, self._span.origin))

    @staticmethod
    def _time(packet: av.Packet[Stream]) -> Fraction:
        ticks = packet.dts if packet.pts is None else packet.pts
        return (ticks or 0) * packet.time_base

    def _carrier_for(self, stream: Stream, output: OutputContainer) -> Carrier | None:
        codec = stream.codec_context.name if stream.codec_context else None
        if isinstance(stream, AudioStream) and codec is not None:
            return self._audio_carrier(stream, _canonical(stream), output)
        if isinstance(stream, SubtitleStream) and codec is not None:
            return self._subtitle_carrier(stream, _canonical(stream), output)
        if isinstance(stream, AttachmentStream) and self._container.name == "matroska":
            output.add_attachment(
                stream.name or "attachment", stream.mimetype or "application/octet-stream", stream.data
            )
            return None
        if isinstance(stream, VideoStream) and is_cover(stream):
            self._copy_cover(stream, output)
            return None
        if isinstance(stream, DataStream) and self._is_copied_telemetry(stream):
            return PacketCopier(stream, output)
        why = (
            "one picture track is painted"
            if stream.type == "video"
            else f"{self._container.name} has no place for it"
        )
        if stream.type == "data":
            why = "it describes the unpainted pictures frame by frame, or is private to a camera"
        self._leave_out(stream, codec, why)
        return None

    def _is_copied_telemetry(self, stream: DataStream) -> bool:
        is_able = self._container.name in MUXERS
        return is_able and data_formats(self._source).get(stream.index) in COPIED_FORMATS

    def _audio_carrier(self, stream: AudioStream, codec: str, output: OutputContainer) -> Carrier | None:
        if not self._container.audio or codec in self._container.audio:
            with contextlib.suppress(ValueError):
                return PacketCopier(stream, output)
        carrier = AudioConverter(stream, output, self._container.audio_fallback)
        self.notes.append(
            f"sound track {stream.index} converted from {codec} to {carrier.codec}: {self._container.name} "
            f"does not hold {codec}"
        )
        return carrier

    def _subtitle_carrier(
        self, stream: SubtitleStream, codec: str, output: OutputContainer
    ) -> Carrier | None:
        if codec in self._container.subtitles:
            return PacketCopier(stream, output)
        fallback = self._container.subtitle_fallback
        if fallback is None or codec not in SubtitleConverter.TEXT_CODECS:
            self._leave_out(stream, codec, f"{self._container.name} cannot hold it")
            return None
        self.notes.append(
            f"subtitle track {stream.index} converted from {codec} to {fallback}: {self._container.name} "
            f"does not hold {codec}"
        )
        return SubtitleConverter(stream, output, fallback)

    def _copy_cover(self, stream: VideoStream, output: OutputContainer) -> None:
        codec = stream.codec_context.name
        if not self._container.has_cover or codec not in _COVER_FILES:
            self._leave_out(stream, codec, f"{self._container.name} holds no such cover art")
            return
        picture = self._read_cover(stream.index)
        if self._container.name == "matroska":
            name, mimetype = _COVER_FILES[codec]
            output.add_attachment(name, mimetype, picture)
            return
        copier = PacketCopier(stream, output)
        copier.stream.disposition = Disposition.attached_pic
        packet: av.Packet[Stream] = av.Packet(picture)
        packet.time_base, packet.pts, packet.dts, packet.stream = _COVER_TICK, 0, 0, copier.stream
        self._covers.append(packet)

    def _read_cover(self, index: int) -> bytes:
        """Its bytes, read apart: Matroska wants them before the first packet."""
        with open_container(self._source) as container:
            return next(bytes(packet) for packet in container.demux(container.streams[index]) if packet.size)

    def _leave_out(self, stream: Stream, codec: str | None, why: str) -> None:
        self.notes.append(f"{stream.type} stream {stream.index} ({codec or 'no codec'}) left out: {why}")

    def _add_chapters(self, output: OutputContainer) -> None:
        chapters = self._input.chapters()
        if not chapters:
            return
        if not self._container.has_chapters:
            self.notes.append(f"{len(chapters)} chapters left out: {self._container.name} holds none")
            return
        moved: list[Any] = []
        for chapter in chapters:
            unit = chapter["time_base"] or Fraction(1, 1000)
            start, end = chapter["start"] * unit, chapter["end"] * unit
            first = self._span.origin if self._span.start is not None else start
            last = end if self._span.stop is None else min(end, self._span.stop)
            start = max(start, first)
            if start < last:
                ticks = [round((t - self._span.origin) / unit) for t in (start, last)]
                moved.append({**chapter, "start": max(0, ticks[0]), "end": ticks[1], "time_base": unit})
        output.set_chapters(moved)


def needs_key_value_tags(tags: Mapping[str, str]) -> bool:
    """Whether MP4 must store these container tags in its key-value form to keep them all."""
    return any(key.lower() not in _PLAIN_MP4_KEYS | TECHNICAL_KEYS for key in tags)


def _canonical(stream: Stream) -> str:
    """The codec's own name: decoders go by others, such as ``mp3float`` for ``mp3``."""
    return stream.codec_context.codec.canonical_name
