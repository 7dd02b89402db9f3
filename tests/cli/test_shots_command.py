"""``rotoscope shots``: a list, a sheet, JSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import samples
from command import Run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two shots: 15 and 10 frames, 25 a second."""
    rng = np.random.default_rng(7)
    scenes = [rng.integers(0, 256, (3, 4, 3), np.uint8).repeat(32, 0).repeat(32, 1) for _ in range(2)]
    pictures = [scenes[0]] * 15 + [scenes[1]] * 10
    return samples.make_clip(tmp_path / "cuts.mp4", size=(128, 96), pictures=pictures)


def test_shots_are_listed_with_their_times(run: Run, clip: Path) -> None:
    ran = run("shots", clip)
    assert ran.exit_code == 0, ran.err
    assert [line.split() for line in ran.out.splitlines()] == [
        ["1", "0:00.000", "to", "0:00.600", "15", "frames", "0.600", "s"],
        ["2", "0:00.600", "to", "0:01.000", "10", "frames", "0.400", "s"],
    ]


def test_a_sheet_of_the_shots(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("shots", clip, "-o", tmp_path / "sheet.png", "--json")
    assert ran.exit_code == 0, ran.err
    assert [shot["start_seconds"] for shot in ran.json["shots"]] == ["0", "3/5"]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 4 * 96
    again = run("shots", clip, "-o", tmp_path / "sheet.png")
    assert again.exit_code == 1
    assert "sheet.png exists already" in again.err


def test_a_sheet_must_be_a_picture(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("shots", clip, "-o", tmp_path / "sheet.html")
    assert ran.exit_code == 1
    assert "Stills are not written as '.html'. Known are .jpeg, .jpg, .png" in ran.err


def test_a_still_is_one_shot(run: Run, tmp_path: Path) -> None:
    Image.fromarray(samples.picture()).save(tmp_path / "still.png")
    ran = run("shots", tmp_path / "still.png", "--json")
    assert [shot["stop_frame"] for shot in ran.json["shots"]] == [1]
