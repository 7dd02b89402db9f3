"""Projects pushed to, pulled and cloned from other repositories."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from dulwich.repo import Repo

from rotoscope.errors import ProjectConflict, ProjectError, ProjectNotFound, RemoteFailed
from rotoscope.projects.history import project_status
from rotoscope.projects.merging import fork_project, switch_branch
from rotoscope.projects.painting import Range
from rotoscope.projects.project import Project
from rotoscope.projects.remotes import clone_project, pull_project, push_project, shown

from project_samples import Paint, git

EARLY, LATE = Range(stop=Fraction(1, 5)), Range(start=Fraction(3, 5))


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An empty repository that stands on a branch it has not."""
    Repo.init_bare(tmp_path / "bare.git", mkdir=True).close()
    return tmp_path / "bare.git"


def test_a_clone_has_every_file_and_every_commit(
    project: Project, paint: Paint, bare: Path, tmp_path: Path
) -> None:
    paint(project, "posterize")
    assert push_project(project, str(bare)).branch == "main"
    copy = clone_project(str(bare), tmp_path / "copy")
    assert copy.repository.head == project.repository.head
    for path in project.repository.files(project.repository.head):
        assert (copy.folder / path).read_bytes() == (project.folder / path).read_bytes()
    assert git(bare, "fsck", "--strict", "main") == ""
    assert git(copy.folder, "status", "--porcelain") == ""


def test_both_sides_go_on_and_come_together(
    project: Project, paint: Paint, bare: Path, tmp_path: Path, clip: Path
) -> None:
    push_project(project, str(bare))
    copy = clone_project(str(bare), tmp_path / "copy")
    paint(copy, "lineart", over=LATE, clip=clip)
    push_project(copy)
    paint(project, "posterize", over=EARLY)
    with pytest.raises(RemoteFailed, match=r"has commits on this branch that are not here.*project pull"):
        push_project(project)
    assert pull_project(project).kind == "merge"
    push_project(project)
    assert pull_project(copy).kind == "forward"
    assert pull_project(copy).kind == "nothing"
    assert [one.look for one in copy.state.timeline] == ["looks/posterize.yaml", "looks/lineart.yaml"]
    assert copy.repository.head == project.repository.head


def test_a_conflict_in_a_pull_changes_nothing(
    project: Project, paint: Paint, bare: Path, tmp_path: Path, clip: Path
) -> None:
    push_project(project, str(bare))
    copy = clone_project(str(bare), tmp_path / "copy")
    paint(copy, "lineart", over=LATE, clip=clip)
    push_project(copy)
    paint(project, "posterize", over=LATE)
    head = project.repository.head
    with pytest.raises(ProjectConflict, match="frames 15 to 19"):
        pull_project(project)
    assert project.repository.head == head
    assert project_status(project).uncommitted == ()
    assert pull_project(project, prefer="ours").kind == "merge"


def test_another_branch_can_be_cloned_and_switched_to(project: Project, bare: Path, tmp_path: Path) -> None:
    push_project(project, str(bare))
    fork_project(project, "bolder")
    push_project(project)
    assert clone_project(str(bare), tmp_path / "one", branch="bolder").repository.branch == "bolder"
    copy = clone_project(str(bare), tmp_path / "two")
    assert copy.repository.branch in ("main", "bolder")
    switch_branch(copy, "bolder")
    assert copy.repository.branch == "bolder"


def test_what_cannot_be_reached_is_told_and_not_kept(
    project: Project, bare: Path, tmp_path: Path, clip: Path
) -> None:
    with pytest.raises(ProjectError, match="does not know another repository yet"):
        push_project(project)
    with pytest.raises(RemoteFailed, match=r"is no Git repository.*--create makes an empty one"):
        push_project(project, str(tmp_path / "nowhere"))
    with pytest.raises(ProjectError, match="does not know another repository yet"):
        pull_project(project)
    with pytest.raises(RemoteFailed, match="cannot be reached, or refuses"):
        clone_project("git://127.0.0.1:9/x.git", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    with pytest.raises(ProjectNotFound, match="without a commit, so no project"):
        clone_project(str(bare), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    with pytest.raises(ProjectError, match="exists already and is not empty"):
        clone_project(str(bare), project.folder)


def test_a_password_in_a_url_is_not_shown() -> None:
    assert shown("https://ada:secret@example.com/x.git") == "https://ada:***@example.com/x.git"
    assert shown("git@example.com:x.git") == "git@example.com:x.git"
