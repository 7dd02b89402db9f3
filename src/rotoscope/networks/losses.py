"""The losses that make a filter: style, content, color, total variation, range, lattice and stability.

Every function is differentiable and returns a scalar tensor (shape ``()``, float32). Feature maps may
be bfloat16: sums are taken in float32 where it matters for the result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_LUMA_WEIGHTS = (0.299, 0.587, 0.114)


def gram_matrix(features: Tensor) -> Tensor:
    """How often which channels fire together (Gatys et al. 2016), averaged over positions and pictures.

    Gatys et al. leave the sum over positions undivided; dividing by their count makes the style image's
    size and the crop's size comparable.

    Args:
        features: (N, C, H, W) float32 or bfloat16; channels_last is fastest.

    Returns:
        (C, C) float32: G[i, j] = mean over pictures and positions of f[i] * f[j].
    """
    # (NHW, C) is a view of channels_last data; (C, HW) would copy it.
    rows = features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])
    return (rows.T @ rows).float() / rows.shape[0]


@dataclass(frozen=True, slots=True)
class StyleTarget:
    """What the style loss compares with: Gram matrices of the style image, one a layer."""

    grams: tuple[Tensor, ...]
    """Each (C, C) float32."""
    norms: tuple[Tensor, ...]
    """Frobenius norm of each, float32 scalar."""

    @classmethod
    def of_features(cls, features: Sequence[Tensor]) -> StyleTarget:
        """Measure the style image.

        Args:
            features: feature maps of the style image, each (1, C, H, W), shallow to deep.
        """
        with torch.no_grad():
            grams = tuple(gram_matrix(layer) for layer in features)
        return cls.of_grams(grams)

    @classmethod
    def of_grams(cls, grams: tuple[Tensor, ...]) -> StyleTarget:
        """What to compare with these Gram matrices."""
        return cls(grams, tuple(gram.norm() for gram in grams))

    @classmethod
    def mean(cls, targets: Sequence[StyleTarget], shares: Sequence[float]) -> StyleTarget:
        """The style between several: the weighted mean of their Gram matrices.

        Args:
            targets: one or more, measured at the same layers.
            shares: one number a target; they add up to 1.
        """
        layers = zip(*(target.grams for target in targets), strict=True)
        return cls.of_grams(
            tuple(
                torch.stack([gram * share for gram, share in zip(grams, shares, strict=True)]).sum(dim=0)
                for grams in layers
            )
        )


def style_loss(features: Sequence[Tensor], target: StyleTarget, *, layer_weights: Sequence[float]) -> Tensor:
    """Weighted mean over layers of ||G - Gs|| / ||Gs||: 0 is the style itself, 1 as far as a black picture.

    Gatys et al. take squared differences with weights chosen a layer; the relative distance needs no such
    weights, since each layer's is of the same size whatever the layer's activations are.

    Args:
        features: feature maps of the painting, each (N, C, H, W), shallow to deep.
        target: the style image's, same layers.
        layer_weights: one number >= 0 a layer; their sum is divided out.
    """
    return style_distance([gram_matrix(layer) for layer in features], target, layer_weights=layer_weights)


def style_distance(grams: Sequence[Tensor], target: StyleTarget, *, layer_weights: Sequence[float]) -> Tensor:
    """:func:`style_loss` of a picture whose Gram matrices are known, each (C, C) float32."""
    total = target.norms[0].new_zeros(())
    for gram, wanted, norm, weight in zip(grams, target.grams, target.norms, layer_weights, strict=True):
        total = total + weight * (gram - wanted).norm() / norm
    return total / sum(layer_weights)


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared difference over mean square of the target: 0 is the photograph, 1 as far as nothing.

    Gatys et al. sum the squares; dividing by the target's makes flat and busy photographs count alike.

    Args:
        features: (N, C, H, W) of the painting, at one deep layer.
        target: (N, C, H, W) of the photograph, no gradient needed.
    """
    reference = target.float()
    return F.mse_loss(features.float(), reference) / reference.square().mean()


def luma(pictures: Tensor) -> Tensor:
    """Brightness alone (ITU-R BT.601's weights): (N, 3, H, W) sRGB to the same, its channels alike."""
    weights = pictures.new_tensor(_LUMA_WEIGHTS).view(1, 3, 1, 1)
    return (pictures * weights).sum(dim=1, keepdim=True).expand_as(pictures)


def color_loss(painting: Tensor, photograph: Tensor) -> Tensor:
    """Mean squared difference of what is left without brightness: 0 has the photograph's colors.

    With :func:`luma` for all that the feature network sees, this is the luminance-only transfer of Gatys et
    al. 2016 ("Preserving color in neural artistic style transfer"), learned.

    Args:
        painting: (N, 3, H, W) float32 sRGB.
        photograph: the same shape, no gradient needed.
    """
    return F.mse_loss(painting - luma(painting), photograph - luma(photograph))


def total_variation_loss(painting: Tensor) -> Tensor:
    """Mean absolute difference of vertical plus of horizontal neighbours (Mahendran & Vedaldi 2015, L1 form).

    Args:
        painting: (N, C, H, W) float32, H and W >= 2.
    """
    vertical = (painting[:, :, 1:] - painting[:, :, :-1]).abs().mean()
    horizontal = (painting[:, :, :, 1:] - painting[:, :, :, :-1]).abs().mean()
    return vertical + horizontal


def range_loss(painting: Tensor) -> Tensor:
    """Mean squared distance outside 0..1: 0 when nothing would be clipped.

    Args:
        painting: (N, C, H, W) float32, not clipped.
    """
    return F.relu((painting - 0.5).abs() - 0.5).square().mean()


def lattice_loss(painting: Tensor, *, period: int, cells: int = 8) -> Tensor:
    """Variance of a painting's mean over the places in a lattice cell: 0 where no pattern has that period.

    A network that halves the size twice computes the same for every cell of 4x4 pixels, so what it fills
    a flat area with repeats every 4 pixels. Gram matrices do not mind; eyes do. Here pieces of ``cells`` x
    ``cells`` cells are averaged to one cell each, in which strokes cancel and a lattice stays.

    Args:
        painting: (N, C, H, W) float32; H and W multiples of ``period``, at least ``period * cells``.
        period: pixels from mark to mark.
        cells: side of a piece, in cells; pieces overlap by half.
    """
    batch, channels, height, width = painting.shape
    places = F.pixel_unshuffle(painting, period).reshape(-1, 1, height // period, width // period)
    means = F.avg_pool2d(places, cells, stride=cells // 2).view(batch * channels, period**2, -1)
    return means.var(dim=1, unbiased=False).mean()


def shifted(pictures: Tensor, shift: tuple[float, float]) -> Tensor:
    """What lies further down and right, between pixels by linear interpolation.

    Args:
        pictures: (N, C, H, W) float32.
        shift: (down, right) in pixels, 0 <= down <= H - 1 and 0 <= right <= W - 1; need not be whole.

    Returns:
        (N, C, H - ceil(down), W - ceil(right)).
    """
    moved = pictures
    for axis, distance in ((2, shift[0]), (3, shift[1])):
        whole = math.floor(distance)
        part = distance - whole
        near = moved.narrow(axis, whole, moved.shape[axis] - math.ceil(distance))
        far = moved.narrow(axis, math.ceil(distance), near.shape[axis])
        moved = near.lerp(far, part) if part else near
    return moved


def stability_loss(painting: Tensor, painting_of_moved: Tensor, *, shift: tuple[float, float]) -> Tensor:
    """Mean squared difference of two paintings where they show the same place: 0 is a filter that is steady.

    After the temporal losses of Gupta et al. 2017 and ReCoNet (Gao et al. 2018), without their optical
    flow: the motion is known because it was made here. Where it is not whole pixels, the first painting is
    interpolated, as it is where flicker is measured (Lai et al. 2018).

    Args:
        painting: (N, C, H, W) float32, the painting of a piece of a photograph.
        painting_of_moved: same shape, the painting of the piece that lies ``shift`` further (and perhaps
            has noise and another brightness).
        shift: (down, right) in pixels, 0 <= down <= H - 1 and 0 <= right <= W - 1; need not be whole.
    """
    expected = shifted(painting, shift)
    height, width = expected.shape[2:]
    return (painting_of_moved[:, :, :height, :width] - expected).square().mean()
