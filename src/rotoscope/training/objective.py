"""What one training step minimizes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.networks.features import Encoder
from rotoscope.networks.losses import (
    StyleTarget,
    color_loss,
    content_loss,
    lattice_loss,
    luma,
    range_loss,
    shifted,
    stability_loss,
    style_loss,
    total_variation_loss,
)
from rotoscope.networks.style_network import SIZE_MULTIPLE
from rotoscope.training.content import Scenes
from rotoscope.training.progress import Losses
from rotoscope.training.recipe import Recipe

Painter: TypeAlias = Callable[[Tensor], Tensor]
"""(N, 3, H, W) float32 sRGB 0..1 to the same, not clipped."""


@dataclass(frozen=True, slots=True)
class StepLosses:
    """Losses of one step: scalar float32 tensors, before their weights but for ``total``."""

    total: Tensor
    """Weighted sum, which is minimized."""
    style: Tensor
    content: Tensor
    total_variation: Tensor
    range: Tensor
    lattice: Tensor
    stability: Tensor | None
    color: Tensor | None

    def values(self) -> Losses:
        """As plain numbers."""
        return Losses(
            style=self.style.item(),
            content=self.content.item(),
            total_variation=self.total_variation.item(),
            range=self.range.item(),
            lattice=self.lattice.item(),
            stability=None if self.stability is None else self.stability.item(),
            color=None if self.color is None else self.color.item(),
        )


class Objective:
    """The losses of a recipe against the style of one filter."""

    def __init__(self, *, encoder: Encoder, styles: Sequence[tuple[Tensor, float]], recipe: Recipe) -> None:
        """Measure the style images.

        Args:
            encoder: feature network.
            styles: one or more style images, each (1, 3, H, W) float32, sRGB 0..1, with its share in the
                style; shares add up to 1.
            recipe: weights of the losses.

        Raises:
            InvalidOptions: the recipe has not one weight for each of the encoder's layers.
        """
        if len(recipe.layer_weights) != len(encoder.layers):
            raise InvalidOptions(
                f"the recipe has {len(recipe.layer_weights)} layer_weights, and the feature network "
                f"{len(encoder.layers)} layers: {', '.join(encoder.layers)}. Give one weight for each."
            )
        self._encoder = encoder
        self._recipe = recipe
        self._target = self._measured(styles)
        self._photographed: dict[int, Tensor] = {}
        self._content_index = encoder.layers.index(encoder.content_layer)

    def for_style(self, styles: Sequence[tuple[Tensor, float]]) -> Objective:
        """The same against other style images; what is remembered of photographs serves both."""
        other = copy.copy(self)
        other._target = self._measured(styles)
        return other

    def for_recipe(self, recipe: Recipe, photographed: dict[int, Tensor]) -> Objective:
        """The same with another recipe.

        Args:
            recipe: of other crops, say; with as many layer weights.
            photographed: where content features of that recipe's scenes are remembered, by their indexes.
        """
        other = copy.copy(self)
        other._recipe = recipe
        other._photographed = photographed
        return other

    def __call__(
        self, paint: Painter, scenes: Scenes, *, with_stability: bool, rng: np.random.Generator
    ) -> StepLosses:
        """Paint and compare.

        Args:
            paint: the network being trained.
            scenes: what is painted is the crop at the upper left; the stability loss paints another one.
            with_stability: whether the stability loss is part of this step.
            rng: for the motion, brightness and noise of the stability loss.
        """
        recipe = self._recipe
        photographs = scenes.pixels[:, :, : recipe.crop_side, : recipe.crop_side]
        painting = paint(photographs)
        features = self._features(painting)
        style = style_loss(features, self._target, layer_weights=recipe.layer_weights)
        photographed = self._content_features(scenes.indexes, photographs)
        content = content_loss(features[self._content_index], photographed)
        variation = total_variation_loss(painting)
        outside = range_loss(painting)
        lattice = lattice_loss(painting, period=SIZE_MULTIPLE)
        total = (
            recipe.style_weight * style
            + recipe.content_weight * content
            + recipe.total_variation_weight * variation
            + recipe.range_weight * outside
            + recipe.lattice_weight * lattice
        )
        color = stability = None
        if recipe.colors == "photo":
            color = color_loss(painting, photographs)
            total = total + recipe.color_weight * color
        if with_stability:
            stability = self._stability(paint, scenes.pixels, painting, rng)
            total = total + recipe.stability_weight * stability
        return StepLosses(total, style, content, variation, outside, lattice, stability, color)

    def _features(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """What the feature network is shown is without colors where the photograph's are kept."""
        return self._encoder(luma(pictures) if self._recipe.colors == "photo" else pictures)

    def _measured(self, styles: Sequence[tuple[Tensor, float]]) -> StyleTarget:
        with torch.no_grad():
            targets = [StyleTarget.of_features(self._features(image)) for image, _ in styles]
        return StyleTarget.mean(targets, [share for _, share in styles])

    def _content_features(self, indexes: tuple[int, ...], photographs: Tensor) -> Tensor:
        """Those of a photograph are computed when it is seen first: a quarter of a step's work."""
        missing = [place for place, index in enumerate(indexes) if index not in self._photographed]
        if missing:
            with torch.no_grad():
                features = self._features(photographs[missing])[self._content_index]
            self._photographed |= {indexes[place]: row for place, row in zip(missing, features, strict=True)}
        return torch.stack([self._photographed[index] for index in indexes])

    def _stability(
        self, paint: Painter, scenes: Tensor, painting: Tensor, rng: np.random.Generator
    ) -> Tensor:
        recipe, side = self._recipe, self._recipe.crop_side
        shift = _drawn_shift(recipe, rng)
        gain = float(rng.uniform(1 - recipe.stability_gain, 1 + recipe.stability_gain))
        moved = shifted(scenes, shift)[:, :, :side, :side]
        noise = torch.from_numpy(rng.standard_normal(tuple(moved.shape), dtype=np.float32)).to(moved.device)
        disturbed = moved * gain + noise * recipe.stability_noise
        return stability_loss(painting, paint(disturbed), shift=shift)


def _drawn_shift(recipe: Recipe, rng: np.random.Generator) -> tuple[float, float]:
    """(down, right), pixels."""
    if rng.random() < recipe.stability_whole_shifts:
        down, right = rng.integers(0, recipe.stability_shift_pixels + 1, size=2)
    else:
        down, right = rng.uniform(0, recipe.stability_shift_pixels, size=2)
    return float(down), float(right)
