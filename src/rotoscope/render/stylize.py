"""Clip to painted clip: decode, paint and encode, overlapped in time.

A clip -> read ahead -> paint -> write behind -> a clip of the same frames. No more than a dozen
pictures are in memory at any time, however long the clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Literal

from rotoscope.errors import DecodeError, EncodeError, InvalidOptions
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import OutputKind, Writer, WriteReport, is_pattern, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.media.writer import open_writer
from rotoscope.render.frames_folder import FramesFolderWriter
from rotoscope.render.grading import grade
from rotoscope.render.look import Look
from rotoscope.render.overlap import WriteBehind, map_ahead, read_ahead
from rotoscope.render.photographs import are_photographs, stylize_photographs
from rotoscope.render.planar import FramePainter
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.result import RenderResult

DEFAULT_ENCODER = EncoderOptions()


def stylize(
    source: str | Path,
    output: str | Path,
    look: Look,
    *,
    selection: Selection = WHOLE_CLIP,
    encoder: EncoderOptions = DEFAULT_ENCODER,
    overwrite: bool = False,
    on_truncated: Literal["fail", "keep"] = "fail",
    to_sdr: bool = False,
    wrap: bool | None = None,
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
        on_truncated: ``fail`` refuses a source that ends early; ``keep`` paints what there is and notes it.
        to_sdr: convert HDR to standard range (sRGB); otherwise only where the result holds no HDR.
        wrap: whether the left edge continues the right one, so that no seam shows there; None: where the
            source says that it goes all the way round.
        on_progress: called after every frame.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left at ``output`` then.
    """
    require_output_name(output)
    if are_photographs(Path(source), Path(output), selection):
        return stylize_photographs(
            Path(source),
            Path(output),
            look,
            encoder=encoder,
            overwrite=overwrite,
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
        on_truncated=on_truncated,
        to_sdr=to_sdr,
        wrap=wrap,
        on_progress=on_progress,
    )


def render(
    source: str | Path,
    output: str | Path,
    look: Look,
    *,
    step: str,
    selection: Selection,
    encoder: EncoderOptions,
    overwrite: bool,
    on_truncated: Literal["fail", "keep"],
    on_progress: ProgressCallback | None,
    to_sdr: bool = False,
    wrap: bool | None = None,
) -> RenderResult:
    """What stylize and separate have in common; ``step`` is what progress calls it."""
    clip = open_clip(source, selection=selection, on_truncated=on_truncated)
    meter = ProgressMeter(step, frames_expected=clip.expected_frames, on_progress=on_progress)
    graded = grade(clip.info, Path(output), encoder=encoder, to_sdr=to_sdr, wrap=wrap)
    with _open_output(
        clip, Path(output), look, source=graded.source, encoder=encoder, overwrite=overwrite
    ) as writer:
        painter = FramePainter(look, graded.view)
        frames = clip.frames(planar=painter.wants_planes)
        workers = painter.workers(clip.info.video.frame_size)
        frame_size = paint_frames(frames, painter, writer, meter, workers=workers)
        report = writer.close()
    notes = (*clip.problems, *graded.notes, *report.notes)
    return finish(report, meter, frame_size=frame_size, look=look.description, notes=notes)


def require_output_name(output: str | Path) -> None:
    """Refuse an empty name.

    Raises:
        InvalidOptions: it is empty, or the current folder.
    """
    if str(output) in ("", "."):
        raise InvalidOptions("The output has no name: give the name of a file or folder, e.g. painted.mp4.")


def _require_fitting(kind: OutputKind, encoder: EncoderOptions, output: Path) -> None:
    """Refuse options that would do nothing.

    Raises:
        InvalidOptions: an option that this kind of output does not have was given.
    """
    animated = kind in (OutputKind.GIF, OutputKind.WEBP, OutputKind.APNG)
    useless = [
        (encoder.codec is not None and kind is not OutputKind.VIDEO, "--codec is for videos"),
        (encoder.preset is not None and kind is not OutputKind.VIDEO, "--preset is for videos"),
        (
            encoder.width is not None and not animated,
            "--width is for animations (--size is for all)",
        ),
        (encoder.loop != 0 and not animated, "--loop is for animations"),
    ]
    told = "; ".join(why for is_useless, why in useless if is_useless)
    if told:
        raise InvalidOptions(f"{output} is written as {kind.value}: {told}. Leave the option out.")


def _open_output(
    clip: Clip, output: Path, look: Look, *, source: MediaInfo, encoder: EncoderOptions, overwrite: bool
) -> Writer:
    kind = output_kind(output, moving=clip.info.kind is not MediaKind.STILL)
    _require_fitting(kind, encoder, output)
    if kind is OutputKind.STILLS and not is_pattern(output):
        return FramesFolderWriter(
            output, clip=clip, source=source, look=look, options=encoder, overwrite=overwrite
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
    )


def paint_frames(
    frames: Iterator[Frame],
    painter: FramePainter,
    writer: Writer,
    meter: ProgressMeter,
    *,
    workers: int = 1,
) -> tuple[int, int]:
    """Paint every frame, reading ahead and writing behind; gives (width, height) of the painted ones.

    Raises:
        DecodeError: there was no frame.
    """
    frame_size = (0, 0)
    all_painted = map_ahead(painter.paint, read_ahead(frames), workers=workers)
    with closing(all_painted), WriteBehind(writer.write) as behind:
        for painted in all_painted:
            frame_size = (painted.shape[1], painted.shape[0])
            behind.put(painted)
            meter.advance(frame_size, written_bytes=writer.written_bytes)
    if not meter.frames_done:
        raise DecodeError("The chosen part of the source holds no frames; choose another --start or --stop.")
    return frame_size


def finish(
    report: WriteReport,
    meter: ProgressMeter,
    *,
    frame_size: tuple[int, int],
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
        frame_size=frame_size,
        size_bytes=report.size_bytes,
        elapsed_seconds=meter.elapsed_seconds,
        codec=report.codec,
        look=look,
        notes=notes,
    )
