"""Branches of a project: forked, merged frame by frame, or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rotoscope.errors import ProjectConflict, ProjectError, ProjectNotFound
from rotoscope.projects.history import (
    project_diff,
    project_log,
    project_status,
    restore_project,
)
from rotoscope.projects.merging import fork_project, merge_branch, switch_branch
from rotoscope.projects.painting import Range
from rotoscope.projects.project import Project

from project_samples import Paint, git

EARLY, LATE = Range(stop=Fraction(1, 5)), Range(start=Fraction(3, 5))
"""Frames 0 to 4, and 15 to 19."""


def looks_of(project: Project) -> list[str]:
    return [frame.painted.look.split("/")[1] if frame.painted else "" for frame in project.state.frames]


def test_branches_that_painted_other_frames_are_merged(project: Project, paint: Paint) -> None:
    paint(project, "posterize")
    fork_project(project, "bolder")
    paint(project, "lineart", over=LATE)
    switch_branch(project, "main")
    assert set(looks_of(project)) == {"posterize.yaml"}
    paint(project, "halftone", over=EARLY)
    merged = merge_branch(project, "bolder")
    assert merged.kind == "merge"
    wanted = ["halftone.yaml"] * 5 + ["posterize.yaml"] * 10 + ["lineart.yaml"] * 5
    assert looks_of(project) == wanted
    assert [one.look.split("/")[1] for one in project.state.timeline] == list(dict.fromkeys(wanted))
    assert [record.output for record in project.state.results] == [
        "painted-1.mp4",
        "painted-3.mp4",
        "painted-2.mp4",
    ]
    assert paint(project).frames_changed == 0
    assert len(project.repository.commit_of(project.repository.resolve(merged.commit)).parents) == 2
    assert git(project.folder, "fsck", "--strict") == ""
    assert git(project.folder, "status", "--porcelain") == ""


def test_what_both_painted_differently_is_told_and_nothing_is_merged(project: Project, paint: Paint) -> None:
    fork_project(project, "bolder")
    paint(project, "lineart", over=LATE)
    switch_branch(project, "main")
    paint(project, "posterize", over=Range(start=Fraction(1, 2)))
    head = project.repository.head
    before = (project.folder / "frames" / "000000.jsonl").read_bytes()
    with pytest.raises(
        ProjectConflict, match=r"frames 15 to 19 .* were painted.*Nothing was merged"
    ) as raised:
        merge_branch(project, "bolder")
    assert raised.value.conflicts == ("frames 15 to 19 (0:00.600 to 0:00.800) were painted",)
    assert project.repository.head == head
    assert (project.folder / "frames" / "000000.jsonl").read_bytes() == before
    assert not (project.folder / "looks" / "lineart.yaml").exists()
    assert project.repository.uncommitted() == ()
    merge_branch(project, "bolder", prefer="theirs")
    assert looks_of(project)[12:] == ["", *["posterize.yaml"] * 2, *["lineart.yaml"] * 5]


def test_a_look_that_both_changed_is_a_conflict_and_one_that_one_changed_is_not(
    project: Project, paint: Paint
) -> None:
    paint(project, "posterize", over=EARLY)
    fork_project(project, "bolder")
    look = project.folder / "looks" / "posterize.yaml"
    look.write_text("look: 1\nlayers:\n- filter: posterize:levels=3\n")
    project.commit("Three levels", {})
    switch_branch(project, "main")
    (project.folder / "looks" / "other.yaml").write_text("look: 1\nlayers:\n- filter: lineart\n")
    project.commit("Another look", {})
    assert merge_branch(project, "bolder").kind == "merge"
    assert "levels=3" in look.read_text()
    look.write_text("look: 1\nlayers:\n- filter: posterize:levels=5\n")
    project.commit("Five levels", {})
    switch_branch(project, "bolder")
    look.write_text("look: 1\nlayers:\n- filter: posterize:levels=7\n")
    project.commit("Seven levels", {})
    with pytest.raises(ProjectConflict, match=r"both changed the same: the file looks/posterize\.yaml"):
        merge_branch(project, "main")
    assert "levels=7" in look.read_text()


def test_a_branch_that_goes_on_from_here_is_gone_forward_to(project: Project, paint: Paint) -> None:
    fork_project(project, "bolder")
    paint(project, "posterize")
    switch_branch(project, "main")
    assert merge_branch(project, "bolder").kind == "forward"
    assert merge_branch(project, "bolder").kind == "nothing"
    assert set(looks_of(project)) == {"posterize.yaml"}


def test_changes_that_nobody_committed_are_not_written_over(project: Project, paint: Paint) -> None:
    paint(project, "posterize", over=EARLY)
    fork_project(project, "bolder")
    look = project.folder / "looks" / "posterize.yaml"
    look.write_text("mine\n")
    for attempt in (lambda: switch_branch(project, "main"), lambda: merge_branch(project, "main")):
        with pytest.raises(ProjectError, match=r"changes in looks/posterize\.yaml that are not committed"):
            attempt()
    assert look.read_text() == "mine\n"
    assert project_status(project).uncommitted == ("looks/posterize.yaml",)
    assert restore_project(project, "HEAD", "looks") is None
    assert project_status(project).uncommitted == ()


def test_any_state_can_be_brought_back_and_nothing_is_lost(project: Project, paint: Paint) -> None:
    paint(project, "posterize")
    paint(project, "lineart", over=LATE)
    restore_project(project, "HEAD~1")
    assert set(looks_of(project)) == {"posterize.yaml"}
    assert not (project.folder / "looks" / "lineart.yaml").exists()
    assert project_diff(project, "HEAD~2", "HEAD").is_empty
    restore_project(project, "HEAD~1", "looks/lineart.yaml")
    assert (project.folder / "looks" / "lineart.yaml").exists()
    titles = [commit.title for commit in project_log(project)]
    assert titles[0].startswith("Restore looks/lineart.yaml of ")
    assert titles[-1] == "Begin with clip.mp4: 20 frames"
    assert [commit.title for commit in project_log(project, limit=2)] == titles[:2]


def test_names_that_are_none_are_told_with_those_that_are(project: Project) -> None:
    fork_project(project, "bolder")
    with pytest.raises(ProjectNotFound, match=r"'nobody' is no commit or branch .* Branches: bolder, main"):
        merge_branch(project, "nobody")
    with pytest.raises(ProjectError, match=r"has a branch 'main' already.*project switch main"):
        fork_project(project, "main")
    with pytest.raises(ProjectError, match=r"'a b' is no name for a branch"):
        fork_project(project, "a b")
    with pytest.raises(ProjectNotFound, match=r"HEAD has no nothing\. Give a file or a folder"):
        restore_project(project, "HEAD", "nothing")
    with pytest.raises(ProjectNotFound, match="HEAD is the first commit"):
        project_diff(project)
