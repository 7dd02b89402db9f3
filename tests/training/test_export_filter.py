"""State dicts to filter files and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rotoscope.errors import OutputExists, UnsupportedArchitecture
from rotoscope.filters.card import Card
from rotoscope.filters.neural import NeuralFilter
from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize, paint_with_margin
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.training.content import to_tensor
from rotoscope.training.export import export_filter, load_starting_weights
from rotoscope.training.made_card import PADDING
from rotoscope.training.recipe import Recipe
from rotoscope.training.state import TrainingState

CARD = Card(name="toy", padding=PADDING)
TINY = StyleNetworkSize(stem=4, trunk=8, hidden=8, blocks=1)


def test_the_filter_paints_what_the_network_paints_margin_and_all(tmp_path: Path) -> None:
    network = StyleNetwork()
    save_file(network.state_dict(), tmp_path / "state.safetensors")
    file = export_filter(load_file(tmp_path / "state.safetensors"), CARD, tmp_path / "toy.onnx")
    pixels = np.random.default_rng(0).integers(0, 256, (64, 72, 3), np.uint8)
    painted = NeuralFilter(file, options=RuntimeOptions(precision="f32")).apply(pixels)
    with torch.no_grad():
        expected = paint_with_margin(network, to_tensor(pixels[None]))[0].clamp(0, 1).permute(1, 2, 0)
    difference = np.abs(painted.astype(np.float32) - 255 * expected.numpy())
    assert expected.std() > 0.01
    assert difference.max() <= 1.0  # rounding to 8 bits is half of it


def test_weights_come_back_from_a_filter_but_for_float16(tmp_path: Path) -> None:
    state = StyleNetwork(TINY).state_dict()
    export_filter(state, CARD, tmp_path / "toy.onnx")
    start = load_starting_weights(tmp_path / "toy.onnx")
    assert set(start.state) == set(state)
    assert all(torch.equal(start.state[name], state[name].half().float()) for name in state)


def test_an_existing_filter_is_kept_unless_told(tmp_path: Path) -> None:
    state = StyleNetwork(TINY).state_dict()
    export_filter(state, CARD, tmp_path / "toy.onnx")
    with pytest.raises(OutputExists):
        export_filter(state, CARD, tmp_path / "toy.onnx")
    export_filter(state, CARD, tmp_path / "toy.onnx", overwrite=True)


def test_other_tensors_are_no_filter(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedArchitecture, match="not a style network"):
        export_filter({"x": torch.zeros(1)}, CARD, tmp_path / "toy.onnx")
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(UnsupportedArchitecture, match="not a style network"):
        load_starting_weights(tmp_path / "x.safetensors")
    assert not (tmp_path / "toy.onnx").exists()


def test_a_state_goes_through_its_tensors_and_back(tmp_path: Path) -> None:
    recipe = Recipe(stem_channels=4, trunk_channels=8, hidden_channels=8, trunk_blocks=1)
    state = TrainingState.new(recipe)
    for _ in range(3):
        state.descend(state.members[0](torch.rand(1, 3, 32, 32)).square().mean(), recipe=recipe, fraction=0.5)
    copy = TrainingState.new(recipe.revised({"seed": 9}))
    copy.restore_tensors(state.tensors())
    mine, theirs = state.tensors(), copy.tensors()
    assert set(mine) == set(theirs)
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert any(name.startswith("optimizer.exp_avg_sq.") for name in mine)
