"""The temporal losses: what they are, and where they have no say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rotoscope.motion.engines import ENGINES
from rotoscope.motion.flow import Flow, Picture
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.video.following import follow, warped
from rotoscope.optimize.video.terms import TemporalTerm, Wanted, laid_together, long_weights, temporal_terms

from optimize_toys import blocks, tensor
from video_toys import pan


def weights(seed: int = 3) -> torch.Tensor:
    drawn = torch.rand((1, 1, 48, 64), generator=torch.Generator().manual_seed(seed))
    return (drawn > 0.5).float()


def test_the_temporal_loss_is_the_weighted_square_over_all_values() -> None:
    """Equation 7 of Ruder et al. 2016: D is the number of all values, hidden ones too."""
    picture, wanted, seen = tensor(1), tensor(2), weights()
    expected = 0.0
    for channel in range(3):
        squares = (picture - wanted).square()[0, channel] * seen[0, 0]
        expected += float(squares.double().sum())
    loss = TemporalTerm(Wanted(wanted, seen), weight=7).loss(picture)
    assert float(loss) == pytest.approx(expected / (3 * 48 * 64), rel=1e-5)


def test_hidden_pixels_have_no_say() -> None:
    seen = weights()
    picture = tensor(1).requires_grad_()
    TemporalTerm(Wanted(tensor(2), seen), weight=1).loss(picture).backward()
    assert picture.grad is not None
    moved = picture.grad.abs().amax(dim=1, keepdim=True) > 0
    assert not moved[seen == 0].any()
    assert moved[seen == 1].float().mean() > 0.9


def test_a_further_neighbor_counts_only_where_no_nearer_one_does() -> None:
    """Equation 9: max(c - sum of the nearer, 0)."""
    near = torch.tensor([[[[1.0, 1.0, 0.0, 0.0]]]])
    middle = torch.tensor([[[[1.0, 0.0, 1.0, 0.0]]]])
    far = torch.tensor([[[[1.0, 1.0, 1.0, 1.0]]]])
    found = [one.flatten().tolist() for one in long_weights([near, middle, far])]
    assert found == [[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_a_start_takes_each_pixel_from_the_nearest_neighbor_that_sees_it() -> None:
    pictures = [torch.full((1, 3, 1, 4), value) for value in (0.1, 0.2, 0.3)]
    seen = [[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0]]
    wanted = [
        Wanted(one, torch.tensor(own).view(1, 1, 1, 4)) for one, own in zip(pictures, seen, strict=True)
    ]
    assert laid_together(wanted)[0, 0, 0].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.1])


def test_terms_have_the_size_of_the_stage() -> None:
    (term,) = temporal_terms([Wanted(tensor(2), weights())], weight=5)(24, 32)
    assert (term.name, term.weight) == ("temporal", 5)
    assert term.loss(tensor(1, 24, 32)).ndim == 0


def test_a_painting_is_moved_to_where_its_things_are() -> None:
    first, second = pan(2, step=3)
    painted = 255 - first
    found = follow(ENGINES["dis-fine"], second, first, painted)
    expected = to_tensor(255 - second)
    inside = found.weights[..., :-6] == 1
    assert inside.float().mean() > 0.5
    missed = (found.picture - expected).abs().mean(dim=1, keepdim=True)[..., :-6]
    assert missed[inside].mean() < 0.02


def test_what_was_outside_of_the_neighbor_is_hidden_and_begins_as_it_is() -> None:
    class Right:
        """Says that everything moved eight pixels to the left."""

        name = identity = "right"

        def __init__(self) -> None:
            self.calls = 0

        def find(self, here: Picture, there: Picture) -> Flow:
            self.calls += 1
            way: NDArray[np.float32] = np.zeros((*here.shape[:2], 2), np.float32)
            way[..., 0] = 8 if self.calls == 1 else -8
            return way

    found = follow(Right(), blocks(1), blocks(2), blocks(3))
    assert found.weights[..., -8:].max() == 0
    assert found.weights[..., 8:-9].min() == 1
    assert torch.equal(found.picture[..., -8:], tensor(1)[..., -8:])
    assert torch.equal(found.picture[..., 8:-9], tensor(3)[..., 16:-1])


def test_beyond_the_border_is_the_border() -> None:
    way = np.zeros((48, 64, 2), np.float32)
    way[..., 0] = 1000
    right = tensor(1)[..., -1:]
    assert torch.equal(warped(tensor(1), way), right.expand(-1, -1, -1, 64))
