"""Videos in Git, at a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rotoscope.client.connection import Connection
from rotoscope.client.jobs import Jobs
from rotoscope.client.records import Job, Picture

_OTIO: Final = "application/vnd.pixar.opentimelineio+json"


@dataclass(frozen=True, slots=True)
class Project:
    """A project, and where it stands."""

    name: str
    source: str | None
    """URI of its clip; None: nobody has said."""
    file: str
    frames: int
    branch: str
    """The one at hand."""
    branches: tuple[str, ...]
    commit: str
    title: str
    """Of that commit."""
    changed: datetime


@dataclass(frozen=True, slots=True)
class LookSpan:
    """A look over a range of frames."""

    first: int
    stop: int
    """Index after its last frame."""
    start_seconds: float
    stop_seconds: float
    look: str
    coherence: str


@dataclass(frozen=True, slots=True)
class ProjectDetail(Project):
    """A project with its looks and results."""

    painted: int
    retouched: int
    timeline: tuple[LookSpan, ...]
    looks: dict[str, str]
    """Look files, YAML, by name."""
    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ProjectFrame:
    """One frame of a project."""

    index: int
    pts: int
    source: str
    """SHA-256 of its decoded pixels."""
    painted: dict[str, Any] | None
    override: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One step of a project's history."""

    id: str
    parents: tuple[str, ...]
    author: str
    when: datetime
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class FrameRange:
    """Frames that follow on each other."""

    first: int
    stop: int
    told: str


@dataclass(frozen=True, slots=True)
class ProjectDiff:
    """How one state of a project differs from another."""

    before: str
    after: str
    repainted: tuple[FrameRange, ...]
    retouched: tuple[FrameRange, ...]
    recomputed: tuple[FrameRange, ...]
    looks: dict[str, str]
    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DiffSheet(Picture):
    """Changed frames before and after, on one picture."""

    frames: tuple[int, ...]
    """Which are shown, from 0."""


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What became of a change."""

    commit: str | None
    """None: nothing was new."""
    branch: str
    kind: str
    """``commit``, ``nothing``, ``forward``, ``merge`` or ``branch``."""


class Projects:
    """Projects: ``client.projects``. Commits are named by their id, by a branch, or as ``HEAD~1``."""

    def __init__(self, line: Connection, jobs: Jobs) -> None:
        self._line = line
        self._jobs = jobs

    def begin(self, source: str, *, name: str | None = None) -> Job:
        """Make a project of a clip: a job, whose result names the ``project``.

        Args:
            source: URI of the clip.
            name: of the project; None: the source's.
        """
        params: dict[str, Any] = {"source": source} if name is None else {"source": source, "name": name}
        return self._jobs.create("project-begin", **params)

    def list(self) -> Iterator[Project]:
        """Projects in the order of their names."""
        return self._line.pages(Project, "/v1/projects")

    def get(self, name: str) -> ProjectDetail:
        """One of them."""
        return self._line.read(ProjectDetail, "GET", f"/v1/projects/{name}")

    def manifest(self, name: str, *, at: str = "HEAD") -> dict[str, Any]:
        """Its ``manifest.json``, as it was at a commit."""
        return self._line.send("GET", f"/v1/projects/{name}/manifest", query={"at": at}).json()

    def frames(self, name: str, *, at: str = "HEAD") -> Iterator[ProjectFrame]:
        """Its frames in order, as they were at a commit."""
        return self._line.pages(ProjectFrame, f"/v1/projects/{name}/frames", {"at": at})

    def log(self, name: str, *, at: str = "HEAD") -> Iterator[Commit]:
        """What was done, the newest first."""
        return self._line.pages(Commit, f"/v1/projects/{name}/log", {"at": at})

    def diff(self, name: str, *, before: str | None = None, after: str = "HEAD") -> ProjectDiff:
        """What changed between two commits, or since the one before."""
        query = {"before": before, "after": after}
        return self._line.read(ProjectDiff, "GET", f"/v1/projects/{name}/diff", query=query)

    def diff_sheet(self, name: str, *, before: str | None = None, after: str = "HEAD") -> DiffSheet:
        """Some of the changed frames before and after."""
        query = {"before": before, "after": after}
        answer = self._line.send("GET", f"/v1/projects/{name}/diff/sheet", query=query)
        frames = answer.headers.get("Rotoscope-Frames", "").split(",")
        shown = tuple(int(one) for one in frames if one)
        return DiffSheet(answer.content, answer.headers["Content-Type"], shown)

    def timeline(self, name: str) -> bytes:
        """Its timeline as an OpenTimelineIO file."""
        return self._line.send("GET", f"/v1/projects/{name}/timeline.otio").content

    def import_timeline(self, name: str, content: bytes, *, file: str | None = None) -> ProjectChange:
        """Take looks and their ranges from an OpenTimelineIO file, as an editing program may have moved them.

        Args:
            name: of the project.
            content: of the file.
            file: what it is called; the history tells it.
        """
        path, query = f"/v1/projects/{name}/timeline.otio", {"file": file}
        answer = self._line.send("PUT", path, query=query, body=content, headers={"Content-Type": _OTIO})
        return self._line.record(ProjectChange, answer)

    def paint(self, name: str, output: str, **wanted: Any) -> Job:  # noqa: ANN401 - as the API's document says
        """Paint a project: a job, whose result names the ``commit``.

        Args:
            name: of the project.
            output: URI of the video.
            wanted: ``filter`` or ``look``, ``start``, ``stop``, ``strength``, ``coherence`` ….

        Raises:
            ApiError: the project is being painted (code ``project-busy``).
        """
        body = {"output": output, **wanted}
        return self._line.read(Job, "POST", f"/v1/projects/{name}/paint", json=body)

    def override(self, name: str, index: int, uri: str) -> ProjectChange:
        """Show a retouched still at a frame, from the next painting on."""
        path = f"/v1/projects/{name}/frames/{index}/override"
        return self._line.read(ProjectChange, "PUT", path, json={"uri": uri})

    def take_back(self, name: str, index: int) -> ProjectChange:
        """Show the painted frame again."""
        return self._line.read(ProjectChange, "DELETE", f"/v1/projects/{name}/frames/{index}/override")

    def fork(self, name: str, branch: str) -> ProjectChange:
        """Begin a branch, and go to it."""
        return self._change(f"/v1/projects/{name}/fork", {"branch": branch})

    def switch(self, name: str, branch: str) -> ProjectChange:
        """Go to another branch."""
        return self._change(f"/v1/projects/{name}/switch", {"branch": branch})

    def merge(self, name: str, branch: str, *, prefer: str | None = None) -> ProjectChange:
        """Bring a branch into the one at hand; ``prefer``: ``ours`` or ``theirs``."""
        return self._change(f"/v1/projects/{name}/merge", {"branch": branch, "prefer": prefer})

    def restore(self, name: str, commit: str, *, path: str | None = None) -> ProjectChange:
        """Bring back the files of a commit, or one file or folder of it, as a new commit."""
        return self._change(f"/v1/projects/{name}/restore", {"commit": commit, "path": path})

    def delete(self, name: str) -> None:
        """Delete it with its whole history. Its clip and the videos made of it stay.

        Raises:
            ApiError: a job is working on it (code ``project-busy``).
        """
        self._line.send("DELETE", f"/v1/projects/{name}")

    def _change(self, path: str, asked: dict[str, Any]) -> ProjectChange:
        return self._line.read(ProjectChange, "POST", path, json=asked)
