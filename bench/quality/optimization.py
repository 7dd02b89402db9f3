"""Painting by optimizing the picture itself: the yardstick that trained networks are held against.

Gatys, Ecker and Bethge, "Image style transfer using convolutional neural networks", 2016: from the
photograph on, L-BFGS changes every pixel until the features fit.

Losses are squared and relative: ``mean over layers of (||G - Gs|| / ||Gs||)^2 + content_weight *
||F - Fp||^2 / ||Fp||^2``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from bench.quality.pictures import as_picture, as_tensor
from rotoscope.errors import TrainingError
from rotoscope.media.atomic import StagedFile
from rotoscope.media.plain import Picture
from rotoscope.networks.features import Encoder
from rotoscope.networks.losses import StyleTarget, content_loss, gram_matrix

_HISTORY = 20
"""Steps that L-BFGS remembers."""
_SCALE = 1000.0
"""Factor on the loss: L-BFGS's first step is as long as the gradient is large."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the optimization weighs."""

    content_weight: float
    """Of the content loss; style has 1."""


class ImageOptimization:
    """One painting while it is being optimized; goes on from a checkpoint where there is one."""

    def __init__(self, encoder: Encoder, photograph: Picture, style: Picture, balance: Balance) -> None:
        """Begin with the photograph.

        Args:
            encoder: features to fit.
            photograph: (H, W, 3) uint8.
            style: (H, W, 3) uint8, of any size.
            balance: see there.
        """
        self._encoder = encoder
        self._balance = balance
        self.iterations = 0
        with torch.no_grad():
            self._style = StyleTarget.of_features(encoder(as_tensor(style)))
            self._content = self._content_of(encoder(as_tensor(photograph)))
        self._pixels = as_tensor(photograph).requires_grad_()
        self._identity = {
            "features": encoder.identity,
            "photograph": torch.from_numpy(photograph),
            "style": torch.from_numpy(style),
            "content_weight": balance.content_weight,
        }
        # One evaluation a step and no line search, as Gatys et al.'s successors do; no stopping on its own.
        self._optimizer = torch.optim.LBFGS(
            [self._pixels], max_iter=1, history_size=_HISTORY, tolerance_grad=0, tolerance_change=0
        )

    @property
    def picture(self) -> Picture:
        """The painting as it is now, (H, W, 3) uint8; what is outside 0..1 is clipped."""
        return as_picture(self._pixels)

    def step(self) -> float:
        """One iteration; gives the loss before it.

        Raises:
            TrainingError: the loss is not finite any more.
        """
        loss = float(self._optimizer.step(self._loss)) / _SCALE
        if not math.isfinite(loss):
            raise TrainingError(
                f"the optimization diverged after {self.iterations} iterations; give another content weight "
                f"than {self._balance.content_weight:g}."
            )
        self.iterations += 1
        return loss

    def save(self, path: Path) -> None:
        """Write a checkpoint; it replaces the last one in one step."""
        staged = StagedFile(path, overwrite=True)
        try:
            torch.save(
                {
                    "identity": self._identity,
                    "iterations": self.iterations,
                    "pixels": self._pixels.detach(),
                    "optimizer": self._optimizer.state_dict(),
                },
                staged.part,
            )
            staged.publish()
        except BaseException:
            staged.discard()
            raise

    def resume(self, path: Path) -> None:
        """Go on where a checkpoint was written.

        Raises:
            TrainingError: it is of another photograph, style image, weight or feature network.
        """
        saved = torch.load(path, weights_only=True)
        same = all(_equal(saved["identity"].get(key), value) for key, value in self._identity.items())
        if not same:
            raise TrainingError(
                f"{path} is of another photograph, style image, content weight or feature network. Give "
                f"another output folder, or delete that file to begin anew."
            )
        self.iterations = saved["iterations"]
        with torch.no_grad():
            self._pixels.copy_(saved["pixels"])
        self._optimizer.load_state_dict(saved["optimizer"])

    def _loss(self) -> Tensor:
        self._optimizer.zero_grad()
        features = self._encoder(self._pixels)
        style = squared_style_loss(features, self._style)
        content = content_loss(self._content_of(features), self._content)
        loss = _SCALE * (style + self._balance.content_weight * content)
        loss.backward()
        return loss.detach()

    def _content_of(self, features: Sequence[Tensor]) -> Tensor:
        return features[self._encoder.layers.index(self._encoder.content_layer)]


def squared_style_loss(features: Sequence[Tensor], target: StyleTarget) -> Tensor:
    """Mean over layers of the squared relative distance of Gram matrices: Gatys et al.'s, made relative."""
    distances = [
        ((gram_matrix(layer) - gram).norm() / norm) ** 2
        for layer, gram, norm in zip(features, target.grams, target.norms, strict=True)
    ]
    return torch.stack(distances).mean()


def _equal(one: object, other: object) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    return one == other
