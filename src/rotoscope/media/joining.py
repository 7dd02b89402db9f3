"""Pieces to a video: packets are copied, nothing is encoded again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from rotoscope.errors import EncodeError
from rotoscope.media.atomic import StagedFile, encode_errors
from rotoscope.media.copying import StreamCopier
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import WriteReport
from rotoscope.media.picture_encoder import open_encoder
from rotoscope.media.pieces import Piece
from rotoscope.media.video_file import VideoFile
from rotoscope.media.video_plan import VideoPlan


def join_pieces(
    pieces: Sequence[Piece],
    output: Path,
    plan: VideoPlan,
    *,
    source: MediaInfo | None,
    copier: StreamCopier | None,
    overwrite: bool,
    metadata: Mapping[str, str],
    on_piece: Callable[[Piece], None] | None = None,
) -> WriteReport:
    """Make one video of pieces that were encoded by one plan.

    Args:
        pieces: in the order in which they are shown, without gaps.
        output: where the video goes.
        plan: what the pieces were encoded by.
        source: what the frames came from.
        copier: brings everything else of the source; closed by the caller.
        overwrite: replace an output that is there already.
        metadata: container tags on top of the source's.
        on_piece: called after every piece.

    Raises:
        EncodeError: a frame is missing or doubled, or the disk refuses; nothing is left at ``output`` then.
        OutputExists: the output is there, and must not be replaced.
    """
    require_whole(pieces)
    staged = StagedFile(output, overwrite=overwrite)
    try:
        with encode_errors(output):
            copied = _mux(pieces, staged.part, plan, source, copier, metadata, on_piece)
        size = staged.publish()
    except BaseException:
        staged.discard()
        raise
    timeline = plan.timeline()
    timeline.max_deviation_seconds = max(Fraction(piece.index.facts.deviation) for piece in pieces)
    moved = timeline.note()
    notes = (*plan.encoding.notes, *copied, *([moved] if moved else []))
    frames = sum(piece.index.facts.frames for piece in pieces)
    return WriteReport(output, frames, size, plan.encoding.codec.name, notes)


def require_whole(pieces: Sequence[Piece]) -> None:
    """Refuse pieces that do not make a whole.

    Raises:
        EncodeError: a frame is missing or doubled.
    """
    expected = 0
    last_pts: int | None = None
    for piece in pieces:
        facts, times = piece.index.facts, sorted(packet.pts for packet in piece.index.packets)
        if facts.first != expected:
            raise EncodeError(_fault(f"frames {expected} to {facts.first} are missing or doubled"))
        if len(times) != facts.frames:
            raise EncodeError(
                _fault(
                    f"{facts.frames} frames were painted from {facts.first} on, and {len(times)} are there"
                )
            )
        if times and last_pts is not None and times[0] <= last_pts:
            raise EncodeError(_fault(f"frame {facts.first} is not shown after the one before it"))
        expected, last_pts = facts.stop, times[-1] if times else last_pts


def decoding_times(presentation: Sequence[int]) -> Iterator[int]:
    """When each packet is to be decoded, for packets in the order of decoding.

    They rise, and none is later than its picture is shown. As an encoder of the whole would: the n-th packet
    is decoded when the picture is shown that is so many places earlier as pictures wait at most; the first
    ones, in the same rhythm, before.

    Args:
        presentation: when each is shown, all different.
    """
    shown = sorted(presentation)
    rank = {pts: place for place, pts in enumerate(shown)}
    delay = max((place - rank[pts] for place, pts in enumerate(presentation)), default=0)
    lead = shown[delay] - shown[0] if shown else 0
    for place in range(len(shown)):
        yield shown[place] - lead if place < delay else shown[place - delay]


def _mux(
    pieces: Sequence[Piece],
    part: Path,
    plan: VideoPlan,
    source: MediaInfo | None,
    copier: StreamCopier | None,
    metadata: Mapping[str, str],
    on_piece: Callable[[Piece], None] | None,
) -> list[str]:
    """Write the whole file; gives notes on what was copied."""
    timeline = plan.timeline()
    file = VideoFile(part, plan, timeline, source=source, copier=copier, metadata=metadata)
    try:
        open_encoder(file.stream)  # it encodes nothing: it tells the file what its packets are
        file.start()
        times = decoding_times([packet.pts for piece in pieces for packet in piece.index.packets])
        for piece in pieces:
            for packet in _packets(piece, times, file, timeline.tick):
                file.mux([packet])
            if on_piece is not None:
                on_piece(piece)
        return file.finish()
    except BaseException:
        file.abandon()
        raise


def _packets(piece: Piece, times: Iterable[int], file: VideoFile, tick: Fraction) -> Iterator[av.Packet[Any]]:
    for (entry, content), dts in zip(piece.packets(), times, strict=False):
        packet: av.Packet[Any] = av.Packet(content)
        packet.stream = file.stream
        packet.time_base = tick
        packet.pts, packet.dts, packet.duration = entry.pts, dts, entry.duration
        packet.is_keyframe = entry.is_keyframe
        yield packet


def _fault(what: str) -> str:
    return f"The pieces do not make a whole: {what}. This is a fault of Rotoscope; please report it."
