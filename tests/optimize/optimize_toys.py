"""Toy parts for optimizations: a tiny feature network and pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from rotoscope.optimize.recipe import OptimizeRecipe
from rotoscope.optimize.subject import Style, Subject


class ToyEncoder:
    """An Encoder of two random convolutions with a pool between; its names are two of VGG-19's."""

    layers = ("relu1_1", "relu2_1")
    content_layer = "relu2_1"
    reach: int | None = 1 + 1 + 2

    def __init__(self, *, identity: str = "toy", gain: float = 1.0) -> None:
        generator = torch.Generator().manual_seed(5)
        self._first = torch.randn((6, 3, 3, 3), generator=generator) * 0.3
        self._second = torch.randn((8, 6, 3, 3), generator=generator) * 0.2
        self.identity = identity
        self.gain = gain
        self.seen: list[tuple[int, ...]] = []

    def to(self, device: torch.device) -> ToyEncoder:
        assert device.type == "cpu"
        return self

    def __call__(self, image: Tensor) -> tuple[Tensor, ...]:
        self.seen.append(tuple(image.shape[2:]))
        first = F.relu(F.conv2d(image, self._first, padding=1)) * self.gain
        return first, F.relu(F.conv2d(F.max_pool2d(first, 2), self._second, padding=1))


def toy_recipe(**values: object) -> OptimizeRecipe:
    """A recipe of the toy encoder's layers, for a few iterations."""
    few = {"iterations": 6, "coarse_iterations": 4, "levels": 1}
    layers = {"style_layers": {"relu1_1": 1, "relu2_1": 1}, "content_layers": {"relu2_1": 1}}
    return OptimizeRecipe.of_values(**{**few, **layers, **values})


def blocks(seed: int, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: random blocks of 8, so that there are edges and areas."""
    cells = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    return cells.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]


def tensor(seed: int, height: int = 48, width: int = 64) -> Tensor:
    """(1, 3, H, W) of the same."""
    return torch.from_numpy(blocks(seed, height, width).transpose(2, 0, 1)[None].astype(np.float32) / 255)


def toy_subject(*styles: Style, height: int = 48, width: int = 64) -> Subject:
    """A photograph, and a style image unless others are given."""
    return Subject.of_photograph(tensor(1, height, width), styles or (Style(tensor(2)),))


def write_picture(path: Path, seed: int, height: int = 64, width: int = 80) -> Path:
    """A still."""
    Image.fromarray(blocks(seed, height, width)).save(path)
    return path
