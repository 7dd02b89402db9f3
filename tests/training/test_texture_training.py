"""Texture networks: training, the file, what it makes without PyTorch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import InvalidCard, InvalidOptions, OutputExists
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.file import filter_file_bytes
from rotoscope.networks.texture_network import (
    MARGIN_PIXELS,
    MULTIPLE,
    NOISE_CHANNELS,
    TextureNetwork,
    build_texture_graph,
)
from rotoscope.networks.weights import load_feature_network
from rotoscope.optimize.style_source import StyleSource
from rotoscope.render.texture_file import CARD_KEY, TextureCard, TextureMaker, with_card
from rotoscope.training.progress import Budget
from rotoscope.training.texture import TextureProgress, TextureTraining, TrainedTexture, train_texture

from feature_weights import write_weights
from graph_samples import tint_model
from training_toys import picture

SMALL = TextureTraining(style_side=48, crop=32)
CARD = TextureCard(
    name="toy", style_sha256="0" * 64, features="toy", noise_channels=NOISE_CHANNELS, multiple=MULTIPLE,
    margin=MARGIN_PIXELS, steps=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> TextureMaker:
    """An untrained network's file."""
    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("texture") / "toy.onnx"
    path.write_bytes(with_card(build_texture_graph(TextureNetwork().eval()), CARD))
    return TextureMaker(path)


def train(folder: Path, steps: int = 2, **more: object) -> TrainedTexture:
    style = folder / "style.png"
    Image.fromarray(picture(1, 64, 80)).save(style)
    encoder = load_feature_network(write_weights(folder / "weights.safetensors"))
    return train_texture(
        StyleSource(style), folder / "toy.onnx", name="toy", encoder=encoder, budget=Budget(steps=steps),
        numbers=SMALL, **more,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip


def test_a_training_brings_the_loss_down_and_writes_a_file(tmp_path: Path) -> None:
    told: list[TextureProgress] = []
    made = train(tmp_path, 12, on_progress=told.append)
    assert told[-1].loss < 0.8 * told[0].loss
    assert (made.steps, made.is_complete, told[-1].fraction) == (12, True, 1.0)
    card = TextureMaker(made.output).card
    assert (card.name, card.steps, card.margin) == ("toy", 12, MARGIN_PIXELS)


def test_the_file_makes_what_the_network_makes(tmp_path: Path) -> None:
    network = TextureNetwork().eval()
    path = tmp_path / "toy.onnx"
    path.write_bytes(with_card(build_texture_graph(network), CARD))
    made = TextureMaker(path).still(64, 32, seed=5, tileable=True)
    drawn = np.random.default_rng(5).standard_normal((1, NOISE_CHANNELS, 32, 64), np.float32)
    with torch.no_grad():
        wanted = network(torch.from_numpy(drawn))[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(made - wanted).max() < 2


def test_a_training_that_is_asked_to_stop_writes_what_there_is(tmp_path: Path) -> None:
    made = train(tmp_path, 50, should_stop=lambda: True)
    assert (made.steps, made.is_complete) == (1, False)
    assert made.output.exists()


def test_a_training_replaces_nothing_and_writes_onnx_alone(tmp_path: Path) -> None:
    train(tmp_path)
    with pytest.raises(OutputExists, match=r"toy\.onnx exists already"):
        train(tmp_path)
    with pytest.raises(InvalidOptions, match=r"written as \.onnx; .*toy\.pt has another suffix"):
        train_texture(
            StyleSource(tmp_path / "style.png"), tmp_path / "toy.pt", name="toy", budget=Budget(steps=1),
            encoder=load_feature_network(tmp_path / "weights.safetensors"),
        )  # fmt: skip


@pytest.mark.parametrize("size", [(64, 48), (61, 47), (33, 130)])
def test_textures_have_any_size_and_each_seed_is_another(maker: TextureMaker, size: tuple[int, int]) -> None:
    one, other = maker.still(*size, seed=1), maker.still(*size, seed=2)
    assert one.shape == (size[1], size[0], 3)
    assert (one == maker.still(*size, seed=1)).all()
    assert (one != other).any()


def test_a_tileable_texture_goes_on_at_its_opposite_border(maker: TextureMaker) -> None:
    tile = maker.still(64, 48, tileable=True)
    steps = [seam(tile, axis) for axis in (0, 1)]
    assert max(border / inside for border, inside in steps) < 1.0


def seam(picture: NDArray[np.uint8], axis: int) -> tuple[float, float]:
    """Mean step across the border, and the largest of those inside."""
    levels = picture.astype(np.float64)
    steps = np.abs(levels - np.roll(levels, 1, axis)).mean(axis=(1 - axis, 2))
    return float(steps[0]), float(steps[1:].max())


def test_tileable_sizes_are_multiples(maker: TextureMaker) -> None:
    with pytest.raises(InvalidOptions, match=r"100x64 was asked for; .* multiples of 16 pixels.*is 96x64"):
        maker.still(100, 64, tileable=True)


def test_a_loop_is_smooth_and_closed(maker: TextureMaker) -> None:
    frames = [frame.astype(np.float64) for frame in maker.loop(48, 48, frames=24)]
    steps = [np.abs(frames[index] - frames[index - 1]).mean() for index in range(24)]
    assert min(steps) > 0
    assert steps[0] < 1.5 * float(np.median(steps))
    calmer = [frame.astype(np.float64) for frame in maker.loop(48, 48, frames=24, movement=0.1)]
    assert np.abs(calmer[12] - calmer[0]).mean() < 0.5 * np.abs(frames[12] - frames[0]).mean()


def test_a_movement_outside_0_to_1_is_refused(maker: TextureMaker) -> None:
    with pytest.raises(InvalidOptions, match="movement of 2 was given; it is a number from 0 to 1"):
        next(maker.loop(48, 48, frames=2, movement=2))


def test_what_is_no_texture_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filter.onnx"
    path.write_bytes(filter_file_bytes(tint_model(), Card(name="tint", padding=Padding(multiple=1))))
    with pytest.raises(InvalidCard, match=r"filter\.onnx is an ONNX file, but no texture network"):
        TextureMaker(path)


def test_a_card_that_is_not_in_order_is_refused(tmp_path: Path) -> None:
    model = onnx.load_model_from_string(with_card(build_texture_graph(TextureNetwork().eval()), CARD))
    onnx.helper.set_model_props(model, {CARD_KEY: '{"name": 3}'})
    path = tmp_path / "odd.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InvalidCard, match=r"card of the texture network .*odd\.onnx is not in order: name"):
        TextureMaker(path)


def test_making_textures_does_not_load_torch(tmp_path: Path) -> None:
    path = tmp_path / "toy.onnx"
    path.write_bytes(with_card(build_texture_graph(TextureNetwork().eval()), CARD))
    code = (
        "import sys; from rotoscope.cli.main import app\n"
        f"try: app(['texture', {str(path)!r}, {str(tmp_path / 'out.png')!r}, '--size', '48'])\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out.png").exists()
