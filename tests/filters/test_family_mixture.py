"""Filters of one family, mixed into one network."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from rotoscope.errors import InvalidCard
from rotoscope.filters.card import Card, Padding
from rotoscope.filters.family import mix_family, shared_digest
from rotoscope.filters.file import FilterFile, filter_file_bytes, parse_filter_file
from rotoscope.filters.mixture import FamilyMixture, MixtureFilter, mix_filters
from rotoscope.filters.neural import NeuralFilter
from rotoscope.media.frame import Pixels
from rotoscope.networks.export import build_style_graph
from rotoscope.networks.family import is_of_style, sibling
from rotoscope.networks.style_network import StyleNetwork, StyleNetworkSize
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.standard import load_filter

from graph_samples import random_picture

SIZE = StyleNetworkSize(stem=4, trunk=8, hidden=6, blocks=2)
EXACT = RuntimeOptions(precision="f32")
PICTURE = random_picture(40, 48)


def make_file(network: StyleNetwork, name: str, *, family: str | None = None) -> FilterFile:
    """A filter file of the network's true family, or of one that is claimed."""
    graph = build_style_graph(network.state_dict())
    card = Card(name=name, padding=Padding(multiple=4, margin=8), family=family or shared_digest(graph))
    return parse_filter_file(filter_file_bytes(graph, card), what=name)


def make_family() -> tuple[FilterFile, FilterFile]:
    torch.manual_seed(5)
    sea = StyleNetwork(SIZE)
    sky = sibling(sea)
    with torch.no_grad():
        for name, parameter in (*sea.named_parameters(), *sky.named_parameters()):
            if is_of_style(name):
                parameter.add_(0.2 * torch.randn_like(parameter))
    return make_file(sea, "sea"), make_file(sky, "sky")


SEA, SKY = make_family()


def painted(*parts: tuple[FilterFile, float]) -> Pixels:
    filters = [(NeuralFilter(file, options=EXACT), weight) for file, weight in parts]
    return mix_filters(filters).apply(PICTURE)


def test_members_share_a_digest_that_strangers_do_not() -> None:
    assert SEA.card.family == SKY.card.family
    assert make_file(StyleNetwork(SIZE), "stranger").card.family != SEA.card.family
    assert SEA.digest != SKY.digest


def test_the_digest_is_the_one_that_the_format_describes() -> None:
    # docs/filter-format.md, "Families"
    graph = onnx.load_model_from_string(SEA.model).graph
    hasher = sha256()
    for node in graph.node:
        hasher.update(node.SerializeToString(deterministic=True))
    for tensor in sorted(graph.initializer, key=lambda tensor: tensor.name):
        hasher.update(f"{tensor.name} {tensor.data_type} {list(tensor.dims)}".encode())
        if "norm." not in tensor.name and not tensor.name.startswith("paint."):
            hasher.update(numpy_helper.to_array(tensor).tobytes())
    assert hasher.hexdigest() == SEA.card.family


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_all_of_one_member_is_that_member_to_the_bit(precision: str) -> None:
    options = RuntimeOptions(precision=precision)  # pyright: ignore[reportArgumentType]
    filters = [NeuralFilter(file, options=options) for file in (SEA, SKY)]
    for weights, member in (((1, 0), 0), ((0, 3), 1)):
        mixture = FamilyMixture(list(zip(filters, weights, strict=True)))
        assert np.array_equal(mixture.apply(PICTURE), filters[member].apply(PICTURE))


def test_the_path_from_one_member_to_the_other_is_smooth() -> None:
    path = [painted((SEA, 1 - share), (SKY, share)).astype(float) for share in np.linspace(0, 1, 17)]
    whole = np.abs(path[-1] - path[0]).mean()
    steps = [np.abs(after - before).mean() for before, after in pairwise(path)]
    assert whole > 10
    assert max(steps) < whole / 4
    nearer = [np.abs(one - path[-1]).mean() for one in path]
    assert nearer == sorted(nearer, reverse=True)


def test_a_mixture_of_a_family_is_one_network_with_averaged_weights() -> None:
    mixed = mix_family([(SEA, 0.75), (SKY, 0.25)])
    weights = [
        {tensor.name: numpy_helper.to_array(tensor).astype(np.float64) for tensor in model.graph.initializer}
        for model in (onnx.load_model_from_string(file.model) for file in (SEA, SKY, mixed))
    ]
    for name, between in weights[2].items():
        assert np.allclose(between, 0.75 * weights[0][name] + 0.25 * weights[1][name], atol=1e-6)
    assert not np.array_equal(weights[2]["norm.weight"], weights[0]["norm.weight"])
    assert mixed.card.family == SEA.card.family


def test_a_mixture_of_a_family_says_what_it_is_made_of() -> None:
    filters = [NeuralFilter(file, options=EXACT) for file in (SEA, SKY)]
    mixture = mix_filters([(filters[0], 7), (filters[1], 3)])
    assert isinstance(mixture, FamilyMixture)
    assert (mixture.name, mixture.kind) == ("sea:0.7+sky:0.3", "mixture")
    assert mixture.options == EXACT
    same = mix_filters([(filters[0], 0.7), (filters[1], 0.3)])
    other = mix_filters([(filters[0], 0.6), (filters[1], 0.4)])
    assert mixture.digest == same.digest != other.digest


def test_filters_of_no_common_family_are_mixed_by_their_paintings() -> None:
    stranger = make_file(StyleNetwork(SIZE), "stranger")
    alone = NeuralFilter(stranger, options=EXACT), NeuralFilter(SEA, options=EXACT)
    mixture = mix_filters([(alone[0], 1), (alone[1], 1)])
    assert isinstance(mixture, MixtureFilter)
    mean = (alone[0].apply(PICTURE).astype(float) + alone[1].apply(PICTURE)) / 2
    assert np.abs(mixture.apply(PICTURE) - mean).max() <= 0.5


def test_a_filter_that_only_claims_to_be_of_a_family_is_refused() -> None:
    forged = make_file(StyleNetwork(SIZE), "forged", family=SEA.card.family)
    with pytest.raises(InvalidCard, match="'forged' is not of the family that its card names"):
        painted((SEA, 1), (forged, 1))


def test_the_palette_mixes_members_that_are_typed(tmp_path: Path) -> None:
    for file in (SEA, SKY):
        (tmp_path / f"{file.card.name}.onnx").write_bytes(file.model)
    sea, sky = (tmp_path / f"{name}.onnx" for name in ("sea", "sky"))
    mixture = load_filter(f"{sea}:0.5+{sky}:0.5", precision="f32")
    assert isinstance(mixture, FamilyMixture)
    assert np.array_equal(mixture.apply(PICTURE), painted((SEA, 1), (SKY, 1)))
    # With strokes of its own each is another filter, and paints for itself.
    assert isinstance(load_filter(f"{sea}:stroke=2:0.5+{sky}:0.5"), MixtureFilter)
