"""Projects, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rotoscope.api.models.fields import RequestBody
from rotoscope.api.models.images import Uri
from rotoscope.projects.history import FrameRange, ProjectDiff
from rotoscope.projects.project import State
from rotoscope.projects.records import FrameRecord, LookSpan
from rotoscope.projects.repository import CommitFacts

COMMIT_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._~^-]{0,99}$"
_TWO_SECONDS = {
    "OTIO_SCHEMA": "TimeRange.1",
    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": 0.0},
    "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": 50.0},
}
_WAVE = {
    "look": "looks/great-wave.yaml",
    "coherence": "smooth",
    "text": "look: 1\nlayers:\n- filter: great-wave\n",
}
_CLIP = {
    "OTIO_SCHEMA": "Clip.2",
    "name": "great-wave",
    "source_range": _TWO_SECONDS,
    "metadata": {"rotoscope": _WAVE},
}
_TRACK = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [_CLIP]}
TIMELINE_EXAMPLE = {
    "OTIO_SCHEMA": "Timeline.1",
    "name": "drone",
    "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [_TRACK]},
}
"""A timeline as OpenTimelineIO writes it: two seconds under one look."""
Branch = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", description="A branch.", examples=["bolder"])
]


class ProjectView(BaseModel):
    """A project, and where it stands."""

    name: str = Field(examples=["flight"])
    source: str | None = Field(
        description="URI of its clip; null: nobody has said.", examples=["data://in/drone.mp4"]
    )
    file: str = Field(description="The clip's name in the manifest.")
    frames: int
    branch: str = Field(description="The one at hand.")
    branches: list[str]
    commit: str = Field(description="The last one of that branch: 40 hexadecimal digits.")
    title: str = Field(description="Of that commit.")
    changed: datetime = Field(description="When that was.")


class SpanView(BaseModel):
    """A look over a range of frames."""

    first: int
    stop: int = Field(description="Index after its last frame.")
    start_seconds: float
    stop_seconds: float
    look: str = Field(examples=["looks/dusk.yaml"])
    coherence: str

    @classmethod
    def of(cls, state: State, span: LookSpan) -> SpanView:
        """The view of a span."""
        return cls(
            first=span.first,
            stop=span.stop,
            start_seconds=float(state.seconds_at(span.first)),
            stop_seconds=float(state.seconds_at(span.stop)),
            look=span.look,
            coherence=span.coherence,
        )


class ProjectDetail(ProjectView):
    """A project with its looks and results."""

    painted: int = Field(description="Frames that a look was painted at.")
    retouched: int = Field(description="Frames that show a still that a person painted.")
    timeline: list[SpanView] = Field(description="Which look lies over which frames.")
    looks: dict[str, str] = Field(description="Look files, YAML, by name.")
    results: list[dict[str, Any]] = Field(description="What was made, the oldest first.")


class PaintedView(BaseModel):
    """What a frame was painted to."""

    sha256: str
    look: str
    coherence: str
    runtime: str | None
    precision: str | None


class FrameView(BaseModel):
    """One frame of a project."""

    index: int = Field(description="From 0.")
    pts: int = Field(description="In units of the manifest's `time_base`.")
    source: str = Field(description="SHA-256 of its decoded pixels.")
    painted: PaintedView | None
    override: str | None = Field(description="SHA-256 of the retouched still that is shown instead.")

    @classmethod
    def of(cls, frame: FrameRecord) -> FrameView:
        """The view of a frame."""
        return cls.model_validate(frame.model_dump())


class CommitView(BaseModel):
    """One step of a project's history."""

    id: str
    parents: list[str]
    author: str
    when: datetime
    title: str
    message: str

    @classmethod
    def of(cls, commit: CommitFacts) -> CommitView:
        """The view of a commit."""
        return cls.model_validate(commit, from_attributes=True)


class RangeView(BaseModel):
    """Frames that follow on each other."""

    first: int
    stop: int
    told: str = Field(examples=["frames 25 to 49 (0:01.000 to 0:02.000)"])


class DiffView(BaseModel):
    """How one state of a project differs from another."""

    before: str
    after: str
    repainted: list[RangeView] = Field(description="Frames that look otherwise.")
    retouched: list[RangeView] = Field(description="Frames whose retouched still came, went or changed.")
    recomputed: list[RangeView] = Field(
        description="Frames that look the same, by another look, runtime or precision."
    )
    looks: dict[str, str] = Field(description="Look files, each `added`, `changed` or `removed`.")
    results: list[dict[str, Any]] = Field(description="Outputs made since.")

    @classmethod
    def of(cls, diff: ProjectDiff) -> DiffView:
        """The view of a difference."""

        def ranges(found: tuple[FrameRange, ...]) -> list[RangeView]:
            return [RangeView.model_validate(one, from_attributes=True) for one in found]

        return cls(
            before=diff.before,
            after=diff.after,
            repainted=ranges(diff.repainted),
            retouched=ranges(diff.overridden),
            recomputed=ranges(diff.recomputed),
            looks=dict(diff.looks),
            results=[one.model_dump(mode="json") for one in diff.results],
        )


class BranchRequest(RequestBody):
    """A branch to begin, or to go to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"branch": "bolder"}]})

    branch: Branch


class MergeRequest(BranchRequest):
    """A branch to bring into the one at hand."""

    prefer: Literal["ours", "theirs"] | None = Field(
        default=None, description="Whose side to take where both changed the same; null: refuse, and tell."
    )


class RestoreRequest(RequestBody):
    """A state to bring back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"commit": "HEAD~1", "path": "looks"}]})

    commit: str = Field(pattern=COMMIT_PATTERN, description="A commit or branch.")
    path: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9._/-]{1,200}$", description="A file or folder; null: everything."
    )


class OverrideRequest(RequestBody):
    """A retouched still."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"uri": "data://in/retouched.png"}]})

    uri: Uri = Field(description="Of a picture of the painted frames' size.")


class CommitMade(BaseModel):
    """What became of a change."""

    commit: str | None = Field(description="The last commit of the branch at hand; null: nothing was new.")
    branch: str
    kind: Literal["commit", "nothing", "forward", "merge", "branch"] = Field(
        description="Whether there is a new commit, nothing was new, the branch went forward to the other's, "
        "both were merged, or another branch is at hand."
    )
