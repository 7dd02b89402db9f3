"""``/v1/projects``: videos in Git."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from itertools import islice
from pathlib import Path as LocalPath
from typing import Annotated, Any, Final, TypeAlias, cast

from anyio import to_thread
from fastapi import APIRouter, Body, Path, Query, Request, Response

from rotoscope.api import job_making
from rotoscope.api.access import Reader, Runner, Writer
from rotoscope.api.file_bodies import safe_name
from rotoscope.api.media_book import local_copy
from rotoscope.api.models.jobs import JobView
from rotoscope.api.models.projects import (
    COMMIT_PATTERN,
    TIMELINE_EXAMPLE,
    BranchRequest,
    CommitMade,
    CommitView,
    DiffView,
    FrameView,
    MergeRequest,
    OverrideRequest,
    ProjectDetail,
    ProjectView,
    RestoreRequest,
    SpanView,
)
from rotoscope.api.pages import Page, UsePage
from rotoscope.api.pictures import problems
from rotoscope.api.services import Services, UseServices
from rotoscope.api.traits import MEBIBYTE, Traits, traits
from rotoscope.api.waiting import PREFER
from rotoscope.errors import ProjectBusy
from rotoscope.jobs.job import JobState
from rotoscope.jobs.operations.base import Params
from rotoscope.jobs.operations.projects import PAINT_PROJECT, ProjectPaintingWish
from rotoscope.jobs.projects import NAME_PATTERN
from rotoscope.projects.history import project_diff, project_log, restore_project
from rotoscope.projects.interchange import export_timeline, import_timeline
from rotoscope.projects.merging import fork_project, merge_branch, switch_branch
from rotoscope.projects.project import Project
from rotoscope.projects.retouching import override_frame
from rotoscope.projects.sheet import write_diff_sheet
from rotoscope.render.looks.strangers import parse_strangers_look
from rotoscope.storage.naming import told_as

router = APIRouter(prefix="/v1/projects", tags=["projects"])
ProjectPath: TypeAlias = Annotated[str, Path(pattern=NAME_PATTERN, description="Its name.")]
FramePath: TypeAlias = Annotated[int, Path(ge=0, le=2**31, description="The frame's number, from 0.")]
At: TypeAlias = Annotated[
    str,
    Query(pattern=COMMIT_PATTERN, description="A commit, a branch, or `HEAD~1`: the last but one."),
]
Before: TypeAlias = Annotated[
    str | None, Query(pattern=COMMIT_PATTERN, description="Likewise; left out: the one before `after`.")
]
_PaintBody = job_making.body_of(PAINT_PROJECT, ProjectPaintingWish)
_EXAMPLE: Final = {
    "usual": {
        "summary": PAINT_PROJECT.summary,
        "value": {"output": "data://out/painted.mp4", "filter": "great-wave", "start": "1", "stop": "2"},
    }
}
_TIMELINE_BYTES: Final = 8 * MEBIBYTE
_TIMELINES: Final = cast("Any", {"usual": {"summary": "One clip under one look", "value": TIMELINE_EXAMPLE}})
_ACTIVE: Final[tuple[JobState, ...]] = ("queued", "running")
_FRAMES_HEADER: Final = "Rotoscope-Frames"
_SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A picture",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            _FRAMES_HEADER: {
                "description": "Which frames are shown, from 0, with commas between.",
                "schema": {"type": "string"},
                "example": "10,11,12",
            }
        },
    }
}
_OTIO: Final = "application/vnd.pixar.opentimelineio+json"
_TIMELINE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A timeline", "content": {_OTIO: {"schema": {"type": "object"}}}},
    **problems(501),
}


@router.get("", operation_id="list_projects", summary="List projects")
def list_projects(services: UseServices, caller: Reader, page: UsePage) -> Page[ProjectView]:
    """Your projects in the order of their names."""
    names = [name for name in services.projects.names(caller.client_id) if name > (page.after or "")]
    rows = [(name, services.projects.open(caller.client_id, name)) for name in names[: page.limit + 1]]
    return page.cut(rows, lambda row: ProjectView(**_facts(services, *row)), lambda row: row[0])


@router.get("/{project}", operation_id="get_project", summary="Get a project")
def get_project(services: UseServices, caller: Reader, project: ProjectPath) -> ProjectDetail:
    """Where a project stands, its timeline, its looks, and what was made."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}):
        state = found.state
        return ProjectDetail(
            **_facts(services, project, found),
            painted=sum(frame.painted is not None for frame in state.frames),
            retouched=sum(frame.override is not None for frame in state.frames),
            timeline=[SpanView.of(state, span) for span in state.timeline],
            looks={name: content.decode(errors="replace") for name, content in state.looks().items()},
            results=[one.model_dump(mode="json") for one in state.results],
        )


def _facts(services: Services, name: str, project: Project) -> dict[str, Any]:
    state, repository = project.state, project.repository
    last = next(repository.history(state.commit, limit=1))
    when: datetime = last.when
    return {
        "name": name,
        "source": services.projects.source(project),
        "file": state.manifest.source.file,
        "frames": state.manifest.shards.frames,
        "branch": repository.branch,
        "branches": list(repository.branches()),
        "commit": last.id,
        "title": last.title,
        "changed": when,
    }


@router.get("/{project}/manifest", operation_id="get_project_manifest", summary="Get a project's manifest")
def get_project_manifest(
    services: UseServices, caller: Reader, project: ProjectPath, at: At = "HEAD"
) -> dict[str, Any]:
    """`manifest.json`: the clip, its streams, and how its frames are kept."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}):
        return found.state_at(at).manifest.model_dump(mode="json")


@router.get("/{project}/frames", operation_id="list_project_frames", summary="List a project's frames")
def list_project_frames(
    services: UseServices, caller: Reader, project: ProjectPath, page: UsePage, at: At = "HEAD"
) -> Page[FrameView]:
    """Frames in order: the hashes of source and painting, and what decided the painting."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}):
        first = page.after_number + 1
        rows = found.state_at(at).frames_between(first, first + page.limit + 1)
    return page.cut(rows, FrameView.of, lambda frame: frame.index)


@router.get("/{project}/log", operation_id="list_project_commits", summary="List a project's commits")
def list_project_commits(
    services: UseServices, caller: Reader, project: ProjectPath, page: UsePage, at: At = "HEAD"
) -> Page[CommitView]:
    """What was done, the newest first."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}):
        passed = max(0, page.after_number)
        commits = project_log(found, at, limit=passed + page.limit + 1)
    rows = list(enumerate(islice(commits, passed, None), passed + 1))
    return page.cut(rows, lambda row: CommitView.of(row[1]), lambda row: row[0])


@router.get("/{project}/diff", operation_id="get_project_diff", summary="Compare two states of a project")
def get_project_diff(
    services: UseServices,
    caller: Reader,
    project: ProjectPath,
    before: Before = None,
    after: At = "HEAD",
) -> DiffView:
    """Which frames, looks and results changed; `before` left out is the commit before `after`."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}):
        return DiffView.of(project_diff(found, before, after))


@router.get(
    "/{project}/diff/sheet",
    operation_id="get_project_diff_sheet",
    summary="See what changed in a project",
    response_class=Response,
    responses=_SHEET,
)
def get_project_diff_sheet(
    services: UseServices,
    caller: Reader,
    project: ProjectPath,
    before: Before = None,
    after: At = "HEAD",
) -> Response:
    """Some of the changed frames before and after, where their stills are in the commits."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}), tempfile.TemporaryDirectory() as folder:
        sheet = LocalPath(folder) / "sheet.png"
        shown = write_diff_sheet(found, project_diff(found, before, after), sheet)
        headers = {_FRAMES_HEADER: ",".join(map(str, shown))}
        return Response(sheet.read_bytes(), headers=headers, media_type="image/png")


@router.get(
    "/{project}/timeline.otio",
    operation_id="export_project_timeline",
    summary="Get a project's timeline for editing programs",
    response_class=Response,
    responses=_TIMELINE,
)
def export_project_timeline(services: UseServices, caller: Reader, project: ProjectPath) -> Response:
    """The timeline as OpenTimelineIO: a clip for every range, with its look."""
    found = services.projects.open(caller.client_id, project)
    with told_as({found.folder: project}), tempfile.TemporaryDirectory() as folder:
        place = LocalPath(folder) / "timeline.otio"
        clip = services.projects.source(found) or found.state.manifest.source.file
        export_timeline(found, place, target=clip)
        return Response(place.read_bytes(), media_type=_OTIO)


@router.put(
    "/{project}/timeline.otio",
    operation_id="import_project_timeline",
    summary="Give a project the looks of a timeline",
    responses=problems(409, 501),
)
@traits(Traits(largest_body=_TIMELINE_BYTES))
def import_project_timeline(
    services: UseServices,
    caller: Writer,
    project: ProjectPath,
    timeline: Annotated[dict[str, Any], Body(media_type=_OTIO, openapi_examples=_TIMELINES)],
    file: Annotated[
        str, Query(min_length=1, max_length=200, description="What the file is called, for the history.")
    ] = "timeline.otio",
) -> CommitMade:
    """Take looks and their ranges from an OpenTimelineIO file, as an editing program may have moved them.

    It is one of this clip, such as `GET` gives. A clip's source range decides which frames, to the nearest.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = LocalPath(folder) / safe_name(file)
        place.write_text(json.dumps(timeline), encoding="utf-8")
        changing = services.projects.changing(caller.client_id, project)
        with changing as found, told_as({place: place.name, found.folder: project}):
            return _made(found, import_timeline(found, place, check_look=parse_strangers_look))


@router.delete(
    "/{project}",
    operation_id="delete_project",
    summary="Delete a project",
    status_code=204,
    responses=problems(409),
)
def delete_project(services: UseServices, caller: Writer, project: ProjectPath) -> None:
    """Throw a project away, with its whole history. Its clip and the videos made of it stay.

    Refused (`project-busy`) while a job paints it, or somebody else changes it.
    """
    _require_idle(services, caller.client_id, project)
    services.projects.delete(caller.client_id, project)


async def paint_project(
    services: UseServices,
    caller: Runner,
    project: ProjectPath,
    wanted: Params,
    request: Request,
    response: Response,
) -> JobView:
    """Lay a look over the clip, or a part of it; the output is always the whole clip as it is then.

    What was painted before is found again, and what no look is over stays as it was. Without filter and look,
    the clip is painted by the looks it has. Makes a job, whose result names the `commit`; of one project one
    is at work at a time.
    """
    await to_thread.run_sync(_require_idle, services, caller.client_id, project)
    return await job_making.make_job(
        services,
        caller,
        PAINT_PROJECT,
        wanted,
        request,
        response,
        also={"project": project},
    )


paint_project.__annotations__["wanted"] = Annotated[_PaintBody, Body(openapi_examples=cast("Any", _EXAMPLE))]
router.post(
    "/{project}/paint",
    operation_id="create_project_paint_job",
    summary=PAINT_PROJECT.summary,
    status_code=202,
    response_description="The job; Location is its path",
    responses=job_making.ENDED,
    openapi_extra=PREFER,
)(paint_project)


def _require_idle(services: Services, client_id: str, name: str) -> None:
    services.projects.open(client_id, name)
    jobs = services.book.list(client_id, states=_ACTIVE, operation=PAINT_PROJECT.name, limit=1000)
    for job in jobs:
        if job.params.get("project") == name:
            raise ProjectBusy(
                f"The project {name} is being painted by the job {job.id}. Wait for its end, or cancel it."
            )


@router.put(
    "/{project}/frames/{index}/override", operation_id="put_project_override", summary="Retouch a frame"
)
def put_project_override(
    services: UseServices, caller: Writer, project: ProjectPath, index: FramePath, wanted: OverrideRequest
) -> CommitMade:
    """Show a still that a person painted at one frame, from the next painting on."""
    with services.projects.changing(caller.client_id, project) as found:
        still = local_copy(services.settings, services.storage_of(caller.client_id), wanted.uri)
        with told_as({found.folder: project, still: wanted.uri}):
            return _made(found, override_frame(found, index, still))


@router.delete(
    "/{project}/frames/{index}/override",
    operation_id="delete_project_override",
    summary="Take a retouched frame back",
    responses=problems(409),
)
def delete_project_override(
    services: UseServices, caller: Writer, project: ProjectPath, index: FramePath
) -> CommitMade:
    """Show the painted frame again, from the next painting on."""
    with services.projects.changing(caller.client_id, project) as found, told_as({found.folder: project}):
        return _made(found, override_frame(found, index, None))


@router.post("/{project}/fork", operation_id="fork_project", summary="Begin a branch of a project")
def fork(services: UseServices, caller: Writer, project: ProjectPath, wanted: BranchRequest) -> CommitMade:
    """Begin a branch at the last commit, and go to it."""
    with services.projects.changing(caller.client_id, project) as found, told_as({found.folder: project}):
        fork_project(found, wanted.branch)
        return _made(found, found.repository.head.decode(), "branch")


@router.post("/{project}/switch", operation_id="switch_project", summary="Go to another branch of a project")
def switch(services: UseServices, caller: Writer, project: ProjectPath, wanted: BranchRequest) -> CommitMade:
    """Paint and retouch on that branch from now on."""
    with services.projects.changing(caller.client_id, project) as found, told_as({found.folder: project}):
        return _made(found, switch_branch(found, wanted.branch), "branch")


@router.post("/{project}/merge", operation_id="merge_project", summary="Merge a branch of a project")
def merge(services: UseServices, caller: Writer, project: ProjectPath, wanted: MergeRequest) -> CommitMade:
    """Bring a branch's frames, looks and results into the one at hand, frame by frame.

    Where both changed the same, everything is told (`project-conflict`, each by itself in `errors`) and
    nothing is merged.
    """
    with services.projects.changing(caller.client_id, project) as found, told_as({found.folder: project}):
        merged = merge_branch(found, wanted.branch, prefer=wanted.prefer)
        return _made(found, merged.commit, merged.kind)


@router.post("/{project}/restore", operation_id="restore_project", summary="Bring a state of a project back")
def restore(
    services: UseServices, caller: Writer, project: ProjectPath, wanted: RestoreRequest
) -> CommitMade:
    """Bring back the files of a commit, or one file or folder of it, as a new commit; nothing is lost."""
    with services.projects.changing(caller.client_id, project) as found, told_as({found.folder: project}):
        return _made(found, restore_project(found, wanted.commit, wanted.path))


def _made(project: Project, commit: str | None, kind: str = "commit") -> CommitMade:
    return CommitMade.model_validate(
        {
            "commit": commit,
            "branch": project.repository.branch,
            "kind": "nothing" if commit is None else kind,
        }
    )
