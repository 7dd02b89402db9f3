"""The objective: what each loss is, that tiles change nothing, and where masks let style images show."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import TORCHVISION, WHOLE_ARCHITECTURES, FeatureNetwork
from rotoscope.networks.losses import gram_matrix, luma
from rotoscope.optimize.building import build_objective
from rotoscope.optimize.objective import Objective
from rotoscope.optimize.stages import Stage
from rotoscope.optimize.statistics import StyleLoss, StyleTarget, gather_sums
from rotoscope.optimize.subject import Style, Subject, regions_of
from rotoscope.optimize.terms import VariationTerm
from rotoscope.optimize.tiles import Tiling

from optimize_toys import ToyEncoder, tensor, toy_recipe, toy_subject

STAGE = Stage(48, 64, 1)


def grainy(height: int = 48, width: int = 64) -> Tensor:
    """A picture without flat areas: where neighbors are equal, rounding decides which one a pool takes."""
    grain = torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(7))
    return 0.1 + 0.6 * tensor(3, height, width) + 0.2 * grain


def objective(
    subject: Subject, *, stage: Stage = STAGE, tiling: Tiling | None = None, **values: object
) -> Objective:
    return build_objective(subject, stage, encoder=ToyEncoder(), recipe=toy_recipe(**values), tiling=tiling)


def test_the_style_loss_is_the_relative_squared_distance_of_gram_matrices() -> None:
    style = tensor(2)
    encoder = ToyEncoder()
    picture = tensor(3)
    expected = [
        ((gram_matrix(made) - gram_matrix(wanted)).norm() / gram_matrix(wanted).norm()).square()
        for made, wanted in zip(encoder(picture), encoder(style), strict=True)
    ]
    found = objective(toy_subject(Style(style)), content_weight=0)(picture)
    assert found.total == pytest.approx(float(torch.stack(expected).mean()), rel=1e-4)
    assert found.losses == {"style": pytest.approx(found.total), "range": 0}


def test_the_absolute_scale_is_mean_squares_as_they_are() -> None:
    style, picture, photograph = tensor(2), tensor(3), tensor(1)
    encoder = ToyEncoder()
    grams = [(gram_matrix(encoder(p)[0]), encoder(p)[1]) for p in (picture, style, photograph)]
    style_part = 5 * (grams[0][0] - grams[1][0]).square().mean()
    content_part = (grams[0][1] - grams[2][1]).square().mean()
    found = objective(
        toy_subject(Style(style)),
        scale="absolute",
        style_layers={"relu1_1": 5},
        content_weight=3,
        range_weight=0,
    )(picture)
    assert found.total == pytest.approx(float(style_part + 3 * content_part), rel=1e-4)


def test_the_photograph_itself_has_no_content_loss_and_the_style_image_no_style_loss() -> None:
    subject = toy_subject()
    assert objective(subject)(tensor(1)).losses["content"] == 0
    assert objective(subject)(tensor(2)).losses["style"] == pytest.approx(0, abs=1e-10)


def test_the_gradient_is_the_slope_of_the_total() -> None:
    evaluate = objective(toy_subject(), variation_weight=0.1)
    picture = grainy()
    direction = torch.randn((1, 3, 48, 64), generator=torch.Generator().manual_seed(8))
    ahead, behind = (evaluate(picture + side * 1e-3 * direction).total for side in (1, -1))
    slope = float((evaluate(picture).gradient * direction).sum())
    assert slope == pytest.approx((ahead - behind) / 2e-3, rel=0.1)


@pytest.mark.parametrize("loss", ["gram", "covariance", "moments"])
def test_tiles_change_neither_the_objective_nor_its_gradient(loss: StyleLoss) -> None:
    mask = torch.linspace(0, 1, 64).expand(1, 1, 48, 64).contiguous()
    subject = toy_subject(Style(tensor(2), mask=mask), Style(tensor(4, 40, 40)))
    picture = grainy(51, 77)
    stage = Stage(51, 77, 1)
    at_once = objective(subject, stage=stage, style_loss=loss)(picture)
    in_tiles = objective(subject, stage=stage, style_loss=loss, tiling=Tiling(16, 16))(picture)
    assert in_tiles.total == pytest.approx(at_once.total, rel=1e-4)
    assert (in_tiles.gradient - at_once.gradient).norm() < 1e-3 * at_once.gradient.norm()


def test_tiles_change_nothing_with_all_of_vgg_19() -> None:
    layers = ("relu1_1", "relu3_1", "relu4_2", "relu5_1")
    architecture = WHOLE_ARCHITECTURES["vgg19"].tapped(layers)
    generator = torch.Generator().manual_seed(1)
    weights = {
        name: torch.randn(shape, generator=generator)
        * (0.2 / shape[0] if len(shape) == 1 else (2 / shape[1] / 9) ** 0.5)
        for name, shape in architecture.shapes.items()
    }
    network = FeatureNetwork(
        architecture, weights, normalization=TORCHVISION, identity="random", precision=torch.float32
    )
    assert network.reach is not None
    assert 80 < network.reach <= 96
    recipe = toy_recipe(
        style_layers={"relu1_1": 1, "relu3_1": 1, "relu5_1": 1}, content_layers={"relu4_2": 1}
    )
    subject = toy_subject(height=230, width=70)
    stage, picture = Stage(230, 70, 1), grainy(230, 70)
    found = [
        build_objective(subject, stage, encoder=network, recipe=recipe, tiling=tiling)(picture)
        for tiling in (None, Tiling(64, 96))
    ]
    assert found[1].total == pytest.approx(found[0].total, rel=1e-4)
    assert (found[1].gradient - found[0].gradient).norm() < 1e-3 * found[0].gradient.norm()


def test_no_more_than_a_tile_and_its_margin_is_looked_at_at_once() -> None:
    encoder = ToyEncoder()
    evaluate = build_objective(
        toy_subject(), STAGE, encoder=encoder, recipe=toy_recipe(), tiling=Tiling(16, 16)
    )
    evaluate(tensor(3))
    assert max(max(size) for size in encoder.seen) == 48


def test_tiles_that_maps_do_not_fit_to_are_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"Tiles of 40 pixels with a margin of 16 .* multiples of 16"):
        Tiling(40, 16)


def left_half() -> Tensor:
    mask = torch.zeros(1, 1, 48, 64)
    mask[..., :32] = 1
    return mask


def test_a_style_image_shows_where_its_mask_is_white() -> None:
    evaluate = objective(toy_subject(Style(tensor(2), mask=left_half())), content_weight=0, range_weight=0)
    gradient = evaluate(tensor(3)).gradient
    assert gradient[..., :32].abs().max() > 0
    assert gradient[..., 36:].abs().max() == 0


def test_a_style_image_without_a_mask_shows_where_the_others_do_not() -> None:
    masked, rest = regions_of([Style(tensor(2), mask=left_half()), Style(tensor(4))])
    assert (masked.area, rest.area) == (0.5, 0.5)
    assert masked.mask is not None
    assert rest.mask is not None
    assert torch.equal(masked.mask + rest.mask, torch.ones(1, 1, 48, 64))


def test_masks_that_leave_nothing_are_refused() -> None:
    full = torch.ones(1, 1, 8, 8)
    with pytest.raises(InvalidOptions, match=r"number 2 leaves nothing of the picture to paint\. White is"):
        regions_of([Style(tensor(2), mask=full), Style(tensor(4))])


def test_several_style_images_are_averaged_by_weight() -> None:
    one, two = Style(tensor(2), weight=1), Style(tensor(4), weight=3)
    mixed = objective(toy_subject(one, two), content_weight=0)
    encoder = ToyEncoder()
    wanted = [
        0.25 * gram_matrix(a) + 0.75 * gram_matrix(b)
        for a, b in zip(encoder(one.picture), encoder(two.picture), strict=True)
    ]
    expected = [
        ((gram_matrix(made) - gram).norm() / gram.norm()).square()
        for made, gram in zip(encoder(tensor(3)), wanted, strict=True)
    ]
    assert mixed(tensor(3)).total == pytest.approx(float(torch.stack(expected).mean()), rel=1e-4)


def test_a_weight_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidOptions, match=r"weight of a style image was 0; it is a number above 0"):
        regions_of([Style(tensor(2), weight=0)])


def test_the_covariance_does_not_mind_what_the_gram_matrix_mixes_up() -> None:
    # Two maps with the same Gram matrix: one constant, one that varies about 0.
    flat = torch.ones(1, 1, 4, 4)
    varying = torch.ones(1, 1, 4, 4)
    varying[..., ::2] = -1
    distances = {
        loss: float(
            StyleTarget(loss, gather_sums(loss, flat) / 16).distance(
                gather_sums(loss, varying) / 16, is_relative=False
            )
        )
        for loss in ("gram", "covariance", "moments")
    }
    assert distances["gram"] == 0
    assert distances["covariance"] > 1
    assert distances["moments"] > 1


def test_brightness_alone_is_seen_where_the_photographs_colors_are_kept() -> None:
    evaluate = objective(toy_subject(), colors="photo")
    assert evaluate(tensor(3)).total == pytest.approx(evaluate(luma(tensor(3))).total, rel=1e-4)


def test_another_loss_can_be_added() -> None:
    subject = toy_subject()
    more = Subject(
        48, 64, subject.styles, subject.content, lambda height, width: [VariationTerm(weight=height)]
    )
    assert (
        objective(more)(tensor(3)).losses["variation"]
        > 40 * objective(subject, variation_weight=1)(tensor(3)).losses["variation"]
    )


def test_larger_strokes_are_a_larger_style_image() -> None:
    sizes: list[list[tuple[int, ...]]] = []
    for scale in (1, 2):
        encoder = ToyEncoder()
        build_objective(toy_subject(), STAGE, encoder=encoder, recipe=toy_recipe(style_scale=scale))
        sizes.append(encoder.seen)
    assert [min(size) for size in sizes[0]] == [48, 48]
    assert [min(size) for size in sizes[1]] == [48, 96]


def test_smoothing_is_less_difference_between_neighbors() -> None:
    term = VariationTerm(weight=1)
    shades = [float(term.loss(contrast * tensor(3))) for contrast in (0, 0.1, 1)]
    assert all(a < b for a, b in pairwise(shades))


def test_a_layer_that_the_encoder_does_not_give_is_refused() -> None:
    with pytest.raises(
        InvalidOptions, match=r"wants relu4_2 of a feature network that gives relu1_1, relu2_1"
    ):
        objective(toy_subject(), content_layers={"relu4_2": 1})
