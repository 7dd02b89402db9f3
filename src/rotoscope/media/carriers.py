"""How one stream of a source gets into a result: as it is, or through a decoder and an encoder."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol, TypeAlias

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import DataStream, Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet
from av.video.stream import VideoStream

_TAGS = ("language", "title", "handler_name", "creation_time")
"""Tags of a stream that mean the same in every container."""

_BIT_RATE_PER_CHANNEL = {"aac": 128_000, "libopus": 96_000, "libmp3lame": 128_000, "mp2": 128_000}
"""Bits per second that are held to be transparent for stereo music, per channel."""

_LOWEST_RATE = {"mp2": 32_000}
"""Sample rates below which an encoder does not reach those bit rates."""

_STEREO_ENCODERS = frozenset({"libmp3lame", "mp2"})
"""Encoders of two channels at most; more are mixed down."""


CopiedStream: TypeAlias = AudioStream | DataStream | SubtitleStream | VideoStream


class Carrier(Protocol):
    """Turns packets of a source stream into packets of a result stream."""

    def feed(self, packet: av.Packet[Stream], origin: Fraction) -> list[av.Packet[Any]]:
        """The result's packets for one of the source; ``origin`` (seconds) becomes 0."""
        ...

    def flush(self) -> list[av.Packet[Any]]:
        """What was held back."""
        ...


class PacketCopier:
    """Copies packets as they are; times are shifted in the stream's own ticks."""

    def __init__(self, source: CopiedStream, output: OutputContainer) -> None:
        self.stream = output.add_stream_from_template(source)
        """The stream of the result."""
        self.stream.time_base = source.time_base
        copy_tags(source, self.stream)

    def feed(self, packet: av.Packet[Stream], origin: Fraction) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        shift = round(origin / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = packet.pts if packet.dts is None else packet.dts - shift
        packet.stream = self.stream
        return [packet]

    def flush(self) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        return []


class AudioConverter:
    """Decodes a sound track and encodes it again, at its own rate and layout where the encoder can."""

    def __init__(self, source: AudioStream, output: OutputContainer, encoder: str) -> None:
        context = source.codec_context
        codec = av.Codec(encoder, "w")
        rates = [rate for rate in codec.audio_rates or () if rate >= _LOWEST_RATE.get(encoder, 0)]
        rate = nearest_rate(context.sample_rate, rates)
        mixed_down = encoder in _STEREO_ENCODERS and context.layout.nb_channels > 2
        layout = av.AudioLayout("stereo" if mixed_down else context.layout.name)
        self._decoder = source
        self.stream: Any = output.add_stream(encoder, rate=rate)
        """The stream of the result."""
        self.stream.codec_context.layout = layout.name
        if encoder in _BIT_RATE_PER_CHANNEL:
            self.stream.codec_context.bit_rate = _BIT_RATE_PER_CHANNEL[encoder] * layout.nb_channels
        self.stream.time_base = Fraction(1, rate)
        self.codec: str = codec.canonical_name
        """Name of the new codec, e.g. ``aac``."""
        self._resampler = AudioResampler(
            format=self.stream.codec_context.format, layout=layout.name, rate=rate
        )
        copy_tags(source, self.stream)

    def feed(self, packet: av.Packet[Stream], origin: Fraction) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        packets: list[av.Packet[Any]] = []
        for frame in self._decoder.decode(packet):
            if frame.pts is not None and frame.time_base:
                frame.pts -= round(origin / frame.time_base)
            packets += self._encode(frame)
        return packets

    def flush(self) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        packets = self._encode(None)
        return packets + self.stream.encode(None)

    def _encode(self, frame: av.AudioFrame | None) -> list[av.Packet[Any]]:
        return [packet for part in self._resampler.resample(frame) for packet in self.stream.encode(part)]


def nearest_rate(wanted: int, known: list[int]) -> int:
    """The wanted sample rate, or the next above that an encoder has, or its highest; it has any if empty."""
    if not known or wanted in known:
        return wanted
    return min((rate for rate in known if rate > wanted), default=max(known))


class SubtitleConverter:
    """Turns one kind of text subtitles into another."""

    TEXT_CODECS = frozenset({"ass", "mov_text", "ssa", "subrip", "text", "webvtt"})
    """What can be converted: text, not pictures."""

    def __init__(self, source: SubtitleStream, output: OutputContainer, encoder: str) -> None:
        self._decoder = source
        if not source.codec_context.is_open:
            source.codec_context.open()  # its header, with the styles, is there only then
        self.stream: Any = output.add_stream(encoder)
        """The stream of the result."""
        self.stream.codec_context.subtitle_header = source.codec_context.subtitle_header
        self.stream.codec_context.time_base = Fraction(1, 1000)
        self.stream.time_base = Fraction(1, 1000)
        copy_tags(source, self.stream)

    def feed(self, packet: av.Packet[Stream], origin: Fraction) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        if packet.pts is None or not packet.size:
            return []
        shown: SubtitleSet | None = self._decoder.decode2(packet)
        if shown is None or not len(shown):
            return []
        made = self.stream.codec_context.encode_subtitle(shown)
        made.stream = self.stream
        made.time_base = Fraction(1, 1000)
        made.pts = made.dts = round((packet.pts * packet.time_base - origin) * 1000)
        made.duration = round((packet.duration or 0) * packet.time_base * 1000)
        return [made]

    def flush(self) -> list[av.Packet[Any]]:
        """See :class:`Carrier`."""
        return []


def copy_tags(source: Stream, target: Stream) -> None:
    """Give a stream of the result the language, title, date and disposition of the source's."""
    target.metadata.update({key: source.metadata[key] for key in _TAGS if key in source.metadata})
    target.disposition = source.disposition
