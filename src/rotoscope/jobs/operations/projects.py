"""Projects: a video in Git is begun, and painted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from rotoscope.errors import InvalidOptions
from rotoscope.jobs.operations.base import Operation, Params, Workbench
from rotoscope.jobs.operations.painting import told
from rotoscope.jobs.operations.wishes import FilterSpec, LookId, Moment, SourceWish, Uri
from rotoscope.jobs.projects import NAME_PATTERN
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.timecode import parse_time
from rotoscope.motion.coherence.modes import Coherence
from rotoscope.projects.looks import LookFile, look_of_document, look_of_filters
from rotoscope.projects.painting import Range, paint_project
from rotoscope.projects.project import init_project
from rotoscope.render.any_look import AnyLook
from rotoscope.render.looks.building import Overrides
from rotoscope.render.looks.document import LookDocument
from rotoscope.render.looks.strangers import open_strangers_look, parse_strangers_look
from rotoscope.render.options import RenderOptions
from rotoscope.storage.uri import parse_uri

ProjectName = Annotated[str, Field(pattern=NAME_PATTERN, examples=["flight"])]
_UNNAMED: Final = "look"


class BeginProjectParams(SourceWish):
    """A clip that becomes a project: a Git repository of its frames, looks and results.

    Every frame is decoded once, and its hash noted. The result says `project`, `frames` and `commit`.
    """

    name: ProjectName | None = Field(
        default=None, description="Of the project; by default the source's name."
    )


class ProjectPaintingWish(Params):
    """A project to paint, and to commit what came of it.

    The look is laid over the whole clip, or over the part between start and stop. The output is always the
    whole clip as it is then; what was painted before is found again. Without filter and look, the clip is
    painted by the looks it has.
    """

    output: Uri = Field(description="URI of the video.")
    overwrite: bool = Field(default=False, description="Replace what is at the output's URI already.")
    source: Uri | None = Field(default=None, description="Where the clip is, if not where it was last.")
    filter: FilterSpec | tuple[FilterSpec, ...] | None = Field(
        default=None, description="A filter as typed after --filter; a list is a chain."
    )
    look: LookDocument | LookId | None = Field(
        default=None, description="Instead of filter: a look, or the id of one that was put away."
    )
    look_name: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="What the look is called in the project.", examples=["dusk"]
    )
    strength: Annotated[float, Field(ge=0, le=1)] = Field(default=1, description="Of filter.")
    start: Moment | None = Field(default=None, description="First moment that the look lies over.")
    stop: Moment | None = Field(default=None, description="First moment that it does not lie over any more.")
    coherence: Coherence | None = Field(
        default=None, description="How neighboring frames under the look are kept alike; smooth by default."
    )
    with_frames: bool = Field(default=False, description="Commit every painted frame as a still, too.")
    quality: Annotated[float, Field(ge=0, le=100)] | None = Field(default=None, description="Of the file.")
    codec: str | None = Field(default=None, description="Such as h264, hevc or prores.")
    preset: str | None = Field(default=None, description="The encoder's own trade of time against size.")

    @model_validator(mode="after")
    def _fits(self) -> ProjectPaintingWish:
        if self.filter is not None and self.look is not None:
            raise ValueError("give either filter or look, or neither")
        of_look = {"start": self.start, "stop": self.stop, "coherence": self.coherence}
        lonely = [name for name, value in of_look.items() if value is not None]
        if lonely and self.filter is None and self.look is None:
            raise ValueError(f"{', '.join(lonely)} goes with a look: give filter or look")
        if self.strength != 1 and self.filter is None:
            raise ValueError("strength goes with filter: a look says its own")
        return self

    def look_file(self) -> LookFile | None:
        """The look as the project keeps it; None: those that it has."""
        if self.filter is not None:
            names = (self.filter,) if isinstance(self.filter, str) else self.filter
            return look_of_filters(names, strength=self.strength)
        if self.look is None:
            return None
        if isinstance(self.look, str):
            raise InvalidOptions(f"The look {self.look} was not put into the job; make the job by the API.")
        document = self.look.model_dump(mode="json", by_alias=True, exclude_unset=True)
        parse_strangers_look(document, name="The look")
        return look_of_document(self.look_name or _UNNAMED, document)

    def over(self) -> Range:
        """Where the look lies."""
        return Range(
            None if self.start is None else parse_time(self.start),
            None if self.stop is None else parse_time(self.stop),
        )


class PaintProjectParams(ProjectPaintingWish):
    """A project to paint."""

    project: ProjectName = Field(description="Its name.")


def project_name(source: str) -> str:
    """What a project of a clip is called where nobody says."""
    stem = parse_uri(source.rstrip("/")).name.rpartition(".")[0] or parse_uri(source.rstrip("/")).name
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60] or "project"


def _begin(params: BeginProjectParams, bench: Workbench) -> dict[str, Any]:
    name = params.name or project_name(params.source)
    clip = bench.take(params.source)
    with bench.projects.beginning(bench.client_id, name, params.source) as folder:
        project = init_project(clip, folder, on_progress=bench.on_progress)
    state = project.state
    return {"project": name, "frames": len(state.frames), "commit": state.commit.decode()}


def _paint(params: PaintProjectParams, bench: Workbench) -> dict[str, Any]:
    def build(look: LookFile) -> AnyLook:
        text = parse_strangers_look(look.text, name=look.name)
        return open_strangers_look(text, bench.palette.load, bench.take, overrides=Overrides())

    with bench.projects.changing(bench.client_id, params.project) as project:
        source = params.source or bench.projects.source(project)
        if source is None:
            raise InvalidOptions(
                f"Nobody has said where the clip of {params.project} is stored. Give its URI as source; it "
                "is kept for the next time."
            )
        coherence = {} if params.coherence is None else {"coherence": params.coherence}
        made = paint_project(
            project,
            bench.make(params.output, overwrite=params.overwrite),
            bench.palette.load,
            look=params.look_file(),
            over=params.over(),
            clip=bench.take(source),
            encoder=EncoderOptions(codec=params.codec, quality=params.quality, preset=params.preset),
            options=replace(RenderOptions(store=bench.segments), **coherence),
            with_frames=params.with_frames,
            build_look=build,
            on_progress=bench.on_progress,
        )
        bench.projects.set_source(project, source)
        lasts = float(project.state.seconds_at(made.result.frames))
    return {
        **told(replace(made.result, video_seconds=lasts), params.output),
        "project": params.project,
        "commit": made.commit,
        "frames_changed": made.frames_changed,
        "frames_painted": made.frames_painted,
    }


BEGIN_PROJECT = Operation(
    name="project-begin",
    queue="probe",
    summary="Make a project of a clip",
    params=BeginProjectParams,
    run=_begin,
    example={"source": "data://in/drone.mp4", "name": "flight"},
)
PAINT_PROJECT = Operation(
    name="project-paint",
    queue="stylize",
    summary="Paint a project, and commit what came of it",
    params=PaintProjectParams,
    run=_paint,
    example={"project": "flight", "output": "data://out/painted.mp4", "filter": "great-wave"},
    paints=True,
)
