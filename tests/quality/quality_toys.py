"""Small parts for the tests of `bench.quality`: pictures, a feature network of random weights, a report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from bench.quality.measuring import Conditions
from bench.quality.results import ClipFigures, PaintingFigures, Report, Row
from rotoscope.networks.features import TORCHVISION, VGG19, FeatureNetwork
from rotoscope.palette.palette import Palette


def blocks(seed: int, height: int = 64, width: int = 64) -> NDArray[np.uint8]:
    """(H, W, 3) uint8: random blocks of 8, so that there are edges and areas."""
    cells = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    return np.kron(cells, np.ones((8, 8, 1), np.uint8))[:height, :width]


def random_weights() -> dict[str, torch.Tensor]:
    """VGG-19's parameters, drawn so that its maps neither vanish nor grow."""
    generator = torch.Generator().manual_seed(3)
    return {
        name: torch.randn(shape, generator=generator)
        * ((2 / (shape[1] * 9)) ** 0.5 if len(shape) == 4 else 0.1)
        for name, shape in VGG19.shapes.items()
    }


def random_network() -> FeatureNetwork:
    """VGG-19 that knows nothing."""
    return FeatureNetwork(
        VGG19, random_weights(), normalization=TORCHVISION, identity="vgg19 0123", precision=torch.float32
    )


def write_weights(path: Path) -> Path:
    """The same in a file."""
    save_file(random_weights(), path, metadata={"normalization": "torchvision"})
    return path


def lay_out_photographs(folder: Path, count: int = 3) -> Path:
    """Photographs of 64 pixels, and of other sizes."""
    folder.mkdir()
    for seed in range(count):
        Image.fromarray(blocks(seed, 64, 64 + 8 * seed)).save(folder / f"photo-{seed}.png")
    return folder


def toy_conditions(folder: Path) -> Conditions:
    """Everything small."""
    return Conditions(random_network(), Palette(folder / "filters"), threads=1, short_side=64, clip_width=64)


def row(
    title: str, *, group: str = "others", digest: str = "d", painter: str = "", style: float = 0.25
) -> Row:
    """Figures on two photographs."""
    return Row(
        key=f"{group}{title}",
        group=group,
        title=title,
        painter=painter or title,
        digest=digest,
        parameters=1234,
        style_image="wave.jpg",
        own=1.0,
        photographs_style=0.75,
        paintings=(
            PaintingFigures(name="a", style=style, content=0.5),
            PaintingFigures(name="b", style=style + 0.1, content=0.7),
        ),
    )


def clip_figures(clip: str, short: float) -> ClipFigures:
    """Flicker of one clip."""
    return ClipFigures(clip=clip, key=f"{clip}{short}", short=short, long=2 * short, sharpness=1.5)


def report(*rows: Row, sources: tuple[ClipFigures, ...] = ()) -> Report:
    """A run."""
    return Report(
        features="vgg19 0123456789abcdef0123",
        precision="f32",
        short_side=512,
        photographs=("a", "b"),
        rows=rows,
        sources=sources,
    )
