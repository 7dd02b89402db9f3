"""Recordings that a camera cut into several files, joined again: packets are copied, nothing is encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import DataStream, Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from rotoscope.errors import OpenError, UnsupportedMedia
from rotoscope.media.atomic import StagedFile, encode_errors, refuse_existing, refuse_source
from rotoscope.media.carriers import CopiedStream, PacketCopier
from rotoscope.media.copying import TECHNICAL_KEYS
from rotoscope.media.encoders import SAME_BYTES
from rotoscope.media.opening import DEFAULT_LIMITS, open_container
from rotoscope.media.output import WriteReport, container_of
from rotoscope.media.probe import probe
from rotoscope.media.survey import main_stream
from rotoscope.media.telemetry import COPIED_FORMATS, data_formats

_CONTAINERS: Final = frozenset({"mp4", "mov", "matroska", "mpegts"})
_NEW_GOPRO: Final = re.compile(r"(G[A-Z])(\d\d)(\d{4})(\.\w+)", re.IGNORECASE)
_OLD_GOPRO: Final = re.compile(r"GOPR(\d{4})(\.\w+)", re.IGNORECASE)


def following_parts(first: Path) -> tuple[Path, ...]:
    """The files that go on where this one ends, by their names; itself the first of them.

    GoPro's: ``GX010123.MP4``, ``GX020123.MP4`` …; and older ones, ``GOPR0123.MP4``, ``GP010123.MP4`` ….
    """
    found = [first]
    new, old = _NEW_GOPRO.fullmatch(first.name), _OLD_GOPRO.fullmatch(first.name)
    for number in range(1, 100):
        if new is not None:
            name = f"{new[1]}{int(new[2]) + number:02}{new[3]}{new[4]}"
        elif old is not None:
            name = f"GP{number:02}{old[1]}{old[2]}"
        else:
            break
        part = first.with_name(name)
        if not part.is_file():
            break
        found.append(part)
    return tuple(found)


def join_parts(parts: Sequence[Path], output: Path, *, overwrite: bool = False) -> WriteReport:
    """Make one video of the parts of a recording.

    Pictures, sound, subtitles and GoPro's telemetry are copied; each part begins where the pictures of the
    one before end. Tags are those of the first.

    Args:
        parts: one or more, in their order.
        output: an .mp4, .mov, .mkv or .ts.
        overwrite: replace an output that is there already.

    Raises:
        UnsupportedMedia: the parts do not have the same tracks, or the output is no such container.
        OpenError: a part cannot be opened, or none was given.
        EncodeError: the disk refuses; nothing is left at ``output`` then.
    """
    if not parts:
        raise OpenError("No part was given to be joined; give the files of a recording.")
    container = container_of(output)
    if container.name not in _CONTAINERS:
        raise UnsupportedMedia(
            f"{output}: recordings are joined into .mp4, .mov, .mkv and .ts. Choose one of them."
        )
    refuse_source(output, *parts)
    refuse_existing(output, overwrite=overwrite)
    _require_alike(parts)
    staged = StagedFile(output, overwrite=overwrite)
    try:
        with encode_errors(output):
            frames = _copy(parts, staged.part, container.name)
        size = staged.publish()
    except BaseException:
        staged.discard()
        raise
    return WriteReport(output, frames, size, "copied", tuple(f"from {part.name}" for part in parts))


def _require_alike(parts: Sequence[Path]) -> None:
    """Refuse parts of which a player could not play the second as it plays the first."""
    expected = _tracks(parts[0])
    for part in parts[1:]:
        found = _tracks(part)
        if found != expected:
            raise UnsupportedMedia(
                f"{part} does not go on from {parts[0]}: its tracks are {', '.join(found) or 'none'}, and "
                f"the first part's {', '.join(expected)}. Join parts of one recording only."
            )


def _tracks(part: Path) -> list[str]:
    with open_container(part) as container:
        return [_told(stream) for stream in _copied(container, part)]


def _told(stream: CopiedStream) -> str:
    context: Any = stream.codec_context
    if isinstance(stream, VideoStream):
        return f"{context.name} {context.width}x{context.height} {context.pix_fmt}"
    if isinstance(stream, AudioStream):
        return f"{context.name} {context.sample_rate} Hz {context.layout.name}"
    return stream.type


def _copied(container: InputContainer, part: Path) -> list[CopiedStream]:
    formats = data_formats(part)

    def is_copied(stream: Stream) -> bool:
        if isinstance(stream, DataStream):
            return formats.get(stream.index) in COPIED_FORMATS
        return isinstance(stream, (AudioStream, SubtitleStream, VideoStream))

    return [stream for stream in container.streams if is_copied(stream)]  # pyright: ignore[reportReturnType]


def _copy(parts: Sequence[Path], place: Path, muxer: str) -> int:
    options = {"movflags": "+faststart"} if muxer in ("mp4", "mov") else {}
    frames = 0
    with av.open(str(place), "w", format=muxer, container_options={**SAME_BYTES, **options}) as output:
        copiers: list[PacketCopier] = []
        last: dict[int, Fraction] = {}
        offset = Fraction(0)
        for part in parts:
            times = probe(part, count=True, rate=None, limits=DEFAULT_LIMITS).times
            assert times is not None, "they were counted"
            with open_container(part) as container:
                copiers = copiers or _begin(container, part, output)
                origin = times.pts[0] * times.time_base - offset
                for packet in _packets(container, part, copiers, origin, last):
                    output.mux(packet)
            frames += len(times.pts)
            offset += times.duration_seconds
    return frames


def _begin(container: InputContainer, part: Path, output: OutputContainer) -> list[PacketCopier]:
    output.metadata.update({k: v for k, v in container.metadata.items() if k.lower() not in TECHNICAL_KEYS})
    main_stream(container)  # there is a picture track
    return [PacketCopier(stream, output) for stream in _copied(container, part)]


def _packets(
    container: InputContainer,
    part: Path,
    copiers: Sequence[PacketCopier],
    origin: Fraction,
    last: dict[int, Fraction],
) -> Iterator[av.Packet[Any]]:
    """The packets of one part on the result's clock; ``last``: when each track's last one is decoded."""
    streams = _copied(container, part)
    places = {stream.index: place for place, stream in enumerate(streams)}
    for packet in container.demux(*streams):
        if not packet.size or packet.dts is None:
            continue
        place = places[packet.stream_index]
        for moved in copiers[place].feed(packet, origin):
            seconds = (moved.dts or 0) * moved.time_base
            # Sound that outlasts its pictures would overlap what the next part begins with.
            if place not in last or seconds > last[place]:
                last[place] = seconds
                yield moved
