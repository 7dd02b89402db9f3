"""``rotoscope score``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.stylize import stylize

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


def test_stylize_says_how_much_its_result_flickers(run: Run, clips: tuple[Path, Path, Path]) -> None:
    source = clips[0]
    painting = ("stylize", source, source.with_name("scored.mp4"), "--filter", "posterize:levels=3")
    ran = run(*painting, "--score")
    assert ran.exit_code == 0, ran.err
    told = r"flicker 0\.\d{5} short, 0\.\d{5} long \(source 0\.\d{5}, 0\.\d{5}\)\n"
    assert re.search(rf"posterize, in \d.* fps\), {told}$", ran.out)
    again = run(*painting, "--overwrite", "--score", "--json")
    measured = run("score", source, source.with_name("scored.mp4"), "--json")
    for figures in ("frames", "frame_size", "source", "result"):
        assert again.json["score"][figures] == measured.json[figures]
    unasked = run(*painting, "--overwrite")
    assert "flicker" not in unasked.out


@pytest.mark.parametrize("name", ["part.mp4", "part.gif", "part", "part/%03d.png"])
def test_a_part_of_a_clip_is_measured_against_that_part(
    run: Run, clips: tuple[Path, Path, Path], name: str
) -> None:
    output = clips[0].parent / name
    part = ("--start", "0.1", "--stop", "0.4", "--fps", "12", "--size", "32")
    ran = run("stylize", clips[0], output, "--filter", "posterize", *part, "--score", "--json")
    assert ran.exit_code == 0, ran.err
    assert ran.json["score"]["frames"] == ran.json["frames"] < 12


def test_what_cannot_be_measured_is_painted_with_a_note(run: Run, clips: tuple[Path, Path, Path]) -> None:
    output = clips[0].with_name("one.mp4")
    ran = run("stylize", clips[0], output, "--filter", "posterize", "--stop", "0.01", "--score")
    assert ran.exit_code == 0, ran.err
    assert output.exists()
    assert "note: the flicker could not be measured:" in ran.err
    assert "two or more have to remain" in ran.err


def test_a_library_is_measured_clip_by_clip(run: Run, tmp_path: Path) -> None:
    library = tmp_path / "library"
    samples.make_stills(library / "photos", frames=1)
    samples.make_clip(library / "clip.mp4", frames=12)
    ran = run("stylize", library, tmp_path / "painted", "--filter", "posterize", "--score")
    assert ran.exit_code == 0, ran.err
    assert re.search(r"^clip\.mp4: flicker 0\.\d{5} short", ran.out, re.MULTILINE)
    assert ran.out.count("flicker") == 1


def test_stills_do_not_flicker(run: Run, clips: tuple[Path, Path, Path], tmp_path: Path) -> None:
    photos = samples.make_stills(tmp_path / "photos", frames=2)
    still = next(iter(sorted(photos.iterdir())))
    ran = run("stylize", still, tmp_path / "painted.png", "--filter", "posterize", "--score")
    assert ran.exit_code == 1
    assert "--score is for clips" in ran.err
    assert not (tmp_path / "painted.png").exists()
    with pytest.raises(InvalidOptions, match="is a folder of photographs, and --score measures"):
        stylize(photos, tmp_path / "painted", Look(), options=RenderOptions(score=True))
