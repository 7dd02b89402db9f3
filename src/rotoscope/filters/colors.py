"""The ``colors`` kind: a picture in a limited set of colors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rotoscope.errors import InvalidOptions, MediaError
from rotoscope.filters.color_sets import COLOR_SETS, colors_of_picture, nearest_color_lattice
from rotoscope.filters.colorspace import color_to_unit, parse_color
from rotoscope.filters.cube import ColorCube
from rotoscope.filters.kind import FilterKind, KindOptions
from rotoscope.filters.pixels import full_scale, options_digest, require_rgb
from rotoscope.filters.regions import RegionSmoother, reduce_to
from rotoscope.media.frame import Pixels
from rotoscope.media.stills import read_still

_VERSION = 1

_LATTICE_EDGE = 65
"""Points along the cube: one every four levels of 8 bits."""
_MAX_COLORS = 64
_SEPARATORS = re.compile(r"[/,;\s]+")
_SOFTEST = 0.08
"""Oklab distance over which neighbours mix at softness 1."""
_DITHER_SPAN = 0.3
"""Of the full range, between the extremes of the pattern at dither 1."""
_THUMBNAIL_SIDE = 384
"""Shorter side of a picture whose colors are counted, pixels: grain and blurred edges are none of them."""


def _split_colors(value: object) -> object:
    return tuple(part for part in _SEPARATORS.split(value) if part) if isinstance(value, str) else value


def _known_set(name: str) -> str:
    if name not in COLOR_SETS:
        raise ValueError(f"there is no set of colors {name!r}; there are {', '.join(COLOR_SETS)}")
    return name


class ColorsOptions(KindOptions):
    """What ``colors`` can be told. One of ``set``, ``colors`` and ``from`` says which colors."""

    named: Annotated[str, AfterValidator(_known_set)] = Field(
        default="wpa", alias="set", description=f"A set that comes along: {', '.join(COLOR_SETS)}."
    )
    colors: Annotated[
        tuple[Annotated[str, AfterValidator(parse_color)], ...], BeforeValidator(_split_colors)
    ] = Field(
        default=(), max_length=_MAX_COLORS, description="The colors themselves: #1f2a36/#a34a2a/#f3e4c6."
    )
    picture: Path | None = Field(
        default=None, alias="from", exclude=True, description="A picture to take the colors from."
    )
    count: int = Field(
        default=8, ge=2, le=_MAX_COLORS, description="How many colors to take from the picture."
    )
    dither: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Mix neighbouring colors by a fixed fine pattern; 0 leaves flat areas.",
    )
    smooth: float = Field(
        default=0.4, ge=0, le=1, description="How much texture flows together into flat areas first."
    )
    softness: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Width of the borders between colors; 0 is hard, which may flicker.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> ColorsOptions:
        given = self.model_fields_set
        sources = [name for name, key in _SOURCES.items() if key in given]
        if len(sources) > 1:
            raise ValueError(f"{' and '.join(sources)} were given; one of them says which colors to use")
        if "count" in given and "picture" not in given:
            raise ValueError("count is for colors taken from a picture: give from=PICTURE too")
        if "colors" in given and len(self.colors) < 2:
            raise ValueError("colors wants two or more, e.g. colors=#1f2a36/#a34a2a/#f3e4c6")
        return self


_SOURCES = {"set": "named", "colors": "colors", "from": "picture"}
"""Public name to field."""


class ColorsFilter:
    """Paints with a limited set of colors: each pixel takes the nearest in Oklab."""

    kind = "colors"

    def __init__(self, options: ColorsOptions) -> None:
        """Settle which colors.

        Raises:
            InvalidOptions: the picture cannot be read, or has one color only.
        """
        self._options = options
        self.colors, content = _choose_colors(options)
        self._smoother = RegionSmoother(options.smooth)
        self._cube: ColorCube | None = None
        self.name = "colors"
        self.digest = options_digest(self.kind, _VERSION, options, *content, ",".join(self.colors).encode())

    def apply(self, pixels: Pixels) -> Pixels:
        """Paint one picture."""
        pixels = require_rgb(pixels)
        if self._options.smooth > 0:
            smooth = self._smoother.ycrcb(cast("Pixels", cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)))
            pixels = cast("Pixels", cv2.cvtColor(smooth, cv2.COLOR_YCrCb2RGB))
        if self._options.dither > 0:
            pixels = _dithered(pixels, self._options.dither * _DITHER_SPAN)
        if self._cube is None:
            rgb = np.stack([color_to_unit(color) for color in self.colors])
            softness = self._options.softness * _SOFTEST
            self._cube = ColorCube(nearest_color_lattice(rgb, edge=_LATTICE_EDGE, softness=softness))
        return self._cube.apply(pixels)


def _choose_colors(options: ColorsOptions) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The colors, and the contents of the files they are from."""
    if options.colors:
        return options.colors, ()
    if options.picture is None:
        return COLOR_SETS[options.named], ()
    content, pixels = _read_picture(options.picture)
    colors = colors_of_picture(pixels, options.count)
    if len(set(colors)) < 2:
        raise InvalidOptions(
            f"{options.picture} has one color only, {colors[0]}; take the colors from a picture with two or "
            "more, or list them: colors:colors=#1f2a36/#a34a2a/#f3e4c6"
        )
    return colors, (content,)


def _read_picture(path: Path) -> tuple[bytes, Pixels]:
    """A still's bytes and its opaque pixels at thumbnail size; an animation gives its first picture."""
    try:
        still = read_still(path).pixels
        content = path.read_bytes()
    except MediaError as error:
        raise InvalidOptions(
            f"No colors can be taken from the picture given as from={path}. {error}"
        ) from error
    small = reduce_to(still, _THUMBNAIL_SIDE)
    if small.shape[2] == 3:
        return content, small
    opaque = small[small[..., 3] >= full_scale(small) // 2]
    return content, (opaque if opaque.size else small.reshape(-1, 4))[None, :, :3]


def _dithered(pixels: Pixels, span: float) -> Pixels:
    """Add Bayer's ordered pattern (1973), which stands still: moving noise would flicker.

    Args:
        pixels: (H, W, 3).
        span: between the pattern's extremes, of the full range.
    """
    scale = full_scale(pixels)
    pattern = np.rint((_bayer(8) - 0.5) * span * scale).astype(np.int32)
    height, width = pixels.shape[:2]
    offsets = np.tile(pattern, (-(-height // 8), -(-width // 8)))[:height, :width, None]
    return cast("Pixels", np.clip(pixels + offsets, 0, scale).astype(pixels.dtype))


def _bayer(side: int) -> NDArray[np.float64]:
    """(side, side) thresholds, evenly spread within 0..1; ``side`` is a power of two."""
    pattern = np.zeros((1, 1))
    while len(pattern) < side:
        pattern = np.block([[4 * pattern, 4 * pattern + 2], [4 * pattern + 3, 4 * pattern + 1]])
    return (pattern + 0.5) / pattern.size


KIND = FilterKind(
    "colors", "A limited set of colors, given or taken from a picture.", ColorsOptions, ColorsFilter
)
