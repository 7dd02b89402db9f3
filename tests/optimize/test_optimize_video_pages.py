"""What the pages on optimized video say is so, and the bench behind their table."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from bench.optimization.video import main, make_parser
from bench.optimization.video_page import PAGE, conditions, video_table
from bench.optimization.video_rows import ROWS, Figures, Painter, Report
from bench.optimization.video_scenes import SCENES, read_scene
from rotoscope.networks.weights import load_feature_network
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.video.painting import ENGINE, ClipOptions, optimize_clip
from rotoscope.optimize.video.recipe import COHERENCES, VideoRecipe

from feature_weights import write_weights
from optimize_toys import tensor
from reference import MISSING, REFERENCE_DATA
from video_toys import pan

HOW_TO = (PAGE.page.parents[1] / "how-to" / "optimize-a-video.md").read_text(encoding="utf-8")
TEXT = PAGE.page.read_text(encoding="utf-8")


def test_the_python_shown_is_understood() -> None:
    found = re.search(r"```python\n(.*?)```", HOW_TO, re.DOTALL)
    assert found is not None
    tree = ast.parse(found[1])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            assert all(hasattr(module, name.name) for name in node.names)
    known = {known.__name__: known for known in (optimize_clip, OptimizeRecipe, VideoRecipe, ClipOptions)}
    bound: set[str] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in known:
            keywords = {str(k.arg): k.value for k in call.keywords}
            inspect.signature(known[call.func.id]).bind(*call.args, **keywords)
            bound.add(call.func.id)
    assert bound == set(known)


def test_the_coherences_shown_are_the_programs() -> None:
    for name, meaning in COHERENCES.items():
        assert f"| `{name}` | {meaning} |" in HOW_TO
        assert f"(`{name}`)" in TEXT


def test_the_numbers_are_the_programs() -> None:
    video = VideoRecipe()
    assert f"`--iterations` ({OptimizeRecipe().iterations})" in HOW_TO
    assert f"`--following-iterations` ({video.following_iterations})" in HOW_TO
    assert f"`{video.coherence}` is the default" in HOW_TO
    assert f"Flow is found by `{ENGINE.name}`" in HOW_TO
    assert (video.pass_share, "blended by half" in TEXT) == (0.5, True)


def test_the_figures_of_the_page_are_those_that_were_measured() -> None:
    assert PAGE.written() == TEXT, "run python -m bench.optimization.video_page, and look at what changed"


def test_the_command_of_the_page_is_understood() -> None:
    found = re.search(r"python -m bench\.optimization\.video (.*)", TEXT)
    assert found is not None
    assert make_parser().parse_args(shlex.split(found[1])).publish


def test_a_table_has_a_line_for_each_row() -> None:
    one = Figures(short=0.00123, style=0.0456, sharpness=1.5)
    report = Report(
        features="vgg19",
        style="wave",
        width=256,
        iterations=40,
        following_iterations=20,
        scenes={"a": {"warped": one}},
    )
    assert video_table(report).splitlines() == [
        "|  | a: warping error | a: style loss | a: sharpness |",
        "| --- | --- | --- | --- |",
        f"| {ROWS['warped'].told} | 12.3 | 0.046 | 1.50 |",
    ]
    assert "style image wave. 40 iterations" in conditions(report)


def test_scenes_have_ten_frames_of_one_size() -> None:
    frames = read_scene("flight", width=64, data=None)
    assert {frame.shape for frame in frames} == {(36, 64, 3)}
    assert len(frames) == 10


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
def test_the_scene_of_sintel_is_read() -> None:
    frames = read_scene("sintel", width=128, data=REFERENCE_DATA)
    assert [frame.shape for frame in frames] == [(54, 128, 3)] * 10
    assert set(SCENES) == {"sintel", "flight"}


def test_rows_are_painted_and_measured_and_found_again(tmp_path: Path) -> None:
    recipe = OptimizeRecipe(features="squeezenet1_1", iterations=2)
    weights = write_weights(tmp_path / "weights.safetensors")
    network = load_feature_network(weights, architecture="squeezenet1_1", layers=recipe.layers)
    told: list[str] = []

    def figures() -> dict[str, Figures]:
        painter = Painter(network, tensor(2), recipe, tmp_path, following_iterations=1, tell=told.append)
        return painter.figures("pan", pan(9), ["random", "temporal", "photo-none"])

    first = figures()
    painted = sum("frame" in line for line in told)
    assert painted == 9 + 8 + 9
    assert figures() == first
    assert sum("frame" in line for line in told) == painted
    assert set(first) == {"random", "temporal", "photo-none"}
    assert all(np.isfinite(one.short) for one in first.values())
    assert (tmp_path / "pan.png").exists()


def test_a_part_of_the_rows_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["style.jpg", "--publish", "--row", "warped"]) == 1
    assert "All scenes and all rows of the paper are published" in capsys.readouterr().err
