"""Clip to frames: the first step of the rotoscope by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rotoscope.errors import InvalidOptions
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.output import OutputKind, is_pattern, output_kind
from rotoscope.media.selection import WHOLE_CLIP, Selection
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.progress import ProgressCallback
from rotoscope.render.result import RenderResult
from rotoscope.render.stylize import render, require_output_name

UNPAINTED = Look()


def separate(
    source: str | Path,
    folder: str | Path,
    *,
    selection: Selection = WHOLE_CLIP,
    picture_format: str = "png",
    quality: float | None = None,
    overwrite: bool = False,
    on_truncated: Literal["fail", "keep"] = "fail",
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Write a clip's frames as upright stills, with a manifest of their exact times.

    Args:
        source: whatever :func:`rotoscope.render.stylize.stylize` takes.
        folder: made if missing; holds the stills and ``manifest.json``.
        selection: which frames.
        picture_format: suffix of the stills: ``png`` (lossless), ``jpg``, ``webp``, ``tiff``.
        quality: of lossy pictures, 0 to 100.
        overwrite: replace the frames of an earlier result.
        on_truncated: as for stylize.
        on_progress: called after every frame.

    Raises:
        InvalidOptions: ``folder`` names a file or a pattern.
        RotoscopeError: see :mod:`rotoscope.errors`; nothing is left behind then.
    """
    require_output_name(folder)
    folder = Path(folder)
    if is_pattern(folder) or output_kind(folder) is not OutputKind.STILLS:
        raise InvalidOptions(
            f"{folder} names a file; separate writes a folder of stills and their manifest. Give a folder, "
            "e.g. frames/."
        )
    return render(
        source,
        folder,
        UNPAINTED,
        step="separate",
        selection=selection,
        encoder=EncoderOptions(still_format=picture_format, quality=quality),
        overwrite=overwrite,
        options=RenderOptions(on_truncated=on_truncated),
        on_progress=on_progress,
    )
