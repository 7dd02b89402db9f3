"""From a subject and a recipe to the objective of one size."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import Encoder, FeatureNetwork
from rotoscope.networks.losses import luma
from rotoscope.optimize.colors import luma_like, with_colors_of
from rotoscope.optimize.objective import Objective, Seen
from rotoscope.optimize.pictures import resized, resized_mask, with_short_side
from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.stages import LEAST_SIDE, Stage
from rotoscope.optimize.statistics import StyleLoss, StyleTarget, gather_sums
from rotoscope.optimize.subject import Region, Style, Subject, regions_of
from rotoscope.optimize.terms import (
    ContentTerm,
    FeatureTerm,
    PictureTerm,
    RangeTerm,
    StyleTerm,
    VariationTerm,
)
from rotoscope.optimize.tiles import Tile, Tiling, whole


@dataclass(frozen=True, slots=True)
class Survey:
    """What the feature network makes of a picture."""

    maps: dict[str, Tensor]
    """Those that were to be kept, (1, C, h, w)."""
    means: dict[str, Tensor]
    """Statistics of those that were to be measured; see :mod:`rotoscope.optimize.statistics`."""
    sizes: dict[str, tuple[int, int]]
    """(h, w) of every layer's map."""


def build_objective(
    subject: Subject, stage: Stage, *, encoder: Encoder, recipe: OptimizeRecipe, tiling: Tiling | None = None
) -> Objective:
    """The objective of a subject at one size.

    Args:
        subject: what is painted; on the encoder's device.
        stage: the size.
        encoder: it gives all of the recipe's layers.
        recipe: the weights.
        tiling: for pictures whose feature maps would not fit into memory; None: all at once.

    Raises:
        InvalidOptions: the encoder lacks a layer, a mask leaves nothing to paint, or a picture that wraps
            cannot be looked at.
    """
    missing = [layer for layer in recipe.layers if layer not in encoder.layers]
    if missing:
        raise InvalidOptions(
            f"The recipe wants {' and '.join(missing)} of a feature network that gives "
            f"{', '.join(encoder.layers)}. Load it with these layers, or leave them out."
        )
    seen: Seen = luma if recipe.colors == "photo" else _as_it_is
    content = None if subject.content is None else resized(subject.content, stage.height, stage.width)
    shown = torch.zeros(1, 3, stage.height, stage.width) if content is None else content
    wanted = recipe.content_shares if content is not None and recipe.content_weight else {}
    painter = _wrapping(encoder, stage, tiling) if subject.wraps else encoder
    painted = survey(painter, seen(shown), keep=wanted, tiling=tiling)
    features: list[FeatureTerm] = []
    if recipe.style_weight and subject.styles:
        features += _style_terms(subject, stage, painted, encoder, recipe, seen, tiling)
    features += [
        ContentTerm(
            layer,
            painted.maps[layer],
            weight=recipe.content_weight * share,
            is_relative=recipe.scale == "relative",
        )
        for layer, share in wanted.items()
    ]
    return Objective(painter, features, _picture_terms(subject, stage, recipe), seen, tiling)


def survey(
    encoder: Encoder,
    picture: Tensor,
    *,
    keep: Collection[str] = (),
    measure: Collection[str] = (),
    loss: StyleLoss = "gram",
    tiling: Tiling | None = None,
) -> Survey:
    """Look at a picture through a feature network, without gradients.

    Args:
        encoder: the feature network.
        picture: (1, 3, H, W) float32 as the network is to see it.
        keep: layers whose maps are wanted.
        measure: layers whose statistics are wanted.
        loss: which statistic.
        tiling: how to cut the picture; None: not at all.
    """
    height, width = picture.shape[2:]
    tiles = [whole(height, width)] if tiling is None else list(tiling.tiles(height, width))
    sums: dict[str, Tensor] = {}
    sizes: dict[str, tuple[int, int]] = {}
    maps: dict[str, Tensor] = {}
    with torch.no_grad():
        for tile in reversed(tiles):  # the last one tells how large maps are
            found = dict(zip(encoder.layers, encoder(tile.window_of(picture)), strict=True))
            for layer, features in found.items():
                sizes.setdefault(layer, _map_size(tile, features))
                core = tile.core_of(features)
                if layer in measure:
                    added = gather_sums(loss, core)
                    sums[layer] = sums[layer] + added if layer in sums else added
                if layer in keep:
                    place = maps.setdefault(layer, core.new_empty((1, core.shape[1], *sizes[layer])))
                    tile.place_in(place, features).copy_(core)
    means = {layer: total / (sizes[layer][0] * sizes[layer][1]) for layer, total in sums.items()}
    return Survey(maps, means, sizes)


def _map_size(last: Tile, features: Tensor) -> tuple[int, int]:
    _, rows = last.rows.of_map(features.shape[2])
    _, columns = last.columns.of_map(features.shape[3])
    return rows.stop, columns.stop


def _style_terms(
    subject: Subject,
    stage: Stage,
    painted: Survey,
    encoder: Encoder,
    recipe: OptimizeRecipe,
    seen: Seen,
    tiling: Tiling | None,
) -> list[FeatureTerm]:
    terms: list[FeatureTerm] = []
    for region in regions_of(subject.styles):
        means = [
            survey(
                encoder,
                _shown_style(style, subject, stage, recipe, seen),
                measure=recipe.style_shares,
                loss=recipe.style_loss,
                tiling=tiling,
            ).means
            for style in region.styles
        ]
        terms += [
            StyleTerm(
                layer,
                StyleTarget(recipe.style_loss, _mixed([mean[layer] for mean in means], region)),
                weight=recipe.style_weight * share * region.area,
                is_relative=recipe.scale == "relative",
                positions=painted.sizes[layer][0] * painted.sizes[layer][1],
                mask=None if region.mask is None else resized_mask(region.mask, *painted.sizes[layer]),
            )
            for layer, share in recipe.style_shares.items()
        ]
    return terms


def _shown_style(style: Style, subject: Subject, stage: Stage, recipe: OptimizeRecipe, seen: Seen) -> Tensor:
    side = max(LEAST_SIDE, round(min(stage.height, stage.width) * recipe.style_scale))
    picture = with_short_side(style.picture, side)
    if subject.content is not None and recipe.colors == "matched":
        return seen(with_colors_of(picture, subject.content))
    if subject.content is not None and recipe.colors == "photo":
        return luma_like(picture, subject.content)
    return seen(picture)


def _mixed(means: Sequence[Tensor], region: Region) -> Tensor:
    weighted = [mean * share for mean, share in zip(means, region.shares, strict=True)]
    return torch.stack(weighted).sum(dim=0)


def _picture_terms(subject: Subject, stage: Stage, recipe: OptimizeRecipe) -> list[PictureTerm]:
    terms: list[PictureTerm] = []
    if recipe.variation_weight:
        terms.append(VariationTerm(weight=recipe.variation_weight, wraps=subject.wraps))
    if recipe.range_weight:
        terms.append(RangeTerm(weight=recipe.range_weight))
    if subject.more_terms is not None:
        terms += subject.more_terms(stage.height, stage.width)
    return terms


def _wrapping(encoder: Encoder, stage: Stage, tiling: Tiling | None) -> FeatureNetwork:
    if tiling is not None:
        raise InvalidOptions(
            f"A picture of {stage.width}x{stage.height} that wraps around is looked at whole, and its "
            f"feature maps would take more memory than is allowed. Allow more (--memory), or choose "
            f"a smaller size."
        )
    if not isinstance(encoder, FeatureNetwork):
        raise InvalidOptions(f"The feature network {encoder.identity} cannot look at pictures that wrap.")
    return encoder.wrapping()


def _as_it_is(picture: Tensor) -> Tensor:
    return picture
