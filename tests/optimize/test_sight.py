"""Reconstructions and pictures of channels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from rotoscope.errors import InvalidOptions
from rotoscope.optimize.activation import (
    ActivationOptions,
    channel_count,
    channel_pictures,
    spread_channels,
)
from rotoscope.optimize.feature_sheet import parse_channels, write_feature_sheet
from rotoscope.optimize.reconstruction import reconstruct, reconstruction_recipe

from optimize_toys import ToyEncoder, tensor


def test_a_shallow_layer_gives_the_photograph_back() -> None:
    photograph = tensor(1, 48, 64)
    recipe = reconstruction_recipe("relu1_1", variation_weight=0.0, iterations=60)
    outcome = reconstruct(photograph, encoder=ToyEncoder(), recipe=recipe)
    assert outcome.trace[-1].losses["content"] < 0.02
    made = outcome.picture.flatten()
    assert float(torch.corrcoef(torch.stack((made, photograph.flatten())))[0, 1]) > 0.9


def test_a_reconstruction_is_given_nothing_but_the_layer() -> None:
    """At one size, from noise: the first picture knows nothing of the photograph."""
    recipe = reconstruction_recipe("relu2_1", iterations=1)
    assert (recipe.levels, recipe.style_weight, recipe.layers) == (1, 0, ("relu2_1",))
    one, other = (
        reconstruct(tensor(seed, 48, 48), encoder=ToyEncoder(), recipe=recipe).picture for seed in (1, 2)
    )
    assert float((one - other).abs().mean()) < 0.02


def test_a_layer_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidOptions, match="vgg19 has no layer conv9; it has relu1_1, relu1_2"):
        reconstruction_recipe("conv9")


class Stripes:
    """An encoder whose first channel looks for upright stripes, 8 pixels apart, its second for nothing."""

    layers = ("relu1_1",)
    content_layer = "relu1_1"
    identity = "stripes"
    reach: int | None = None

    def to(self, device: torch.device) -> Stripes:
        return self

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        wave = torch.cos(torch.arange(8) * 2 * torch.pi / 8).expand(1, 3, 8, 8)
        found = F.relu(F.conv2d(image, wave / 64))
        return (torch.cat((found, 0 * found), dim=1),)


def test_a_picture_of_a_channel_is_what_it_looks_for() -> None:
    (one,) = channel_pictures(Stripes(), "relu1_1", [0], options=ActivationOptions(side=48, steps=40))
    spectrum = torch.fft.rfft2(one.picture.mean(dim=0) - one.picture.mean()).abs()
    assert spectrum[0, 6] > 2 * spectrum[6, 0]  # 48 / 8 waves across, and none down
    assert one.activation > 0


def test_a_channels_picture_does_not_depend_on_those_beside_it() -> None:
    options = ActivationOptions(side=32, steps=5)
    alone = channel_pictures(ToyEncoder(), "relu2_1", [3], options=options)
    together = channel_pictures(ToyEncoder(), "relu2_1", [1, 3, 5], options=options)
    assert torch.allclose(alone[0].picture, together[1].picture, atol=1e-4)


def test_channels_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="Channel 8 and 99 of relu2_1 was asked for; it has 8 channels"):
        channel_pictures(ToyEncoder(), "relu2_1", [8, 1, 99])
    with pytest.raises(InvalidOptions, match="layer relu5_1 was asked of a feature network that gives"):
        channel_count(ToyEncoder(), "relu5_1")


def test_a_sheet_names_silent_channels(tmp_path: Path) -> None:
    sheet = write_feature_sheet(
        tmp_path / "sheet.png", layer="relu1_1", encoder=Stripes(), options=ActivationOptions(32, 3)
    )
    assert (sheet.channels, sheet.silent) == ((0, 1), (1,))


def test_stopping_gives_the_channels_that_are_done(tmp_path: Path) -> None:
    sheet = write_feature_sheet(
        tmp_path / "sheet.png", layer="relu2_1", encoder=ToyEncoder(), options=ActivationOptions(32, 2),
        should_stop=lambda: True,
    )  # fmt: skip
    assert (sheet.channels, sheet.is_complete) == ((0, 1, 2, 3), False)


def test_channels_are_read_as_they_are_typed() -> None:
    assert parse_channels("0,5, 9") == [0, 5, 9]
    assert parse_channels("2-4,3,8") == [2, 3, 4, 8]
    for text in ("", "a", "4-2", "1,", "-3"):
        with pytest.raises(InvalidOptions, match="numbers from 0 and spans of them"):
            parse_channels(text)


def test_channels_are_spread_evenly() -> None:
    assert spread_channels(256, 4) == [0, 64, 128, 192]
    assert spread_channels(3, 12) == [0, 1, 2]


def test_sides_that_cannot_be_looked_at_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="of 16 pixels in 5 steps were asked for; a side is 32"):
        ActivationOptions(side=16, steps=5)
