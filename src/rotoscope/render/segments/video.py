"""A clip to a painted video, segment by segment: kill it at any time, run it again, and it goes on."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from rotoscope.errors import DecodeError, EncodeError
from rotoscope.media.atomic import StagedFile, refuse_existing, refuse_source
from rotoscope.media.clip import Clip
from rotoscope.media.encoders import EncoderOptions, codec_for, preset_for
from rotoscope.media.hardware import require_hardware
from rotoscope.media.joining import join_pieces
from rotoscope.media.output import WriteReport, container_of
from rotoscope.media.pieces import Piece, PieceFacts
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import Grading
from rotoscope.render.options import RenderOptions
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.segments.painting import paint_segments
from rotoscope.render.segments.plan import Segment
from rotoscope.render.segments.planned import PlannedRender, copier_of, plan_render
from rotoscope.render.segments.store import SegmentStore, require_folder
from rotoscope.render.segments.workers import paint_by_workers

_NO_TAGS: Mapping[str, str] = MappingProxyType({})


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
        kept = options.store or SegmentStore(stack.enter_context(_folder_beside(output)))
        require_folder(kept)
        planned = plan_render(
            clip,
            output,
            look.prepared(clip, on_progress=on_prepared),
            grading=grading,
            encoder=encoder,
            options=options,
            source_digest=kept.source_digest(clip.source),
        )
        pieces = _paint(planned, kept, options.workers, meter)
        return join_render(
            planned, pieces, output, overwrite=overwrite, meter=meter.following("assemble"), metadata=metadata
        )


def join_render(
    planned: PlannedRender,
    pieces: Sequence[Piece],
    output: Path,
    *,
    overwrite: bool,
    meter: ProgressMeter,
    metadata: Mapping[str, str] = _NO_TAGS,
) -> WriteReport:
    """Make the video of the pieces of all its segments, with everything else that is copied from the source.

    Raises:
        EncodeError: a piece is missing or doubled, or the result cannot be written.
        OutputExists: the output is there and ``overwrite`` is False.
        DecodeError: not one piece holds a frame.
    """
    job = planned.job
    with copier_of(job.clip, output) as copier:
        report = join_pieces(
            pieces,
            output,
            job.plan(_first_facts(pieces)),
            source=job.grading.source,
            copier=copier,
            overwrite=overwrite,
            metadata=metadata,
            on_piece=lambda piece: meter.joined(piece.index.facts.frames),
        )
    return replace(report, notes=(*report.notes, *_damage(pieces), *job.look.notes))


def _paint(planned: PlannedRender, store: SegmentStore, workers: int, meter: ProgressMeter) -> list[Piece]:
    """The pieces of all segments: those that are there, and the others painted."""
    job = planned.job
    there = {segment.number: job.find(segment, store) for segment in planned.segments}
    missing = [segment for segment in planned.segments if there[segment.number] is None]
    for piece in there.values():
        if piece is not None:
            height, width, _ = piece.index.facts.shape
            meter.found(piece.index.facts.frames, (width, height))
    if workers > 1 and len(missing) > 1:
        paint_by_workers(job, missing, store, meter, workers=workers)
    elif missing:
        painter = planned.painter()
        for run in _runs(missing):
            paint_segments(job, run, store, painter, meter)
    return [there[segment.number] or required_piece(planned, segment, store) for segment in planned.segments]


def required_piece(planned: PlannedRender, segment: Segment, store: SegmentStore) -> Piece:
    """The piece of a segment that was painted.

    Raises:
        EncodeError: it is not in the store.
    """
    piece = store.find(planned.job.key(segment))
    if piece is None:
        raise EncodeError(
            f"The finished segment {segment.number} is gone from {store.folder}: somebody cleared it "
            "meanwhile, or the disk is failing. Run the same command again."
        )
    return piece


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


@contextlib.contextmanager
def _folder_beside(output: Path) -> Generator[Path]:
    """A folder for pieces that nobody wants to keep, on the disk where the result goes."""
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".pieces", dir=output.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
