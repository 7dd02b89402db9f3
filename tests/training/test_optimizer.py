"""Muon's updates, and what a checkpoint needs of the optimizer."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize
from rotoscope.training.optimizer import UPDATE_SIZE, StyleOptimizer, orthogonalize

TINY = StyleNetworkSize(stem=4, trunk=8, hidden=6, blocks=1)


@pytest.mark.parametrize("shape", [(8, 8), (6, 40), (40, 6)])
def test_an_orthogonalized_matrix_keeps_its_singular_vectors_and_evens_its_values(
    shape: tuple[int, int],
) -> None:
    torch.manual_seed(0)
    u, _, v = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    values = torch.logspace(0, -1.5, len(v))
    even = u.T @ orthogonalize(u @ torch.diag(values) @ v) @ v.T
    assert even.diagonal().min() > 0.6
    assert even.diagonal().max() < 1.3
    assert (even - torch.diag(even.diagonal())).abs().max() < 1e-4


def _stepped(steps: int, *, learning_rate: float = 0.01) -> tuple[StyleNetwork, StyleOptimizer]:
    torch.manual_seed(1)
    network = StyleNetwork(TINY)
    optimizer = StyleOptimizer(dict(network.named_parameters()), adam_betas=(0.9, 0.99))
    _take(network, optimizer, range(steps), learning_rate)
    return network, optimizer


def _take(network: nn.Module, optimizer: StyleOptimizer, steps: range, rate: float = 0.01) -> None:
    for step in steps:
        image = _image(step)
        optimizer.zero_grad()
        (network(image) - image).square().mean().backward()
        optimizer.step(rate)


def _image(seed: int) -> Tensor:
    coarse = torch.rand(1, 3, 2, 2, generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(coarse, size=(16, 16), mode="bilinear")


def test_updates_of_matrices_are_as_large_as_the_learning_rate_says() -> None:
    before, _ = _stepped(0)
    after, _ = _stepped(1)
    for name in ("stem.weight", "down.weight", "trunk.0.pointwise1.weight", "up.weight", "paint.weight"):
        change = (after.get_parameter(name) - before.get_parameter(name)).detach()
        size = float(change.square().mean().sqrt()) / (0.01 * UPDATE_SIZE)
        assert 0.3 < size < 1.3, name  # less where the gradient lacks directions


def test_every_parameter_changes_and_the_loss_falls() -> None:
    before, _ = _stepped(0)
    after, _ = _stepped(100)
    for name, parameter in after.named_parameters():
        assert not torch.equal(parameter, before.get_parameter(name)), name
    image = _image(99)
    assert (after(image) - image).square().mean() < 0.85 * (before(image) - image).square().mean()


def test_a_restored_optimizer_goes_on_as_if_nothing_had_happened() -> None:
    whole, _ = _stepped(8)
    half, optimizer = _stepped(4)
    moments = {name: tensor.clone() for name, tensor in optimizer.tensors().items()}
    resumed = StyleOptimizer(dict(half.named_parameters()), adam_betas=(0.9, 0.99))
    resumed.restore(moments)
    _take(half, resumed, range(4, 8))
    for name, parameter in whole.named_parameters():
        assert torch.equal(parameter, half.get_parameter(name)), name


def test_no_moment_may_be_missing() -> None:
    network, optimizer = _stepped(1)
    moments = dict(optimizer.tensors())
    del moments["momentum.up.weight"]
    with pytest.raises(KeyError, match=r"momentum\.up\.weight"):
        StyleOptimizer(dict(network.named_parameters()), adam_betas=(0.9, 0.99)).restore(moments)


def test_what_has_no_gradient_stays_with_its_moments() -> None:
    network, optimizer = _stepped(2)
    before = {name: tensor.clone() for name, tensor in optimizer.tensors().items()}
    weights = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    optimizer.zero_grad()
    network.paint.weight.grad = torch.ones_like(network.paint.weight)
    network.norm.weight.grad = torch.ones_like(network.norm.weight)
    optimizer.step(0.01)
    changed = {name for name, parameter in network.named_parameters() if not parameter.equal(weights[name])}
    assert changed == {"paint.weight", "norm.weight"}
    moved = {name for name, tensor in optimizer.tensors().items() if not tensor.equal(before[name])}
    adam = {f"{moment}.norm.weight" for moment in ("step", "exp_avg", "exp_avg_sq")}
    assert moved == {"momentum.paint.weight", *adam}
