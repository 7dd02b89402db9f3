"""What a render in segments will do, decided before a frame is painted."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.machine import processors
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.copying import StreamCopier
from rotoscope.media.encoders import EncoderOptions, codec_for
from rotoscope.media.info import MediaKind
from rotoscope.media.output import OutputKind, container_of, output_kind
from rotoscope.media.selection import Selection
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import Grading, grade
from rotoscope.render.holding import cut_frames, held_within_shots
from rotoscope.render.options import RenderOptions
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.segments.job import SegmentJob
from rotoscope.render.segments.plan import Segment, plan_segments
from rotoscope.render.segments.store import SegmentStore

ENCODER_THREADS: Final = 4
"""Where nobody says otherwise: a number that is the same on every machine, for encoders make other bytes with
other numbers of threads."""


@dataclass(frozen=True, slots=True)
class PlannedRender:
    """Segments, and what decides how they are painted. The same source and wishes give the same plan."""

    job: SegmentJob
    segments: tuple[Segment, ...]

    def painter(self) -> FramePainter:
        """Paints the frames of any of the segments."""
        job = self.job
        held_from = held_within_shots(job.clip, job.look)
        return FramePainter(job.look, job.grading.view, origin=job.clip.origin_seconds, held_from=held_from)


def can_be_joined(clip: Clip, output: Path, encoder: EncoderOptions) -> bool:
    """Whether the result is a video that can be made of pieces.

    VP9 with transparency cannot: its alpha travels beside the packets, where it cannot be put again.
    """
    if output_kind(output, moving=clip.info.kind is not MediaKind.STILL) is not OutputKind.VIDEO:
        return False
    codec = codec_for(container_of(output), encoder.codec, bit_depth=clip.info.video.bit_depth)
    return not (codec.name == "vp9" and clip.info.video.has_alpha)


def open_render(
    source: Path,
    output: Path,
    look: AnyLook,
    *,
    selection: Selection,
    encoder: EncoderOptions,
    options: RenderOptions,
    store: SegmentStore,
    painter_threads: int | None = None,
    on_prepared: ProgressCallback | None = None,
) -> PlannedRender | None:
    """Open a source and decide how it is rendered, for whoever paints segments of it apart from others.

    Args:
        source: a video, an animation or a folder of stills.
        output: its name decides the container; nothing is written.
        look: what to paint.
        selection: which part, and at what rate.
        encoder: codec and quality.
        options: how the source is read and rendered.
        store: remembers the source's digest.
        painter_threads: that paint one picture, as another machine decided; None: decide.
        on_prepared: called while a look that needs the whole clip sees it.

    Returns:
        The plan; None where the result cannot be made of pieces.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`.
    """
    clip = open_clip(
        source, selection=selection, on_truncated=options.on_truncated, on_corrupt=options.on_corrupt
    )
    if not can_be_joined(clip, output, encoder):
        return None
    return plan_render(
        clip,
        output,
        look.prepared(clip, on_progress=on_prepared),
        grading=grade(clip.info, output, encoder=encoder, to_sdr=options.to_sdr, wrap=options.wrap),
        encoder=encoder,
        options=options,
        source_digest=store.source_digest(clip.source),
        painter_threads=painter_threads,
    )


def plan_render(
    clip: Clip,
    output: Path,
    look: AnyLook,
    *,
    grading: Grading,
    encoder: EncoderOptions,
    options: RenderOptions,
    source_digest: str,
    painter_threads: int | None = None,
) -> PlannedRender:
    """Decide how a clip is rendered; the look is prepared for it."""
    with copier_of(clip, output) as copier:
        earliest = copier.start_seconds if copier else None
    job = SegmentJob(
        clip=clip,
        output=output,
        look=look,
        grading=grading,
        encoder=encoder if encoder.threads else replace(encoder, threads=ENCODER_THREADS),
        span=_span(clip),
        earliest=earliest,
        source_digest=source_digest,
        painter_threads=painter_threads or _painter_threads(clip, look, grading, options.workers),
        coherence=None if look.is_invisible else options.coherence_mode,
        log=options.frame_log,
    )
    held_from = held_within_shots(clip, look)
    return PlannedRender(job, plan_segments(clip, cuts=cut_frames(clip, look), held_from=held_from))


@contextlib.contextmanager
def copier_of(clip: Clip, output: Path) -> Generator[StreamCopier | None]:
    """What copies sound and the rest of a video; None where the source is none."""
    if clip.info.kind is not MediaKind.VIDEO:
        yield None
        return
    with contextlib.closing(StreamCopier(clip.source, container_of(output))) as copier:
        yield copier


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
