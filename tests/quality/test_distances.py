"""Style, content and own, by their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from bench.quality.distances import (
    layout_of,
    measure_painting,
    measure_photograph,
    measure_style,
    photograph_style,
    share_of_own,
)
from bench.quality.pictures import as_tensor

from quality_toys import blocks, random_network

NETWORK = random_network()


def test_the_style_image_itself_has_the_style_and_the_photograph_the_content() -> None:
    photograph, style = blocks(1), blocks(2, 72, 96)
    measured, target = measure_photograph(NETWORK, photograph), measure_style(NETWORK, style)
    itself = measure_painting(NETWORK, photograph, measured, target)
    assert itself.content == 0
    assert itself.style > 0.05
    pasted = measure_painting(NETWORK, style, measure_photograph(NETWORK, style), target)
    assert pasted.style == pytest.approx(0, abs=1e-6)


def test_the_figures_are_the_definitions() -> None:
    photograph, painting, style = blocks(1), blocks(2), blocks(3, 72, 96)
    measured = measure_painting(
        NETWORK, painting, measure_photograph(NETWORK, photograph), measure_style(NETWORK, style)
    )
    maps = [[layer[0].flatten(1).double() for layer in NETWORK(as_tensor(p))] for p in (painting, style)]
    grams = [[layer @ layer.T / layer.shape[1] for layer in layers] for layers in maps]
    distances = [(g - s).norm() / s.norm() for g, s in zip(*grams, strict=True)]
    assert len(distances) == 4
    assert measured.style == pytest.approx(float(torch.stack(distances).mean()), rel=1e-5)
    deep, wanted = NETWORK(as_tensor(painting))[-1], NETWORK(as_tensor(photograph))[-1]
    expected = ((deep - wanted) ** 2).sum() / (wanted**2).sum()
    assert measured.content == pytest.approx(float(expected), rel=1e-5)


def test_a_photograph_that_nothing_was_painted_on_has_a_distance_too() -> None:
    photograph, style = blocks(1), measure_style(NETWORK, blocks(3, 72, 96))
    measured = measure_photograph(NETWORK, photograph)
    itself = measure_painting(NETWORK, photograph, measured, style)
    assert photograph_style(measured, style) == pytest.approx(itself.style, rel=1e-5)


def test_a_layout_does_not_know_how_strong_a_channel_is_on_the_whole() -> None:
    features = torch.rand((1, 5, 16, 24), generator=torch.Generator().manual_seed(0))
    layout = layout_of(features)
    assert layout.shape == (5 * 64,)
    assert float(layout.norm()) == pytest.approx(1)
    assert torch.allclose(layout, layout_of(features + torch.arange(5.0).view(1, 5, 1, 1)), atol=1e-6)


def test_own_counts_those_that_are_nearest_to_their_own_photograph() -> None:
    vectors = list(F.normalize(torch.eye(4) + 0.1))
    assert share_of_own(vectors, vectors) == 1
    assert share_of_own([vectors[1], vectors[0], vectors[2], vectors[3]], vectors) == 0.5


def test_pictures_become_tensors_without_loss() -> None:
    picture = blocks(4, 16, 24)
    tensor = as_tensor(picture)
    assert tensor.shape == (1, 3, 16, 24)
    assert tensor.is_contiguous()
    assert np.array_equal((tensor[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy(), picture)
