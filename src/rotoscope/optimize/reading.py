"""Reading the pictures beside the photograph: style images, masks, a picture to start from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from rotoscope.errors import InvalidOptions
from rotoscope.media.color_profile import ProfileConversion
from rotoscope.media.frame import Pixels
from rotoscope.media.picture import flatten
from rotoscope.media.stills import read_still
from rotoscope.optimize.pictures import to_tensor
from rotoscope.optimize.style_source import StyleSource
from rotoscope.optimize.subject import Style


def read_in_srgb(path: Path) -> Pixels:
    """A still as a screen shows it, (H, W, 3) uint8 or uint16: profiles applied, transparency on white.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: as :func:`rotoscope.media.stills.read_still`.
    """
    still = read_still(path)
    pixels = flatten(still.pixels) if still.pixels.shape[2] == 4 else still.pixels
    conversion = ProfileConversion(still.icc_profile) if still.icc_profile else None
    return conversion.see(pixels) if conversion is not None and conversion.matters else pixels


def read_style_images(sources: Sequence[StyleSource], masks: Sequence[Path | None] = ()) -> tuple[Style, ...]:
    """Read style images, in their full depth, and their masks.

    Args:
        sources: files, or regions of them, with their weights.
        masks: one a source, or none at all; a style image shows where its mask is white; None: where
            the others do not.

    Raises:
        InvalidOptions: another number of masks than of style images, or a region that is too small.
        OpenError, DecodeError, UnsupportedMedia: a picture cannot be read.
    """
    if masks and len(masks) != len(sources):
        raise InvalidOptions(
            f"{len(masks)} masks were given for {len(sources)} style images; give one for each, in their "
            f'order, with "rest" for where the others do not show, or none at all.'
        )
    pairs = zip(sources, masks or [None] * len(sources), strict=True)
    return tuple(
        Style(_style_picture(source), source.weight, None if mask is None else read_mask(mask))
        for source, mask in pairs
    )


def read_mask(path: Path) -> Tensor:
    """A picture's brightness as a mask, (1, 1, H, W) float32: 1 where it is white.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: it cannot be read.
    """
    levels = to_tensor(read_in_srgb(path))
    return levels.mean(dim=1, keepdim=True)


def _style_picture(source: StyleSource) -> Tensor:
    pixels = read_in_srgb(source.path)
    if source.region is not None:
        pixels = source.region.cut_from(pixels)
    return to_tensor(pixels)
