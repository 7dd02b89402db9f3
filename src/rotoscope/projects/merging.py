"""Two branches of a project become one: line by line where lines are frames, file by file elsewhere.

Everything is decided before anything is written, so a merge is whole or does not happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal, TypeAlias

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
    shard_name,
    to_lines,
)

Prefer: TypeAlias = Literal["ours", "theirs"]
"""Whose side is taken where both changed the same: the branch at hand, or the one that is merged into it."""
_SOURCE: Final = re.compile(rb'"source":"([0-9a-f]{64})"')
"""In a line of a shard; no other part of a record can look so."""
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
    files |= _frames(work)
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


def _frames(work: _Work) -> dict[str, bytes | None]:
    """Merged frame by frame; shards that only one side changed are taken as they are."""
    shards = work.ours.manifest.shards
    files: dict[str, bytes | None] = {}
    disputed: dict[str, list[int]] = {"painted": [], "override": []}
    is_same_clip = work.theirs.manifest.shards == shards
    differing = work.ours.repository.changed_files(work.ours.commit, work.theirs.commit)
    for number, first in enumerate(range(0, shards.frames, shards.frames_per_shard)):
        name = shard_name(number)
        if not is_same_clip or name not in differing:
            continue
        ours, theirs, base = (
            None if one is None else one.repository.read(one.commit, name)
            for one in (work.ours, work.theirs, work.base)
        )
        stop = min(first + shards.frames_per_shard, shards.frames)
        is_same_clip = _sources(work.ours, ours, first, stop) == _sources(work.theirs, theirs, first, stop)
        if theirs == base:
            continue
        if ours == base:
            work.theirs.frames_between(first, stop)  # what breaks the schema is not taken
            files[name] = theirs
        else:
            files[name] = _merged_shard(work, first, stop, disputed)
    if not is_same_clip:
        work.conflicts.append("the frames of the clip itself")
        return {}
    for aspect, told in (("painted", "painted"), ("override", "retouched")):
        ranges = ranges_of(work.ours, disputed[aspect])
        work.conflicts += [
            f"{one.told} {'were' if one.stop - one.first > 1 else 'was'} {told}" for one in ranges
        ]
    return files


def _sources(state: State, content: bytes | None, first: int, stop: int) -> list[bytes]:
    """Hashes of the source frames of a shard: as they stand there or, if it is written otherwise, read."""
    found = _SOURCE.findall(content or b"")
    if len(found) != stop - first:
        found = [frame.source.encode() for frame in state.frames_between(first, stop)]
    return found


def _merged_shard(work: _Work, first: int, stop: int, disputed: dict[str, list[int]]) -> bytes:
    ours, theirs = (one.frames_between(first, stop) for one in (work.ours, work.theirs))
    base: Sequence[FrameRecord | None] = [None] * (stop - first)
    if work.base is not None and work.base.manifest.shards.frames == work.ours.manifest.shards.frames:
        base = work.base.frames_between(first, stop)
    return to_lines(
        _merged_frame(work, mine, other, old, disputed)
        for mine, other, old in zip(ours, theirs, base, strict=True)
    )


def _merged_frame(
    work: _Work,
    mine: FrameRecord,
    other: FrameRecord,
    old: FrameRecord | None,
    disputed: dict[str, list[int]],
) -> FrameRecord:
    """What a frame is from now on; what nobody can say is noted as disputed."""
    settled: dict[str, object] = {}
    for aspect, indices in disputed.items():
        own = getattr(mine, aspect)
        taken, is_open = work.settle(own, getattr(other, aspect), getattr(old, aspect, None))
        if taken is not own:
            settled[aspect] = taken
        if is_open:
            indices.append(mine.index)
    return mine.model_copy(update=settled) if settled else mine


def _timeline(work: _Work) -> list[LookSpan]:
    """Merged frame by frame; what is disputed here is disputed among the frames, too, or told by itself."""
    count = work.ours.manifest.shards.frames
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
    first = 0
    for cell, run in groupby(cells):
        stop = first + sum(1 for _ in run)
        if cell is not None:
            told = {"first": first, "stop": stop, "look": cell[0], "coherence": cell[1]}
            spans.append(LookSpan.model_validate(told))
        first = stop
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
