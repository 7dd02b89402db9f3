"""Long projects: of many shards, those alone are read and merged that changed."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from rotoscope.errors import ProjectConflict, ProjectError
from rotoscope.media.manifest import ShardedManifest, Shards, SourceIdentity, StreamFacts
from rotoscope.projects.history import project_diff
from rotoscope.projects.merging import fork_project, merge_branch, switch_branch
from rotoscope.projects.project import Project, initial_files
from rotoscope.projects.records import FrameRecord, Painted, shard_name, shards_of
from rotoscope.projects.repository import Repository

COUNT, SIZE = 17, 4
"""Frames, and how many of them are in a shard."""
CHANGES = [range(0), range(3), range(2, 7), range(9, 17), range(17)]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    stream = StreamFacts(
        frame_size=(64, 48),
        coded_size=(64, 48),
        time_base=Fraction(1, 25),
        average_rate=Fraction(25),
        pixel_format="yuv420p",
        is_variable_rate=False,
        duration_seconds=Fraction(COUNT, 25),
    )
    manifest = ShardedManifest(
        source=SourceIdentity(file="long.mp4", size_bytes=1, sha256=sha256("long")),
        stream=stream,
        shards=Shards(frames=COUNT, frames_per_shard=SIZE),
    )
    frames = [FrameRecord(index=n, pts=n, source=sha256(f"source {n}")) for n in range(COUNT)]
    made = Project(Repository.create(tmp_path / "long"))
    made.commit("Begin", initial_files(manifest, frames))
    return made


def change(
    project: Project, indices: Iterable[int], how: Callable[[FrameRecord], FrameRecord]
) -> list[FrameRecord]:
    wanted = set(indices)
    frames = [how(one) if one.index in wanted else one for one in project.state.frames]
    project.commit("Change", {**shards_of(frames, project.state.manifest.shards)})
    return frames


def painted(look: str) -> Callable[[FrameRecord], FrameRecord]:
    def paint(frame: FrameRecord) -> FrameRecord:
        made = Painted(
            sha256=sha256(f"{look} {frame.index}"),
            look=f"looks/{look}.yaml",
            coherence="smooth",
            runtime=None,
            precision=None,
        )
        return frame.model_copy(update={"painted": made})

    return paint


def retouched(frame: FrameRecord) -> FrameRecord:
    return frame.model_copy(update={"override": sha256(f"still {frame.index}")})


def forget_source(frame: FrameRecord) -> FrameRecord:
    return frame.model_copy(update={"source": sha256("another clip")})


@pytest.mark.parametrize(("ours", "theirs"), list(itertools.product(CHANGES, repeat=2)))
def test_a_merge_is_both_changes_whichever_shards_they_are_in(
    project: Project, ours: range, theirs: range
) -> None:
    begun = project.state.frames
    fork_project(project, "other")
    change(project, theirs, retouched)
    switch_branch(project, "main")
    change(project, ours, painted("dusk"))
    merge_branch(project, "other")
    paint = painted("dusk")
    wanted = [paint(one) if one.index in ours else one for one in begun]
    wanted = [retouched(one) if one.index in theirs else one for one in wanted]
    assert project.state.frames == wanted
    assert [
        (project.folder / name).read_bytes() == content
        for name, content in shards_of(wanted, project.state.manifest.shards).items()
    ] == [True] * 5


@pytest.mark.parametrize("indices", CHANGES)
def test_a_diff_finds_what_changed_in_whichever_shards_it_is(project: Project, indices: range) -> None:
    first = project.repository.head.decode()
    change(project, indices, painted("dusk"))
    told = project_diff(project, first)
    assert [index for one in told.repainted for index in range(one.first, one.stop)] == list(indices)
    if len(indices) == COUNT:
        assert [one.told for one in told.repainted] == ["frames 0 to 16 (0:00.000 to 0:00.680)"]


def test_what_both_changed_otherwise_is_told_across_shards(project: Project) -> None:
    fork_project(project, "other")
    change(project, range(2, 10), painted("dusk"))
    switch_branch(project, "main")
    change(project, range(6, 14), painted("dawn"))
    told = r"frames 6 to 9 \(0:00\.240 to 0:00\.400\) were painted\. Nothing"
    with pytest.raises(ProjectConflict, match=told):
        merge_branch(project, "other")
    merge_branch(project, "other", prefer="theirs")
    looks = [one.painted.look[6:10] if one.painted else "" for one in project.state.frames]
    assert looks == [""] * 2 + ["dusk"] * 8 + ["dawn"] * 4 + [""] * 3


@pytest.mark.parametrize("mine", [(), range(9, 11)])
def test_frames_of_another_clip_are_not_merged(project: Project, mine: Iterable[int]) -> None:
    fork_project(project, "other")
    change(project, [9], forget_source)
    switch_branch(project, "main")
    change(project, mine or [0], painted("dusk"))
    with pytest.raises(ProjectConflict, match="the frames of the clip itself"):
        merge_branch(project, "other", prefer="theirs")


def test_a_shard_that_is_not_in_order_is_not_merged_and_one_that_did_not_change_is_not_read(
    project: Project,
) -> None:
    fork_project(project, "other")
    content = (project.folder / shard_name(2)).read_bytes()
    project.commit("Break", {shard_name(2): content.replace(b'"pts":9', b'"pts":"nine"')})
    switch_branch(project, "main")
    change(project, [0], painted("dusk"))
    with pytest.raises(ProjectError, match=r"frames/000002\.jsonl, line 2 is not in order: at pts"):
        merge_branch(project, "other")
    switch_branch(project, "other")
    frames = [painted("dusk")(one) for one in project.state_at("main").frames]
    late = shards_of(frames, project.state.manifest.shards)
    project.commit("Paint the last one", {shard_name(4): late[shard_name(4)]})
    assert [one.first for one in project_diff(project).repainted] == [16]
    with pytest.raises(ProjectError, match=r"line 2 is not in order"):
        project.state.frames  # noqa: B018 - reads them
