"""``rotoscope project``: a clip becomes a project, and everything that can be done with one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media
from rotoscope.media.stills import read_still

from command import Run
from project_samples import git


def test_a_clip_s_whole_life_in_git(run: Run, clip: Path, tmp_path: Path) -> None:
    project, bare, copy = tmp_path / "flight", tmp_path / "flight.git", tmp_path / "copy"

    def does(*words: str | Path) -> str:
        ran = run("project", *words)
        assert ran.exit_code == 0, ran.err
        return ran.out

    assert f"{project}: 20 frames of clip.mp4, commit " in does("init", clip, project)
    whole = tmp_path / "whole.mp4"
    assert "20 frames changed" in does(
        "paint", project, "--filter", "posterize", "--output", whole, "--with-frames"
    )
    part = ("--filter", "lineart", "--start", "0.4", "--stop", "0.6", "--with-frames")
    assert "5 frames changed" in does("paint", project, *part, "--output", tmp_path / "part.mp4")

    sheet = tmp_path / "sheet.png"
    told = does("diff", "--project", project, "--sheet", sheet)
    assert "repainted   frames 10 to 14 (0:00.400 to 0:00.600)" in told
    assert "added       looks/lineart.yaml" in told
    assert f"{sheet}: frames 10, 11, 12, 13, 14, before and after" in told
    assert read_still(sheet).pixels.shape[1] > 300

    cv2.imwrite(str(tmp_path / "touch.png"), np.full((48, 64, 3), 255, np.uint8))
    assert "on the new branch bolder" in does("fork", "bolder", "--project", project)
    does("override", "3", tmp_path / "touch.png", "--project", project)
    assert "1 frame changed" in does("paint", project, "--output", tmp_path / "touched.mp4", "--with-frames")
    does("switch", "main", "--project", project)
    does("paint", project, "--filter", "halftone", "--start", "0.7", "--output", tmp_path / "end.mp4")
    assert "bolder was merged" in does("merge", "bolder", "--project", project)

    does("push", bare, "--create", "--project", project)
    does("clone", bare, copy)
    final = tmp_path / "final.mp4"
    assert "0 frames changed" in does("paint", copy, "--clip", clip, "--output", final)
    pictures = [frame.pixels for frame in open_clip(final).frames()]
    assert len(pictures) == 20
    assert pictures[3].mean() > 245
    assert len(inspect_media(final).audio) == 1
    does("push", "--project", copy)
    assert "went forward" in does("pull", "--project", project)

    log = does("log", project).splitlines()
    assert len(log) == 8
    assert log[-1].endswith("Begin with clip.mp4: 20 frames")
    status = does("status", project)
    assert "20, 20 painted, 1 retouched" in status
    assert "uncommitted  nothing" in status
    for folder in (project, copy):
        assert git(folder, "fsck", "--strict") == ""
        assert git(folder, "status", "--porcelain") == ""
    assert git(bare, "fsck", "--strict") == ""
    assert "Paint frames 10 to 14 (0:00.400 to 0:00.600) with lineart" in git(copy, "log", "--stat")


def test_programs_get_json(run: Run, clip: Path, tmp_path: Path) -> None:
    project = tmp_path / "flight"
    made = run("project", "init", clip, project, "--json").json
    assert (made["frames"], len(made["commit"])) == (20, 40)
    words = ("--filter", "posterize", "--output", tmp_path / "out.mp4", "--json")
    painted = run("project", "paint", project, *words).json
    assert (painted["frames_changed"], painted["result"]["frames"]) == (20, 20)
    assert run("project", "status", project, "--json").json["painted"] == 20
    assert [one["id"] for one in run("project", "log", project, "--json").json] == [
        painted["commit"],
        made["commit"],
    ]
    (changed,) = run("project", "diff", "--project", project, "--json").json["repainted"]
    assert (changed["first"], changed["stop"]) == (0, 20)
    assert run("project", "fork", "b", "--project", project, "--json").json["branch"] == "b"
    assert run("project", "merge", "main", "--project", project, "--json").json["kind"] == "nothing"
    again = run("project", "restore", "HEAD", "--project", project, "--json")
    assert again.json == {"commit": None}
    clips = run("project", "export", "--otio", tmp_path / "x.otio", "--project", project, "--json").json
    assert clips["clips"] == 1
    error = run("project", "status", tmp_path / "nowhere", "--json")
    assert error.exit_code == 1
    assert error.json["error"]["type"] == "ProjectNotFound"


def test_what_does_not_go_together_is_said(run: Run, clip: Path, tmp_path: Path) -> None:
    run("project", "init", clip, tmp_path / "flight")
    paint = ("project", "paint", tmp_path / "flight", "--output", tmp_path / "x.mp4")
    for words, told in (
        (("--filter", "posterize", "--look", clip), "were given together"),
        (("--start", "1"), "go with a look"),
        (("--look", clip, "--strength", "0.5"), "a look file says its own"),
    ):
        ran = run(*paint, *words)
        assert ran.exit_code == 2
        assert told in " ".join(ran.err.replace("│", " ").split())
    ran = run("project", "override", "3", "--project", tmp_path / "flight")
    assert "give a retouched still, or --remove" in " ".join(ran.err.replace("│", " ").split())
    gif = run(
        "project", "paint", tmp_path / "flight", "--filter", "posterize", "--output", tmp_path / "x.gif"
    )
    assert "is no video that a project paints: name it .mp4" in gif.err
    sheet = run(
        "project", "diff", "HEAD", "HEAD", "--project", tmp_path / "flight", "--sheet", tmp_path / "s.png"
    )
    assert "No frame changed between these commits" in sheet.err


def test_a_sheet_without_stills_says_how_to_get_them(run: Run, clip: Path, tmp_path: Path) -> None:
    run("project", "init", clip, tmp_path / "flight")
    run("project", "paint", tmp_path / "flight", "--filter", "posterize", "--output", tmp_path / "x.mp4")
    ran = run("project", "diff", "--project", tmp_path / "flight", "--sheet", tmp_path / "sheet.png")
    assert ran.exit_code == 1
    assert "Paint with --with-frames, which commits the stills" in ran.err
    assert not (tmp_path / "sheet.png").exists()
