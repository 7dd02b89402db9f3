"""The objective that both procedures are to lower, and how it is measured: in float32, whatever they used.

The numbers are those of Gatys' own example in PyTorch: VGG-19 with the original weights, Gram matrices
divided by their positions, mean squared differences, style layers weighted by 1000 / channels^2, content at
relu4_2 with weight 1. Pystiche's examples follow the same paper with their own constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from rotoscope.networks.features import FeatureNetwork
from rotoscope.networks.losses import gram_matrix

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"
LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
STYLE_FACTOR = 1000.0


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The classic objective of one photograph and one style image."""

    network: FeatureNetwork
    """Float32, with LAYERS."""
    grams: dict[str, Tensor]
    content: Tensor

    @classmethod
    def of(cls, network: FeatureNetwork, photograph: Tensor, style: Tensor) -> Yardstick:
        """Measure both pictures, (1, 3, H, W) float32 sRGB 0..1."""
        with torch.no_grad():
            of_style = dict(zip(network.layers, network(style), strict=True))
            of_photograph = dict(zip(network.layers, network(photograph), strict=True))
        grams = {layer: gram_matrix(of_style[layer]) for layer in STYLE_LAYERS}
        return cls(network, grams, of_photograph[CONTENT_LAYER])

    def __call__(self, picture: Tensor) -> Tensor:
        """The objective of (1, 3, H, W) float32 sRGB 0..1, not clipped; a scalar, differentiable."""
        maps = dict(zip(self.network.layers, self.network(picture), strict=True))
        total = F.mse_loss(maps[CONTENT_LAYER], self.content)
        for layer, wanted in self.grams.items():
            factor = STYLE_FACTOR / wanted.shape[0] ** 2
            total = total + factor * F.mse_loss(gram_matrix(maps[layer]), wanted)
        return total

    def measured(self, picture: Tensor) -> float:
        """The same as a number."""
        with torch.no_grad():
            return float(self(picture))
