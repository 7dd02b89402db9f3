"""Separate, stylize, assemble, and all three in one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from rotoscope.jobs.operations.base import Operation, Workbench
from rotoscope.jobs.operations.retouching import with_retouched
from rotoscope.jobs.operations.wishes import (
    EncodingWish,
    PaintingWish,
    ResultWish,
    SpanWish,
    Uri,
)
from rotoscope.media.clip import OnTruncated
from rotoscope.plain import to_plain
from rotoscope.render.assemble import assemble
from rotoscope.render.result import RenderResult
from rotoscope.render.separate import separate
from rotoscope.render.stylize import stylize


class SeparateParams(SpanWish, ResultWish):
    """A clip into numbered stills and a manifest of their times."""

    picture_format: Literal["png", "jpg", "webp", "tif"] = Field(default="png", description="Of the stills.")
    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="Of stills that lose something: 0 to 100."
    )
    on_truncated: OnTruncated = Field(default="fail", description="What becomes of a source that ends early.")


class AssembleParams(EncodingWish, ResultWish):
    """Numbered stills, with the manifest beside them, into a clip."""

    original: Uri | None = Field(
        default=None,
        description="The video that the stills came from: its sound, subtitles and tags come along.",
    )
    retouched: Uri | None = Field(
        default=None,
        description="A folder of retouched stills; each takes the place of the one of its name.",
    )


def told(result: RenderResult, output: str) -> dict[str, Any]:
    """What a render has to say, with the URI where it is."""
    return {
        "output": output,
        "frames": result.frames,
        "frame_size": list(result.frame_size),
        "size_bytes": result.size_bytes,
        "codec": result.codec,
        "look": result.look,
        "video_seconds": result.video_seconds,
        "score": to_plain(result.score),
        "notes": list(result.notes),
    }


def _separate(params: SeparateParams, bench: Workbench) -> dict[str, Any]:
    folder = bench.make(params.output, overwrite=params.overwrite)
    result = separate(
        bench.take(params.source),
        folder,
        selection=params.selection(),
        picture_format=params.picture_format,
        quality=params.quality,
        on_truncated=params.on_truncated,
        on_progress=bench.on_progress,
    )
    return told(result, params.output)


def paint(params: PaintingWish, bench: Workbench) -> dict[str, Any]:
    """Paint in one go, on this machine."""
    output = bench.make(params.output, overwrite=params.overwrite)
    result = stylize(
        bench.take(params.source),
        output,
        params.opened(bench),
        selection=params.selection(),
        encoder=params.encoder(),
        options=params.options(bench.segments),
        on_progress=bench.on_progress,
    )
    return told(result, params.output)


def _assemble(params: AssembleParams, bench: Workbench) -> dict[str, Any]:
    folder, notes = bench.take(params.source), list[str]()
    if params.retouched is not None:
        folder, notes = with_retouched(folder, bench.take(params.retouched), bench.scratch / "frames")
    output = bench.make(params.output, overwrite=params.overwrite)
    result = assemble(
        folder,
        output,
        source=None if params.original is None else bench.take(params.original),
        encoder=params.encoder(),
        on_progress=bench.on_progress,
    )
    return told(replace(result, notes=(*notes, *result.notes)), params.output)


SEPARATE = Operation(
    name="separate",
    queue="separate",
    summary="Separate a clip into frames",
    params=SeparateParams,
    run=_separate,
    example={"source": "data://in/drone.mp4", "output": "data://frames/drone/"},
)
STYLIZE = Operation(
    name="stylize",
    queue="stylize",
    summary="Paint frames, a still, an animation or a video",
    params=PaintingWish,
    run=paint,
    example={
        "source": "data://frames/drone/",
        "output": "data://painted/drone/",
        "filter": "great-wave",
        "strength": 0.8,
    },
    paints=True,
)
ASSEMBLE = Operation(
    name="assemble",
    queue="assemble",
    summary="Assemble frames into a clip",
    params=AssembleParams,
    run=_assemble,
    example={
        "source": "data://painted/drone/",
        "output": "data://out/drone.mp4",
        "original": "data://in/drone.mp4",
    },
)
RENDERS = Operation(
    name="renders",
    queue="stylize",
    summary="Paint a video: separate, stylize and assemble in one, segment by segment",
    params=PaintingWish,
    run=paint,
    example={
        "source": "data://in/drone.mp4",
        "output": "data://out/painted.mp4",
        "filter": "great-wave",
        "coherence": "flow",
    },
    paints=True,
)
