"""Painting a project: ranges, pieces that are found, retouched frames, stills."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from rotoscope.errors import InvalidOptions, ProjectError, ProjectNotFound
from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media
from rotoscope.media.stills import read_still
from rotoscope.projects.history import project_diff
from rotoscope.projects.looks import look_of_file
from rotoscope.projects.painting import Range
from rotoscope.projects.project import Project
from rotoscope.projects.retouching import override_frame
from rotoscope.render.segments.frame_log import pixels_sha256
from rotoscope.standard import load_filter

import samples
from project_samples import Paint, git

MIDDLE = Range(Fraction(2, 5), Fraction(3, 5))
"""Frames 10 to 14."""


def test_a_painting_is_a_video_a_commit_and_a_hash_of_every_frame(project: Project, paint: Paint) -> None:
    made = paint(project, "posterize", coherence="off")
    assert made.frames_changed == made.result.frames == 20
    posterize = load_filter("posterize")
    sources = list(open_clip(project.clip()).frames())
    painted = [frame.painted for frame in project.state.frames]
    assert [one and one.sha256 for one in painted] == [
        pixels_sha256(posterize.apply(frame.pixels)) for frame in sources
    ]
    assert {one and (one.look, one.runtime, one.precision) for one in painted} == {
        ("looks/posterize.yaml", None, None)
    }
    assert len(inspect_media(made.result.output).audio) == 1
    assert (project.folder / "looks" / "posterize.yaml").exists()
    assert project.repository.uncommitted() == ()


def test_a_network_s_library_and_precision_stand_beside_the_hash(project: Project, paint: Paint) -> None:
    paint(project, "great-wave")
    painted = project.state.frames[0].painted
    assert painted is not None
    assert (painted.runtime or "").startswith("openvino ")
    assert painted.precision in ("f32", "bf16")


@pytest.mark.parametrize("coherence", ["off", "smooth", "best"])
def test_another_look_at_a_part_changes_the_frames_of_that_part_alone(
    project: Project, paint: Paint, coherence: str
) -> None:
    paint(project, "posterize", coherence=coherence)
    made = paint(project, "lineart", over=MIDDLE, coherence=coherence)
    assert made.frames_changed == 5
    (changed,) = project_diff(project).repainted
    assert (changed.first, changed.stop) == (10, 15)
    assert changed.told == "frames 10 to 14 (0:00.400 to 0:00.600)"
    assert [(one.first, one.stop, one.look) for one in project.state.timeline] == [
        (0, 10, "looks/posterize.yaml"),
        (10, 15, "looks/lineart.yaml"),
        (15, 20, "looks/posterize.yaml"),
    ]
    assert made.result.frames == 20


def test_what_was_painted_is_found_again(project: Project, paint: Paint) -> None:
    first = paint(project, "posterize")
    again = paint(project)
    assert again.frames_changed == 0
    assert "20 of 20 frames were painted before, and used again" in again.result.notes
    assert again.result.output.read_bytes() == first.result.output.read_bytes()
    assert [record.frames_found for record in project.state.results] == [0, 20]


def test_what_no_look_is_over_stays_as_it_was(project: Project, paint: Paint) -> None:
    paint(project, "posterize", over=MIDDLE)
    assert [frame.index for frame in project.state.frames if frame.painted] == [10, 11, 12, 13, 14]


def test_a_retouched_frame_is_shown_and_its_neighbors_stay(
    project: Project, paint: Paint, tmp_path: Path
) -> None:
    before = paint(project, "posterize")
    still = np.full((48, 64, 3), (10, 200, 30), np.uint8)
    cv2.imwrite(str(tmp_path / "green.png"), still[..., ::-1])
    override_frame(project, 7, tmp_path / "green.png")
    made = paint(project)
    assert made.frames_changed == 1
    frame = project.state.frames[7]
    assert frame.override == pixels_sha256(still)
    assert frame.painted is not None
    assert frame.painted.sha256 == frame.override
    old, new = (list(open_clip(one.result.output).frames()) for one in (before, made))
    assert new[7].pixels.mean(axis=(0, 1)) == pytest.approx((10, 200, 30), abs=8)
    assert abs(new[6].pixels.astype(int) - old[6].pixels).mean() < 8
    override_frame(project, 7, None)
    assert paint(project).frames_changed == 1
    assert not list((project.folder / "overrides").glob("*.png"))


def test_stills_of_painted_frames_are_committed_where_that_is_asked(project: Project, paint: Paint) -> None:
    paint(project, "posterize")
    assert not (project.folder / "stills").exists()
    paint(project, with_frames=True)
    wanted = {frame.painted.sha256 for frame in project.state.frames if frame.painted}
    stills = list((project.folder / "stills").glob("*.png"))
    assert {still.stem for still in stills} == wanted
    assert all(pixels_sha256(read_still(still).pixels) == still.stem for still in stills)
    paint(project, "lineart")
    assert not list((project.folder / "stills").glob("*.png"))


def test_the_look_file_that_was_edited_in_the_project_is_used_and_committed(
    project: Project, paint: Paint
) -> None:
    paint(project, "posterize")
    look = project.folder / "looks" / "posterize.yaml"
    look.write_text("look: 1\nlayers:\n- filter: lineart\n")
    assert paint(project).frames_changed == 20
    assert project.repository.uncommitted() == ()
    assert project_diff(project).looks == (("looks/posterize.yaml", "changed"),)


def test_a_look_file_comes_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "my look.yaml").write_text("look: 1\nlayers:\n- filter: posterize\n")
    assert look_of_file(tmp_path / "my look.yaml").name == "looks/my-look.yaml"
    with pytest.raises(ProjectError, match=r"none\.yaml cannot be read: No such file"):
        look_of_file(tmp_path / "none.yaml")


def test_what_cannot_be_painted_is_refused_with_what_to_do(
    project: Project, paint: Paint, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match=r"has no look yet\. Paint with one: --look FILE"):
        paint(project)
    with pytest.raises(
        InvalidOptions, match=r"No frame of clip\.mp4 is shown in that range: it has 20 frames"
    ):
        paint(project, "posterize", over=Range(Fraction(9)))
    with pytest.raises(ProjectNotFound, match=r"There is no frame 20: clip\.mp4 has 20"):
        override_frame(project, 20, tmp_path / "x.png")
    with pytest.raises(ProjectNotFound, match="was not retouched"):
        override_frame(project, 3, None)
    cv2.imwrite(str(tmp_path / "tall.png"), np.zeros((64, 32, 3), np.uint8))
    with pytest.raises(ProjectError, match=r"tall\.png is 32x64, and the clip's frames are 64x48"):
        override_frame(project, 3, tmp_path / "tall.png")


def test_another_clip_under_the_same_name_is_noticed(project: Project, paint: Paint, clip: Path) -> None:
    clip.unlink()
    with pytest.raises(ProjectError, match=r"clip\.mp4 .* was not found at .*--clip FILE"):
        paint(project, "posterize")
    samples.make_clip(clip, frames=19)
    with pytest.raises(ProjectError, match="is not the clip of"):
        paint(project, "posterize")


def test_nothing_is_committed_where_painting_fails(project: Project, paint: Paint, tmp_path: Path) -> None:
    head = project.repository.head
    (tmp_path / "painted-1.mp4").write_text("there")
    with pytest.raises(Exception, match="exists already"):
        paint(project, "posterize")
    assert project.repository.head == head
    assert not (project.folder / "looks").exists()


def test_the_git_program_finds_nothing_wrong(project: Project, paint: Paint) -> None:
    paint(project, "posterize")
    paint(project, "lineart", over=MIDDLE, with_frames=True)
    assert git(project.folder, "fsck", "--strict") == ""
    assert git(project.folder, "status", "--porcelain") == ""
    told = git(project.folder, "log", "--stat", "--format=%an: %s")
    assert "Ada: Paint frames 10 to 14 (0:00.400 to 0:00.600) with lineart: 5 of 20 frames changed" in told
    assert "looks/lineart.yaml" in told
    numbers = git(project.folder, "show", "--numstat", "--format=", "HEAD", "--", "frames")
    assert numbers.split() == ["5", "5", "frames/000000.jsonl"]
