"""Each loss against its definition, computed by hand on feature maps of a few numbers."""

from __future__ import annotations

import math

import pytest
import torch

from rotoscope.networks.losses import (
    StyleTarget,
    color_loss,
    content_loss,
    gram_matrix,
    lattice_loss,
    luma,
    range_loss,
    shifted,
    stability_loss,
    style_loss,
    total_variation_loss,
)


def test_gram_matrix_of_two_channels_and_two_positions() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # channel 0: 1 2, channel 1: 3 4
    # (1*1 + 2*2) / 2, (1*3 + 2*4) / 2, (3*3 + 4*4) / 2
    assert torch.equal(gram_matrix(features), torch.tensor([[2.5, 5.5], [5.5, 12.5]]))


def test_gram_matrix_forgets_where() -> None:
    features = torch.randn(1, 5, 4, 6, generator=torch.Generator().manual_seed(1))
    shuffled = features.flatten(2)[:, :, torch.randperm(24)].reshape(1, 5, 4, 6)
    assert torch.allclose(gram_matrix(features), gram_matrix(shuffled), atol=1e-5)


def test_gram_matrix_does_not_depend_on_the_size_of_the_map() -> None:
    features = torch.randn(1, 3, 4, 4)
    assert torch.allclose(gram_matrix(features), gram_matrix(features.repeat(1, 1, 3, 2)), atol=1e-5)


def test_style_loss_is_the_relative_distance_a_layer() -> None:
    style = [torch.tensor([[[[2.0]]]]), torch.tensor([[[[1.0]]]])]  # Gram matrices 4 and 1
    painting = [torch.tensor([[[[1.0]]]]), torch.tensor([[[[2.0]]]])]  # 1 and 4: |1-4|/4, |4-1|/1
    target = StyleTarget.of_features(style)
    assert style_loss(painting, target, layer_weights=(1, 1)).item() == pytest.approx((0.75 + 3) / 2)
    assert style_loss(painting, target, layer_weights=(3, 1)).item() == pytest.approx((3 * 0.75 + 3) / 4)
    assert style_loss(style, target, layer_weights=(1, 1)).item() == 0


def test_style_loss_of_a_black_picture_is_one() -> None:
    style = [torch.rand(1, 4, 5, 5)]
    target = StyleTarget.of_features(style)
    assert style_loss([torch.zeros(1, 4, 5, 5)], target, layer_weights=(2,)).item() == pytest.approx(1)


def test_style_loss_wants_one_weight_a_layer() -> None:
    target = StyleTarget.of_features([torch.ones(1, 1, 2, 2)])
    with pytest.raises(ValueError, match="shorter"):
        style_loss([torch.ones(1, 1, 2, 2)], target, layer_weights=())


def test_content_loss_is_relative() -> None:
    target = torch.tensor([[[[1.0, 3.0]]]])  # mean square 5
    painting = torch.tensor([[[[2.0, 5.0]]]])  # squared differences 1 and 4: mean 2.5
    assert content_loss(painting, target).item() == pytest.approx(0.5)
    assert content_loss(10 * painting, 10 * target).item() == pytest.approx(0.5)


def test_total_variation_is_vertical_plus_horizontal() -> None:
    painting = torch.tensor([[[[0.0, 1.0], [0.25, 1.0]]]])
    # vertical: |0.25 - 0|, |1 - 1|; horizontal: |1 - 0|, |1 - 0.25|
    assert total_variation_loss(painting).item() == pytest.approx(0.25 / 2 + 1.75 / 2)


def test_range_loss_counts_only_what_lies_outside() -> None:
    painting = torch.tensor([[[[-0.2, 0.0, 0.7, 1.4]]]])
    assert range_loss(painting).item() == pytest.approx((0.04 + 0.16) / 4)


@pytest.mark.parametrize("shift", [(0, 0), (3, 2), (0, 11), (7, 0)])
def test_stability_loss_of_a_filter_that_moves_along_is_zero(shift: tuple[int, int]) -> None:
    scene = torch.rand(1, 3, 24, 24)
    down, right = shift
    moved = scene[:, :, down : down + 12, right : right + 12]
    assert stability_loss(scene[:, :, :12, :12], moved, shift=shift).item() == 0


def test_color_loss_does_not_mind_brightness() -> None:
    photograph = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(6)) * 0.5 + 0.2
    assert color_loss(photograph + 0.1, photograph).item() == pytest.approx(0, abs=1e-12)
    assert torch.allclose(luma(photograph)[0, 0], luma(photograph)[0, 2])
    assert torch.allclose(luma(torch.ones(1, 3, 2, 2)), torch.ones(1, 3, 2, 2))
    gray = luma(photograph)
    assert color_loss(gray, photograph).item() == pytest.approx((photograph - gray).square().mean().item())


def test_shifted_interpolates_between_pixels() -> None:
    ramp = torch.arange(6.0).view(1, 1, 6, 1) * 10 + torch.arange(5.0)
    assert torch.equal(shifted(ramp, (0, 0)), ramp)
    assert torch.equal(shifted(ramp, (2, 1)), ramp[:, :, 2:, 1:])
    between = shifted(ramp, (1.5, 0.25))
    assert between.shape == (1, 1, 4, 4)
    assert torch.allclose(between, ramp[:, :, :4, :4] + 15.25)
    assert shifted(ramp, (5, 4)).item() == 54


def test_stability_loss_follows_motion_between_pixels() -> None:
    scene = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(4))
    moved = shifted(scene, (3.25, 1.5))[:, :, :16, :16]
    assert stability_loss(scene[:, :, :16, :16], moved, shift=(3.25, 1.5)).item() == pytest.approx(
        0, abs=1e-12
    )
    assert stability_loss(scene[:, :, :16, :16], moved, shift=(3.25, 1.0)).item() > 0.001


def test_lattice_loss_is_the_variance_within_a_repeated_cell() -> None:
    cell = torch.rand(1, 3, 4, 4)
    assert lattice_loss(cell.repeat(1, 1, 16, 8), period=4).item() == pytest.approx(
        cell.flatten(2).var(dim=2, unbiased=False).mean().item(), rel=1e-5
    )
    assert lattice_loss(torch.full((1, 3, 32, 32), 0.7), period=4).item() == pytest.approx(0, abs=1e-10)


def test_lattice_loss_lets_strokes_and_other_periods_be() -> None:
    torch.manual_seed(0)
    noise = torch.rand(2, 3, 64, 64)
    other_period = torch.rand(1, 3, 5, 5).repeat(1, 1, 13, 13)[..., :64, :64]
    for harmless in (noise, other_period):
        assert lattice_loss(harmless, period=4).item() < 0.05 * harmless.var().item()


def test_stability_loss_counts_what_stays_behind_and_only_where_both_see() -> None:
    painting, moved = torch.zeros(1, 1, 6, 6), torch.zeros(1, 1, 6, 6)
    moved[0, 0, 0, 0] = 0.5  # the place at (2, 1) of the first piece: one of 4 x 5 that both show
    moved[0, 0, 5, :] = 100.0  # below the first piece
    assert stability_loss(painting, moved, shift=(2, 1)).item() == pytest.approx(0.25 / 20)


def test_losses_of_bfloat16_features_are_float32_and_close() -> None:
    features = torch.rand(1, 8, 16, 16, generator=torch.Generator().manual_seed(2))
    exact, rounded = gram_matrix(features), gram_matrix(features.bfloat16())
    assert rounded.dtype == torch.float32
    assert math.isclose(exact.norm().item(), rounded.norm().item(), rel_tol=0.01)
