"""Feature networks: architectures as data, normalization, precision."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.networks.features import (
    ARCHITECTURES,
    CAFFE,
    SQUEEZENET,
    TORCHVISION,
    VGG19,
    FeatureArchitecture,
    FeatureNetwork,
    matching_architectures,
)


def random_weights(architecture: FeatureArchitecture, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(shape, generator=generator) * (2 / max(1, shape[-1] ** 2 * shape[0])) ** 0.5
        for name, shape in architecture.shapes.items()
    }


def encoder(architecture: FeatureArchitecture, precision: torch.dtype = torch.float32) -> FeatureNetwork:
    return FeatureNetwork(
        architecture,
        random_weights(architecture),
        normalization=TORCHVISION,
        identity="random",
        precision=precision,
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_each_architecture_gives_one_map_a_layer(architecture: FeatureArchitecture) -> None:
    network = encoder(architecture)
    maps = network(torch.rand(1, 3, 32, 32))
    assert len(maps) == len(network.layers) == len(architecture.layers)
    assert network.content_layer in network.layers
    sizes = [m.shape[2] for m in maps]
    assert sizes == sorted(sizes, reverse=True)
    assert all(m.min() >= 0 for m in maps)  # every map is taken after a ReLU


def test_vgg19_maps_are_those_of_the_paper() -> None:
    shapes = [tuple(m.shape[1:]) for m in encoder(VGG19)(torch.rand(1, 3, 64, 64))]
    assert VGG19.layers == ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
    assert shapes == [(64, 64, 64), (128, 32, 32), (256, 16, 16), (512, 8, 8)]


def test_squeezenet_pools_keep_the_partial_window() -> None:
    # 38 -> conv1 18; a 3/2 pool gives 8 when it floors and 9 when it counts the partial window.
    shapes = [tuple(m.shape[1:]) for m in encoder(SQUEEZENET)(torch.rand(1, 3, 38, 38))]
    assert shapes == [(64, 18, 18), (128, 9, 9), (256, 4, 4), (384, 2, 2)]


def test_the_first_map_is_normalize_convolve_relu() -> None:
    weights = random_weights(VGG19)
    image = torch.rand(1, 3, 32, 32)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    expected = F.relu(
        F.conv2d((image - mean) / std, weights["features.0.weight"], weights["features.0.bias"], padding=1)
    )
    assert torch.allclose(encoder(VGG19)(image)[0], expected, atol=1e-4)


def test_caffe_normalization_swaps_channels_and_scales_to_255() -> None:
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    expected = torch.tensor([-103.939, -116.779, 255 - 123.68])
    assert torch.allclose(CAFFE(red).flatten(), expected)


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_weights_are_recognized_by_their_shapes(architecture: FeatureArchitecture) -> None:
    meta = {name: torch.empty(shape, device="meta") for name, shape in architecture.shapes.items()}
    assert matching_architectures(meta) == (architecture,)


def test_weights_of_another_network_are_refused() -> None:
    weights = random_weights(SQUEEZENET)
    with pytest.raises(UnsupportedArchitecture, match=r"not those of vgg19: 16 of its 18 .* features\.2\.w"):
        FeatureNetwork(VGG19, weights, normalization=CAFFE, identity="x")


def test_no_architecture_matches_nothing() -> None:
    assert matching_architectures({}) == ()


def test_bfloat16_maps_are_close_to_float32_maps() -> None:
    image = torch.rand(1, 3, 32, 32)
    for exact, rounded in zip(
        encoder(SQUEEZENET)(image), encoder(SQUEEZENET, torch.bfloat16)(image), strict=True
    ):
        assert rounded.dtype == torch.bfloat16
        assert (exact - rounded.float()).norm() < 0.03 * exact.norm()


def test_gradients_reach_the_picture_but_weights_have_none() -> None:
    image = torch.rand(1, 3, 32, 32, requires_grad=True)
    encoder(replace(SQUEEZENET, name="copy"))(image)[-1].sum().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0
