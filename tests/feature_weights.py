"""A file of feature weights that know nothing, for what wants some without caring which."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from rotoscope.networks.features import SQUEEZENET


def write_weights(path: Path) -> Path:
    """SqueezeNet with random numbers, drawn so that its maps neither vanish nor grow."""
    generator = torch.Generator().manual_seed(3)
    weights = {
        name: torch.randn(shape, generator=generator)
        * ((2 / (shape[1] * shape[2] * shape[3])) ** 0.5 if len(shape) == 4 else 0.1)
        for name, shape in SQUEEZENET.shapes.items()
    }
    save_file(weights, path, metadata={"normalization": "torchvision"})
    return path
