"""The style network: sizes, state dicts, margin."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rotoscope.errors import UnsupportedArchitecture
from rotoscope.networks.style_network import (
    MARGIN_PIXELS,
    SIZE_MULTIPLE,
    StyleNetwork,
    StyleNetworkSize,
    multiply_adds_per_pixel,
    paint_with_margin,
)

TINY = StyleNetworkSize(stem=4, trunk=8, hidden=6, blocks=2)


def network(size: StyleNetworkSize = TINY, seed: int = 0) -> StyleNetwork:
    torch.manual_seed(seed)
    return StyleNetwork(size)


def test_default_size_has_the_documented_number_of_parameters() -> None:
    assert sum(p.numel() for p in StyleNetwork().parameters()) == 38_508
    assert "38,508" in (StyleNetworkSize.__doc__ or "")


@pytest.mark.parametrize(("height", "width"), [(64, 64), (44, 72)])
def test_painting_has_the_size_of_the_picture(height: int, width: int) -> None:
    painting = network()(torch.rand(2, 3, height, width))
    assert painting.shape == (2, 3, height, width)


def test_a_network_is_rebuilt_from_its_state() -> None:
    original = network()
    rebuilt = StyleNetwork.of_state(original.state_dict())
    image = torch.rand(1, 3, 48, 48)
    assert StyleNetworkSize.of_state(original.state_dict()) == TINY
    assert torch.equal(original(image), rebuilt(image))


def test_norm_is_instance_norm() -> None:
    layer = network().norm
    x = torch.randn(2, TINY.trunk, 5, 7)
    expected = F.instance_norm(x, weight=layer.weight, bias=layer.bias, eps=1e-5)
    assert torch.allclose(layer(x), expected, atol=1e-6)


def test_a_state_of_something_else_is_refused_by_name() -> None:
    missing = r"\(stem\.weight and up\.weight and trunk\.0\.norm\.weight missing\)"
    with pytest.raises(UnsupportedArchitecture, match=missing):
        StyleNetwork.of_state({"conv1.weight": torch.zeros(3)})


def test_a_state_with_a_wrong_shape_names_the_parameter() -> None:
    state = network().state_dict()
    state["norm.bias"] = torch.zeros(3)
    state["extra"] = torch.zeros(1)
    with pytest.raises(UnsupportedArchitecture, match=r"of another shape: extra, norm\.bias"):
        StyleNetworkSize.of_state(state)


class Identity(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class Recorder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seen = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        self.seen = x
        return x


def test_margin_is_put_on_and_cut_off_exactly() -> None:
    image = torch.rand(1, 3, 40, 48)
    assert torch.equal(paint_with_margin(Identity(), image), image)


def test_margin_reflects_the_picture() -> None:
    image = torch.rand(1, 3, 40, 48)
    recorder = Recorder()
    paint_with_margin(recorder, image)
    m = MARGIN_PIXELS
    assert recorder.seen.shape == (1, 3, 40 + 2 * m, 48 + 2 * m)
    assert torch.equal(recorder.seen[:, :, m - 3], F.pad(image, (m, m, m, m), mode="reflect")[:, :, m + 3])
    assert m % SIZE_MULTIPLE == 0


def test_gradients_reach_every_parameter() -> None:
    painter = network()
    paint_with_margin(painter, torch.rand(1, 3, 48, 48)).square().mean().backward()
    assert [name for name, p in painter.named_parameters() if p.grad is None] == []


def test_an_untrained_network_makes_no_checkerboard() -> None:
    painting = network()(torch.rand(1, 3, 64, 64))
    quads = painting.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)  # the 2 x 2 pixels of each shuffled one
    assert painting.std() > 0
    assert torch.allclose(quads, quads[..., :1].expand_as(quads), atol=1e-6)


def test_multiply_adds_are_counted_by_hand() -> None:
    stem, trunk, hidden, blocks = TINY.stem, TINY.trunk, TINY.hidden, TINY.blocks
    half = 16 * 3 * stem + 9 * stem * 12  # stem and paint, a quarter of the positions each
    quarter = 9 * stem * trunk + blocks * (9 * (trunk + hidden) + 2 * trunk * hidden) + trunk * 4 * stem
    assert multiply_adds_per_pixel(network()) == half / 4 + quarter / 16
