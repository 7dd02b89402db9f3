"""``rotoscope score``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import samples
from command import Run


@pytest.fixture
def clips(run: Run, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A source, and two paintings of it."""
    source = samples.make_clip(tmp_path / "clip.mp4", frames=12, size=(96, 72))
    for name, strength in (("half.mp4", "0.5"), ("whole.mp4", "1")):
        ran = run(
            "stylize", source, tmp_path / name, "--filter", "posterize:levels=3", "--strength", strength
        )
        assert ran.exit_code == 0, ran.err
    return source, tmp_path / "half.mp4", tmp_path / "whole.mp4"


def test_a_painted_clip_is_scored_for_people(run: Run, clips: tuple[Path, Path, Path]) -> None:
    source, half, whole = clips
    ran = run("score", source, half, "--base", whole, "--width", "96")
    assert ran.exit_code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "12 frames at 96x72"
    assert lines[1].split() == ["short", "long", "sharpness"]
    assert [line.split()[0] for line in lines[2:]] == ["source", "result", "base", "flicker", "kept"]
    assert re.fullmatch(r"source +0\.\d{5} +0\.\d{5} +1\.00", lines[2])
    assert re.fullmatch(r"flicker left +(-?\d+ %|–) +(-?\d+ %|–)", lines[5])
    assert "note: style kept is not told: nothing is known of the style image of posterize" in ran.err


def test_a_painted_clip_is_scored_for_programs(run: Run, clips: tuple[Path, Path, Path]) -> None:
    source, half, _ = clips
    ran = run("score", source, half, "--frames", "10", "--skip", "1", "--json")
    assert ran.exit_code == 0, ran.err
    assert ran.json["frames"] == 10
    assert ran.json["result"]["short"] > 0
    assert ran.json["base"] is None
    assert ran.json["short_left"] is None


def test_without_anything_nine_frames_apart_a_dash_stands_there(
    run: Run, clips: tuple[Path, Path, Path]
) -> None:
    source, half, _ = clips
    ran = run("score", source, half, "--frames", "5")
    assert ran.exit_code == 0, ran.err
    assert ran.out.splitlines()[3].split()[2] == "–"


def test_clips_that_do_not_belong_together_are_told(
    run: Run, clips: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    other = samples.make_clip(tmp_path / "other.mp4", frames=9)
    ran = run("score", clips[0], other)
    assert ran.exit_code == 1
    assert "differ in the number of frames" in ran.err
