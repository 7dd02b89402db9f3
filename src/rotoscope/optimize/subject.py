"""What is painted, as values alone: nothing here knows of files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.optimize.objective import Evaluate, Objective
from rotoscope.optimize.terms import PictureTerm

MoreTerms = Callable[[int, int], Sequence[PictureTerm]]
"""Further losses of the pixels at a size, given its height and width."""
OfObjective = Callable[[Objective], Evaluate]
"""What the objective of one picture becomes, such as that of several pictures at once."""


@dataclass(frozen=True, slots=True)
class Style:
    """A style image, and where it shows."""

    picture: Tensor
    """(1, 3, h, w) float32 sRGB 0..1, of any size."""
    weight: float = 1.0
    """Beside the other style images of the same place; only the ratio matters."""
    mask: Tensor | None = None
    """(1, 1, H, W) float32 0..1 laid over the painting, of any size; None: what the masks of the others
    leave, all of it where they have none."""

    def to(self, device: torch.device) -> Style:
        """The same on that device."""
        mask = None if self.mask is None else self.mask.to(device)
        return Style(self.picture.to(device), self.weight, mask)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is painted, and of what."""

    height: int
    """Of the painting, pixels."""
    width: int
    styles: Sequence[Style] = ()
    """None where nothing is to be like a style image."""
    content: Tensor | None = None
    """(1, 3, H, W) float32 sRGB 0..1, of any size: the photograph; None where nothing is to be like one."""
    more_terms: MoreTerms | None = None
    """Further losses, such as one of the frame before; they are no part of the digest."""
    wraps: bool = False
    """Whether the painting goes on at its opposite borders, so that it can be laid side by side."""
    of_objective: OfObjective | None = None
    """No part of the digest either; the start's shape says how many pictures there are."""

    @classmethod
    def of_photograph(cls, photograph: Tensor, styles: Sequence[Style]) -> Subject:
        """A painting of a photograph, of the same size."""
        height, width = photograph.shape[2:]
        return cls(height, width, styles, photograph)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all pictures, weights and masks."""
        hasher = hashlib.sha256(repr((self.height, self.width)).encode())
        if self.wraps:
            hasher.update(b"wraps")
        for picture in (self.content, *(tensor for style in self.styles for tensor in _tensors(style))):
            hasher.update(b"-" if picture is None else digest_of(picture).encode())
        hasher.update(repr([style.weight for style in self.styles]).encode())
        return hasher.hexdigest()


@dataclass(frozen=True, slots=True)
class Region:
    """Style images that show in one place."""

    mask: Tensor | None
    """(1, 1, H, W) float32 0..1; None: everywhere."""
    styles: tuple[Style, ...]
    area: float
    """Of the painting, 0..1."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Of each style image; they add up to 1."""
        total = sum(style.weight for style in self.styles)
        return tuple(style.weight / total for style in self.styles)


def regions_of(styles: Sequence[Style]) -> tuple[Region, ...]:
    """Which style images show where.

    Raises:
        InvalidOptions: a weight that is not above 0, or masks that leave nothing to those without one.
    """
    for style in styles:
        if not 0 < style.weight < float("inf"):
            raise InvalidOptions(f"The weight of a style image was {style.weight:g}; it is a number above 0.")
    masked = [style for style in styles if style.mask is not None]
    free = tuple(style for style in styles if style.mask is None)
    regions = [Region(style.mask, (style,), _area(style.mask)) for style in masked]
    if free and not masked:
        return (Region(None, free, 1.0),)
    if free:
        rest = _rest([style.mask for style in masked if style.mask is not None])
        regions.append(Region(rest, free, _area(rest)))
    empty = [number for number, region in enumerate(regions, start=1) if region.area <= 0]
    if empty:
        told = "nothing of the picture" if len(empty) == 1 else "nothing of the picture, each,"
        raise InvalidOptions(
            f"Of the masks of style images, number {' and '.join(map(str, empty))} leaves {told} to paint. "
            f"White is where a style image shows; those without a mask show where no other does."
        )
    return tuple(regions)


def digest_of(picture: Tensor) -> str:
    """SHA-256 (hex) of a tensor's shape and numbers."""
    hasher = hashlib.sha256(repr(tuple(picture.shape)).encode())
    hasher.update(picture.detach().cpu().contiguous().numpy().tobytes())
    return hasher.hexdigest()


def _tensors(style: Style) -> tuple[Tensor | None, Tensor | None]:
    return style.picture, style.mask


def _area(mask: Tensor | None) -> float:
    return 1.0 if mask is None else float(mask.mean())


def _rest(masks: Sequence[Tensor]) -> Tensor:
    height, width = masks[0].shape[2:]
    same = [torch.nn.functional.interpolate(mask, (height, width), mode="bilinear") for mask in masks]
    return (1 - torch.stack(same).sum(dim=0)).clamp(0, 1)
