"""What an optimization lowers: losses added up, and their gradient, of a picture at hand or in tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from rotoscope.networks.features import Encoder
from rotoscope.optimize.terms import FeatureTerm, PictureTerm
from rotoscope.optimize.tiles import Tile, Tiling, whole

Seen: TypeAlias = Callable[[Tensor], Tensor]
"""What the feature network is shown of a picture: all of it, or its brightness."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The objective of one picture."""

    total: float
    losses: Mapping[str, float]
    """What the terms of each name add to the total."""
    gradient: Tensor
    """Of the total, (1, 3, H, W) float32."""


Evaluate: TypeAlias = Callable[[Tensor], Evaluation]
"""An objective, as whoever lowers it sees it."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Weighted losses of a picture of one size."""

    encoder: Encoder
    """It gives all layers that ``features`` look at."""
    features: Sequence[FeatureTerm]
    pictures: Sequence[PictureTerm] = ()
    seen: Seen = field(default=lambda picture: picture)
    tiling: Tiling | None = None
    """None: the whole picture at once."""

    def __call__(self, picture: Tensor) -> Evaluation:
        """Evaluate.

        Args:
            picture: (1, 3, H, W) float32 sRGB 0..1, not clipped, on the encoder's device.
        """
        losses: dict[str, float] = {}
        pixels = picture.detach().requires_grad_()
        total = 0.0
        if self.features:
            total += self._whole(pixels, losses) if self.tiling is None else self._tiled(pixels, losses)
        for term in self.pictures:
            loss = term.loss(pixels)
            (term.weight * loss).backward()
            total += _noted(losses, term, loss)
        gradient = torch.zeros_like(picture) if pixels.grad is None else pixels.grad
        return Evaluation(total, losses, gradient.contiguous())

    def _whole(self, pixels: Tensor, losses: dict[str, float]) -> float:
        tile = whole(*pixels.shape[2:])
        maps = self._maps(pixels)
        parts = [term.loss(term.gather(maps[term.layer], tile)) for term in self.features]
        total = torch.stack(
            [term.weight * loss for term, loss in zip(self.features, parts, strict=True)]
        ).sum()
        total.backward()
        for term, loss in zip(self.features, parts, strict=True):
            _noted(losses, term, loss)
        return float(total.detach())

    def _tiled(self, pixels: Tensor, losses: dict[str, float]) -> float:
        """First what all tiles add up to, then the gradient of each as if the rest stood still."""
        assert self.tiling is not None
        tiles = list(self.tiling.tiles(*pixels.shape[2:]))
        gathered: list[Tensor] = []
        with torch.no_grad():
            for tile in tiles:
                added = self._gathered(pixels, tile)
                gathered = [a + b for a, b in zip(gathered, added, strict=True)] if gathered else added
        total, slopes = self._slopes(gathered, losses)
        gradient = torch.zeros_like(pixels)
        for tile in tiles:
            window = tile.window_of(pixels.detach()).clone().requires_grad_()
            maps = self._maps(window)
            parts = [
                (term.gather(maps[term.layer], tile) * slope).sum()
                for term, slope in zip(self.features, slopes, strict=True)
            ]
            torch.stack(parts).sum().backward()
            assert window.grad is not None
            tile.window_of(gradient).add_(window.grad)
        pixels.grad = gradient
        return total

    def _slopes(self, gathered: Sequence[Tensor], losses: dict[str, float]) -> tuple[float, list[Tensor]]:
        """The total of the feature terms, and its derivative by what was gathered for each."""
        total, slopes = 0.0, list[Tensor]()
        for term, sums in zip(self.features, gathered, strict=True):
            free = sums.detach().requires_grad_()
            loss = term.loss(free)
            (slope,) = torch.autograd.grad(term.weight * loss, free)
            slopes.append(slope)
            total += _noted(losses, term, loss)
        return total, slopes

    def _gathered(self, pixels: Tensor, tile: Tile) -> list[Tensor]:
        maps = self._maps(tile.window_of(pixels))
        return [term.gather(maps[term.layer], tile) for term in self.features]

    def _maps(self, pixels: Tensor) -> dict[str, Tensor]:
        return dict(zip(self.encoder.layers, self.encoder(self.seen(pixels)), strict=True))


def _noted(losses: dict[str, float], term: FeatureTerm | PictureTerm, loss: Tensor) -> float:
    added = term.weight * float(loss.detach())
    losses[term.name] = losses.get(term.name, 0.0) + added
    return added
