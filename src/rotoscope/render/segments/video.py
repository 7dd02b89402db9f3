"""A clip to a painted video, segment by segment: kill it at any time, run it again, and it goes on."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rotoscope.errors import DecodeError, EncodeError
from rotoscope.machine import processors
from rotoscope.media.atomic import StagedFile, refuse_existing, refuse_source
from rotoscope.media.clip import Clip
from rotoscope.media.copying import StreamCopier
from rotoscope.media.encoders import EncoderOptions, codec_for, preset_for
from rotoscope.media.hardware import require_hardware
from rotoscope.media.info import MediaKind
from rotoscope.media.joining import join_pieces
from rotoscope.media.output import WriteReport, container_of
from rotoscope.media.pieces import Piece, PieceFacts
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import Grading
from rotoscope.render.holding import cut_frames, held_within_shots
from rotoscope.render.options import RenderOptions
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.segments.job import SegmentJob
from rotoscope.render.segments.painting import paint_segments
from rotoscope.render.segments.plan import Segment, plan_segments
from rotoscope.render.segments.store import SegmentStore, require_folder
from rotoscope.render.segments.workers import paint_by_workers

ENCODER_THREADS: Final = 4
"""Where nobody says otherwise: a number that is the same on every machine, for encoders make other bytes with
other numbers of threads."""
_NO_TAGS: Mapping[str, str] = MappingProxyType({})


def can_be_joined(clip: Clip, output: Path, encoder: EncoderOptions) -> bool:
    """Whether the video can be made of pieces.

    VP9 with transparency cannot: its alpha travels beside the packets, where it cannot be put again.
    """
    codec = codec_for(container_of(output), encoder.codec, bit_depth=clip.info.video.bit_depth)
    return not (codec.name == "vp9" and clip.info.video.has_alpha)


def render_video(
    clip: Clip,
    output: Path,
    look: AnyLook,
    *,
    grading: Grading,
    encoder: EncoderOptions,
    overwrite: bool,
    options: RenderOptions,
    meter: ProgressMeter,
    metadata: Mapping[str, str] = _NO_TAGS,
    on_prepared: ProgressCallback | None = None,
) -> WriteReport:
    """Paint a clip into a video.

    Args:
        clip: what is painted.
        output: a video's name.
        look: what to paint.
        grading: how filters see the pictures, and what they become.
        encoder: codec and quality.
        overwrite: replace an output that is there already.
        options: where finished pieces are kept and found (without a store in a folder beside the output while
            it is made), and by how many workers they are painted.
        meter: counts frames.
        metadata: container tags on top of the source's.
        on_prepared: called while a look that needs the whole clip sees it.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left at ``output`` then, and finished pieces
            are in the store.
    """
    _refuse(clip, output, encoder, overwrite=overwrite)
    with contextlib.ExitStack() as stack:
        copier = None
        if clip.info.kind is MediaKind.VIDEO:
            copier = stack.enter_context(contextlib.closing(StreamCopier(clip.source, container_of(output))))
        kept = options.store or SegmentStore(stack.enter_context(_folder_beside(output)))
        require_folder(kept)
        look = look.prepared(clip, on_progress=on_prepared)
        job = SegmentJob(
            clip=clip,
            output=output,
            look=look,
            grading=grading,
            encoder=encoder if encoder.threads else replace(encoder, threads=ENCODER_THREADS),
            span=_span(clip),
            earliest=copier.start_seconds if copier else None,
            source_digest=kept.source_digest(clip.source),
            painter_threads=_painter_threads(clip, look, grading, options.workers),
        )
        pieces = _paint(job, kept, options.workers, meter)
        joining = meter.following("assemble")
        report = join_pieces(
            pieces,
            output,
            job.plan(_first_facts(pieces)),
            source=grading.source,
            copier=copier,
            overwrite=overwrite,
            metadata=metadata,
            on_piece=lambda piece: joining.joined(piece.index.facts.frames),
        )
        return replace(report, notes=(*report.notes, *_damage(pieces), *look.notes))


def _paint(job: SegmentJob, store: SegmentStore, workers: int, meter: ProgressMeter) -> list[Piece]:
    """The pieces of all segments: those that are there, and the others painted."""
    held_from = held_within_shots(job.clip, job.look)
    segments = plan_segments(job.clip, cuts=cut_frames(job.clip, job.look), held_from=held_from)
    there = {segment.number: store.find(job.key(segment)) for segment in segments}
    missing = [segment for segment in segments if there[segment.number] is None]
    for piece in there.values():
        if piece is not None:
            height, width, _ = piece.index.facts.shape
            meter.found(piece.index.facts.frames, (width, height))
    if workers > 1 and len(missing) > 1:
        paint_by_workers(job, missing, store, meter, workers=workers)
    elif missing:
        painter = FramePainter(
            job.look, job.grading.view, origin=job.clip.origin_seconds, held_from=held_from
        )
        for run in _runs(missing):
            paint_segments(job, run, store, painter, meter)
    pieces: list[Piece] = []
    for segment in segments:
        piece = there[segment.number] or store.find(job.key(segment))
        if piece is None:
            raise EncodeError(
                f"The finished segment {segment.number} is gone from {store.folder}: somebody cleared it "
                "meanwhile, or the disk is failing. Run the same command again."
            )
        pieces.append(piece)
    return pieces


def _first_facts(pieces: Sequence[Piece]) -> PieceFacts:
    """Of the first piece that holds a frame.

    Raises:
        DecodeError: none does.
    """
    for piece in pieces:
        if piece.index.facts.frames:
            return piece.index.facts
    raise DecodeError("The chosen part of the source holds no frames; choose another --start or --stop.")


def _damage(pieces: Sequence[Piece]) -> list[str]:
    """What became of damaged frames, whoever painted the pieces and when."""
    every = [piece.index.facts for piece in pieces]
    told = [
        (sum(facts.damaged for facts in every), "frames are damaged, or show the one before instead"),
        (
            sum(facts.stop - facts.first - facts.frames for facts in every),
            "frames of the source are left out",
        ),
    ]
    return [f"{count} {what}" for count, what in told if count]


def _runs(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Segments that follow on each other, together."""
    for _, run in groupby(enumerate(segments), key=lambda pair: pair[1].number - pair[0]):
        yield [segment for _, segment in run]


def _refuse(clip: Clip, output: Path, encoder: EncoderOptions, *, overwrite: bool) -> None:
    """Refuse before any work what can be refused without a frame."""
    refuse_source(output, clip.source)
    refuse_existing(output, overwrite=overwrite)
    StagedFile(output, overwrite=overwrite).discard()  # an unwritable folder is known now
    codec = codec_for(container_of(output), encoder.codec, bit_depth=clip.info.video.bit_depth)
    preset_for(codec, encoder.preset)
    require_hardware(codec)


def _span(clip: Clip) -> tuple[Fraction, Fraction | None] | None:
    selection = clip.selection
    is_cut = selection.start is not None or selection.stop is not None
    return (selection.start or Fraction(0), selection.stop) if is_cut else None


def _painter_threads(clip: Clip, look: AnyLook, grading: Grading, workers: int) -> int:
    """Processors that paint one picture: with another number, the last bits of a painting may differ."""
    sharers = workers
    if workers == 1:
        sharers = FramePainter(look, grading.view).workers(clip.info.video.frame_size)
    return max(1, processors() // sharers)


@contextlib.contextmanager
def _folder_beside(output: Path) -> Generator[Path]:
    """A folder for pieces that nobody wants to keep, on the disk where the result goes."""
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".pieces", dir=output.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
