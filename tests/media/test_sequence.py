"""Stills in order."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.errors import ManifestError, OpenError
from rotoscope.media.clip import open_clip
from rotoscope.media.manifest import FrameEntry, Manifest, file_sha256, identify, stream_facts, write_manifest
from rotoscope.media.probe import inspect_media
from rotoscope.media.selection import Selection
from rotoscope.media.sequence import find_stills, is_pattern

from samples import make_clip, make_stills, read_index

F = Fraction


def names(source: Path) -> list[str]:
    return [file.name for file in find_stills(source).files]


def touch(folder: Path, *files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for file in files:
        Image.new("RGB", (2, 2)).save(folder / file)
    return folder


def test_natural_order(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "img10.png", "img2.png", "IMG3.png", "a.jpg", "img2b.png", "img002.png")
    assert names(folder) == ["a.jpg", "img002.png", "img2.png", "img2b.png", "IMG3.png", "img10.png"]


def test_a_folder_leaves_out_what_is_no_picture(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "1.png", "2.JPG", ".hidden.png")
    (folder / "notes.txt").write_text("x")
    (folder / "3.png").mkdir()
    assert names(folder) == ["1.png", "2.JPG"]


def test_a_numbered_pattern(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "f_0001.png", "f_0002.png", "f_10000.png", "f_3.png", "g_0003.png")
    assert names(folder / "f_%04d.png") == ["f_0001.png", "f_0002.png", "f_10000.png"]
    assert names(folder / "f_%d.png") == ["f_0001.png", "f_0002.png", "f_3.png", "f_10000.png"]


def test_missing_numbers_are_told(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "01.png", "02.png", "05.png", "09.png", "10.png")
    assert find_stills(folder / "%02d.png").problems == (
        "Of the numbers 1 to 10, 5 have no picture: 3 to 4, 6 to 8.",
    )
    assert inspect_media(folder / "%02d.png").problems == find_stills(folder / "%02d.png").problems
    assert find_stills(folder).problems == ()


def test_far_numbers_cost_nothing(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "1.png", "20240131235959.png")
    (problem,) = find_stills(folder / "%d.png").problems
    assert "2 to 20240131235958" in problem


def test_a_glob(tmp_path: Path) -> None:
    folder = touch(tmp_path / "f", "a1.png", "a2.jpg", "b1.png", "a10.png")
    assert names(folder / "a*.png") == ["a1.png", "a10.png"]
    assert names(folder / "a?.*") == ["a1.png", "a2.jpg"]


def test_a_file_of_that_very_name_is_no_pattern(tmp_path: Path) -> None:
    path = touch(tmp_path / "f", "100%d.png") / "100%d.png"
    assert not is_pattern(path)
    assert is_pattern(tmp_path / "f" / "%d.png")
    assert not is_pattern(tmp_path / "f" / "1.png")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("empty", "is a folder without pictures; it is empty. Pictures are .jpg, .jpeg, .png"),
        ("mixed", "is a folder without pictures; it holds 2 .txt, 1 no suffix, 1 folders"),
        ("mixed/%04d.png", r"No picture matches .*%04d.png; it holds 2 .txt"),
        ("mixed/*.png", "No picture matches"),
        ("missing/*.png", "the folder of the pattern .* does not exist"),
    ],
)
def test_no_pictures(tmp_path: Path, source: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "mixed" / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "c"):
        (tmp_path / "mixed" / name).write_text("x")
    with pytest.raises(OpenError, match=words):
        find_stills(tmp_path / source)


@pytest.fixture
def separated(tmp_path: Path) -> Path:
    """Frames of a variable-rate clip with a manifest."""
    clip = make_clip(
        tmp_path / "clip.mp4", pts=[500, 533, 700, 1000], rotation=90, sample_aspect_ratio=F(4, 3)
    )
    folder = make_stills(tmp_path / "frames", frames=4, name="frame_{}.png")
    times = [(500, 33), (533, 167), (700, 300), (1000, 40)]
    entries = [
        FrameEntry(
            index=i,
            pts=pts,
            duration=duration,
            file=f"frame_{i}.png",
            sha256=file_sha256(folder / f"frame_{i}.png"),
        )
        for i, (pts, duration) in enumerate(times)
    ]
    facts = stream_facts(inspect_media(clip), time_base=F(1, 1000))
    write_manifest(folder, Manifest(source=identify(clip), stream=facts, frames=tuple(entries)))
    return folder


def test_a_manifest_gives_the_times(separated: Path) -> None:
    touch(separated, "unlisted.png")
    clip = open_clip(separated)
    frames = list(clip.frames())
    assert [read_index(frame.pixels) for frame in frames] == [0, 1, 2, 3]
    assert [(frame.pts, frame.duration) for frame in frames] == [
        (500, 33),
        (533, 167),
        (700, 300),
        (1000, 40),
    ]
    assert clip.time_base == F(1, 1000)
    video = clip.info.video
    assert video.is_variable_rate is True
    assert video.sample_aspect_ratio == F(3, 4), "the stills are turned already"
    assert video.rotation_degrees == 0


def test_with_a_manifest_fps_resamples(separated: Path) -> None:
    clip = open_clip(separated, selection=Selection(fps=F(10)))
    assert [read_index(frame.pixels) for frame in clip.frames()] == [0, 1, 2, 2, 2]


def test_a_manifest_whose_files_are_missing(separated: Path) -> None:
    (separated / "frame_2.png").unlink()
    with pytest.raises(ManifestError, match=r"lacks 1 of the 4 frames of its manifest: frame_2.png"):
        open_clip(separated)
