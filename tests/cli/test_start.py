"""What starting up loads, and what painting never does; run in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import samples

HEAVY = ("av", "cv2", "numpy", "onnx", "openvino", "PIL", "scenedetect", "torch")

AFTER = "import sys; print(' '.join(name for name in {names!r} if name in sys.modules))"


def _loaded_after(code: str, names: tuple[str, ...], *arguments: str) -> list[str]:
    script = f"{code}\n{AFTER.format(names=names)}"
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1].split()


def test_importing_rotoscope_loads_nothing_heavy() -> None:
    assert _loaded_after("import rotoscope", HEAVY) == []


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["stylize", "--help"],
        ["train", "--help"],
        ["scout", "--help"],
        ["filters", "--help"],
        ["watch", "--help"],
        ["shots", "--help"],
    ],
)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    code = (
        "from rotoscope.cli.main import main\n"
        f"sys_argv = {['rotoscope', *command]!r}\n"
        "import sys; sys.argv = sys_argv\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code"
    )
    assert _loaded_after(code, HEAVY) == []


def test_painting_never_loads_torch(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=3)
    code = (
        "import rotoscope, sys\n"
        "look = rotoscope.Look([rotoscope.load_filter(sys.argv[3])])\n"
        "rotoscope.stylize(sys.argv[1], sys.argv[2], look)"
    )
    vector = next((Path(__file__).parents[1] / "vectors").rglob("*.onnx"))
    loaded = _loaded_after(code, ("torch", "openvino"), str(clip), str(tmp_path / "out.mp4"), str(vector))
    assert loaded == ["openvino"]
    assert (tmp_path / "out.mp4").exists()


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=40, size=(320, 240))
    code = (
        "import _thread, sys\n"
        "from rotoscope.render import stylize as stylizing\n"
        "def interrupt(progress):\n"
        "    if progress.frames_done == 3: raise KeyboardInterrupt\n"
        "render = stylizing.render\n"
        "stylizing.render = lambda *a, **k: render(*a, **{**k, 'on_progress': interrupt})\n"
        "from rotoscope.cli.main import main\n"
        "sys.argv = ['rotoscope', 'stylize', sys.argv[1], sys.argv[2], '--filter', 'posterize']\n"
        "main()"
    )
    output = tmp_path / "out.mp4"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(clip), str(output)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 130
    assert "Traceback" not in ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]
