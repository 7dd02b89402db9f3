"""``rotoscope audition`` and ``rotoscope filters suggest``."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import samples
from command import Run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(samples.picture(5, (96, 72))).save(path)
    return path


@pytest.mark.parametrize("name", ["sheet.png", "sheet.jpg", "sheet.html"])
def test_a_sheet_of_each_kind(run: Run, photo: Path, tmp_path: Path, name: str) -> None:
    output = tmp_path / name
    ran = run("audition", photo, "--filters", "posterize,lineart", "-o", output)
    assert ran.exit_code == 0, ran.err
    assert "2 filters on 1 picture" in ran.out
    assert output.stat().st_size > 1000


def test_figures_alone(run: Run, photo: Path) -> None:
    ran = run("audition", photo, "--filters", "posterize,posterize:strength=0", "--sort", "color")
    head, *rows = ran.out.splitlines()
    assert head.split() == ["style", "detail", "color"]
    assert rows[0].split() == ["posterize:strength=0", "0", "100", "0"]


def test_json_of_a_clip(run: Run, tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=8)
    ran = run("audition", clip, "--filters", "lineart", "--frames", "2", "--sort", "flicker", "--json")
    facts = ran.json
    assert [picture["name"] for picture in facts["pictures"]] == ["clip.mp4 at 0.04 s", "clip.mp4 at 0.20 s"]
    assert facts["output"] is None
    (row,) = facts["filters"]
    assert set(row["figures"]) == {"style", "detail", "color", "flicker"}
    assert len(row["paintings"]) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("photo.png", "--filters", "", "-o", "a.png"), "No filter was given to try"),
        (("photo.png", "--filters", "lineat", "-o", "a.png"), "Did you mean lineart"),
        (("foto.png", "--filters", "lineart", "-o", "a.png"), "does not exist"),
        (("photo.png", "--filters", "lineart", "-o", "a.mp4"), ".html"),
        (("photo.png", "--filters", "lineart", "-o", "photo.png", "--overwrite"), "the source itself"),
        (("photo.png", "--filters", "lineart", "--sort", "flicker", "-o", "a.png"), "Give a clip"),
    ],
)
def test_what_cannot_be_says_what_to_do_and_leaves_nothing(
    run: Run,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("audition", *arguments)
    assert ran.exit_code == 1
    assert told in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [photo.name]


def test_suggestions_say_why(run: Run, photo: Path) -> None:
    ran = run("filters", "suggest", photo, "--count", "3")
    assert ran.exit_code == 0, ran.err
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert all(line.endswith(".") for line in lines)
    facts = run("filters", "suggest", photo, "--count", "3", "--subtle", "--json").json
    assert len(facts) == 3
    assert set(facts[0]) == {"name", "figures", "score", "reason", "like"}


def test_subtle_and_loud_exclude_each_other(run: Run, photo: Path) -> None:
    ran = run("filters", "suggest", photo, "--subtle", "--loud")
    assert ran.exit_code == 1
    assert "one of them" in ran.err
