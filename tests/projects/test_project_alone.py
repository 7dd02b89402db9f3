"""One at a time changes a project, links do not lead out of it, and machines share its states."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rotoscope.errors import ProjectBusy, ProjectError, ProjectExists, ProjectNotFound
from rotoscope.jobs.projects import ClientProjects
from rotoscope.projects.alone import alone
from rotoscope.projects.looks import look_of_filters
from rotoscope.projects.merging import fork_project
from rotoscope.projects.painting import paint_project
from rotoscope.projects.project import init_project, open_project
from rotoscope.projects.retouching import override_frame
from rotoscope.settings import Settings
from rotoscope.standard import load_filter
from rotoscope.storage.local import LocalStore

from samples import make_clip, make_stills


def test_who_comes_second_is_refused(tmp_path: Path) -> None:
    project = init_project(make_clip(tmp_path / "clip.mp4"), tmp_path / "flight")
    told: list[str] = []

    def second() -> None:
        with pytest.raises(ProjectBusy) as raised:
            fork_project(open_project(tmp_path / "flight"), "bolder")
        told.append(str(raised.value))

    with alone(project.folder), alone(project.folder):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "is being painted or changed by another process at this moment" in told[0]
    fork_project(project, "bolder")


@pytest.mark.parametrize("linked", ["overrides", "looks", "still"])
def test_no_link_leads_out_of_a_project(tmp_path: Path, linked: str) -> None:
    project = init_project(make_clip(tmp_path / "clip.mp4"), tmp_path / "flight")
    still = make_stills(tmp_path / "stills", frames=1) / "0000.png"
    override_frame(project, 3, still)
    [kept] = (project.folder / "overrides").iterdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    if linked == "still":
        kept.rename(outside / "a.png")
        kept.symlink_to(outside / "a.png")
    elif linked == "overrides":
        (project.folder / linked).rename(outside / linked)
        (project.folder / linked).symlink_to(outside / linked)
    else:
        (project.folder / linked).symlink_to(outside)
    with pytest.raises(ProjectError, match=r"is a link, or lies behind one\. A project holds files"):
        paint_project(
            project,
            tmp_path / "x.mp4",
            load_filter,
            look=look_of_filters(["posterize"]),
            clip=tmp_path / "clip.mp4",
        )
    assert not (tmp_path / "x.mp4").exists()
    assert {path.name for path in outside.iterdir()} <= {"a.png", "overrides"}


def machine(folder: Path, store: LocalStore) -> ClientProjects:
    return ClientProjects(Settings(data_dir=folder / "data", cache_dir=folder / "cache"), store)


def test_machines_share_states_and_one_of_two_changes_is_refused(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store", shown_as="store/")
    here, there = machine(tmp_path / "here", store), machine(tmp_path / "there", store)
    clip = make_clip(tmp_path / "clip.mp4")
    with here.beginning("cli_a", "flight", "data://in/clip.mp4") as folder:
        init_project(clip, folder)
    assert (there.names("cli_a"), there.names("cli_b")) == (["flight"], [])
    assert there.source(there.open("cli_a", "flight")) == "data://in/clip.mp4"
    with there.changing("cli_a", "flight") as project:
        fork_project(project, "bolder")
        override_frame(project, 3, make_stills(tmp_path / "stills", frames=1) / "0000.png")
    seen = here.open("cli_a", "flight")
    assert (seen.repository.branch, seen.repository.branches()) == ("bolder", ("bolder", "main"))
    assert seen.state.frames[3].override is not None
    assert len(list((seen.folder / "overrides").iterdir())) == 1
    assert len(list(store.list("projects/cli_a/flight/"))) == 2
    again = there.beginning("cli_a", "flight", "data://in/clip.mp4")
    with pytest.raises(ProjectExists, match="There is a project 'flight' already"), again:
        raise AssertionError
    with pytest.raises(ProjectNotFound, match="There is no project 'flight'"):
        there.open("cli_b", "flight")
    meanwhile = pytest.raises(ProjectBusy, match="was changed by another machine meanwhile")
    with meanwhile, here.changing("cli_a", "flight") as mine:
        with there.changing("cli_a", "flight") as other:
            fork_project(other, "theirs")
        fork_project(mine, "ours")
    assert here.open("cli_a", "flight").repository.branches() == ("bolder", "main", "theirs")


def test_what_one_machine_deletes_is_gone_on_all_and_may_be_begun_again(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store", shown_as="store/")
    here, there = machine(tmp_path / "here", store), machine(tmp_path / "there", store)
    clip = make_clip(tmp_path / "clip.mp4")

    def begin() -> None:
        with here.beginning("cli_a", "flight", "data://in/clip.mp4") as folder:
            init_project(clip, folder)

    begin()
    with there.changing("cli_a", "flight") as project:
        fork_project(project, "bolder")
    here.open("cli_a", "flight")
    busy = pytest.raises(ProjectBusy, match=r"^flight is being painted or changed by another process")
    with alone(here.folder("cli_a") / "flight"), ThreadPoolExecutor(1) as other, busy:
        other.submit(here.delete, "cli_a", "flight").result()
    here.delete("cli_a", "flight")
    assert list(store.list("projects/")) == []
    for each in (here, there):
        assert each.names("cli_a") == []
        with pytest.raises(ProjectNotFound, match="There is no project 'flight'"):
            each.open("cli_a", "flight")
    store.put("projects/cli_a/flight/00000003", b"what was changed elsewhere while it was deleted")
    begin()
    assert [there.open("cli_a", "flight").repository.branches() for _ in range(2)] == [("main",), ("main",)]
    with there.changing("cli_a", "flight") as project:
        fork_project(project, "again")
    here.delete("cli_a", "flight")
    begin()
    assert there.open("cli_a", "flight").repository.branches() == ("main",)
    assert [path.name for path in here.folder("cli_a").iterdir()] == ["flight"]
