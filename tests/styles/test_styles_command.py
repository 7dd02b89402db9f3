"""``rotoscope styles``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import OutputExists
from rotoscope.render import style_pictures
from rotoscope.styles import render_style, style_names

from command import Run


def test_list_names_every_style(run: Run) -> None:
    ran = run("styles", "list")
    assert ran.exit_code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == style_names()
    facts = run("styles", "list", "--json").json
    assert [one["name"] for one in facts] == style_names()
    assert set(facts[0]) == {"name", "title", "category", "meaning"}


def test_render_writes_what_python_draws(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "rug.png"
    ran = run("styles", "render", "kilim", output, "--side", "96", "--seed", "5")
    assert ran.exit_code == 0
    assert "96x96" in ran.out
    assert np.array_equal(np.asarray(Image.open(output)), render_style("kilim", 96, 5))


def test_render_replaces_nothing_unasked(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "rug.png"
    output.write_bytes(b"mine")
    ran = run("styles", "render", "kilim", output, "--side", "64")
    assert ran.exit_code == 1
    assert "--overwrite" in ran.err
    assert output.read_bytes() == b"mine"
    assert run("styles", "render", "kilim", output, "--side", "64", "--overwrite").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["rug.png"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("kelim", "rug.png"), "Did you mean kilim"),
        (("kilim", "rug.mp4"), ".png"),
        (("kilim", "rug.png", "--side", "9000"), "64 to 2048"),
        (("kilim", "nowhere/rug.png"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("styles", "render", *arguments)
    assert ran.exit_code == 1
    assert told in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_drawing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, side: int, seed: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(style_pictures, "render_style", fail)
    with pytest.raises(KeyboardInterrupt):
        style_pictures.write_style("kilim", tmp_path / "rug.png", side=64)
    assert list(tmp_path.iterdir()) == []


def test_the_sheet_shows_all(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(name: str, side: int, seed: int) -> np.ndarray:
        drawn.append(name)
        return np.full((side, side, 3), 99, np.uint8)

    monkeypatch.setattr(style_pictures, "render_style", draw)
    output = tmp_path / "sheet.png"
    assert run("styles", "sheet", output).exit_code == 0
    assert drawn == style_names()
    sheet = np.asarray(Image.open(output))
    assert 1900 < sheet.shape[1] <= style_pictures.SHEET_WIDTH
    with pytest.raises(OutputExists):
        style_pictures.write_style_sheet(output)


def test_help_loads_neither_numpy_nor_opencv() -> None:
    code = (
        "import sys\n"
        "from rotoscope.cli.main import main\n"
        "sys.argv = ['rotoscope', 'styles', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numpy', 'cv2', 'PIL') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
