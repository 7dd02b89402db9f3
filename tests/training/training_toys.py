"""Toy parts for training: a tiny network, a tiny feature network and pictures, all made from seeds."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from rotoscope.optimize.style_source import StyleSource
from rotoscope.training.content import ContentSet
from rotoscope.training.recipe import Recipe


class ToyEncoder:
    """An Encoder of two random convolutions.

    Its maps are scaled by ``gain``, with which a test can make losses that are not finite.
    """

    def __init__(self, *, identity: str = "toy", gain: float = 1.0) -> None:
        generator = torch.Generator().manual_seed(5)
        self._first = torch.randn((6, 3, 3, 3), generator=generator) * 0.3
        self._second = torch.randn((8, 6, 3, 3), generator=generator) * 0.2
        self._identity = identity
        self.gain = gain

    @property
    def layers(self) -> tuple[str, ...]:
        return ("first", "second")

    @property
    def content_layer(self) -> str:
        return "second"

    @property
    def reach(self) -> int | None:
        return None

    @property
    def identity(self) -> str:
        return self._identity

    def to(self, device: torch.device) -> ToyEncoder:
        if device == self._first.device:
            return self  # so that a test can still change its gain
        moved = copy.copy(self)
        moved._first, moved._second = self._first.to(device), self._second.to(device)
        return moved

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        first = F.relu(F.conv2d(image, self._first, padding=1)) * self.gain
        return first, F.relu(F.conv2d(first, self._second, stride=2, padding=1))


@dataclass(frozen=True)
class Toy:
    """Everything a run wants, in toy size."""

    recipe: Recipe
    content: ContentSet
    encoder: ToyEncoder
    styles: tuple[StyleSource, ...]


def picture(seed: int, height: int, width: int) -> np.ndarray:
    """(H, W, 3) uint8: random blocks, so that there are edges and areas."""
    blocks = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    return blocks.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]


def make_toy(folder: Path) -> Toy:
    """The parts; the style image is written into the folder."""
    recipe = Recipe(
        stem_channels=4,
        trunk_channels=8,
        hidden_channels=6,
        trunk_blocks=1,
        layer_weights=(1, 1),
        style_side=40,
        content_side_range=(36, 48),
        crop_side=32,
        stability_start=0.0,
        stability_shift_pixels=4,
        warmup_steps=2,
        seed=3,
    )
    pictures = tuple(picture(seed, 48, 64) for seed in range(4))
    style = folder / "style.png"
    Image.fromarray(picture(99, 50, 60)).save(style)
    content = ContentSet.of_pictures(pictures, short_side=48, origin="toy")
    return Toy(recipe, content, ToyEncoder(), (StyleSource(style),))
