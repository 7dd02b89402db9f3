"""Filters one after another, and at a part of their strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.filters.chain import ChainFilter, chain
from rotoscope.filters.strength import StrengthFilter, mix, with_strength
from rotoscope.media.frame import Pixels

from graph_samples import random_picture


@dataclass(frozen=True)
class Halve:
    """Halves every value, then adds a number."""

    name: str = "halve"
    kind: str = "sample"
    digest: str = "d" * 64
    add: int = 0

    def apply(self, pixels: Pixels) -> Pixels:
        return cast("Pixels", (pixels // 2 + self.add).astype(pixels.dtype))


FIRST, SECOND = Halve("first", digest="1" * 64, add=100), Halve("second", digest="2" * 64)


def test_a_chain_paints_in_the_order_given() -> None:
    picture = random_picture(4, 5)
    assert np.array_equal(ChainFilter([FIRST, SECOND]).apply(picture), (picture // 2 + 100) // 2)
    assert np.array_equal(ChainFilter([SECOND, FIRST]).apply(picture), picture // 4 + 100)


def test_a_chain_says_what_it_is_made_of() -> None:
    both = ChainFilter([FIRST, SECOND])
    assert isinstance(both, Filter)
    assert (both.name, both.kind, both.filters) == ("first + second", "chain", (FIRST, SECOND))
    assert both.digest != ChainFilter([SECOND, FIRST]).digest
    assert both.digest == ChainFilter([FIRST, SECOND]).digest
    assert len(both.digest) == 64


def test_a_chain_of_one_is_that_one_and_of_none_is_refused() -> None:
    assert chain([FIRST]) is FIRST
    assert isinstance(chain([FIRST, SECOND]), ChainFilter)
    with pytest.raises(InvalidOptions, match="A chain of no filters"):
        chain([])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_mixing_is_exact_at_the_ends_and_near_between(dtype: type) -> None:
    painted, source = random_picture(9, 7, dtype=dtype, seed=1), random_picture(9, 7, dtype=dtype, seed=2)
    assert np.array_equal(mix(painted, source, strength=1), painted)
    assert np.array_equal(mix(painted, source, strength=0), source)
    for strength in (0.001, 0.25, 0.5, 0.9):
        mixed = mix(painted, source, strength=strength)
        exact = painted.astype(float) * strength + source.astype(float) * (1 - strength)
        assert mixed.dtype == dtype
        assert np.abs(mixed - exact).max() <= 0.5 + 1e-6


def test_mixing_hands_out_arrays_of_its_own() -> None:
    painted, source = random_picture(3, 3, seed=1), random_picture(3, 3, seed=2)
    for strength in (0, 0.5, 1):
        mixed = mix(painted, source, strength=strength)
        assert not np.shares_memory(mixed, painted)
        assert not np.shares_memory(mixed, source)


def test_a_filter_at_half_strength() -> None:
    picture = random_picture(4, 4)
    half = with_strength(SECOND, 0.5)
    assert isinstance(half, Filter)
    assert np.array_equal(half.apply(picture), mix(picture // 2, picture, strength=0.5))
    assert (half.name, half.kind) == (SECOND.name, SECOND.kind)
    assert len({SECOND.digest, half.digest, with_strength(SECOND, 0.25).digest}) == 3


def test_full_strength_is_the_filter_and_none_is_the_source() -> None:
    picture = random_picture(4, 4)
    assert with_strength(SECOND, 1) is SECOND
    unpainted = with_strength(SECOND, 0).apply(picture)
    assert np.array_equal(unpainted, picture)
    assert not np.shares_memory(unpainted, picture)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), float("inf")])
def test_strengths_outside_are_refused(strength: float) -> None:
    for make in (lambda: with_strength(FIRST, strength), lambda: StrengthFilter(FIRST, strength=strength)):
        with pytest.raises(
            InvalidOptions, match=r"it is a number from 0 \(the source\) to 1 \(fully painted\)"
        ):
            make()
