"""Filters mixed by weight."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.mixture import MixtureFilter
from rotoscope.filters.spec import parse_mixture
from rotoscope.media.frame import Pixels
from rotoscope.standard import load_filter

from graph_samples import random_picture


class Flat:
    """Paints everything in one tone."""

    kind = "sample"

    def __init__(self, tone: float) -> None:
        self.tone, self.name, self.digest = tone, f"flat-{tone}", f"{tone}"

    def apply(self, pixels: Pixels) -> Pixels:
        return np.full_like(pixels, round(self.tone * np.iinfo(pixels.dtype).max))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_mixture_is_the_weighted_mean(dtype: type) -> None:
    scale = np.iinfo(dtype).max
    mixture = MixtureFilter([(Flat(0), 1), (Flat(1), 3)])
    painted = mixture.apply(random_picture(5, 7, dtype=dtype))
    assert painted.dtype == dtype
    assert np.unique(painted).tolist() == [round(0.75 * scale)]
    equal = MixtureFilter([(Flat(1), 0.2), (Flat(1), 0.1)])
    assert np.unique(equal.apply(random_picture(5, 7, dtype=dtype))).tolist() == [scale]


def test_a_mixture_says_what_it_is_made_of() -> None:
    mixture = MixtureFilter([(Flat(0), 7), (Flat(1), 3)])
    assert isinstance(mixture, Filter)
    assert (mixture.name, mixture.kind) == ("flat-0:0.7+flat-1:0.3", "mixture")
    assert mixture.digest == MixtureFilter([(Flat(0), 0.7), (Flat(1), 0.3)]).digest
    assert mixture.digest != MixtureFilter([(Flat(0), 0.6), (Flat(1), 0.4)]).digest


def test_mixtures_of_one_and_weights_of_nothing_are_refused() -> None:
    with pytest.raises(InvalidOptions, match="A mixture of 1 filters was asked for; name at least two"):
        MixtureFilter([(Flat(0), 1)])
    with pytest.raises(InvalidOptions, match=r"weight of flat-1 was -1; it is a number from 0"):
        MixtureFilter([(Flat(0), 1), (Flat(1), -1)])
    with pytest.raises(InvalidOptions, match="all weights were 0; give one filter at least a number above 0"):
        MixtureFilter([(Flat(0), 0), (Flat(1), 0)])


def test_a_filter_of_weight_0_is_left_out() -> None:
    picture = random_picture(5, 7)
    mixture = MixtureFilter([(Flat(0.3), 2), (Flat(1), 0)])
    assert (mixture.apply(picture) == Flat(0.3).apply(picture)).all()
    assert mixture.name == "flat-0.3:1+flat-1:0"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("great-wave:0.7+lineart:.3", (("great-wave", 0.7), ("lineart", 0.3))),
        ("posterize:levels=4:2 + a.onnx:1", (("posterize:levels=4", 2), ("a.onnx", 1))),
        ("great-wave", None),
        ("a+b.onnx", None),
        ("posterize:levels=4", None),
    ],
)
def test_what_is_typed_is_taken_apart(text: str, parts: tuple[tuple[str, float], ...] | None) -> None:
    assert parse_mixture(text) == parts


def test_a_part_without_a_weight_is_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"in a mixture every filter has a weight: NAME:0\.7\+NAME:0\.3"):
        parse_mixture("great-wave:0.7+lineart")


def test_the_palette_mixes_what_is_typed() -> None:
    picture = random_picture(40, 60)
    mixed = load_filter("posterize:levels=4:1+lineart:1").apply(picture).astype(int)
    both = [load_filter(spec).apply(picture).astype(int) for spec in ("posterize:levels=4", "lineart")]
    assert np.abs(mixed - (both[0] + both[1]) / 2).max() <= 0.5
