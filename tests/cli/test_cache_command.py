"""``rotoscope cache``, and the options of stylize that have to do with segments."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import Run
from samples import corrupt, make_clip

POSTERIZE = ("--filter", "posterize:levels=4")


def test_finished_segments_are_kept_shown_and_pruned(run: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=10)
    assert run("cache", "show", "--json").json["segments"] == 0
    assert run("stylize", clip, tmp_path / "out.mp4", *POSTERIZE).exit_code == 0
    shown = run("cache", "show", "--json").json
    assert shown["segments"] == 1
    assert shown["folder"] == str(tmp_path / "cache" / "segments")
    assert f"{tmp_path / 'cache' / 'segments'}: 1 segment, " in run("cache", "show").out
    again = run("stylize", clip, tmp_path / "two.mp4", *POSTERIZE)
    assert "note: 10 of 10 frames were painted before, and used again" in again.err
    removed = run("cache", "prune", "--keep", "0")
    assert removed.out.startswith("removed 1 segment, ")
    assert run("cache", "show", "--json").json == {**shown, "segments": 0, "size_bytes": 0}


def test_without_a_cache_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=10)
    assert run("stylize", clip, tmp_path / "out.mp4", *POSTERIZE, "--no-cache").exit_code == 0
    assert run("cache", "show", "--json").json["segments"] == 0


def test_the_size_of_the_cache_is_a_number(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_CACHE_GB", "plenty")
    ran = run("cache", "show")
    assert ran.exit_code == 1
    assert "ROTOSCOPE_CACHE_GB is 'plenty'; it is a number of GB from 0, such as 20 or 0.5." in ran.err


def test_workers_paint_the_same_file(run: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pictures=None, frames=250)
    for name, workers in (("one", 1), ("two", 2)):
        arguments = (*POSTERIZE, "--workers", str(workers), "--no-cache", "--quiet")
        assert run("stylize", clip, tmp_path / f"{name}.mp4", *arguments).exit_code == 0
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_damage_is_refused_or_mended(run: Run, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=60, b_frames=2, audio=False)
    broken = corrupt(clip, tmp_path / "broken.mp4", start=0.5, stop=0.55)
    refused = run("stylize", broken, tmp_path / "out.mp4", *POSTERIZE)
    assert refused.exit_code == 1
    assert not (tmp_path / "out.mp4").exists()
    held = run("stylize", broken, tmp_path / "out.mp4", *POSTERIZE, "--on-corrupt", "hold", "--json")
    assert held.json["frames"] == 60
    assert any("show the frame before them instead" in note for note in held.json["notes"])
    skipped = run("stylize", broken, tmp_path / "less.mp4", *POSTERIZE, "--on-corrupt", "skip", "--json")
    assert skipped.json["frames"] < 60
