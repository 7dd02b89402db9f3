"""Pictures to tensors and back."""

from __future__ import annotations

import numpy as np
import pytest

from rotoscope.errors import FilterFailed
from rotoscope.runtime.tensors import from_tensor, full_scale, require_picture, to_tensor

from graph_samples import random_picture


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_comes_back_from_a_tensor(dtype: type) -> None:
    count = np.iinfo(dtype).max + 1
    picture = np.repeat(np.arange(count).reshape(-1, 256, 1), 3, axis=2).astype(dtype)
    tensor = to_tensor(picture)
    assert tensor.dtype == np.float32
    assert tensor.shape == (1, 3, count // 256, 256)
    assert tensor.flags.c_contiguous
    assert (tensor.min(), tensor.max()) == (0.0, 1.0)
    assert np.array_equal(from_tensor(tensor, dtype=dtype), picture)


def test_channels_come_first_in_a_tensor() -> None:
    picture = random_picture(4, 5)
    assert np.allclose(to_tensor(picture)[0, 2], picture[:, :, 2] / 255, atol=1e-7)


def test_values_outside_are_clamped_and_halves_rounded_up() -> None:
    tensor = np.array([-0.5, 2.0, 100.5 / 255], np.float32).reshape(1, 3, 1, 1)
    assert from_tensor(tensor, dtype=np.uint8).ravel().tolist() == [0, 255, 101]


def test_full_scale() -> None:
    assert (full_scale(np.uint8), full_scale(np.uint16)) == (255, 65535)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_refused(array: np.ndarray) -> None:
    with pytest.raises(FilterFailed, match=r"takes pictures of shape \(height, width, 3\)"):
        require_picture(array)
