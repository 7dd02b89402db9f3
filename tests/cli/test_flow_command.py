"""``rotoscope flow``."""

from __future__ import annotations

from pathlib import Path

import samples
from command import Run


def test_the_flow_of_a_clip_is_shown_and_kept(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=6)
    ran = run("flow", clip, tmp_path / "flow.mp4", "--occlusions", "--export", tmp_path / "flow", "--json")
    assert ran.exit_code == 0, ran.err
    assert ran.json["frames"] == 6
    assert ran.json["engine"] == "dis"
    assert ran.json["max_speed"] >= 1
    assert ran.json["exported"] == str(tmp_path / "flow")
    assert len(list((tmp_path / "flow").iterdir())) == 6


def test_the_summary_says_what_full_color_is(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=6)
    ran = run("flow", clip, tmp_path / "a.gif", "--engine", "farneback", "--max-speed", "3", "--stop", "0.1")
    assert ran.exit_code == 0, ran.err
    assert "3 frames" in ran.out
    assert "flow by farneback, full color at 3 pixels a frame" in ran.out


def test_an_engine_that_there_is_not_is_told(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=6)
    ran = run("flow", clip, tmp_path / "flow.mp4", "--engine", "raft")
    assert ran.exit_code == 1
    assert "There is no flow engine 'raft'. Give dis, dis-fine, farneback, or the path of" in ran.err
    assert not (tmp_path / "flow.mp4").exists()
