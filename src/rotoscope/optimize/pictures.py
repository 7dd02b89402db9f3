"""Pictures as an optimization holds them: tensors of sRGB 0..1, of any size, with all the depth they had."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from rotoscope.filters.pixels import Floats, from_unit, full_scale
from rotoscope.media.frame import Pixels


def to_tensor(pixels: Pixels) -> Tensor:
    """(H, W, 3) uint8 or uint16 to (1, 3, H, W) float32 of 0..1."""
    levels = pixels.astype(np.float32) / np.float32(full_scale(pixels))
    return torch.from_numpy(np.ascontiguousarray(levels.transpose(2, 0, 1)[None]))


def to_pixels(picture: Tensor, like: Pixels) -> Pixels:
    """(1, 3, H, W) of 0..1, clipped, to (H, W, 3) of the depth of ``like``."""
    levels = cast("Floats", picture.detach()[0].permute(1, 2, 0).float().cpu().numpy())
    return from_unit(np.ascontiguousarray(levels), like)


def resized(picture: Tensor, height: int, width: int) -> Tensor:
    """(1, C, h, w) to (1, C, height, width), without aliasing."""
    if tuple(picture.shape[2:]) == (height, width):
        return picture
    return F.interpolate(picture, (height, width), mode="bicubic", antialias=True, align_corners=False)


def resized_around(picture: Tensor, height: int, width: int) -> Tensor:
    """:func:`resized` of a picture that goes on at its opposite borders, and does so afterwards."""
    tall, wide = picture.shape[2:]
    if (tall, wide) == (height, width):
        return picture
    laid = picture.repeat(1, 1, 3, 3)
    larger = resized(laid, 3 * height, 3 * width)
    return larger[:, :, height:-height, width:-width]


def resized_mask(mask: Tensor, height: int, width: int) -> Tensor:
    """(1, 1, h, w) of 0..1 to (1, 1, height, width): means over areas where it shrinks."""
    if tuple(mask.shape[2:]) == (height, width):
        return mask
    if height <= mask.shape[2] and width <= mask.shape[3]:
        return F.adaptive_avg_pool2d(mask, (height, width))
    return F.interpolate(mask, (height, width), mode="bilinear", align_corners=False)


def with_short_side(picture: Tensor, side: int) -> Tensor:
    """(1, C, h, w) with a short side of so many pixels; the aspect ratio stays but for rounding."""
    height, width = picture.shape[2:]
    scale = side / min(height, width)
    return resized(picture, max(1, round(height * scale)), max(1, round(width * scale)))
