"""What docs/how-to/make-textures.md says is so; its commands are followed in tests/docs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from rotoscope.networks.features import VGG19
from rotoscope.optimize.reconstruction import VARIATION_WEIGHT
from rotoscope.optimize.texture import (
    CONTROLS_A_SECOND,
    DEFAULT_MOVEMENT,
    FEWEST_CONTROLS,
    STYLE_SIDE,
    TILE_MULTIPLE,
)
from rotoscope.optimize.texture_file import LOOP_ITERATIONS
from rotoscope.render import texture_file
from rotoscope.training.texture import TextureTraining

from command import Run, run
from texture_samples import place_texture

__all__ = ["run"]

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "how-to" / "make-textures.md").read_text(encoding="utf-8")


def test_the_python_shown_runs_and_gives_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    place_texture(tmp_path, "poster")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(found[1], names)
    assert f"`{capsys.readouterr().out.strip()}`" in TEXT
    assert cast("np.ndarray", names["picture"]).dtype == np.uint8


def test_the_numbers_are_the_programs() -> None:
    assert f"a short side of {STYLE_SIDE} pixels" in TEXT
    assert f"multiples of {TILE_MULTIPLE} pixels" in TEXT
    assert f"{DEFAULT_MOVEMENT:g} where nothing is said" in TEXT
    assert texture_file.DEFAULT_MOVEMENT == DEFAULT_MOVEMENT
    assert f"`--loop-iterations` ({LOOP_ITERATIONS})" in TEXT
    assert (CONTROLS_A_SECOND, FEWEST_CONTROLS) == (1.5, 4)
    assert "one control picture\nand a half for each second, four at least" in TEXT


def test_the_help_tells_the_programs_defaults(run: Run) -> None:
    told = " ".join(run("reconstruct", "--help").out.replace("│", " ").split())
    assert f"default: {VARIATION_WEIGHT:g}." in told
    assert "default: 150." in told
    told = " ".join(run("texture", "--help").out.replace("│", " ").split())
    assert f"default: {LOOP_ITERATIONS}." in told


def test_networks_are_trained_on_textures_that_every_layer_sees() -> None:
    plain = TextureTraining()
    assert plain.crop % 16 == 0
    assert VGG19.reach is not None
    assert plain.crop > VGG19.reach
