"""What is compared with a style image: statistics of feature maps that know nothing of places.

Each is a mean over positions. So that of a large picture is put together from sums over its tiles, and a mask
is a weight a position (guided Gram matrices, Gatys et al. 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import torch
from torch import Tensor

StyleLoss: TypeAlias = Literal["gram", "covariance", "moments"]
"""``gram``: which channels fire together, and how strongly (Gatys et al. 2015). ``covariance``: the same
about their means, and the means: a Gram matrix can be met by a map that is too bright and varies too little
(Risser et al. 2017). ``moments``: mean and deviation of each channel by itself (Li et al. 2017): the
freest."""
_LEAST_VARIANCE = 1e-6
"""The root of nothing has no derivative."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """How one of them is taken and compared."""

    gather: Callable[[Tensor, Tensor], Tensor]
    """(P, C) of maps, and the same with each position's weight multiplied in, to sums over positions."""
    parts: Callable[[Tensor], tuple[Tensor, ...]]
    """Of these sums divided by the sum of weights, what is compared; each part counts alike."""


def gather_sums(loss: StyleLoss, features: Tensor, weights: Tensor | None = None) -> Tensor:
    """Sums of a statistic over the positions of feature maps.

    Args:
        loss: which statistic.
        features: (1, C, h, w) float32 or bfloat16; channels_last is fastest.
        weights: (1, 1, h, w) float32, 0..1; None: 1 everywhere.

    Returns:
        float32; of maps cut into pieces, the sum of the pieces'.
    """
    # In float32 whatever the maps are: differences of products count, and bfloat16 would round them away.
    rows = features.permute(0, 2, 3, 1).reshape(-1, features.shape[1]).float()
    weighted = rows if weights is None else rows * weights.reshape(-1, 1)
    return STATISTICS[loss].gather(rows, weighted)


@dataclass(frozen=True, slots=True)
class StyleTarget:
    """What one layer of a painting is to be like."""

    loss: StyleLoss
    mean: Tensor
    """Sums of the statistic over a style image, divided by its positions."""

    def distance(self, mean: Tensor, *, is_relative: bool) -> Tensor:
        """How far a painting's mean is from it, a scalar; 0 is the style itself.

        Args:
            mean: as ``mean``, of the painting.
            is_relative: squared beside the square of what is wanted, mean over parts; otherwise mean squared
                differences, added up.
        """
        parts = STATISTICS[self.loss].parts
        pairs = list(zip(parts(mean), parts(self.mean), strict=True))
        if not is_relative:
            return torch.stack([(made - wanted).square().mean() for made, wanted in pairs]).sum()
        distances = [(made - wanted).square().sum() / wanted.square().sum() for made, wanted in pairs]
        return torch.stack(distances).mean()


def _gather_gram(rows: Tensor, weighted: Tensor) -> Tensor:
    return weighted.T @ rows


def _gather_covariance(rows: Tensor, weighted: Tensor) -> Tensor:
    return torch.cat((_gather_gram(rows, weighted), weighted.sum(dim=0)[:, None]), dim=1)


def _gather_moments(rows: Tensor, weighted: Tensor) -> Tensor:
    return torch.stack((weighted.sum(dim=0), (weighted * rows).sum(dim=0)))


def _covariance(mean: Tensor) -> tuple[Tensor, ...]:
    products, means = mean[:, :-1], mean[:, -1]
    return means, products - means[:, None] * means


def _moments(mean: Tensor) -> tuple[Tensor, ...]:
    means, squares = mean
    return means, (squares - means.square()).clamp_min(_LEAST_VARIANCE).sqrt()


STATISTICS: Mapping[StyleLoss, Statistic] = MappingProxyType(
    {
        "gram": Statistic(_gather_gram, lambda mean: (mean,)),
        "covariance": Statistic(_gather_covariance, _covariance),
        "moments": Statistic(_gather_moments, _moments),
    }
)
