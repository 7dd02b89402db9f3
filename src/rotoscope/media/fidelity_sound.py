"""Fidelity of everything that runs beside the pictures: sound, subtitles, further tracks, cover art."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import av
from av.stream import Stream

from rotoscope.media.carriers import SubtitleConverter
from rotoscope.media.fidelity_rows import Row, Verdict, container_of_result, kept, lost
from rotoscope.media.fidelity_times import coarsest_tick
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.lazy import Probed
from rotoscope.media.opening import open_container
from rotoscope.media.output import Container
from rotoscope.media.telemetry import COPIED_FORMATS, MUXERS, telemetry_digests

_ADTS_SYNC_MASK = 0xF6  # 12 bits of sync, then the layer, which is always 0
_INAUDIBLE = Fraction(1, 1000)
_CONVERTED_SLACK = Fraction(1, 20)
"""An encoder begins with up to this much silence that not every container can hide."""


@dataclass(slots=True)
class Track:
    """One sound or subtitle track, as read back."""

    codec: str
    start_seconds: Fraction | None = None
    """When its first shown packet begins, on the container's clock."""
    end_seconds: Fraction = Fraction(0)
    digests: list[bytes] = field(default_factory=list[bytes])
    """A hash of every shown packet that is not empty, without transport headers."""

    sample_rate: int | None = None
    """Hz, of sound."""

    def add(self, packet: av.Packet[Stream]) -> None:
        """Count a packet, unless it is hidden: by an edit list, or because all its samples are skipped."""
        time = packet.dts if packet.pts is None else packet.pts
        if time is None or packet.is_discard or self._is_skipped(packet):
            return
        begin = time * packet.time_base
        self.start_seconds = begin if self.start_seconds is None else min(begin, self.start_seconds)
        self.end_seconds = max(self.end_seconds, begin + (packet.duration or 0) * packet.time_base)
        content = payload(self.codec, bytes(packet))
        if content:
            self.digests.append(hashlib.blake2b(content, digest_size=16).digest())

    def _is_skipped(self, packet: av.Packet[Stream]) -> bool:
        """Whether it is an encoder's lead-in, which Matroska states as samples to skip."""
        if not self.sample_rate or not packet.has_sidedata("skip_samples"):
            return False
        skipped = Fraction(
            struct.unpack_from("<I", bytes(packet.get_sidedata("skip_samples")))[0], self.sample_rate
        )
        return skipped > 0 and skipped >= (packet.duration or 0) * packet.time_base - _INAUDIBLE


def compare_tracks(before: Probed, after: Probed) -> list[Row]:
    """Sound tracks one by one, then subtitles, then the rest."""
    source_sound, source_text = _read_tracks(before.info)
    result_sound, result_text = _read_tracks(after.info)
    container = container_of_result(after.info)
    rows: list[Row] = []
    for number, track in enumerate(source_sound):
        name = f"sound track {number + 1}"
        match = result_sound[number] if number < len(result_sound) else None
        rows += _compare_sound(name, track, match, container, after.info)
        if match is not None:
            rows.append(_compare_sync(name, (before, track), (after, match)))
    rows += _added("sound", source_sound, result_sound)
    for number, track in enumerate(source_text):
        match = result_text[number] if number < len(result_text) else None
        rows.append(_compare_text(f"subtitle track {number + 1}", track, match, container, after.info))
    return rows + _compare_others(before.info, after.info)


def payload(codec: str, packet: bytes) -> bytes:
    """A packet without what only its container adds: ADTS headers of AAC, the gap marks of mov_text."""
    if codec == "aac" and len(packet) > 9 and packet[0] == 0xFF and packet[1] & _ADTS_SYNC_MASK == 0xF0:
        return packet[7 if packet[1] & 1 else 9 :]
    if codec == "mov_text" and packet[:2] == b"\0\0":
        return b""
    return packet


def _read_tracks(info: MediaInfo) -> tuple[list[Track], list[Track]]:
    if info.kind is not MediaKind.VIDEO:
        return [], []
    with open_container(info.path) as container:
        streams = [*container.streams.audio, *container.streams.subtitles]
        tracks = {s.index: Track(_codec(s)) for s in streams}
        for sound in container.streams.audio:
            tracks[sound.index].sample_rate = sound.sample_rate
        if streams:
            for packet in container.demux(*streams):
                if packet.size:
                    tracks[packet.stream_index].add(packet)
        sound = [tracks[stream.index] for stream in container.streams.audio]
        return sound, [tracks[stream.index] for stream in container.streams.subtitles]


def _codec(stream: Stream) -> str:
    return stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"


def _compare_sound(
    name: str, source: Track, result: Track | None, container: Container | None, info: MediaInfo
) -> list[Row]:
    told = f"{source.codec}, {len(source.digests)} packets"
    if result is None:
        if container is None:
            return [Row(name, told, "none", Verdict.DROPPED, f"{info.container} is silent")]
        return [lost(name, told, "none", f"{container.name} holds sound")]
    got = f"{result.codec}, {len(result.digests)} packets"
    if source.digests == result.digests:
        return [kept(name, told, "identical packets")]  # MP4 calls the layers of MPEG audio by one name
    if result.codec != source.codec:
        if container is not None and container.audio and source.codec not in container.audio:
            return [Row(name, told, got, Verdict.CONVERTED, f"{container.name} does not hold {source.codec}")]
        why = f"the container holds {source.codec}: it need not be encoded again"
        return [lost(name, told, got, why, verdict=Verdict.CONVERTED)]
    return [lost(name, told, got, _difference(source.digests, result.digests), verdict=Verdict.CONVERTED)]


def _difference(source: Sequence[bytes], result: Sequence[bytes]) -> str:
    missing = len(set(source) - set(result))
    return f"{missing} packets are missing or changed" if missing else "packets were repeated or reordered"


def _compare_sync(name: str, source: tuple[Probed, Track], result: tuple[Probed, Track]) -> Row:
    label = f"{name}: offset to the pictures"
    offsets = [_offset(probed, track) for probed, track in (source, result)]
    told, got = (f"{float(offset * 1000):.3f} ms" for offset in offsets)
    off = abs(offsets[1] - offsets[0])
    if off <= Fraction(1, 90000):  # a sample, or a tick of a broadcast
        return kept(label, told, got)
    tick = coarsest_tick(result[0].info)
    if off <= max(_INAUDIBLE, tick):
        return Row(label, told, got, Verdict.CONVERTED, f"off by {float(off * 1000):.3f} ms of rounding")
    if source[1].codec != result[1].codec and off <= _CONVERTED_SLACK:
        return Row(label, told, got, Verdict.CONVERTED, "the new encoder begins with silence")
    return lost(label, told, got, "sound and pictures moved against each other", verdict=Verdict.CONVERTED)


def _offset(probed: Probed, track: Track) -> Fraction:
    assert probed.times is not None
    return (track.start_seconds or Fraction(0)) - probed.times.pts[0] * probed.times.time_base


def _added(kind: str, source: Sequence[Track], result: Sequence[Track]) -> list[Row]:
    return [
        Row(f"{kind} track {number + 1}", "none", track.codec, Verdict.ADDED)
        for number, track in enumerate(result)
        if number >= len(source)
    ]


def _compare_text(
    name: str, source: Track, result: Track | None, container: Container | None, info: MediaInfo
) -> Row:
    told = f"{source.codec}, {len(source.digests)} texts"
    if result is None:
        convertible = source.codec in SubtitleConverter.TEXT_CODECS
        if container is None or (
            source.codec not in container.subtitles and not (container.subtitle_fallback and convertible)
        ):
            return Row(name, told, "none", Verdict.DROPPED, f"{info.container} cannot hold {source.codec}")
        return lost(name, told, "none", f"{container.name} holds subtitles")
    got = f"{result.codec}, {len(result.digests)} texts"
    if source.codec == result.codec and source.digests == result.digests:
        return kept(name, told, "identical packets")
    if len(source.digests) != len(result.digests):
        return lost(name, told, got, "texts are missing or doubled", verdict=Verdict.CONVERTED)
    if container is not None and source.codec not in container.subtitles:
        return Row(name, told, got, Verdict.CONVERTED, f"{container.name} does not hold {source.codec}")
    return lost(name, told, got, "the texts changed", verdict=Verdict.CONVERTED)


def _compare_others(before: MediaInfo, after: MediaInfo) -> list[Row]:
    rows: list[Row] = []
    container = container_of_result(after)
    for other in before.others:
        if other.kind in ("subtitle", "data"):
            continue
        name, told = f"{other.kind} stream {other.index}", other.codec or "private"
        if any(o.kind == other.kind and o.codec == other.codec for o in after.others):
            rows.append(kept(name, told))
        elif other.kind == "cover" and container is not None and container.has_cover:
            rows.append(lost(name, told, "none", f"{container.name} holds cover art"))
        else:
            why = (
                "the result is one painted picture track"
                if other.kind == "video"
                else "the result has no place for it"
            )
            rows.append(Row(name, told, "none", Verdict.DROPPED, why))
    return [*rows, *_compare_telemetry(before, after)]


def _compare_telemetry(before: MediaInfo, after: MediaInfo) -> list[Row]:
    """What a camera noted, by the contents of the tracks."""
    private = [other for other in before.others if other.kind == "data"]
    source = telemetry_digests(before.path) if private else []
    result = telemetry_digests(after.path) if source and after.kind is MediaKind.VIDEO else []
    rows: list[Row] = []
    for number, other in enumerate(private):
        name = f"data stream {other.index}"
        told = source[number] if number < len(source) else ("private", "")
        container = container_of_result(after)
        if told in result:
            rows.append(kept(name, told[0], "identical"))
        elif told[0] in COPIED_FORMATS and container is not None and container.name in MUXERS:
            rows.append(lost(name, told[0], "none", f"{container.name} holds it"))
        else:
            rows.append(Row(name, told[0], "none", Verdict.DROPPED, "the result has no place for it"))
    return rows
