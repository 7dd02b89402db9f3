"""The weighted sum of a step, and what the stability loss does to the photograph."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from training_toys import Toy

from rotoscope.networks.losses import (
    StyleTarget,
    content_loss,
    range_loss,
    style_loss,
    total_variation_loss,
)
from rotoscope.training.objective import Objective


def objective(toy: Toy, **values: object) -> Objective:
    style = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(9))
    return Objective(encoder=toy.encoder, style_image=style, recipe=toy.recipe.revised(values))


def darker(image: Tensor) -> Tensor:
    """A filter that knows nothing of place, so that it moves along with the picture."""
    return image * 0.9 - 0.05


def test_the_total_is_the_weighted_sum_of_the_losses(toy: Toy) -> None:
    photographs = torch.rand(1, 3, 32, 32)
    weights = {"style_weight": 2, "content_weight": 3, "total_variation_weight": 5, "range_weight": 7}
    losses = objective(toy, **weights, stability_weight=0)(
        darker, photographs, step=0, rng=np.random.default_rng(0)
    )
    painting = darker(photographs)
    style = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(9))
    target = StyleTarget.of_features(toy.encoder(style))
    expected = (
        2 * style_loss(toy.encoder(painting), target, layer_weights=(1, 1))
        + 3 * content_loss(toy.encoder(painting)[1], toy.encoder(photographs)[1])
        + 5 * total_variation_loss(painting)
        + 7 * range_loss(painting)
    )
    assert losses.total.item() == pytest.approx(expected.item(), rel=1e-5)
    assert losses.stability is None


def test_the_stability_loss_comes_every_so_many_steps(toy: Toy) -> None:
    steps = objective(toy, stability_every=3)
    photographs = torch.rand(1, 3, 32, 32)
    present = [
        steps(darker, photographs, step=step, rng=np.random.default_rng(0)).stability is not None
        for step in range(6)
    ]
    assert present == [True, False, False, True, False, False]


def test_a_filter_that_moves_along_is_stable_but_for_gain_and_noise(toy: Toy) -> None:
    photographs = torch.rand(1, 3, 32, 32)
    still = objective(toy, stability_gain=0, stability_noise=0)
    assert still(darker, photographs, step=0, rng=np.random.default_rng(2)).values().stability == 0
    noisy = objective(toy, stability_gain=0, stability_noise=0.1)
    measured = noisy(darker, photographs, step=0, rng=np.random.default_rng(2)).values().stability
    assert measured == pytest.approx((0.9 * 0.1) ** 2, rel=0.15)  # the noise's variance, through the filter


def test_a_filter_that_stays_in_place_is_not_stable(toy: Toy) -> None:
    pattern = torch.rand(1, 3, 32, 32)
    still = objective(toy, stability_gain=0, stability_noise=0)
    losses = still(lambda image: image * 0.5 + pattern, pattern, step=0, rng=np.random.default_rng(2))
    assert losses.values().stability is not None
    assert (losses.values().stability or 0) > 0.05


def test_a_step_is_decided_by_its_generator(toy: Toy) -> None:
    photographs = torch.rand(1, 3, 32, 32)
    steps = objective(toy)
    totals = [
        steps(darker, photographs, step=0, rng=np.random.default_rng(seed)).total.item() for seed in (1, 1, 2)
    ]
    assert totals[0] == totals[1] != totals[2]
