"""The picture that an optimization begins with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from rotoscope.filters.base import Filter
from rotoscope.media.frame import Pixels
from rotoscope.optimize.pictures import resized, to_tensor
from rotoscope.optimize.reading import read_in_srgb
from rotoscope.optimize.subject import Style
from rotoscope.render.look import apply_filter

NamedStart: TypeAlias = Literal["photo", "noise", "style"]
Start: TypeAlias = NamedStart | Path | Filter
"""The photograph itself, noise, the first style image, another picture, or what a filter makes of the
photograph."""
_NOISE_DEVIATION = 0.2


def start_picture(start: Start, photograph: Pixels, styles: Sequence[Style], *, seed: int = 0) -> Tensor:
    """The first picture, of the photograph's size.

    Args:
        start: which.
        photograph: (H, W, 3) uint8 or uint16.
        styles: the style images.
        seed: of the noise.

    Returns:
        (1, 3, H, W) float32 sRGB 0..1.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: another picture cannot be read.
        FilterFailed: the filter gave back something else than a picture of the same size.
    """
    height, width = photograph.shape[:2]
    if start == "photo":
        return to_tensor(photograph)
    if start == "noise":
        return noise(height, width, seed=seed)
    if start == "style":
        return covering(styles[0].picture, height, width)
    if isinstance(start, Path):
        return covering(to_tensor(read_in_srgb(start)), height, width)
    assert not isinstance(start, str)
    return to_tensor(apply_filter(start, photograph))


def noise(height: int, width: int, *, seed: int = 0) -> Tensor:
    """Gray with independent normal noise, (1, 3, height, width) float32, clipped to 0..1."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn((1, 3, height, width), generator=generator)
    return (0.5 + _NOISE_DEVIATION * drawn).clamp(0, 1)


def covering(picture: Tensor, height: int, width: int) -> Tensor:
    """The middle of a picture, as large as fits, at another size; both (1, 3, …)."""
    tall, wide = picture.shape[2:]
    scale = min(tall / height, wide / width)
    part_height, part_width = max(1, math.floor(height * scale)), max(1, math.floor(width * scale))
    top, left = (tall - part_height) // 2, (wide - part_width) // 2
    part = picture[:, :, top : top + part_height, left : left + part_width]
    return resized(part, height, width).clamp(0, 1)
