"""The temporal losses of Ruder, Dosovitskiy and Brox 2016, "Artistic style transfer for videos"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rotoscope.optimize.pictures import resized, resized_mask
from rotoscope.optimize.subject import MoreTerms
from rotoscope.optimize.terms import PictureTerm


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a frame is to look like, as far as a neighbor tells."""

    picture: Tensor
    """(1, 3, H, W) float32 sRGB 0..1: the painted neighbor, moved to where its things are in this frame."""
    weights: Tensor
    """(1, 1, H, W) float32 0..1: 0 where it is hidden, and along edges of motion; 1 elsewhere."""


class TemporalTerm:
    """A picture is to be what was painted before, wherever that can be followed.

    ``sum of c (x - w)^2 / D``, equation 7 of the paper: w is the wanted picture, c its weights, D the number
    of values in the picture, so that hidden pixels take nothing from the others.
    """

    name = "temporal"

    def __init__(self, wanted: Wanted, *, weight: float) -> None:
        self.weight = weight
        self._wanted = wanted

    def loss(self, picture: Tensor) -> Tensor:
        """See :class:`~rotoscope.optimize.terms.PictureTerm`."""
        difference = picture - self._wanted.picture
        return (self._wanted.weights * difference.square()).sum() / picture.numel()


def long_weights(weights: Sequence[Tensor]) -> list[Tensor]:
    """Weights of several neighbors such that a further one counts only where those nearer do not.

    ``max(c - sum of the nearer c, 0)``, equation 9 of the paper.

    Args:
        weights: (1, 1, H, W) 0..1 each, the nearest neighbor first.
    """
    found: list[Tensor] = []
    nearer: Tensor | None = None
    for own in weights:
        found.append(own if nearer is None else (own - nearer).clamp_min(0))
        nearer = own if nearer is None else nearer + own
    return found


def laid_together(wanted: Sequence[Wanted]) -> Tensor:
    """A picture to begin with: each pixel from the nearest neighbor that sees it, the rest from the nearest.

    Args:
        wanted: the nearest neighbor first, their weights as :func:`long_weights` gives them.
    """
    picture = wanted[0].picture
    for further in wanted[1:]:
        picture = torch.lerp(picture, further.picture, further.weights)
    return picture


def temporal_terms(wanted: Sequence[Wanted], *, weight: float) -> MoreTerms:
    """The temporal losses of a frame, at whatever size."""

    def at(height: int, width: int) -> list[PictureTerm]:
        return [
            TemporalTerm(
                Wanted(resized(one.picture, height, width), resized_mask(one.weights, height, width)),
                weight=weight,
            )
            for one in wanted
        ]

    return at
