"""What training starts from when nothing is said, and sizes by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from rotoscope.cli.train_groups import Beginning, Numbers, Spending
from rotoscope.networks.style_network import SIZES
from rotoscope.training.export import load_starting_weights
from rotoscope.training.recipe import Recipe
from rotoscope.training.start import START_FILTER


def test_training_starts_from_a_bundled_filter_of_standard_size() -> None:
    path = Beginning().file()
    assert path is not None
    start = load_starting_weights(path)
    assert (start.name, start.size) == (START_FILTER, Recipe().network_size)


def test_another_start_or_none_can_be_chosen() -> None:
    assert Beginning(init_from=Path("mine.onnx")).file() == Path("mine.onnx")
    assert Beginning(from_scratch=True).file() is None


def test_a_sum_of_money_is_a_time_and_a_scale_of_strokes_a_size_of_the_style_image() -> None:
    budget = Spending(budget_dollars=0.5, rate_per_hour=1.2).budget()
    assert budget.minutes == pytest.approx(25)
    recipe = Numbers(style_weight=2, stroke_scale=1.5).made(features=None)
    assert (recipe.style_weight, recipe.style_side) == (2, 1.5 * Recipe().style_side)


@pytest.mark.parametrize("name", SIZES)
def test_a_size_by_name_is_one_of_the_recipe(
    name: Literal["draft", "standard", "fine"], tmp_path: Path
) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text("trunk_channels = 40\nstyle_weight = 3\n")
    recipe = Numbers(file, size=name).made(features=None)
    assert (recipe.network_size, recipe.style_weight) == (SIZES[name], 3)
