"""How far a painting is from the style image, and from its photograph, as VGG-19 sees both.

After the losses of Gatys, Ecker and Bethge, "Image style transfer using convolutional neural networks", 2016,
each divided by its own size, so that one number can be read across styles and photographs:

* **style**: mean over relu1_1, relu2_1, relu3_1 and relu4_1 of ``||G - Gs|| / ||Gs||``, where G is the whole
  painting's Gram matrix divided by its count of positions, Gs the style image's, and ``||.||`` the Frobenius
  norm. 0: the style image's own statistics; 1: as far as a black picture.
* **content**: ``||F - Fp||^2 / ||Fp||^2`` at relu4_1, F the painting's and Fp the photograph's features.
  0: the photograph.
* **own**: share of paintings that are nearer to their own photograph than to the other ones. Near is what has
  the same things at the same places: cosine of relu4_1, averaged in eight by eight fields, each channel's
  mean taken away.

Style and content belong together: style can always be bought with content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from bench.quality.pictures import as_tensor
from rotoscope.media.plain import Picture
from rotoscope.networks.features import Encoder
from rotoscope.networks.losses import StyleTarget, content_loss, style_distance, style_loss

_FIELDS = 8
"""Along each side."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPhotograph:
    """What paintings are compared with."""

    content: Tensor
    """(1, C, h, w) at the content layer."""
    layout: Tensor
    """A unit vector; see :func:`layout_of`."""
    style: StyleTarget
    """Its own."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPainting:
    """One painting's figures."""

    style: float
    content: float
    layout: Tensor
    """A unit vector; see :func:`layout_of`."""


@torch.no_grad()
def measure_photograph(encoder: Encoder, picture: Picture) -> MeasuredPhotograph:
    """Look at a photograph, (H, W, 3) uint8."""
    features = encoder(as_tensor(picture))
    content = _content_of(encoder, features)
    return MeasuredPhotograph(content, layout_of(content), StyleTarget.of_features(features))


def photograph_style(photograph: MeasuredPhotograph, style: StyleTarget) -> float:
    """How far a photograph that nothing was painted on is from a style image."""
    grams = photograph.style.grams
    return float(style_distance(grams, style, layer_weights=[1.0] * len(grams)))


@torch.no_grad()
def measure_style(encoder: Encoder, picture: Picture) -> StyleTarget:
    """Look at a style image, (H, W, 3) uint8."""
    return StyleTarget.of_features(encoder(as_tensor(picture)))


@torch.no_grad()
def measure_painting(
    encoder: Encoder, picture: Picture, photograph: MeasuredPhotograph, style: StyleTarget
) -> MeasuredPainting:
    """Hold a painting, (H, W, 3) uint8, against its photograph (of the same size) and its style image."""
    features = encoder(as_tensor(picture))
    content = _content_of(encoder, features)
    return MeasuredPainting(
        style=float(style_loss(features, style, layer_weights=[1.0] * len(features))),
        content=float(content_loss(content, photograph.content)),
        layout=layout_of(content),
    )


def share_of_own(paintings: Sequence[Tensor], photographs: Sequence[Tensor]) -> float:
    """Share of paintings whose layout is nearer to their own photograph's than to any other's.

    Args:
        paintings: a layout a painting.
        photographs: a layout a photograph, in the same order.
    """
    likeness = torch.stack(list(paintings)) @ torch.stack(list(photographs)).T
    nearest = likeness.argmax(dim=1)
    return float((nearest == torch.arange(len(nearest))).double().mean())


def layout_of(content: Tensor) -> Tensor:
    """What is where, whatever its color or texture: (1, C, h, w) to a unit vector of C * 64 numbers."""
    fields = F.adaptive_avg_pool2d(content, _FIELDS)[0]
    deviation = (fields - fields.mean(dim=(1, 2), keepdim=True)).flatten()
    return deviation / deviation.norm()


def _content_of(encoder: Encoder, features: Sequence[Tensor]) -> Tensor:
    return features[encoder.layers.index(encoder.content_layer)]
