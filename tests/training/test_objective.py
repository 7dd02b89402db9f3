"""The weighted sum of a step, and what the stability loss does to the photograph."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from rotoscope.networks.losses import (
    StyleTarget,
    color_loss,
    content_loss,
    lattice_loss,
    luma,
    range_loss,
    style_loss,
    total_variation_loss,
)
from rotoscope.training.content import Scenes
from rotoscope.training.objective import Objective, Painter, StepLosses

from training_toys import Toy, ToyEncoder


def objective(toy: Toy, **values: object) -> Objective:
    style = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(9))
    return Objective(encoder=toy.encoder, styles=[(style, 1)], recipe=toy.recipe.revised(values))


def darker(image: Tensor) -> Tensor:
    """A filter that knows nothing of place, so that it moves along with the picture."""
    return image * 0.9 - 0.05


def scenes(index: int = 0) -> Scenes:
    """One of the toy recipe's size."""
    return Scenes((index,), torch.rand(1, 3, 36, 36))


def measure(objective: Objective, paint: Painter, *, seed: int) -> StepLosses:
    return objective(paint, scenes(), with_stability=True, rng=np.random.default_rng(seed))


def test_the_total_is_the_weighted_sum_of_the_losses(toy: Toy) -> None:
    weights = {
        "style_weight": 2,
        "content_weight": 3,
        "total_variation_weight": 5,
        "range_weight": 7,
        "lattice_weight": 9,
    }
    scene = scenes()
    steps = objective(toy, **weights)
    losses = steps(darker, scene, with_stability=False, rng=np.random.default_rng(0))
    photographs = scene.pixels[:, :, :32, :32]
    painting = darker(photographs)
    style = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(9))
    target = StyleTarget.of_features(toy.encoder(style))
    expected = (
        2 * style_loss(toy.encoder(painting), target, layer_weights=(1, 1))
        + 3 * content_loss(toy.encoder(painting)[1], toy.encoder(photographs)[1])
        + 5 * total_variation_loss(painting)
        + 7 * range_loss(painting)
        + 9 * lattice_loss(painting, period=4)
    )
    assert losses.total.item() == pytest.approx(expected.item(), rel=1e-5)
    assert losses.stability is None


def test_with_the_photograph_s_colors_features_are_of_brightness_and_color_is_kept(toy: Toy) -> None:
    scene = scenes()
    steps = objective(toy, colors="photo", color_weight=4, lattice_weight=0, range_weight=0)
    losses = steps(darker, scene, with_stability=False, rng=np.random.default_rng(0))
    photographs = scene.pixels[:, :, :32, :32]
    painting = darker(photographs)
    style = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(9))
    target = StyleTarget.of_features(toy.encoder(luma(style)))
    gray = toy.encoder(luma(painting))
    expected_style = style_loss(gray, target, layer_weights=(1, 1))
    assert losses.style.item() == pytest.approx(expected_style.item(), rel=1e-5)
    assert losses.content.item() == pytest.approx(
        content_loss(gray[1], toy.encoder(luma(photographs))[1]).item(), rel=1e-5
    )
    assert losses.color is not None
    assert losses.color.item() == pytest.approx(color_loss(painting, photographs).item())
    recipe = toy.recipe
    expected = (
        losses.style
        + recipe.content_weight * losses.content
        + recipe.total_variation_weight * losses.total_variation
        + 4 * losses.color
    )
    assert losses.total.item() == pytest.approx(expected.item(), rel=1e-5)
    assert objective(toy)(darker, scene, with_stability=False, rng=np.random.default_rng(0)).color is None


def test_the_stability_loss_is_part_of_the_total(toy: Toy) -> None:
    scene = scenes()
    steps = objective(toy, stability_weight=4)
    losses = steps(darker, scene, with_stability=True, rng=np.random.default_rng(0))
    plain = steps(darker, scene, with_stability=False, rng=np.random.default_rng(0))
    assert plain.stability is None
    assert losses.stability is not None
    assert losses.total.item() == pytest.approx(plain.total.item() + 4 * losses.stability.item(), rel=1e-5)


def test_a_filter_that_moves_along_is_stable_but_for_gain_and_noise(toy: Toy) -> None:
    still = objective(toy, stability_gain=0, stability_noise=0)
    assert measure(still, darker, seed=2).values().stability == 0
    noisy = objective(toy, stability_gain=0, stability_noise=0.1)
    # What is left is the noise's variance, through the filter.
    assert measure(noisy, darker, seed=2).values().stability == pytest.approx((0.9 * 0.1) ** 2, rel=0.15)


def test_a_filter_that_stays_in_place_is_not_stable(toy: Toy) -> None:
    pattern = torch.rand(1, 3, 32, 32)
    still = objective(toy, stability_gain=0, stability_noise=0)
    losses = measure(still, lambda image: image * 0.5 + pattern, seed=2).values()
    assert losses.stability is not None
    assert losses.stability > 0.05


def test_a_step_is_decided_by_its_generator(toy: Toy) -> None:
    scene, steps = scenes(), objective(toy)
    totals = [
        steps(darker, scene, with_stability=True, rng=np.random.default_rng(seed)).total.item()
        for seed in (1, 1, 2)
    ]
    assert totals[0] == totals[1] != totals[2]


def test_the_style_of_several_images_is_their_weighted_mean(toy: Toy) -> None:
    images = [torch.rand(1, 3, 40, side) for side in (40, 60)]
    mixed = Objective(
        encoder=toy.encoder, styles=list(zip(images, (0.75, 0.25), strict=True)), recipe=toy.recipe
    )
    first, second = (StyleTarget.of_features(toy.encoder(image)) for image in images)
    grams = [0.75 * a + 0.25 * b for a, b in zip(first.grams, second.grams, strict=True)]
    wanted = StyleTarget.of_grams(tuple(grams))
    scene = scenes()
    losses = mixed(darker, scene, with_stability=False, rng=np.random.default_rng(0))
    painted = toy.encoder(darker(scene.pixels[:, :, :32, :32]))
    expected = style_loss(painted, wanted, layer_weights=(1, 1))
    assert losses.style.item() == pytest.approx(expected.item(), rel=1e-5)
    assert expected != style_loss(painted, first, layer_weights=(1, 1))


def test_a_photograph_is_looked_at_once(toy: Toy) -> None:
    looked: list[int] = []

    class Counting(ToyEncoder):
        def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
            looked.append(image.shape[0])
            return super().__call__(image)

    steps = Objective(encoder=Counting(), styles=[(torch.rand(1, 3, 40, 40), 1)], recipe=toy.recipe)
    pixels = torch.rand(3, 3, 36, 36)
    totals: list[float] = []
    for indexes in ((7, 9), (9, 7), (9, 4)):
        scene = Scenes(indexes, pixels[[(7, 9, 4).index(index) for index in indexes]])
        step = steps(darker, scene, with_stability=False, rng=np.random.default_rng(0))
        totals.append(step.content.item())
    # The style image; two photographs after two paintings; none after two; one after two.
    assert looked == [1, 2, 2, 2, 2, 1]
    assert totals[0] == pytest.approx(totals[1], rel=1e-6)
