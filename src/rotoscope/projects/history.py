"""What changed between two states of a project, and going back to one."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from rotoscope.errors import ProjectNotFound
from rotoscope.projects.alone import by_oneself
from rotoscope.projects.project import Project, State
from rotoscope.projects.records import LOOKS, FrameRecord, ResultRecord, shard_name
from rotoscope.projects.repository import CommitFacts

_Frame: TypeAlias = FrameRecord | None
"""None: a state has no such frame."""
_Pair: TypeAlias = tuple[int, _Frame, _Frame]
"""Index of a frame, and what two states say of it."""


@dataclass(frozen=True, slots=True)
class FrameRange:
    """Frames that follow on each other."""

    first: int
    """Index of its first frame."""
    stop: int
    """Index after its last one."""
    told: str
    """``frames 25 to 49 (0:01.000 to 0:02.000)``."""


@dataclass(frozen=True, slots=True)
class ProjectDiff:
    """How one state of a project differs from another."""

    before: str
    """Id of a commit."""
    after: str
    """Likewise."""
    repainted: tuple[FrameRange, ...]
    """Frames that look otherwise: painted anew with another outcome, for the first time, or not any more."""
    overridden: tuple[FrameRange, ...]
    """Frames whose retouched still came, went or changed."""
    recomputed: tuple[FrameRange, ...]
    """Frames that look the same, by another look, runtime or precision."""
    looks: tuple[tuple[str, str], ...]
    """Look files, each ``added``, ``changed`` or ``removed``."""
    results: tuple[ResultRecord, ...]
    """Outputs made since."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not any((self.repainted, self.overridden, self.recomputed, self.looks, self.results))


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """Where a project stands."""

    branch: str
    branches: tuple[str, ...]
    commit: str
    title: str
    """Of that commit."""
    uncommitted: tuple[str, ...]
    """Files that were changed by hand since."""
    clip: str | None
    """Where it was last; None where nobody said."""
    source: str
    """Its name in the manifest."""
    frames: int
    painted: int
    overridden: int
    looks: tuple[str, ...]
    results: int


def project_log(project: Project, start: str = "HEAD", *, limit: int | None = None) -> list[CommitFacts]:
    """Commits, the newest first.

    Raises:
        ProjectNotFound: no such commit or branch.
    """
    return list(project.repository.history(project.repository.resolve(start), limit=limit))


def project_status(project: Project) -> ProjectStatus:
    """Where the project stands."""
    state, repository = project.state, project.repository
    return ProjectStatus(
        branch=repository.branch,
        branches=repository.branches(),
        commit=state.commit.decode(),
        title=next(repository.history(state.commit, limit=1)).title,
        uncommitted=repository.uncommitted(),
        clip=repository.setting("clip"),
        source=state.manifest.source.file,
        frames=len(state.frames),
        painted=sum(frame.painted is not None for frame in state.frames),
        overridden=sum(frame.override is not None for frame in state.frames),
        looks=tuple(sorted(state.looks())),
        results=len(state.results),
    )


def project_diff(project: Project, before: str | None = None, after: str = "HEAD") -> ProjectDiff:
    """How a state differs from another.

    Args:
        project: whose.
        before: a commit or branch; None: the one before ``after``.
        after: likewise.

    Raises:
        ProjectNotFound: no such commit, or none before the first one.
    """
    new = project.state_at(after)
    if before is None:
        parents = project.repository.commit_of(new.commit).parents
        if not parents:
            raise ProjectNotFound(
                f"{after} is the first commit of {project.folder}, so there is none before it to compare it "
                "with. Paint first, or name two commits."
            )
        old = State(project.repository, parents[0])
    else:
        old = project.state_at(before)
    files = old.repository.changed_files(old.commit, new.commit)
    pairs = list(_pairs(old, new, files))
    return ProjectDiff(
        before=old.commit.decode(),
        after=new.commit.decode(),
        repainted=_ranges(old, new, pairs, _differ(lambda frame: frame.painted and frame.painted.sha256)),
        overridden=_ranges(old, new, pairs, _differ(lambda frame: frame.override)),
        recomputed=_ranges(old, new, pairs, _recomputed),
        looks=_looks(files),
        results=_made_since(old.results, new.results),
    )


@by_oneself
def restore_project(project: Project, commit: str, path: str | None = None) -> str | None:
    """Bring back the files of a commit, as a commit of its own: nothing is lost.

    Args:
        project: whose.
        commit: which state.
        path: a file, or a folder such as ``looks``; None: everything.

    Returns:
        The new commit's id; None where the last commit had these files already (those in the folder are
        written again).

    Raises:
        ProjectNotFound: no such commit, or nothing of that path in it or in the last one.
    """
    repository = project.repository
    chosen = repository.resolve(commit)
    old, now = repository.files(chosen), repository.files(repository.head)
    wanted = [name for name in {**old, **now} if _is_below(name, path)]
    if not wanted:
        raise ProjectNotFound(
            f"{commit} has no {path}. Give a file or a folder of the project, e.g. looks, or leave the path "
            "out to bring everything back."
        )
    files = {name: repository.blob(old[name]) if name in old else None for name in wanted}
    title = f"Restore {path or 'everything'} of {chosen.decode()[:10]}"
    is_same = all(old.get(name) == now.get(name) for name in wanted)
    if is_same:
        repository.write(files)
        return None
    return repository.commit(title + "\n", files)


def ranges_of(state: State, indices: Iterable[int]) -> tuple[FrameRange, ...]:
    """Rising indices as ranges."""
    found: list[list[int]] = []
    for index in indices:
        if found and found[-1][1] == index:
            found[-1][1] = index + 1
        else:
            found.append([index, index + 1])
    return tuple(FrameRange(first, stop, state.told_range(first, stop)) for first, stop in found)


def _pairs(old: State, new: State, files: Container[str]) -> Iterator[_Pair]:
    """Frames of two states side by side, of which only the shards are read that may differ.

    Args:
        old: a state.
        new: likewise.
        files: the names of those that differ.
    """
    before, after = old.manifest.shards, new.manifest.shards
    size = after.frames_per_shard
    for first in range(0, max(before.frames, after.frames), size):
        if before.frames_per_shard == size and shard_name(first // size) not in files:
            continue
        sides = (state.frames_between(first, first + size) for state in (old, new))
        for index, (one, other) in enumerate(zip_longest(*sides), first):
            yield index, one, other


def _ranges(
    old: State, new: State, pairs: Iterable[_Pair], differs: Callable[[_Frame, _Frame], bool]
) -> tuple[FrameRange, ...]:
    longer = new if new.manifest.shards.frames >= old.manifest.shards.frames else old
    return ranges_of(longer, (index for index, before, after in pairs if differs(before, after)))


def _differ(aspect: Callable[[FrameRecord], str | None]) -> Callable[[_Frame, _Frame], bool]:
    return lambda old, new: (old and aspect(old)) != (new and aspect(new))


def _recomputed(old: _Frame, new: _Frame) -> bool:
    if old is None or new is None or old.painted is None or new.painted is None:
        return False
    return old.painted != new.painted and old.painted.sha256 == new.painted.sha256


def _looks(files: Mapping[str, tuple[bool, bool]]) -> tuple[tuple[str, str], ...]:
    told = {(True, True): "changed", (False, True): "added", (True, False): "removed"}
    return tuple((name, told[files[name]]) for name in sorted(files) if name.startswith(f"{LOOKS}/"))


def _made_since(old: list[ResultRecord], new: list[ResultRecord]) -> tuple[ResultRecord, ...]:
    left = list(old)
    made: list[ResultRecord] = []
    for record in new:
        if record in left:
            left.remove(record)
        else:
            made.append(record)
    return tuple(made)


def _is_below(name: str, path: str | None) -> bool:
    if path is None or path.rstrip("/") in ("", "."):
        return True
    plain = path.rstrip("/").removeprefix("./")
    return name == plain or name.startswith(f"{plain}/")
