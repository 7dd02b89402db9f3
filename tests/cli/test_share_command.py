"""``rotoscope share`` from file to file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from rotoscope.media.probe import inspect_media

import samples
from command import Run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return samples.make_clip(tmp_path / "clip.mp4")


def test_every_form_is_made_of_a_clip(run: Run, clip: Path, tmp_path: Path) -> None:
    painted = tmp_path / "painted.mp4"
    assert run("stylize", clip, painted, "-f", "posterize:levels=3").exit_code == 0
    forms = {
        "loop.gif": ("loop", painted, "--seconds", "0.4", "--fade", "0.1"),
        "square.mp4": ("square", painted),
        "vertical.mp4": ("vertical", painted, "--center", "0.2,0.5"),
        "both.mp4": ("before-after", clip, painted, "--as", "stacked", "--labels"),
        "sheet.png": ("sheet", painted),
        "poster.png": ("poster", painted, "--title", "Steps", "--width", "500"),
    }
    for name, (form, *given) in forms.items():
        ran = run("share", form, *given[: 1 if form != "before-after" else 2], tmp_path / name,
                  *given[1 if form != "before-after" else 2 :])  # fmt: skip
        assert ran.exit_code == 0, ran.err
        assert ran.out.startswith(f"{tmp_path / name}: ")
    sizes = {name: inspect_media(tmp_path / name).video.frame_size for name in forms}
    assert sizes["square.mp4"] == (48, 48)
    assert sizes["vertical.mp4"] == (28, 48)
    assert sizes["both.mp4"] == (64, 98)
    assert sizes["poster.png"][0] == 500


def test_results_are_told_as_json_and_not_replaced(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("share", "loop", clip, tmp_path / "loop.webp", "--seconds", "0.4", "--json")
    assert ran.json["codec"] == "webp"
    assert ran.json["look"] == "a loop of 0.4 s at 20 frames a second"
    again = run("share", "loop", clip, tmp_path / "loop.webp", "--json")
    assert again.json["error"]["type"] == "OutputExists"
    assert run("share", "loop", clip, tmp_path / "loop.webp", "--overwrite", "-q").exit_code == 0


def test_a_painted_still_keeps_what_it_says_when_it_is_cut(run: Run, tmp_path: Path) -> None:
    Image.fromarray(samples.picture()).save(tmp_path / "photo.png")
    painted, square = tmp_path / "painted.jpg", tmp_path / "square.jpg"
    assert run("stylize", tmp_path / "photo.png", painted, "-f", "posterize").exit_code == 0
    assert run("share", "square", painted, square).exit_code == 0
    assert "process: algorithmically painted" in run("inspect", square).out


def test_a_center_that_is_none_is_told(run: Run, clip: Path, tmp_path: Path) -> None:
    ran = run("share", "square", clip, tmp_path / "x.mp4", "--center", "middle")
    assert ran.exit_code == 1
    assert "'middle' is no place in a picture" in ran.err


def test_a_sheet_wants_its_pictures_and_its_place(run: Run, clip: Path) -> None:
    ran = run("share", "sheet", clip)
    assert ran.exit_code == 2
    assert "name a clip or some pictures, and then the sheet" in " ".join(ran.err.replace("│", "").split())
