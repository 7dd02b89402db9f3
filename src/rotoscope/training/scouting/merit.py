"""What speaks for a sketch: it paints, as its picture would, and the photograph can still be recognized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor

from rotoscope.filters.colorspace import srgb_to_oklab
from rotoscope.media.frame import Pixels
from rotoscope.media.plain import Picture, plain, resize_short_side
from rotoscope.networks.features import Encoder
from rotoscope.networks.losses import StyleTarget, style_loss
from rotoscope.render.audition import FilterRow, Painting
from rotoscope.render.audition import Picture as Photograph
from rotoscope.render.figures import OCTAVES, Plane, averaged, cells_of, halved, patches
from rotoscope.training.content import to_tensor
from rotoscope.training.recipe import Recipe

TERMS: Final = {
    "strokes": "In how much of the picture there is more texture than in the photograph, 0 to 100",
    "reach": "How much of the way from the photograph to the style image is gone, 0 to 100",
    "detail": "How well the edges agree with the photograph's, 0 to 100",
    "tones": "How often two places that differ in the photograph differ in the painting, 0 to 100",
}
"""Terms of the score, and what each says."""

_SEEN: Final = 0.05
"""Distance in Oklab that two places of a picture certainly differ by."""
_PAIRS: Final = 4096
"""Pairs of places that are looked at."""
_FAINT: Final = 0.008
"""Amplitude in Oklab of a texture that is hardly seen, and is no stroke."""


@dataclass(frozen=True, slots=True)
class Merit:
    """What speaks for a sketch, each term a mean over the photographs and 0 to 1."""

    strokes: float
    """In how much of the painting, over cells and octaves, there is more texture than in the photograph. A
    filter that only takes texture away is a blur, or a recoloring."""
    reach: float
    """How much of the way from the photograph to the style image the painting goes, in the distance that
    training makes small (:func:`rotoscope.networks.losses.style_loss`); 0 where it goes away from it."""
    detail: float
    """How well edges agree with the photograph's; see :mod:`rotoscope.render.figures`."""
    tones: float
    """Of pairs of places that differ in the photograph, the share that differs in the painting. Where all
    turns into the same black, white or pattern, nothing can be recognized."""

    @property
    def score(self) -> float:
        """The geometric mean of the terms, 0 to 1: none of them can be bought with another."""
        return (self.strokes * self.reach * self.detail * self.tones) ** 0.25

    def shown(self, key: str) -> str:
        """A term or the score for people, in hundredths."""
        return f"{100 * getattr(self, key):.0f}"


class Gauge:
    """Measures sketches by what they made of the same photographs."""

    def __init__(self, encoder: Encoder, recipe: Recipe, photographs: Sequence[Photograph]) -> None:
        """Look at the photographs once.

        Args:
            encoder: feature network that sketches are trained with.
            recipe: of the sketches: weights of the layers, and the size that style images are seen at.
            photographs: one or more, as they are painted; each side 64 pixels or more.
        """
        self._encoder = encoder
        self._recipe = recipe
        self._photographs = photographs
        self._seen = [self._look(photograph.pixels) for photograph in photographs]

    def merit(self, style_image: Picture, row: FilterRow) -> Merit:
        """Measure one sketch.

        Args:
            style_image: (H, W, 3) uint8, the picture it was made of.
            row: what it made of the photographs, in their order.
        """
        target = StyleTarget.of_features(self._look(resize_short_side(style_image, self._recipe.style_side)))
        pairs = [
            (photograph.pixels, painting.pixels)
            for photograph, painting in zip(self._photographs, row.paintings, strict=True)
        ]
        reached = [
            self._reach(target, seen, painting)
            for seen, painting in zip(self._seen, row.paintings, strict=True)
        ]
        return Merit(
            strokes=_mean([strokes(*pair) for pair in pairs]),
            reach=_mean(reached),
            detail=row.figures.detail,
            tones=_mean([tones(*pair) for pair in pairs]),
        )

    def _reach(self, target: StyleTarget, photograph: tuple[Tensor, ...], painting: Painting) -> float:
        weights = self._recipe.layer_weights
        before = float(style_loss(photograph, target, layer_weights=weights))
        after = float(style_loss(self._look(painting.pixels), target, layer_weights=weights))
        return max(0.0, 1 - after / before) if before > 0 else 0.0

    def _look(self, pixels: Pixels) -> tuple[Tensor, ...]:
        with torch.no_grad():
            return self._encoder(to_tensor(plain(pixels)[None]))


def strokes(photograph: Pixels, painting: Pixels) -> float:
    """In how much of a painting there is more texture than in its photograph, 0 to 1.

    Both are taken apart into octaves and cells, as for the figure *style*. A cell's texture is the amplitude
    of what is finer than the next octave, of all three channels of Oklab, so that strokes of color count.

    Args:
        photograph: (H, W, 3) uint8 or uint16.
        painting: the same shape and type.
    """
    before, after = _oklab(photograph), _oklab(painting)
    cells = cells_of(before)
    more: list[float] = []
    for _ in range(OCTAVES):
        had, has = _amplitude(before, cells), _amplitude(after, cells)
        more.append(float(np.mean(has > np.maximum(had, _FAINT))))
        before, after = halved(before), halved(after)
        if before.shape[0] < 2 * cells[1] or before.shape[1] < 2 * cells[0]:
            break
    return _mean(more)


def tones(photograph: Pixels, painting: Pixels) -> float:
    """Of pairs of places that differ in a photograph, the share that differs in its painting, 0 to 1.

    Places are patches of eight by eight pixels, so that strokes do not count as differences. The pairs are
    drawn by chance, always the same ones. A photograph without differences has lost none: 1.

    Args:
        photograph: (H, W, 3) uint8 or uint16.
        painting: the same shape and type.
    """
    before, after = (patches(pixels).reshape(-1, 3) for pixels in (photograph, painting))
    one, other = np.random.default_rng(0).integers(0, len(before), (2, _PAIRS))
    differed, differs = (
        np.linalg.norm(places[one] - places[other], axis=1) >= _SEEN for places in (before, after)
    )
    return float(differs[differed].mean()) if differed.any() else 1.0


def _amplitude(plane: Plane, cells: tuple[int, int]) -> Plane:
    fine = np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), 1.5), np.float32)
    return np.sqrt(averaged((fine * fine).sum(axis=2), cells))


def _oklab(pixels: Pixels) -> Plane:
    return srgb_to_oklab(pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
