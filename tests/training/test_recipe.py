"""The recipe: defaults, files, messages, digest."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import ARCHITECTURES
from rotoscope.networks.style_network import StyleNetworkSize
from rotoscope.training.recipe import Recipe


def test_defaults_are_those_of_the_network() -> None:
    assert Recipe().network_size == StyleNetworkSize()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_feature_network_can_be_named_and_has_the_default_number_of_layers(name: str) -> None:
    recipe = Recipe.of_values({"features": name})
    assert len(recipe.layer_weights) == len(ARCHITECTURES[name].layers)


def test_recipe_is_read_from_toml_and_json(tmp_path: Path) -> None:
    toml, json = tmp_path / "r.toml", tmp_path / "r.json"
    toml.write_text("style_weight = 2.5\ncontent_side_range = [304, 400]\n")
    json.write_text('{"style_weight": 2.5, "content_side_range": [304, 400]}')
    assert Recipe.load(toml) == Recipe.load(json)
    assert Recipe.load(toml).content_side_range == (304, 400)
    assert Recipe.load(toml).seed == Recipe().seed


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidOptions, match=r"unknown in a recipe: style_wieght; known: seed, .*style_w"):
        Recipe.of_values({"style_wieght": 2})


def test_values_out_of_range_are_named_with_what_was_given() -> None:
    with pytest.raises(InvalidOptions, match=r"learning_rate: .*greater than 0 \(given: -1\)"):
        Recipe.of_values({"learning_rate": -1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"crop_side": 62}, "crop_side must be a multiple of 4"),
        (
            {"crop_side": 32, "stability_shift_pixels": 32},
            "must be less than crop_side",
        ),
        ({"crop_side": 512}, r"smallest at least crop_side \+ stability_shift_pixels, which is 560"),
        ({"content_side_range": (640, 320)}, "smallest, largest"),
        ({"layer_weights": (0, 0, 0, 0)}, "layer_weights must not all be 0"),
        ({"learning_rate": float("nan")}, "learning_rate: .*finite"),
    ],
)
def test_fields_are_checked(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidOptions, match=message):
        Recipe.of_values(values)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("r.yaml", "", "not a file of a known kind: .toml or .json"),
        ("r.toml", "a = ", "is not TOML"),
        ("r.json", "[1]", "not a table"),
        ("r.json", "{", "is not JSON"),
    ],
)
def test_files_that_are_no_recipes(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidOptions, match=message):
        Recipe.load(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidOptions, match=r"missing\.toml cannot be read: No such file"):
        Recipe.load(tmp_path / "missing.toml")


def test_digest_changes_with_every_value_and_with_nothing_else() -> None:
    recipe = Recipe()
    assert recipe.digest == Recipe.of_values(recipe.model_dump(mode="json")).digest
    assert recipe.digest != recipe.revised({"seed": 1}).digest
    assert recipe.revised({"seed": 1}).seed == 1


def test_revised_values_are_checked_too() -> None:
    with pytest.raises(InvalidOptions, match="crop_side"):
        Recipe().revised({"crop_side": 1024})


def test_every_number_is_documented() -> None:
    lines = inspect.getsource(Recipe).splitlines()
    for name in Recipe.model_fields:
        after = next(i for i, line in enumerate(lines) if line.startswith(f"    {name}: "))
        first_text = next(
            line for line in lines[after + 1 :] if line.startswith("    ") and line[4] not in " ])"
        )
        assert first_text.startswith('    """'), name
