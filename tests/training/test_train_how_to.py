"""What docs/how-to/train-a-filter.md says is so."""

from __future__ import annotations

import ast
import importlib
import inspect
import math
import re
import tomllib
from pathlib import Path
from typing import get_args

from rotoscope.networks.device import DeviceName
from rotoscope.networks.family import is_of_style
from rotoscope.networks.features import NORMALIZATIONS, WHOLE_ARCHITECTURES
from rotoscope.networks.style_network import SIZES, StyleNetwork
from rotoscope.networks.weights import TORCHVISION_FILES
from rotoscope.training.content import MAXIMUM_FRAMES, MAXIMUM_PHOTOGRAPHS, MINIMUM_PHOTOGRAPHS
from rotoscope.training.flatness import TAIL_SHARE
from rotoscope.training.progress import DEFAULT_BUDGET_MINUTES, StopReason
from rotoscope.training.recipe import Recipe
from rotoscope.training.start import START_FILTER
from rotoscope.training.trainer import train_filter

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to" / "train-a-filter.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_recipe_shown_is_one() -> None:
    Recipe.of_values(tomllib.loads(block("toml")))


def test_the_python_shown_names_what_exists() -> None:
    tree = ast.parse(block("python"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    for node in imports:
        module = importlib.import_module(str(node.module))
        assert all(hasattr(module, name.name) for name in node.names)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    call = next(c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "train_filter")
    inspect.signature(train_filter).bind(*call.args, **{str(k.arg): k.value for k in call.keywords})


def test_the_numbers_are_the_programs() -> None:
    assert f"The default is {DEFAULT_BUDGET_MINUTES:.0f} minutes" in TEXT
    assert f"At least {MINIMUM_PHOTOGRAPHS} are needed" in TEXT
    assert f"up to {MAXIMUM_FRAMES} frames of a video" in TEXT
    assert f"the bundled filter `{START_FILTER}`" in TEXT
    assert f"Of more than {MAXIMUM_PHOTOGRAPHS}, {MAXIMUM_PHOTOGRAPHS} are taken" in TEXT
    megabytes = {name: round(remote.size_bytes / 1e6) for name, remote in TORCHVISION_FILES.items()}
    assert f"VGG-19: {megabytes['vgg19']} MB" in TEXT
    assert f"a {megabytes['squeezenet1_1']} MB download" in TEXT
    used = 4 * sum(math.prod(shape) for shape in WHOLE_ARCHITECTURES["vgg19"].shapes.values())
    assert f"the {used / 1e6:.0f} MB that are used" in TEXT


def test_the_end_for_flatness_is_told() -> None:
    recipe = Recipe()
    told = f"less than {recipe.flat_share:.0%} over {recipe.flat_steps} steps".replace("%", " %")
    assert told in TEXT
    assert "A tenth of the steps done" in TEXT
    assert TAIL_SHARE == 1 / 10
    assert f'"stopped_by": "{StopReason.FLAT}"' in TEXT


def test_every_device_is_named() -> None:
    assert all(f"`{name}`" in TEXT for name in get_args(DeviceName) if name != "auto")


def test_every_size_is_named() -> None:
    assert all(f"`{name}`" in TEXT for name in SIZES)
    assert "half the arithmetic" in TEXT
    assert "`fine` 2.4 times as" in TEXT  # both held against the networks in tests/networks


def test_the_numbers_of_a_family_are_the_networks() -> None:
    parameters = dict(StyleNetwork().named_parameters())
    own = sum(parameter.numel() for name, parameter in parameters.items() if is_of_style(name))
    assert f"({own:,} of {sum(p.numel() for p in parameters.values()):,} numbers)" in TEXT


def test_every_file_and_convention_is_named() -> None:
    assert all(remote.url.rsplit("/", 1)[1] in TEXT for remote in TORCHVISION_FILES.values())
    assert all(f"--normalization {name}" in TEXT for name in NORMALIZATIONS)


def test_every_option_named_is_one_of_the_command_line() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/rotoscope/cli").glob("*.py"))
    for option in set(re.findall(r"--[a-z]+(?:-[a-z]+)*", TEXT)):
        spelled = option.removeprefix("--").replace("-", "_")
        assert f'"{option}"' in source or re.search(rf"\b{spelled}\b: ", source), option
