"""Recordings that a camera cut into several files are one clip again."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from rotoscope.errors import EncodeError, OpenError, UnsupportedMedia
from rotoscope.media.clip import open_clip
from rotoscope.media.parts import following_parts, join_parts
from rotoscope.media.probe import inspect_media

from command import Run, run
from samples import make_clip, picture, read_index

__all__ = ["run"]


def make_parts(folder: Path, names: list[str], *, rotation: int = 0) -> list[Path]:
    """Ten frames each, that count on."""
    return [
        make_clip(
            folder / name,
            pictures=[picture(10 * number + index) for index in range(10)],
            b_frames=2,
            rotation=rotation,
            metadata={"title": f"part {number}"},
        )
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_every_frame_once_at_even_times_with_sound(tmp_path: Path, suffix: str) -> None:
    parts = make_parts(tmp_path, ["a.mp4", "b.mp4", "c.mp4"])
    report = join_parts(parts, tmp_path / f"whole{suffix}")
    clip = open_clip(tmp_path / f"whole{suffix}")
    frames = list(clip.frames())
    assert report.frames == 30
    assert [read_index(frame.pixels) for frame in frames] == list(range(30))
    steps = {b.time_seconds - a.time_seconds for a, b in pairwise(frames)}
    assert steps == {Fraction(1, 25)}
    assert len(clip.info.audio) == 1
    assert clip.info.metadata["title"] == "part 0"
    assert clip.problems == ()


def test_a_turned_recording_stays_turned(tmp_path: Path) -> None:
    parts = make_parts(tmp_path, ["a.mp4", "b.mp4"], rotation=90)
    join_parts(parts, tmp_path / "whole.mp4")
    assert inspect_media(tmp_path / "whole.mp4").video.rotation_degrees == 90


def test_files_that_go_on_are_found_by_their_names(tmp_path: Path) -> None:
    names = ["GX010123.MP4", "GX020123.MP4", "GX030123.MP4", "GX050123.MP4", "GX010124.MP4"]
    names += ["GOPR0001.MP4", "GP010001.MP4", "GP020001.MP4", "DJI_0001.MP4", "DJI_0002.MP4"]
    for name in names:
        (tmp_path / name).touch()
    found = {name: [part.name for part in following_parts(tmp_path / name)] for name in names}
    assert found["GX010123.MP4"] == names[:3]
    assert found["GX010124.MP4"] == ["GX010124.MP4"]
    assert found["GOPR0001.MP4"] == ["GOPR0001.MP4", "GP010001.MP4", "GP020001.MP4"]
    assert found["DJI_0001.MP4"] == ["DJI_0001.MP4"]


def test_what_is_no_part_is_refused(tmp_path: Path) -> None:
    first = make_clip(tmp_path / "a.mp4", frames=3)
    other = make_clip(tmp_path / "b.mp4", frames=3, size=(96, 48))
    with pytest.raises(UnsupportedMedia, match=r"b\.mp4 does not go on from .*: its tracks are h264 96x48"):
        join_parts([first, other], tmp_path / "whole.mp4")
    with pytest.raises(UnsupportedMedia, match=r"joined into \.mp4, \.mov, \.mkv and \.ts"):
        join_parts([first], tmp_path / "whole.webm")
    with pytest.raises(EncodeError, match="is the source itself"):
        join_parts([first], first, overwrite=True)
    with pytest.raises(OpenError, match="No part was given"):
        join_parts([], tmp_path / "whole.mp4")
    assert not (tmp_path / "whole.mp4").exists()


def test_the_command_finds_the_parts_and_tells(run: Run, tmp_path: Path) -> None:
    make_parts(tmp_path, ["GX010007.MP4", "GX020007.MP4"])
    told = run("join", tmp_path / "GX010007.MP4", tmp_path / "whole.mp4")
    assert told.exit_code == 0
    assert "whole.mp4: 20 frames of GX010007.MP4, GX020007.MP4, " in told.out
    assert run("join", tmp_path / "GX010007.MP4").exit_code == 2
    again = run("join", tmp_path / "GX010007.MP4", tmp_path / "whole.mp4", "--json")
    assert again.json["error"]["type"] == "OutputExists"
