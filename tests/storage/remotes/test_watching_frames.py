"""Retouched frames override painted ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import StorageError, StoredFileNotFound
from rotoscope.media.clip import open_clip
from rotoscope.media.manifest import read_manifest
from rotoscope.render.assemble import assemble
from rotoscope.render.separate import separate
from rotoscope.storage.watching_frames import frames_to_assemble

import samples

NAMES = [f"{number:06}.png" for number in range(4)]


def test_a_retouched_frame_takes_the_place_of_the_painted_one() -> None:
    chosen = frames_to_assemble(NAMES, [*NAMES, "manifest.json"], ["000002.png", "notes.txt", "000009.png"])
    assert [(frame.name, frame.file, frame.is_retouched) for frame in chosen.frames] == [
        ("000000.png", "000000.png", False),
        ("000001.png", "000001.png", False),
        ("000002.png", "000002.png", True),
        ("000003.png", "000003.png", False),
    ]
    assert chosen.strays == ("000009.png", "notes.txt")
    assert chosen.retouched == 1


def test_a_retouched_frame_may_have_another_format_and_need_not_be_painted() -> None:
    chosen = frames_to_assemble(NAMES, NAMES[1:], ["000000.TIF", "000003.jpg"])
    assert [frame.file for frame in chosen.frames] == ["000000.TIF", "000001.png", "000002.png", "000003.jpg"]
    assert chosen.strays == ()


def test_a_frame_that_is_nowhere_is_told() -> None:
    with pytest.raises(StoredFileNotFound, match=r"2 of the 4 frames.*000001\.png, 000002\.png\. Paint them"):
        frames_to_assemble(NAMES, ["000000.png"], ["000003.png", "000001.psd"])


def test_a_frame_that_was_retouched_twice_is_told() -> None:
    with pytest.raises(StorageError, match=r"000001\.png was retouched twice: 000001\.jpg and 000001\.png"):
        frames_to_assemble(NAMES, NAMES, ["000001.png", "000001.jpg"])


def test_a_clip_is_assembled_with_its_retouched_frame(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "drone.mp4", frames=6)
    separate(clip, tmp_path / "painted")
    manifest = read_manifest(tmp_path / "painted")
    names = [entry.file for entry in manifest.frames]
    (tmp_path / "retouched").mkdir()
    with Image.open(tmp_path / "painted" / names[3]) as picture:
        red = Image.new("RGB", picture.size, (200, 10, 10))
    red.save(tmp_path / "retouched" / names[3])

    folders = {False: tmp_path / "painted", True: tmp_path / "retouched"}
    listed = {kind: [file.name for file in folder.iterdir()] for kind, folder in folders.items()}
    chosen = frames_to_assemble(names, listed[False], listed[True])
    (tmp_path / "chosen").mkdir()
    shutil.copy(tmp_path / "painted" / "manifest.json", tmp_path / "chosen")
    for frame in chosen.frames:
        shutil.copy(folders[frame.is_retouched] / frame.file, tmp_path / "chosen" / frame.name)
    assemble(tmp_path / "chosen", tmp_path / "film.mp4", source=clip)

    pictures = [frame.pixels for frame in open_clip(tmp_path / "film.mp4").frames()]
    assert len(pictures) == 6
    reds = [bool(np.abs(picture.mean((0, 1)) - (200, 10, 10)).max() < 12) for picture in pictures]
    assert reds == [False, False, False, True, False, False]
