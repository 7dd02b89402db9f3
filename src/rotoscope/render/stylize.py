"""Clip to painted clip."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from rotoscope.errors import EncodeError, InvalidOptions, RotoscopeError
from rotoscope.machine import cpu_seconds
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import OutputKind, Writer, WriteReport, is_pattern, output_kind
from rotoscope.media.provenance import Provenance
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.writer import open_writer
from rotoscope.render.any_look import AnyLook
from rotoscope.render.frames_folder import FramesFolderWriter
from rotoscope.render.grading import Grading, grade
from rotoscope.render.holding import held_within_shots
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.photographs import are_photographs, refuse_library, stylize_photographs
from rotoscope.render.pipeline import paint_frames
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.provenance import provenance_of
from rotoscope.render.recipe_line import recipe_tags, with_coherence
from rotoscope.render.result import RenderResult, video_seconds
from rotoscope.render.score import measure
from rotoscope.render.segments.planned import can_be_joined
from rotoscope.render.segments.video import render_video
from rotoscope.render.steadying.whole import steady_whole

DEFAULT_ENCODER = EncoderOptions()


def stylize(
    source: str | Path,
    output: str | Path,
    look: AnyLook,
    *,
    selection: Selection = WHOLE_CLIP,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    options: RenderOptions = DEFAULT_OPTIONS,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Paint a video, an animation, a folder of stills or a still.

    Presentation times, sound, subtitles, chapters, rotation and color tags of a video come along; what
    the output cannot hold is converted or left out, and the result's notes say so. A folder of frames gets
    a manifest; photographs in a folder are painted one by one, each under its own name.

    Args:
        source: a file, a folder of stills, or a numbered pattern such as ``frames/%05d.png``.
        output: its name decides what is written; see :func:`rotoscope.media.output.output_kind`.
        look: what to paint.
        selection: which part, and at what rate.
        encoder: codec and quality.
        overwrite: replace an output that is there already.
        options: how the source is read and rendered.
        on_progress: called after every frame.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left at ``output`` then.
    """
    require_output_name(output)
    if are_photographs(Path(source), Path(output), selection):
        if options.score:
            raise InvalidOptions(
                f"{source} is a folder of photographs, and --score measures what flickers from frame to "
                "frame of a clip. Leave the option out."
            )
        return stylize_photographs(
            Path(source),
            Path(output),
            look,
            encoder=encoder,
            overwrite=overwrite,
            options=options,
            on_progress=on_progress,
        )
    return render(
        source,
        output,
        look,
        step="stylize",
        selection=selection,
        encoder=encoder,
        overwrite=overwrite,
        options=options,
        on_progress=on_progress,
    )


def render(
    source: str | Path,
    output: str | Path,
    look: AnyLook,
    *,
    step: str,
    selection: Selection,
    encoder: EncoderOptions,
    overwrite: bool,
    options: RenderOptions,
    on_progress: ProgressCallback | None,
) -> RenderResult:
    """What stylize and separate have in common; ``step`` is what progress calls it."""
    began = cpu_seconds()
    refuse_library(Path(source), Path(output))
    clip = open_clip(
        source, selection=selection, on_truncated=options.on_truncated, on_corrupt=options.on_corrupt
    )
    meter = ProgressMeter(step, frames_expected=clip.expected_frames, on_progress=on_progress)
    kind = output_kind(Path(output), moving=clip.info.kind is not MediaKind.STILL)
    _require_fitting(kind, encoder, Path(output), options)
    grading = grade(clip.info, Path(output), encoder=encoder, to_sdr=options.to_sdr, wrap=options.wrap)
    if can_be_joined(clip, Path(output), encoder):
        report = render_video(
            clip,
            Path(output),
            look,
            grading=grading,
            encoder=encoder,
            overwrite=overwrite,
            options=options,
            meter=meter,
            metadata=recipe_tags(Path(output), look.recipe, coherence=options.coherence),
            on_prepared=on_progress,
        )
    else:
        report = _render_at_once(
            clip,
            Path(output),
            look,
            kind,
            grading,
            encoder=encoder,
            options=options,
            meter=meter,
            overwrite=overwrite,
            on_prepared=on_progress,
        )
    notes = (*clip.problems, *grading.notes, *report.notes, *_continued(meter))
    result = finish(report, meter, look=look.description, notes=notes)
    result = scored(result, clip, on_progress) if options.score else result
    return replace(result, cpu_seconds=cpu_seconds() - began, video_seconds=float(video_seconds(clip)))


def scored(result: RenderResult, clip: Clip, on_progress: ProgressCallback | None) -> RenderResult:
    """With its flicker, or a note on why it is not known: the result is there and good either way."""
    try:
        return replace(result, score=measure(clip, result.output, on_progress=on_progress))
    except RotoscopeError as error:
        return replace(result, notes=(*result.notes, f"the flicker could not be measured: {error}"))


_ANIMATED: Final = frozenset({OutputKind.GIF, OutputKind.WEBP, OutputKind.APNG})


def _render_at_once(
    clip: Clip,
    output: Path,
    look: AnyLook,
    kind: OutputKind,
    grading: Grading,
    *,
    encoder: EncoderOptions,
    options: RenderOptions,
    meter: ProgressMeter,
    overwrite: bool,
    on_prepared: ProgressCallback | None,
) -> WriteReport:
    with _open_output(
        clip,
        output,
        look,
        kind,
        source=grading.source,
        encoder=encoder,
        options=options,
        overwrite=overwrite,
    ) as writer:
        prepared = look.prepared(clip, on_progress=on_prepared)

        def make_painter(first: int = 0) -> FramePainter:
            held_from = held_within_shots(clip, prepared)
            return FramePainter(
                prepared, grading.view, origin=clip.origin_seconds, held_from=held_from, first_index=first
            )

        painter = make_painter()
        is_loop = kind in _ANIMATED and encoder.loop == 0
        steadying = steady_whole(
            clip, prepared, options.coherence_mode, painter_from=make_painter if is_loop else None
        )
        frames = clip.frames(planar=painter.wants_planes)
        workers = painter.workers(clip.info.video.frame_size)
        paint_frames(frames, painter, writer, meter, workers=workers, steadying=steadying)
        report = writer.close()
    return replace(report, notes=(*report.notes, *prepared.notes))


def _continued(meter: ProgressMeter) -> tuple[str, ...]:
    found = meter.frames_found
    return (f"{found} of {meter.frames_done} frames were painted before, and used again",) if found else ()


def require_output_name(output: str | Path) -> None:
    """Refuse an empty name.

    Raises:
        InvalidOptions: it is empty, or the current folder.
    """
    if str(output) in ("", "."):
        raise InvalidOptions("The output has no name: give the name of a file or folder, e.g. painted.mp4.")


def _require_fitting(kind: OutputKind, encoder: EncoderOptions, output: Path, options: RenderOptions) -> None:
    """Refuse options that would do nothing.

    Raises:
        InvalidOptions: an option that this kind of output does not have was given.
    """
    animated = kind in _ANIMATED
    useless = [
        (encoder.codec is not None and kind is not OutputKind.VIDEO, "--codec is for videos"),
        (encoder.preset is not None and kind is not OutputKind.VIDEO, "--preset is for videos"),
        (
            encoder.width is not None and not animated,
            "--width is for animations (--size is for all)",
        ),
        (encoder.loop != 0 and not animated, "--loop is for animations"),
        (
            options.credentials is not None and kind is not OutputKind.STILL,
            "--credentials are for stills",
        ),
        (options.workers > 1 and kind is not OutputKind.VIDEO, "--workers is for videos"),
        (options.score and kind is OutputKind.STILL, "--score is for clips"),
    ]
    told = "; ".join(why for is_useless, why in useless if is_useless)
    if told:
        raise InvalidOptions(f"{output} is written as {kind.value}: {told}. Leave the option out.")


def _open_output(
    clip: Clip,
    output: Path,
    look: AnyLook,
    kind: OutputKind,
    *,
    source: MediaInfo,
    encoder: EncoderOptions,
    options: RenderOptions,
    overwrite: bool,
) -> Writer:
    if kind is OutputKind.STILLS and not is_pattern(output):
        return FramesFolderWriter(
            output,
            clip=clip,
            source=source,
            look=look,
            options=encoder,
            coherence=options.coherence,
            overwrite=overwrite,
        )
    selection = clip.selection
    is_cut = selection.start is not None or selection.stop is not None
    both_video = kind is OutputKind.VIDEO and clip.info.kind is MediaKind.VIDEO
    return open_writer(
        output,
        source=source,
        options=encoder,
        overwrite=overwrite,
        copy_streams_from=clip.source if both_video else None,
        span=(selection.start or Fraction(0), selection.stop) if is_cut else None,
        metadata=recipe_tags(output, look.recipe, coherence=options.coherence),
        provenance=_provenance(clip, kind, look, options),
        credentials=options.credentials,
    )


def _provenance(clip: Clip, kind: OutputKind, look: AnyLook, options: RenderOptions) -> Provenance | None:
    """What the result says beside the recipe line that videos have; None: nothing."""
    if not options.provenance or kind not in (_ANIMATED | {OutputKind.STILL}):
        return None
    told = provenance_of(look, clip.source)
    if told is None or told.recipe is None or kind is OutputKind.STILL:
        return told
    return replace(told, recipe=with_coherence(told.recipe, options.coherence))


def finish(
    report: WriteReport,
    meter: ProgressMeter,
    *,
    look: str,
    notes: tuple[str, ...],
) -> RenderResult:
    """Count once more, and say what was made.

    Raises:
        EncodeError: not every frame that was painted was written.
    """
    if report.frames != meter.frames_done:
        raise EncodeError(
            f"{report.path} holds {report.frames} frames, but {meter.frames_done} were painted: this is a "
            "fault of Rotoscope; please report it with the source."
        )
    return RenderResult(
        output=report.path,
        frames=report.frames,
        frame_size=report.frame_size or meter.frame_size or (0, 0),
        size_bytes=report.size_bytes,
        elapsed_seconds=meter.elapsed_seconds,
        codec=report.codec,
        look=look,
        notes=notes,
    )
