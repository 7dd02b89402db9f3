"""Painted frames back into a clip, with everything that the source has beside its pictures."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np

from rotoscope.media.clip import Clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaKind
from rotoscope.media.output import OutputKind, Writer, WriteReport, is_pattern, output_kind
from rotoscope.media.still_codecs import as_bytes
from rotoscope.media.writer import open_writer
from rotoscope.optimize.video.frames import color_of
from rotoscope.render.frames_folder import FramesFolderWriter
from rotoscope.render.grading import Grading
from rotoscope.render.look import Look, resize_short_side
from rotoscope.render.overlap import WriteBehind, read_ahead


def open_output(
    clip: Clip, grading: Grading, output: Path, encoder: EncoderOptions, *, overwrite: bool
) -> Writer:
    """Open what the clip is written to; all that can be refused without a frame is refused here.

    Raises:
        OutputExists, EncodeError, UnsupportedMedia: see :func:`rotoscope.media.writer.open_writer`.
    """
    kind = output_kind(output)
    if kind is OutputKind.STILLS and not is_pattern(output):
        return FramesFolderWriter(
            output, clip=clip, source=grading.source, look=Look(), options=encoder, overwrite=overwrite
        )
    selection = clip.selection
    is_cut = selection.start is not None or selection.stop is not None
    both_video = kind is OutputKind.VIDEO and clip.info.kind is MediaKind.VIDEO
    return open_writer(
        output,
        source=grading.source,
        options=encoder,
        overwrite=overwrite,
        copy_streams_from=clip.source if both_video else None,
        span=(selection.start or Fraction(0), selection.stop) if is_cut else None,
    )


def write_painted(
    clip: Clip,
    grading: Grading,
    output: Path,
    painted: Callable[[int], Pixels],
    *,
    size: int | None,
    encoder: EncoderOptions,
    overwrite: bool,
) -> WriteReport:
    """Write a clip whose frames have all been painted.

    Args:
        clip: the source.
        grading: how its pictures were shown to what painted them.
        output: its name decides what is written.
        painted: the painting of a frame by its number, as it was shown.
        size: short side that was painted, pixels; None: the clip's.
        encoder: how it is encoded.
        overwrite: replace what is there.

    Raises:
        RotoscopeError: the clip cannot be read, or the result not be written; nothing is left then.
    """
    with open_output(clip, grading, output, encoder, overwrite=overwrite) as writer:
        frames = _painted_frames(clip, grading, painted, size)
        with closing(frames), WriteBehind(writer.write) as behind:
            for frame in frames:
                behind.put(frame)
        return writer.close()


def _painted_frames(
    clip: Clip, grading: Grading, painted: Callable[[int], Pixels], size: int | None
) -> Generator[Frame]:
    with closing(read_ahead(clip.frames())) as frames:
        for frame in frames:
            pixels = resize_short_side(frame.pixels, size)
            yield frame.with_pixels(_laid_over(pixels, painted(frame.index), grading))


def _laid_over(pixels: Pixels, painting: Pixels, grading: Grading) -> Pixels:
    """A painting in the source's light and colors, with the source's alpha."""
    view = grading.view
    result = painting if view is None else view.paint(color_of(pixels), lambda _: painting)
    if pixels.shape[2] == 3:
        return result
    alpha = pixels[..., 3] if result.dtype == pixels.dtype else as_bytes(pixels)[..., 3]
    return cast("Pixels", np.dstack((result, alpha)))
