"""What training starts from when nothing is said, and sizes by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.cli.train import choose_start, make_budget, make_recipe
from rotoscope.networks.style_network import SIZES
from rotoscope.training.export import load_starting_weights
from rotoscope.training.recipe import Recipe
from rotoscope.training.start import START_FILTER


def test_training_starts_from_a_bundled_filter_of_standard_size() -> None:
    path = choose_start(None, from_scratch=False)
    assert path is not None
    start = load_starting_weights(path)
    assert (start.name, start.size) == (START_FILTER, Recipe().network_size)


def test_another_start_or_none_can_be_chosen() -> None:
    assert choose_start(Path("mine.onnx"), from_scratch=False) == Path("mine.onnx")
    assert choose_start(None, from_scratch=True) is None


def test_a_sum_of_money_is_a_time_and_a_scale_of_strokes_a_size_of_the_style_image() -> None:
    budget = make_budget(steps=None, minutes=None, dollars=0.5, dollars_per_hour=1.2)
    assert budget.minutes == pytest.approx(25)
    recipe = make_recipe(None, style_weight=2, stroke_scale=1.5, features=None)
    assert (recipe.style_weight, recipe.style_side) == (2, 1.5 * Recipe().style_side)


@pytest.mark.parametrize("name", SIZES)
def test_a_size_by_name_is_one_of_the_recipe(name: str, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text("trunk_channels = 40\nstyle_weight = 3\n")
    recipe = make_recipe(file, style_weight=None, stroke_scale=None, features=None, size=name)
    assert (recipe.network_size, recipe.style_weight) == (SIZES[name], 3)
