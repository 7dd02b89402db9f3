"""One frame of a clip as a picture, before painting all of it."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rotoscope.errors import DecodeError
from rotoscope.machine import cpu_seconds
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.info import MediaKind
from rotoscope.media.output import OutputKind, output_kind
from rotoscope.media.selection import Selection
from rotoscope.media.writer import open_writer
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import grade
from rotoscope.render.options import DEFAULT_OPTIONS, RenderOptions
from rotoscope.render.photographs import refuse_library
from rotoscope.render.provenance import provenance_of
from rotoscope.render.result import RenderResult
from rotoscope.render.views import paint_through

_PLAIN = EncoderOptions()


def preview(
    source: str | Path,
    output: Path,
    look: AnyLook,
    *,
    at: Fraction | None = None,
    selection: Selection,
    overwrite: bool = False,
    options: RenderOptions = DEFAULT_OPTIONS,
) -> RenderResult:
    """Paint the frame shown at one moment.

    Args:
        source: whatever :func:`rotoscope.render.stylize.stylize` takes.
        output: a picture's name; the name of a video stands for the same name with ``.png``.
        look: what to paint.
        at: seconds from the clip's first frame; None: the middle of ``selection``.
        selection: the part of the clip that would be painted.
        overwrite: replace a picture that is there already.
        options: whether it says how it was made, and what that is signed with.

    Raises:
        RotoscopeError: see :mod:`rotoscope.errors`.
    """
    began, cpu_began = time.monotonic(), cpu_seconds()
    picture = _picture_name(output)
    refuse_library(Path(source), output)
    clip = open_clip(source, on_truncated="keep")
    moment = _middle(clip.info.video.duration_seconds_from_content, selection) if at is None else at
    frame = frame_at(source, moment)
    shown_at = frame.time_seconds - clip.origin_seconds
    graded = grade(clip.info, picture, encoder=_PLAIN)
    prepared = prepared_at(source, look, shown_at)
    painted = replace(frame, pixels=paint_through(graded.view, prepared, frame.pixels, shown_at), index=0)
    # A still's profile and tags come along; a video's are not those of a picture.
    tagged = clip.info if clip.info.kind is MediaKind.STILL else None
    provenance = (
        provenance_of(look, clip.source, moment=None if tagged else shown_at) if options.provenance else None
    )
    with open_writer(
        picture,
        source=tagged,
        overwrite=overwrite,
        provenance=provenance,
        credentials=options.credentials,
    ) as writer:
        writer.write(painted)
        report = writer.close()
    return RenderResult(
        output=report.path,
        frames=1,
        frame_size=(painted.pixels.shape[1], painted.pixels.shape[0]),
        size_bytes=report.size_bytes,
        elapsed_seconds=time.monotonic() - began,
        codec=report.codec,
        look=look.description,
        notes=(*graded.notes, *report.notes),
        cpu_seconds=cpu_seconds() - cpu_began,
    )


def prepared_at(source: str | Path, look: AnyLook, moment: Fraction) -> AnyLook:
    """The look, prepared for the frame that is shown from that moment on."""
    alone = Selection(start=moment, stop=moment + Fraction(1, 1000))
    return look.prepared(open_clip(source, selection=alone, on_truncated="keep"))


def _picture_name(output: Path) -> Path:
    is_picture = output_kind(output, moving=False) is OutputKind.STILL
    return output if is_picture else output.with_suffix(".png")


def _middle(duration: Fraction | None, selection: Selection) -> Fraction:
    start = selection.start or Fraction(0)
    stop = selection.stop if selection.stop is not None else (duration or Fraction(0))
    return max(start, (start + min(stop, duration or stop)) / 2)


def frame_at(source: str | Path, moment: Fraction) -> Frame:
    """The frame that is shown at or after a moment, seconds from the clip's first one.

    Raises:
        DecodeError: there is none.
    """
    clip = open_clip(source, selection=Selection(start=moment), on_truncated="keep", on_corrupt="fail")
    with closing(clip.frames()) as frames:
        for frame in frames:
            return frame
    raise DecodeError(
        f"{source} shows no frame at or after {float(moment):g} s; choose an earlier time for --preview."
    )
