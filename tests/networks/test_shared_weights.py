"""What the members of a family share."""

from __future__ import annotations

import torch

from rotoscope.networks.family import family_parameters, is_of_style, member_name, sibling
from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize

SIZE = StyleNetworkSize(stem=4, trunk=8, hidden=6, blocks=2)


def test_a_sibling_paints_the_same_at_first_with_the_same_shared_parameters() -> None:
    first = StyleNetwork(SIZE)
    other = sibling(first)
    image = torch.rand(1, 3, 16, 16)
    assert torch.equal(first(image), other(image))
    for (name, one), (_, another) in zip(first.named_parameters(), other.named_parameters(), strict=True):
        assert (one is another) != is_of_style(name), name


def test_what_a_style_changes_stays_its_own() -> None:
    first = StyleNetwork(SIZE)
    other = sibling(first)
    image = torch.rand(1, 3, 16, 16)
    before = first(image)
    with torch.no_grad():
        for name, parameter in other.named_parameters():
            if is_of_style(name):
                parameter.add_(0.1)
    assert torch.equal(first(image), before)
    assert not torch.equal(other(image), before)
    with torch.no_grad():
        other.down.weight.add_(0.1)
    assert not torch.equal(first(image), before)


def test_every_parameter_has_one_name() -> None:
    first = StyleNetwork(SIZE)
    members = (first, sibling(first), sibling(first))
    named = family_parameters(members)
    assert len({id(parameter) for parameter in named.values()}) == len(named)
    assert len({id(parameter) for member in members for parameter in member.parameters()}) == len(named)
    for number, member in enumerate(members):
        for name, parameter in member.named_parameters():
            assert named[member_name(name, number)] is parameter
    assert {name for name in named if name.startswith("2.")} == {
        *("2.norm.weight", "2.norm.bias", "2.paint.weight", "2.paint.bias"),
        *(f"2.trunk.{block}.norm.{part}" for block in range(2) for part in ("weight", "bias")),
    }


def test_a_style_is_a_small_part_of_a_network() -> None:
    network = StyleNetwork()
    own = sum(p.numel() for name, p in network.named_parameters() if is_of_style(name))
    assert (own, sum(p.numel() for p in network.parameters())) == (2156, 38_508)
