"""Weights of one network in a network of another size."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.networks.fitting import fit_weights
from rotoscope.networks.style_network import (
    SIZES,
    StyleNetwork,
    StyleNetworkSize,
    multiply_adds_per_pixel,
    paint_with_margin,
)

SMALL = StyleNetworkSize(stem=6, trunk=12, hidden=8, blocks=3)


def painting(network: StyleNetwork) -> Tensor:
    picture = torch.rand(1, 3, 48, 40, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return paint_with_margin(network, picture)


def trained(size: StyleNetworkSize) -> StyleNetwork:
    """A network with norms that are not those of a new one."""
    network = StyleNetwork(size)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return network


@pytest.mark.parametrize(
    "size",
    [
        SMALL,
        replace(SMALL, stem=9),
        replace(SMALL, trunk=16),
        replace(SMALL, hidden=10),
        replace(SMALL, blocks=5),
        StyleNetworkSize(stem=8, trunk=20, hidden=9, blocks=4),
    ],
)
def test_a_larger_network_paints_what_the_smaller_one_paints(size: StyleNetworkSize) -> None:
    small, large = trained(SMALL), StyleNetwork(size)
    fit_weights(large, small.state_dict())
    assert large.size == size
    assert torch.allclose(painting(large), painting(small), atol=1e-5)


def test_what_is_new_in_a_larger_network_can_learn() -> None:
    large = StyleNetwork(StyleNetworkSize(stem=8, trunk=20, hidden=9, blocks=4))
    fit_weights(large, trained(SMALL).state_dict())
    paint_with_margin(large, torch.rand(1, 3, 48, 40)).square().mean().backward()
    for name in ("down", "trunk.0.pointwise2", "trunk.3.pointwise2", "up", "paint"):
        gradient = large.get_parameter(f"{name}.weight").grad
        assert gradient is not None
        assert gradient.abs().sum(dim=(0, 2, 3)).min() > 0, name  # of every channel that it reads


def test_channels_that_nothing_reads_are_left_out_first() -> None:
    full = trained(SMALL)
    with torch.no_grad():
        full.down.weight[:, [1, 4]] = 0
        full.up.weight[:, [0, 7, 9]] = 0
        full.paint.weight[:, 2] = 0
        for block in full.trunk:
            block.get_parameter("pointwise1.weight")[:, [0, 7, 9]] = 0
            block.get_parameter("pointwise2.weight")[:, [3, 5]] = 0
    # Behind the shuffle there are as many channels as before the stem; one of the five kept is idle there.
    cut = StyleNetwork(StyleNetworkSize(stem=5, trunk=9, hidden=6, blocks=3))
    fit_weights(cut, full.state_dict())
    assert torch.allclose(painting(cut), painting(full), atol=1e-5)


def test_of_fewer_blocks_the_first_and_the_last_stay() -> None:
    full = trained(SMALL)
    with torch.no_grad():
        for parameter in ("weight", "bias"):
            full.get_parameter(f"trunk.1.pointwise2.{parameter}").zero_()
    cut = StyleNetwork(replace(SMALL, blocks=2))
    fit_weights(cut, full.state_dict())
    assert torch.allclose(painting(cut), painting(full), atol=1e-5)
    fit_weights(StyleNetwork(replace(SMALL, blocks=1)), full.state_dict())


def test_what_is_no_style_network_is_refused() -> None:
    with pytest.raises(UnsupportedArchitecture, match="are not a style network of this version"):
        fit_weights(StyleNetwork(SMALL), {"stem.weight": torch.zeros(1)})


def test_sizes_are_what_they_are_called() -> None:
    def multiply_adds(name: str) -> float:
        return multiply_adds_per_pixel(StyleNetwork(SIZES[name])) / multiply_adds_per_pixel(StyleNetwork())

    assert SIZES["standard"] == StyleNetworkSize()
    assert multiply_adds("draft") == pytest.approx(0.5, abs=0.01)
    assert multiply_adds("fine") == pytest.approx(2.4, abs=0.05)
    assert sum(p.numel() for p in StyleNetwork(SIZES["fine"]).parameters()) <= 150_000
