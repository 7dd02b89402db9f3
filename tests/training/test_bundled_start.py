"""What training starts from when nothing is said."""

from __future__ import annotations

import pytest

from rotoscope.cli.train import make_budget, make_recipe
from rotoscope.training.recipe import Recipe
from rotoscope.training.start import START_FILTER, bundled_start


def test_the_default_network_starts_from_a_bundled_filter() -> None:
    path = bundled_start(Recipe())
    assert path is not None
    assert path.name == f"{START_FILTER}.onnx"
    assert path.is_file()


def test_a_network_of_another_size_starts_from_random_numbers() -> None:
    assert bundled_start(Recipe(trunk_channels=32)) is None
    assert bundled_start(Recipe(trunk_blocks=5)) is None


def test_a_sum_of_money_is_a_time_and_a_scale_of_strokes_a_size_of_the_style_image() -> None:
    budget = make_budget(steps=None, minutes=None, dollars=0.5, dollars_per_hour=1.2)
    assert budget.minutes == pytest.approx(25)
    recipe = make_recipe(None, style_weight=2, stroke_scale=1.5, features=None)
    assert (recipe.style_weight, recipe.style_side) == (2, 1.5 * Recipe().style_side)
