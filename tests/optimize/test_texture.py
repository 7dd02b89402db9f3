"""Textures by optimization: no seams, no content, another for each seed, loops that close."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import (
    TORCHVISION,
    Convolution,
    FeatureArchitecture,
    FeatureNetwork,
    Pool,
    Tap,
)
from rotoscope.optimize.memory import Memory
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.subject import Style
from rotoscope.optimize.texture import (
    Engine,
    TextureSize,
    controls_for,
    loop_frame,
    spline_weights,
    synthesize,
    synthesize_loop,
    texture_recipe,
)

from optimize_toys import ToyEncoder, tensor, toy_recipe

STYLE = Style(tensor(2, 64, 64))


def toy_network() -> FeatureNetwork:
    """Two random convolutions with a pool between, as a real feature network."""
    generator = torch.Generator().manual_seed(5)
    steps = (Convolution(0, 3, 8), Tap("relu1_1"), Pool(), Convolution(3, 8, 12), Tap("relu2_1"))
    architecture = FeatureArchitecture("toy", steps, "relu2_1")
    weights = {
        name: torch.randn(shape, generator=generator) * 0.2 for name, shape in architecture.shapes.items()
    }
    return FeatureNetwork(
        architecture, weights, normalization=TORCHVISION, identity="toy", precision=torch.float32
    )


def recipe_for(size: TextureSize, **values: object) -> OptimizeRecipe:
    given = {"levels": None, "content_layers": {}, "iterations": 30, "coarse_iterations": 10, **values}
    return texture_recipe(toy_recipe(**given), size, [STYLE])


def made(size: TextureSize, **values: object) -> Tensor:
    recipe = recipe_for(size, **values)
    return synthesize([STYLE], size, encoder=toy_network(), recipe=recipe).picture


def seams(picture: Tensor) -> tuple[float, float]:
    """Mean absolute step across the borders of two that lie side by side, beside the largest inside."""
    ratios: list[float] = []
    for axis in (2, 3):
        steps = (picture - picture.roll(1, axis)).abs().mean(dim=[d for d in range(4) if d != axis])
        ratios.append(float(steps[0] / steps[1:].max()))
    return ratios[0], ratios[1]


def test_a_tileable_texture_has_no_seam_and_another_has_one() -> None:
    assert max(seams(made(TextureSize(96, 64, tileable=True)))) < 1
    assert min(seams(made(TextureSize(96, 64)))) > 1


def test_maps_of_a_rolled_picture_are_rolled() -> None:
    network, picture = toy_network().wrapping(), tensor(1, 64, 48)
    rolled = network(picture.roll((16, 32), dims=(2, 3)))
    for found, whole, step in zip(rolled, network(picture), (1, 2), strict=True):
        assert torch.allclose(found, whole.roll((16 // step, 32 // step), dims=(2, 3)), atol=1e-5)


def test_a_texture_comes_near_to_the_style_and_each_seed_is_another() -> None:
    size = TextureSize(64, 64)
    network = toy_network()
    outcomes = [
        synthesize([STYLE], size, encoder=network, recipe=recipe_for(size, seed=seed)) for seed in (1, 2, 1)
    ]
    assert outcomes[0].trace[-1].total < 0.05 * outcomes[0].trace[0].total
    assert float((outcomes[0].picture - outcomes[1].picture).abs().mean()) > 0.05
    assert torch.equal(outcomes[0].picture, outcomes[2].picture)


def test_a_texture_may_be_larger_than_its_style_image() -> None:
    assert made(TextureSize(160, 80), iterations=2, coarse_iterations=2).shape == (1, 3, 80, 160)


def test_the_style_image_is_seen_at_its_own_size_whatever_the_textures() -> None:
    assert recipe_for(TextureSize(128, 256)).style_scale == 0.5
    assert recipe_for(TextureSize(32, 32)).style_scale == 2
    given = texture_recipe(toy_recipe(), TextureSize(64, 64), [STYLE], style_side=96)
    assert (given.style_scale, given.content_weight) == (1.5, 0)


def test_no_size_is_begun_with_where_the_style_image_is_too_small() -> None:
    large = Style(tensor(2, 256, 256))
    size = TextureSize(512, 512)
    assert texture_recipe(toy_recipe(levels=None), size, [large]).levels == 3
    assert texture_recipe(toy_recipe(levels=None), size, [STYLE]).levels == 1


@pytest.mark.parametrize(
    ("width", "height", "near"), [(100, 64, "96x64"), (64, 250, "64x256"), (5, 16, "16x16")]
)
def test_sizes_that_cannot_be_tiled_are_refused_with_the_nearest(width: int, height: int, near: str) -> None:
    told = f"tileable texture of {width}x{height} was asked for; both sides of one are multiples of 16"
    with pytest.raises(InvalidOptions, match=told) as caught:
        TextureSize(width, height, tileable=True)
    assert f"The nearest size is {near}." in str(caught.value)
    assert TextureSize(width, height).width == width


def test_a_tileable_texture_beyond_memory_is_refused() -> None:
    size = TextureSize(96, 96, tileable=True)
    engine = Engine(memory=Memory(maps_bytes=1e6))
    with pytest.raises(InvalidOptions, match=r"96x96 that wraps around is looked at whole.*--memory"):
        synthesize([STYLE], size, encoder=toy_network(), recipe=recipe_for(size), engine=engine)


def test_a_feature_network_that_cannot_wrap_is_refused() -> None:
    size = TextureSize(64, 64, tileable=True)
    with pytest.raises(InvalidOptions, match="The feature network toy cannot look at pictures that wrap"):
        synthesize([STYLE], size, encoder=ToyEncoder(), recipe=recipe_for(size))


def looped(size: TextureSize, **values: object) -> Tensor:
    recipe, network = recipe_for(size, iterations=30), toy_network()
    still = synthesize([STYLE], size, encoder=network, recipe=recipe)
    return synthesize_loop(
        still.picture,
        [STYLE],
        size,
        encoder=network,
        recipe=recipe,
        controls=4,
        **values,  # pyright: ignore[reportArgumentType]
    ).picture


def test_a_loop_closes_and_is_as_smooth_there_as_elsewhere() -> None:
    path = looped(TextureSize(48, 48))
    frames = [loop_frame(path, index / 48) for index in range(48)]
    assert torch.allclose(loop_frame(path, 1.0), frames[0])
    steps = [float((frames[index] - frames[index - 1]).abs().mean()) for index in range(48)]
    assert min(steps) > 0
    assert steps[0] < 1.5 * float(np.median(steps))


def test_every_frame_of_a_loop_is_a_texture() -> None:
    size = TextureSize(48, 48)
    path = looped(size)
    network = toy_network()

    def means(picture: Tensor) -> Tensor:
        return network(picture)[1].mean(dim=(0, 2, 3))

    wanted = means(STYLE.picture)
    for phase in (0.0, 0.1, 0.37, 0.5):
        far = (means(loop_frame(path, phase)) - wanted).norm() / wanted.norm()
        assert float(far) < 0.2


def test_a_loop_of_no_movement_begins_alike_everywhere() -> None:
    path = looped(TextureSize(48, 48), movement=0.0)
    assert float((path - path[:1]).abs().max()) < 0.2


def test_a_movement_outside_0_to_1_is_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"movement of 1\.5 was given; it is a number from 0 to 1"):
        looped(TextureSize(48, 48), movement=1.5)


def test_a_tileable_loop_has_no_seam() -> None:
    path = looped(TextureSize(64, 64, tileable=True))
    assert max(seams(loop_frame(path, 0.3))) < 1


def test_weights_of_a_spline_add_up_and_are_local() -> None:
    weights = spline_weights(6, torch.tensor([0.0, 0.25, 0.99, 1.0]))
    assert torch.allclose(weights.sum(dim=1), torch.ones(4))
    assert torch.allclose(weights[0], weights[3])
    assert weights[0].tolist() == pytest.approx([4 / 6, 1 / 6, 0, 0, 0, 1 / 6])


def test_longer_loops_have_more_control_pictures() -> None:
    assert (controls_for(1), controls_for(4), controls_for(10)) == (4, 6, 15)
