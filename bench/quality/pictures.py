"""Photographs and style images as they are measured: 8 bits, of one size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from rotoscope.errors import OpenError
from rotoscope.media.plain import Picture, read_picture, resize_short_side
from rotoscope.media.stills import SUFFIXES

SHORT_SIDE = 512
"""Pixels that photographs and style images are measured at."""
MULTIPLE = 4
"""Sides of photographs are multiples of this, so that networks that halve twice need no border."""


def read_photograph(path: Path, *, short_side: int = SHORT_SIDE) -> Picture:
    """Read a photograph at the size it is painted and measured at.

    Args:
        path: a still.
        short_side: pixels; a multiple of 4.

    Returns:
        (H, W, 3) uint8, both sides multiples of 4; the aspect ratio stays but for rounding.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: as :func:`rotoscope.media.stills.read_still`.
    """
    picture = read_picture(path)
    height, width = picture.shape[:2]
    scale = short_side / min(height, width)
    size = (_rounded(width * scale), _rounded(height * scale))
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def read_style(path: Path, *, short_side: int = SHORT_SIDE) -> Picture:
    """Read a style image; (H, W, 3) uint8. Raises as :func:`read_photograph`."""
    return resize_short_side(read_picture(path), short_side)


def find_pictures(folder: Path) -> dict[str, Path]:
    """The stills of a folder by their names without suffix, in the order of names.

    Raises:
        OpenError: it is no folder, or has no still in it.
    """
    files = (
        sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        if folder.is_dir()
        else []
    )
    if not files:
        raise OpenError(f"{folder} is not a folder of pictures. Give one with {', '.join(SUFFIXES)} in it.")
    return {path.stem: path for path in files}


def as_tensor(picture: Picture) -> Tensor:
    """(H, W, 3) uint8 to (1, 3, H, W) float32 sRGB 0..1."""
    return torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32, order="C") / 255)


def as_picture(tensor: Tensor) -> Picture:
    """(1, 3, H, W) sRGB 0..1 to (H, W, 3) uint8; what is outside is clipped."""
    levels = (tensor.detach()[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(1, 2, 0).numpy())


def write_picture(path: Path, picture: Picture) -> None:
    """Write a PNG; it appears whole or not at all, and replaces what is there."""
    part = path.with_name(f".{path.name}.part")
    Image.fromarray(picture).save(part, format="PNG", compress_level=1)  # many, and large
    part.replace(path)


def _rounded(side: float) -> int:
    return max(MULTIPLE, MULTIPLE * round(side / MULTIPLE))
