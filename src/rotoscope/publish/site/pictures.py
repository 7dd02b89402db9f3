"""Pictures for the web: several widths, two formats, sRGB, and the colors that stand there before."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np

from rotoscope.media.color_profile import ProfileConversion
from rotoscope.media.frame import Pixels
from rotoscope.media.picture import flatten
from rotoscope.media.still_codecs import StillTags, as_bytes, encode_still
from rotoscope.media.stills import read_still
from rotoscope.publish.site.made import MadePart, Makings, key_of

WIDTHS: Final = (480, 960, 1600)
"""Pixels; a picture is never made wider than it is."""
MEDIA_FOLDER: Final = "media"
_VERSION: Final = 1
_QUALITIES: Final = {".webp": 52, ".jpg": 56}
"""On the scale of 0 to 100: paintings are full of edges, and it is speed that is wanted here."""
_ROWS: Final = 4
_STEP: Final = 1.25
"""How much wider the next variant is at least."""


class Variant(MadePart):
    """A picture in one width."""

    width: int
    height: int
    webp: str
    """Path on the site."""
    jpeg: str
    """Likewise."""


class WebPicture(MadePart):
    """A picture as pages show it."""

    key: str
    variants: tuple[Variant, ...]
    """From the narrowest to the widest."""
    colors: tuple[str, ...]
    """Its mean colors from top to bottom, ``#rrggbb``: shown while it is on its way."""

    @property
    def widest(self) -> Variant:
        """The largest one."""
        return self.variants[-1]

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.widest.width / self.widest.height

    def at_least(self, width: int) -> Variant:
        """The narrowest variant that is as wide; the widest where none is."""
        return next((one for one in self.variants if one.width >= width), self.widest)


def web_picture(makings: Makings, path: Path, slug: str, tags: StillTags) -> WebPicture:
    """A picture file for the web.

    Args:
        makings: has it, or takes it.
        path: any still that is read; an animated one shows its first picture.
        slug: what its files are named after.
        tags: what travels with the largest JPEG; tags of the file itself do not, for they may tell where and
            by whom it was taken.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: the file is no picture that is read.
    """
    key = key_of(path, "picture", _VERSION, WIDTHS, _QUALITIES, slug, tags)
    return makings.make(key, WebPicture, lambda: encode_variants(read_for_screen(path), key, slug, tags))


def read_for_screen(path: Path) -> Pixels:
    """A still as (H, W, 3) uint8 sRGB, upright; transparency is laid on white."""
    still = read_still(path)
    pixels = still.pixels
    pixels = flatten(pixels) if pixels.shape[2] == 4 else pixels
    if still.icc_profile is not None:
        conversion = ProfileConversion(still.icc_profile)
        if conversion.matters:
            pixels = conversion.see(pixels)
    return cast("Pixels", as_bytes(pixels))


def encode_variants(
    pixels: Pixels, key: str, slug: str, tags: StillTags
) -> tuple[WebPicture, dict[str, bytes | Path]]:
    """A picture in its widths, and the files that they are.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        key: part of the files' names, so that another picture has other names.
        slug: likewise, for people.
        tags: for the largest JPEG.
    """
    height, width = pixels.shape[:2]
    widest = min(width, WIDTHS[-1])
    widths = [*(one for one in WIDTHS if one * _STEP < widest), widest]
    files: dict[str, bytes | Path] = {}
    variants: list[Variant] = []
    for wanted in widths:
        size = (wanted, max(1, round(height * wanted / width)))
        reduced = pixels if wanted == width else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        names: dict[str, str] = {}
        for suffix, quality in _QUALITIES.items():
            names[suffix] = f"{MEDIA_FOLDER}/{slug}-{key}-{wanted}{suffix}"
            carried = tags if wanted == widths[-1] and suffix == ".jpg" else StillTags()
            made = encode_still(cast("Pixels", reduced), suffix, quality=quality, tags=carried)
            files[names[suffix]] = made.content
        variants.append(Variant(width=size[0], height=size[1], webp=names[".webp"], jpeg=names[".jpg"]))
    return WebPicture(key=key, variants=tuple(variants), colors=mean_colors(pixels)), files


def mean_colors(pixels: Pixels) -> tuple[str, ...]:
    """Mean colors of a picture's quarters from top to bottom, ``#rrggbb``."""
    column = cv2.resize(pixels, (1, _ROWS), interpolation=cv2.INTER_AREA)
    return tuple(
        "#" + "".join(f"{level:02x}" for level in row) for row in np.asarray(column)[:, 0, :3].tolist()
    )
