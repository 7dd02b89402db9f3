"""Painting with a filter file."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.errors import FilterFailed
from rotoscope.filters.base import Filter
from rotoscope.filters.card import Padding
from rotoscope.filters.neural import NeuralFilter
from rotoscope.runtime.graph import RuntimeOptions

from graph_samples import (
    filter_file,
    half_size_model,
    identity_model,
    make_model,
    node,
    random_picture,
    tint_model,
    tinted,
)

F32 = RuntimeOptions(precision="f32")
SIZES = [(1, 1), (3, 5), (2, 40), (33, 17), (64, 64)]


def half_size_filter() -> NeuralFilter:
    file = filter_file(half_size_model(), padding=Padding(multiple=2, margin=6))
    return NeuralFilter(file, options=F32)


def test_it_is_a_filter_and_knows_its_card() -> None:
    file = filter_file(identity_model(), name="great-wave")
    painter = NeuralFilter(file, options=F32)
    assert isinstance(painter, Filter)
    assert (painter.name, painter.kind, painter.digest) == ("great-wave", "neural", file.digest)
    assert painter.card is file.card
    assert painter.runtime.precision == "f32"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_size_comes_back_at_its_size(size: tuple[int, int], dtype: type) -> None:
    picture = random_picture(*size, dtype=dtype)
    painted = half_size_filter().apply(picture)
    assert painted.shape == picture.shape
    assert painted.dtype == picture.dtype
    assert painted.flags.c_contiguous


@pytest.mark.parametrize("size", SIZES)
def test_colors_and_places_are_kept(size: tuple[int, int]) -> None:
    file = filter_file(tint_model(), padding=Padding(multiple=8, margin=4, mode="edge"))
    picture = random_picture(*size)
    assert np.array_equal(NeuralFilter(file, options=F32).apply(picture), tinted(picture))


def test_results_are_repeatable_independent_and_leave_the_source_alone() -> None:
    painter, picture = half_size_filter(), random_picture(20, 30)
    before = picture.copy()
    first = painter.apply(picture)
    kept = first.copy()
    painter.apply(random_picture(20, 30, seed=1))
    assert np.array_equal(first, kept)
    assert np.array_equal(painter.apply(picture), kept)
    assert np.array_equal(picture, before)


def test_sixteen_bits_keep_what_eight_would_lose() -> None:
    ramp = np.arange(256 * 64, dtype=np.uint16).reshape(64, 256, 1).repeat(3, axis=2)
    painted = NeuralFilter(filter_file(tint_model()), options=F32).apply(ramp)
    assert np.abs(painted.astype(int) - tinted(ramp)).max() <= 1
    assert len(np.unique(painted)) > 4 * 256


def test_a_graph_of_one_size_paints_pictures_of_others() -> None:
    model = tint_model()
    for value in (model.graph.input[0], model.graph.output[0]):
        for axis, size in ((2, 24), (3, 32)):
            value.type.tensor_type.shape.dim[axis].dim_value = size
    painter = NeuralFilter(filter_file(model, fixed_size=(32, 24)), options=F32)
    exact = random_picture(24, 32)
    assert np.array_equal(painter.apply(exact), tinted(exact))
    for height, width in ((48, 64), (100, 50), (7, 9)):
        flat = np.full((height, width, 3), 200, np.uint8)
        assert np.array_equal(painter.apply(flat), tinted(flat))


def test_a_graph_that_changes_the_size_is_found_out() -> None:
    model = make_model([node("Concat", ["image", "image"], "painted", axis=3)], {})
    with pytest.raises(FilterFailed, match=r"'sample' made \(4, 8, 3\) of a picture of shape \(4, 4, 3\)"):
        NeuralFilter(filter_file(model)).apply(random_picture(4, 4))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(FilterFailed, match="takes pictures of shape"):
        half_size_filter().apply(np.zeros((4, 4, 4), np.uint8))
