"""Separate, stylize and assemble one after the other give what stylize gives at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media

import samples
from command import Run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Irregular times, with sound."""
    return samples.make_variable_rate(tmp_path / "clip.mp4")


def test_three_steps_give_the_clip_back(run: Run, clip: Path, tmp_path: Path) -> None:
    frames, painted, result = tmp_path / "frames", tmp_path / "painted", tmp_path / "result.mp4"
    assert run("separate", clip, frames).exit_code == 0
    assert run("stylize", frames, painted, "--filter", "posterize").exit_code == 0
    ran = run("assemble", painted, result, "--source", clip)
    assert ran.exit_code == 0, ran.err
    source = list(open_clip(clip).frames())
    back = list(open_clip(result).frames())
    assert [f.time_seconds - source[0].time_seconds for f in source] == [
        f.time_seconds - back[0].time_seconds for f in back
    ]
    assert len(inspect_media(result).audio) == 1
    assert [samples.read_index(f.pixels) for f in back] == list(range(len(source)))
    assert run("check", clip, result).exit_code == 0


def test_the_manifest_travels_along(run: Run, clip: Path, tmp_path: Path) -> None:
    run("separate", clip, tmp_path / "frames")
    run("stylize", tmp_path / "frames", tmp_path / "painted", "--filter", "posterize:levels=3")
    before, after = (
        json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("frames", "painted")
    )
    assert after["source"] == before["source"]
    assert after["source"]["file"] == "clip.mp4"
    assert [f["pts"] for f in after["frames"]] == [f["pts"] for f in before["frames"]]
    assert [f["duration"] for f in after["frames"]] == [f["duration"] for f in before["frames"]]
    assert before["filters"] == []
    assert [applied["name"] for applied in after["filters"]] == ["posterize"]


def test_without_source_the_clip_beside_the_folder_gives_the_sound(
    run: Run, clip: Path, tmp_path: Path
) -> None:
    run("separate", clip, tmp_path / "frames")
    ran = run("assemble", tmp_path / "frames", tmp_path / "with.mp4")
    assert ran.exit_code == 0, ran.err
    assert len(inspect_media(tmp_path / "with.mp4").audio) == 1
    clip.rename(tmp_path / "moved.mp4")
    ran = run("assemble", tmp_path / "frames", tmp_path / "without.mp4")
    assert ran.exit_code == 0
    assert "without sound: clip.mp4 was not found beside the folder" in ran.err
    assert inspect_media(tmp_path / "without.mp4").audio == ()


def test_another_clip_is_refused_as_source(run: Run, clip: Path, tmp_path: Path) -> None:
    run("separate", clip, tmp_path / "frames")
    other = samples.make_clip(tmp_path / "other.mp4")
    ran = run("assemble", tmp_path / "frames", tmp_path / "out.mp4", "--source", other)
    assert ran.exit_code == 1
    assert "is not the clip that the frames in" in ran.err
    assert not (tmp_path / "out.mp4").exists()


def test_a_missing_frame_is_named(run: Run, clip: Path, tmp_path: Path) -> None:
    run("separate", clip, tmp_path / "frames")
    name = json.loads((tmp_path / "frames" / "manifest.json").read_text())["frames"][3]["file"]
    (tmp_path / "frames" / name).unlink()
    ran = run("assemble", tmp_path / "frames", tmp_path / "out.mp4")
    assert ran.exit_code == 1
    assert name in ran.err


def test_every_and_format(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "steady.mp4", frames=50)
    ran = run("separate", clip, tmp_path / "frames", "--every", "0.5s", "--format", "jpg", "--json")
    assert ran.json["frames"] == 4
    assert len(list((tmp_path / "frames").glob("*.jpg"))) == 4


def test_a_folder_that_holds_other_things_is_left_alone(run: Run, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "diary.txt").write_text("dear diary")
    ran = run("separate", clip, tmp_path / "frames")
    assert ran.exit_code == 1
    assert "exists already and is not empty" in ran.err
    ran = run("separate", clip, tmp_path / "frames", "--overwrite")
    assert ran.exit_code == 1
    assert "is not known to be a folder of frames" in ran.err
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["diary.txt"]


def test_overwrite_replaces_a_longer_result(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "steady.mp4", frames=20)
    run("separate", clip, tmp_path / "frames")
    assert run("separate", clip, tmp_path / "frames", "--stop", "0.2", "--overwrite").exit_code == 0
    assert len(list((tmp_path / "frames").glob("*.png"))) == 5
    assert len(json.loads((tmp_path / "frames" / "manifest.json").read_text())["frames"]) == 5


def test_separate_wants_a_folder(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("separate", clip, tmp_path / "frames.mp4")
    assert ran.exit_code == 1
    assert "separate writes a folder of stills" in ran.err
