"""Two branches of a project become one: line by line where lines are frames, file by file elsewhere.

Everything is decided before anything is written, so a merge is whole or does not happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dulwich.objects import ObjectID

from rotoscope.errors import ProjectConflict
from rotoscope.projects.alone import by_oneself
from rotoscope.projects.history import ranges_of
from rotoscope.projects.project import Project, State
from rotoscope.projects.records import (
    FRAMES,
    RESULTS,
    TIMELINE,
    FrameRecord,
    LookSpan,
    ResultRecord,
    shards_of,
    to_lines,
)

Prefer: TypeAlias = Literal["ours", "theirs"]
"""Whose side is taken where both changed the same: the branch at hand, or the one that is merged into it."""
_Cell: TypeAlias = tuple[str, str] | None
"""Look and coherence of one frame."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a merge."""

    kind: Literal["nothing", "forward", "merge"]
    """Nothing was new; the branch went forward to the other's commit; or both were merged in a new one."""
    commit: str
    """The branch is at now."""


@dataclass(slots=True)
class _Work:
    """A merge while it is decided."""

    base: State | None
    ours: State
    theirs: State
    prefer: Prefer | None
    conflicts: list[str] = field(default_factory=list[str])

    def settle(self, ours: object, theirs: object, base: object) -> tuple[object, bool]:
        """Which of two values, and whether that is disputed."""
        if theirs in (ours, base):
            return ours, False
        if ours == base:
            return theirs, False
        if self.prefer is not None:
            return (ours if self.prefer == "ours" else theirs), False
        return ours, True


@by_oneself
def merge_branch(project: Project, name: str, *, prefer: Prefer | None = None) -> Merged:
    """Merge a branch (or any commit) into the one at hand.

    Frames and the timeline are merged frame by frame, results are put together, every other file is taken
    from the side that changed it.

    Args:
        project: whose branches.
        name: of the branch.
        prefer: whose side to take in a conflict; None: a conflict is an error.

    Raises:
        ProjectConflict: both sides changed the same; every conflict is told, and nothing was merged.
        ProjectError: there are changes that are not committed.
        ProjectNotFound: no such branch.
    """
    project.require_clean("Merging")
    repository = project.repository
    ours, theirs = repository.head, repository.resolve(name)
    base = repository.ancestor(ours, theirs)
    if base == theirs:
        return Merged("nothing", ours.decode())
    if base == ours:
        repository.advance(theirs)
        return Merged("forward", theirs.decode())
    work = _Work(
        None if base is None else State(repository, base),
        State(repository, ours),
        State(repository, theirs),
        prefer,
    )
    files = _merged_files(work)
    if work.conflicts:
        raise ProjectConflict(
            f"{name!r} cannot be merged into {repository.branch!r}, for both changed the same: "
            f"{'; '.join(work.conflicts)}. Nothing was merged. Say whose side to take with --prefer ours or "
            "--prefer theirs, or change one of them first.",
            conflicts=work.conflicts,
        )
    title = f"Merge {name} into {repository.branch}"
    return Merged("merge", repository.commit(title + "\n", files, merged=[theirs]))


def _merged_files(work: _Work) -> dict[str, bytes | None]:
    files = _whole_files(work)
    frames = _frames(work)
    files |= shards_of(frames, work.ours.manifest.shards)
    files[TIMELINE] = to_lines(_timeline(work))
    files[RESULTS] = to_lines(_results(work))
    return files


def _whole_files(work: _Work) -> dict[str, bytes | None]:
    """Files that are taken as they are: looks, the manifest, stills."""
    repository = work.ours.repository
    base: Mapping[str, ObjectID] = repository.files(work.base.commit) if work.base else {}
    ours, theirs = repository.files(work.ours.commit), repository.files(work.theirs.commit)
    files: dict[str, bytes | None] = {}
    for name in sorted({*ours, *theirs}):
        if name in (TIMELINE, RESULTS) or name.startswith(f"{FRAMES}/"):
            continue
        taken, disputed = work.settle(ours.get(name), theirs.get(name), base.get(name))
        if disputed:
            work.conflicts.append(f"the file {name}")
        elif taken != ours.get(name):
            files[name] = repository.blob(theirs[name]) if name in theirs else None
    return files


def _frames(work: _Work) -> list[FrameRecord]:
    ours, theirs = work.ours.frames, work.theirs.frames
    if [frame.source for frame in ours] != [frame.source for frame in theirs]:
        work.conflicts.append("the frames of the clip itself")
        return ours
    base = work.base.frames if work.base else [None] * len(ours)
    made: list[FrameRecord] = []
    disputed: dict[str, list[int]] = {"painted": [], "override": []}
    for mine, other, old in zip(ours, theirs, base, strict=True):
        update: dict[str, object] = {}
        for aspect, indices in disputed.items():
            before = getattr(old, aspect, None)
            update[aspect], is_open = work.settle(getattr(mine, aspect), getattr(other, aspect), before)
            if is_open:
                indices.append(mine.index)
        made.append(mine.model_copy(update=update))
    for aspect, told in (("painted", "painted"), ("override", "retouched")):
        ranges = ranges_of(work.ours, disputed[aspect])
        work.conflicts += [
            f"{one.told} {'were' if one.stop - one.first > 1 else 'was'} {told}" for one in ranges
        ]
    return made


def _timeline(work: _Work) -> list[LookSpan]:
    """Merged frame by frame; what is disputed here is disputed among the frames, too, or told by itself."""
    count = len(work.ours.frames)
    base = _cells(work.base.timeline if work.base else (), count)
    merged: list[_Cell] = []
    disputed: list[int] = []
    sides = zip(_cells(work.ours.timeline, count), _cells(work.theirs.timeline, count), base, strict=True)
    for index, (mine, other, old) in enumerate(sides):
        taken, is_open = work.settle(mine, other, old)
        merged.append(taken)  # pyright: ignore[reportArgumentType] - one of the three
        if is_open:
            disputed.append(index)
    if disputed and not work.conflicts:
        work.conflicts += [f"the looks over {one.told}" for one in ranges_of(work.ours, disputed)]
    return _spans(merged)


def _cells(timeline: Iterable[LookSpan], count: int) -> list[_Cell]:
    cells: list[_Cell] = [None] * count
    for span in timeline:
        cells[span.first : span.stop] = [(span.look, span.coherence)] * (span.stop - span.first)
    return cells


def _spans(cells: list[_Cell]) -> list[LookSpan]:
    spans: list[LookSpan] = []
    for index, cell in enumerate(cells):
        if cell is None:
            continue
        last = spans[-1] if spans else None
        if last and last.stop == index and (last.look, last.coherence) == cell:
            spans[-1] = last.model_copy(update={"stop": index + 1})
        else:
            told = {"first": index, "stop": index + 1, "look": cell[0], "coherence": cell[1]}
            spans.append(LookSpan.model_validate(told))
    return spans


def _results(work: _Work) -> list[ResultRecord]:
    """Ours, then what the others made since; nothing that was made is ever taken away."""
    old = list(work.base.results) if work.base else []
    added: list[ResultRecord] = []
    for record in work.theirs.results:
        if record in old:
            old.remove(record)
        else:
            added.append(record)
    return [*work.ours.results, *added]


@by_oneself
def fork_project(project: Project, name: str) -> str:
    """Begin a branch at the last commit, and stand on it; changes in the folder come along. Gives the commit.

    Raises:
        ProjectError: there is one of that name, or it is no name for one.
    """
    repository = project.repository
    repository.make_branch(name, repository.head)
    repository.stand_on(name, keep_files=True)
    return repository.head.decode()


@by_oneself
def switch_branch(project: Project, name: str) -> str:
    """Stand on another branch; one that another repository has is made here. Gives its commit.

    Raises:
        ProjectNotFound: no such branch.
        ProjectError: there are changes that are not committed.
    """
    project.require_clean("Switching")
    repository = project.repository
    if name not in repository.branches():
        repository.make_branch(name, repository.resolve(f"refs/remotes/origin/{name}"))
    repository.stand_on(name)
    return repository.head.decode()
