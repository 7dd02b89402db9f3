"""Borders by a card's rule."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.filters.card import Padding
from rotoscope.filters.padding import Padder

from graph_samples import random_picture


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    multiple=st.integers(1, 9),
    margin=st.integers(0, 20),
    minimum=st.integers(1, 40),
    mode=st.sampled_from(["reflect", "edge"]),
)
def test_borders_are_those_of_numpy(
    height: int, width: int, multiple: int, margin: int, minimum: int, mode: Literal["reflect", "edge"]
) -> None:
    rule = Padding(multiple=multiple, margin=margin, minimum=minimum, mode=mode)
    picture = random_picture(height, width)
    padder = Padder(rule)
    padded = padder.pad(picture)
    after = [(margin, rule.padded_side(side) - side - margin) for side in (height, width)]
    assert np.array_equal(padded, np.pad(picture, [*after, (0, 0)], mode=mode))
    assert np.array_equal(padder.crop(padded, height=height, width=width), picture)


def test_mirroring_follows_the_formula_of_the_format() -> None:
    picture = random_picture(3, 1)
    padded = Padder(Padding(multiple=1, margin=7)).pad(picture)
    period = 2 * (3 - 1)
    wanted = [min(i % period, period - i % period) for i in range(-7, 3 + 7)]
    assert np.array_equal(padded[:, 7], picture[wanted, 0])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_handed_out_is_never_shared(dtype: type) -> None:
    picture = random_picture(8, 8, dtype=dtype)
    for rule in (Padding(multiple=8), Padding(multiple=8, margin=4)):
        padder = Padder(rule)
        padded = padder.pad(picture)
        cropped = padder.crop(padded, height=8, width=8)
        assert cropped.dtype == picture.dtype
        assert cropped.flags.c_contiguous
        assert not np.shares_memory(cropped, padded)


def test_a_picture_that_fits_is_not_copied() -> None:
    picture = random_picture(8, 16)
    assert Padder(Padding(multiple=8)).pad(picture) is picture


def test_the_buffer_follows_size_and_type() -> None:
    padder = Padder(Padding(multiple=4, margin=2))
    for height, width, dtype in [(5, 6, np.uint8), (6, 5, np.uint8), (5, 6, np.uint16)]:
        picture = random_picture(height, width, dtype=dtype)
        padded = padder.pad(picture)
        assert np.array_equal(padder.crop(padded, height=height, width=width), picture)


def test_a_view_with_strides_is_padded_as_it_looks() -> None:
    picture = random_picture(9, 9)[::2, ::-1]
    padder = Padder(Padding(multiple=4, margin=3))
    assert np.array_equal(padder.crop(padder.pad(picture), height=5, width=9), picture)
