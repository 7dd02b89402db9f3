"""The picture a person judges a run by: a photograph and its paintings side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from rotoscope.media.atomic import StagedFile, encode_errors
from rotoscope.media.plain import Picture
from rotoscope.networks.style_network import SIZE_MULTIPLE
from rotoscope.training.content import ContentSet, to_tensor
from rotoscope.training.objective import Painter

_LARGEST_SIDE = 960
"""Pixels of the photograph's longer side, so that a panorama costs no more than others."""
_GAP_PIXELS = 8


def preview_photograph(content: ContentSet) -> Picture:
    """The photograph that previews show: the middle one, cut to sizes that the network takes.

    Returns:
        (H, W, 3) uint8; H and W multiples of SIZE_MULTIPLE.
    """
    picture = content.pictures[len(content.pictures) // 2]
    height, width = (min(side, _LARGEST_SIDE) // SIZE_MULTIPLE * SIZE_MULTIPLE for side in picture.shape[:2])
    return picture[:height, :width]


def write_preview(path: Path, photograph: Picture, painters: Sequence[Painter]) -> None:
    """Write ``photograph | painting | …`` as a PNG; a viewer that watches the file never sees half of it.

    Args:
        path: where; replaced if it is there.
        photograph: (H, W, 3) uint8, H and W multiples of SIZE_MULTIPLE.
        painters: the networks as they are.

    Raises:
        EncodeError: it cannot be written.
    """
    gap = np.full((photograph.shape[0], _GAP_PIXELS, 3), 255, np.uint8)
    beside = [part for paint in painters for part in (gap, _painted(paint, photograph))]
    sheet = np.concatenate((photograph, *beside), axis=1)
    with encode_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    staged = StagedFile(path, overwrite=True)
    try:
        with encode_errors(path):
            Image.fromarray(sheet).save(staged.part, format="PNG")
        staged.publish()
    except BaseException:
        staged.discard()
        raise


def _painted(paint: Painter, photograph: Picture) -> Picture:
    with torch.no_grad():
        painting = paint(to_tensor(photograph[None]))[0].clamp(0, 1)
    return (painting * 255).round().permute(1, 2, 0).to(torch.uint8).cpu().numpy()
