"""Operations that look at clips: inspect, check, score, audition, flow."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field

from rotoscope.errors import InvalidOptions
from rotoscope.jobs.operations.base import Operation, Params, Workbench
from rotoscope.jobs.operations.painting import told
from rotoscope.jobs.operations.wishes import EncodingWish, FilterSpec, ResultWish, SourceWish, SpanWish, Uri
from rotoscope.media.fidelity import check
from rotoscope.media.probe import inspect_media
from rotoscope.motion.flicker import WIDTH
from rotoscope.motion.network import open_engine
from rotoscope.plain import to_plain
from rotoscope.render.audition import audition
from rotoscope.render.audition_sheet import write_audition
from rotoscope.render.candidates import load_candidates, read_pictures
from rotoscope.render.flow_clip import show_flow
from rotoscope.render.score import FRAMES, measure


class InspectParams(SourceWish):
    """A video, animation, still or folder of stills to look into."""

    count: bool = Field(default=True, description="Also count frames and durations, which reads it all.")


class CheckParams(SourceWish):
    """A source, and what was made of it."""

    result: Uri = Field(description="URI of what was made of it.")


class ScoreParams(CheckParams):
    """A source and its painting, whose flicker is measured."""

    base: Uri | None = Field(
        default=None, description="The same filter frame by frame, without any steadying."
    )
    frames: Annotated[int, Field(ge=2)] = Field(default=FRAMES, description="How many are measured.")
    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="How many are left out before.")
    width: Annotated[int, Field(ge=32)] = Field(default=WIDTH, description="Pixels that it is measured at.")


class AuditionParams(Params):
    """Filters to try on pictures, and where the sheet goes."""

    sources: Annotated[tuple[Uri, ...], Field(min_length=1, max_length=50)] = Field(
        description="Photographs, clips, folders of photographs."
    )
    output: Uri = Field(description="Of the sheet: .png, .jpg, .webp or .html.")
    filters: Annotated[tuple[FilterSpec, ...], Field(min_length=1)] | None = Field(
        default=None, description="Filters to try; by default all."
    )
    frames: Annotated[int, Field(ge=1, le=100)] = Field(default=3, description="Frames of each clip.")
    size: Annotated[int, Field(ge=16, le=4096)] = Field(default=360, description="Short side to paint at.")
    sort: Literal["name", "style", "detail", "color", "flicker"] = Field(default="name")
    overwrite: bool = Field(default=False, description="Replace what is at the output's URI already.")


class FlowParams(EncodingWish, SpanWish, ResultWish):
    """A clip whose movement is shown."""

    engine: Literal["dis", "dis-fine", "farneback"] = Field(default="dis", description="What finds it.")
    occlusions: bool = Field(default=False, description="What cannot be followed is black.")
    max_speed: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Pixels a frame that have full color."
    )
    size: Annotated[int, Field(ge=16, le=16384)] | None = Field(default=None, description="Short side.")


def _inspect(params: InspectParams, bench: Workbench) -> dict[str, Any]:
    found = cast("dict[str, Any]", to_plain(inspect_media(bench.take(params.source), count=params.count)))
    return {"source": params.source, "media": {**found, "path": params.source}}


def _check(params: CheckParams, bench: Workbench) -> dict[str, Any]:
    report = check(bench.take(params.source), bench.take(params.result))
    return {
        "source": params.source,
        "result": params.result,
        "rows": to_plain(report.rows),
        "lost": [row.name for row in report.lost],
    }


def _score(params: ScoreParams, bench: Workbench) -> dict[str, Any]:
    found = measure(
        bench.take(params.source),
        bench.take(params.result),
        base=None if params.base is None else bench.take(params.base),
        frames=params.frames,
        skip=params.skip,
        width=params.width,
        on_progress=bench.on_progress,
    )
    return cast("dict[str, Any]", to_plain(found))


def _audition(params: AuditionParams, bench: Workbench) -> dict[str, Any]:
    output = bench.make(params.output, overwrite=params.overwrite)
    candidates, notes = load_candidates(bench.palette, params.filters)
    pictures = read_pictures(
        [bench.take(uri) for uri in params.sources], frames=params.frames, size=params.size
    )
    result = audition(
        pictures,
        candidates,
        size=params.size,
        sort=params.sort,
        notes=notes,
        on_progress=bench.on_progress,
    )
    write_audition(result, output)
    return {
        "output": params.output,
        "filters": [{"name": row.name, "figures": to_plain(row.figures)} for row in result.rows],
        "notes": list(result.notes),
    }


def _flow(params: FlowParams, bench: Workbench) -> dict[str, Any]:
    if params.width is not None and params.size is not None:
        raise InvalidOptions("width and size were both given; width is for a GIF or WebP, size for videos.")
    output = bench.make(params.output, overwrite=params.overwrite)
    result = show_flow(
        bench.take(params.source),
        output,
        engine=open_engine(params.engine),
        selection=params.selection(),
        size=params.size,
        max_speed=params.max_speed,
        occlusions=params.occlusions,
        encoder=params.encoder(),
        on_progress=bench.on_progress,
    )
    return {**told(result, params.output), "engine": result.engine, "max_speed": result.max_speed}


INSPECT = Operation(
    name="inspect",
    queue="probe",
    summary="Say what is in a file",
    params=InspectParams,
    run=_inspect,
    example={"source": "data://in/drone.mp4"},
)
CHECK = Operation(
    name="check",
    queue="probe",
    summary="Compare a result with its source",
    params=CheckParams,
    run=_check,
    example={"source": "data://in/drone.mp4", "result": "data://out/painted.mp4"},
)
SCORE = Operation(
    name="score",
    queue="probe",
    summary="Measure how much a painted clip flickers",
    params=ScoreParams,
    run=_score,
    example={"source": "data://in/drone.mp4", "result": "data://out/painted.mp4", "frames": 24},
)
AUDITION = Operation(
    name="audition",
    queue="stylize",
    summary="Try many filters on some pictures",
    params=AuditionParams,
    run=_audition,
    example={
        "sources": ["data://in/photo.jpg"],
        "output": "data://out/sheet.png",
        "filters": ["great-wave", "lineart"],
    },
)
FLOW = Operation(
    name="flow",
    queue="stylize",
    summary="Show where everything in a clip moves",
    params=FlowParams,
    run=_flow,
    example={"source": "data://in/drone.mp4", "output": "data://out/flow.mp4"},
)
