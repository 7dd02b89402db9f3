"""Whose colors an optimized picture has.

After Gatys, Bethge, Hertzmann and Shechtman 2016, "Preserving color in neural artistic style transfer".
"""

from __future__ import annotations

import torch
from torch import Tensor

from rotoscope.networks.losses import luma

_LEAST_VARIANCE = 1e-5
"""Added to the variances of colors: a gray picture has none in two directions."""


def with_colors_of(picture: Tensor, wanted: Tensor) -> Tensor:
    """A picture with another one's mean and covariance of colors.

    Of all linear maps that do that, the one of least change (the transport between two normal distributions);
    close to that with symmetric roots in the paper.

    Args:
        picture: (1, 3, h, w) float32 sRGB 0..1.
        wanted: (1, 3, H, W), whose colors.

    Returns:
        (1, 3, h, w), clipped to 0..1.
    """
    mean, covariance = _moments(picture)
    wanted_mean, wanted_covariance = _moments(wanted)
    root = _power(covariance, 0.5)
    inverse = _power(covariance, -0.5)
    turn = inverse @ _power(root @ wanted_covariance @ root, 0.5) @ inverse
    colors = picture[0].double().flatten(1) - mean[:, None]
    matched = turn @ colors + wanted_mean[:, None]
    return matched.clamp(0, 1).to(picture.dtype).view_as(picture)


def luma_like(picture: Tensor, wanted: Tensor) -> Tensor:
    """Brightness of a picture, with the mean and deviation of another one's; both (1, 3, …), gray."""
    gray, like = luma(picture), luma(wanted)
    gain = like.std() / gray.std().clamp_min(1e-3)
    return ((gray - gray.mean()) * gain + like.mean()).clamp(0, 1)


def with_luma(picture: Tensor, brightness: Tensor) -> Tensor:
    """A picture's colors with another one's brightness; both (1, 3, H, W) sRGB."""
    return picture + (luma(brightness) - luma(picture))


def _moments(picture: Tensor) -> tuple[Tensor, Tensor]:
    colors = picture[0].double().flatten(1)
    mean = colors.mean(dim=1)
    centered = colors - mean[:, None]
    unit = torch.eye(3, dtype=torch.float64, device=picture.device)
    return mean, centered @ centered.T / colors.shape[1] + _LEAST_VARIANCE * unit


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp_min(1e-12) ** exponent) @ vectors.T
