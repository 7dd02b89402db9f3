"""What a filter learns its style from: pictures, or regions of pictures, each with a weight."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from rotoscope.errors import InvalidOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.plain import Picture, read_picture, resize_short_side

MINIMUM_REGION_PIXELS = 32
"""A region with a shorter side is refused: enlarged to the size of a style image it would be a blur."""
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_TYPED = re.compile(
    rf"(?P<path>.+?)(?:@(?P<region>[-+\d.,]+))?(?::(?P<weight>{_NUMBER}))?", re.DOTALL
)  # what follows the last @ or : and is no number belongs to the path
_HOW = "Write PICTURE, PICTURE:WEIGHT, PICTURE@LEFT,TOP,WIDTH,HEIGHT or PICTURE@LEFT,TOP,WIDTH,HEIGHT:WEIGHT."

PixelsT = TypeVar("PixelsT", bound=Pixels)


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a picture, in shares of the picture's width and height (0..1)."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Refuse what does not lie inside a picture.

        Raises:
            InvalidOptions: it does not.
        """
        for start, length in ((self.left, self.width), (self.top, self.height)):
            if not (start >= 0 and length > 0 and start + length <= 1 + 1e-9):
                raise InvalidOptions(
                    f"The region {self} does not lie inside a picture. It is left, top, width and height in "
                    f"shares of the picture, 0 to 1: 0.5,0,0.5,1 is its right half."
                )

    def __str__(self) -> str:
        """``0.5,0,0.5,1``, as it is typed."""
        return ",".join(f"{share:g}" for share in self.shares)

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Left, top, width, height."""
        return (self.left, self.top, self.width, self.height)

    def cut_from(self, picture: PixelsT) -> PixelsT:
        """The part of a picture that it names, (H, W, 3).

        Raises:
            InvalidOptions: less than MINIMUM_REGION_PIXELS of the picture along one side.
        """
        height, width = picture.shape[:2]
        top, bottom = round(self.top * height), round((self.top + self.height) * height)
        left, right = round(self.left * width), round((self.left + self.width) * width)
        if min(bottom - top, right - left) < MINIMUM_REGION_PIXELS:
            raise InvalidOptions(
                f"The region {self} is {right - left}x{bottom - top} pixels of a picture of "
                f"{width}x{height}; it must have {MINIMUM_REGION_PIXELS} along each side. Name a larger one."
            )
        return cast("PixelsT", picture[top:bottom, left:right])


@dataclass(frozen=True, slots=True)
class StyleSource:
    """A style image, or a region of it."""

    path: Path
    region: Region | None = None
    """None: the whole picture. A region counts as if it had been cut out and saved as a picture."""
    weight: float = 1.0
    """How much it counts beside the other style images of one filter; only the ratio matters."""

    def __post_init__(self) -> None:
        """Refuse a weight that is none.

        Raises:
            InvalidOptions: it is not above 0.
        """
        if not 0 < self.weight < float("inf"):
            raise InvalidOptions(
                f"The weight of the style image {self.path} was {self.weight:g}; it is a number above 0."
            )

    @classmethod
    def parse(cls, text: str) -> StyleSource:
        """Take apart what a user typed: ``poster.jpg``, ``poster.jpg@0.5,0,0.5,1:2``.

        Args:
            text: the path of a picture, with ``@left,top,width,height`` and ``:weight`` where wanted. A file
                that has such a name is that file.

        Raises:
            InvalidOptions: a region or weight that is none.
        """
        typed = _TYPED.fullmatch(text)
        if typed is None or Path(text).exists():
            return cls(Path(text))
        region = None if typed["region"] is None else _parse_region(text, typed["region"])
        return cls(Path(typed["path"]), region, float(typed["weight"] or 1))


@dataclass(frozen=True, slots=True)
class StylePicture:
    """A style source that was read."""

    pixels: Picture
    """(H, W, 3) uint8, resized."""
    sha256: str
    """Of the file."""
    region: Region | None
    share: float
    """Its weight in the weights of all; 0..1."""


def read_styles(sources: Sequence[StyleSource], *, short_side: int) -> tuple[StylePicture, ...]:
    """Read the style images of one filter.

    Args:
        sources: one or more.
        short_side: pixels; each picture, or region of one, is resized to it.

    Raises:
        InvalidOptions: there are none, or a region is too small.
        OpenError, DecodeError, UnsupportedMedia: a picture cannot be read.
    """
    if not sources:
        raise InvalidOptions("No style image was given; a filter is made of one at least.")
    total = sum(source.weight for source in sources)
    return tuple(_read(source, source.weight / total, short_side) for source in sources)


def style_digest(pictures: Sequence[StylePicture]) -> str:
    """SHA-256 (hex) of which files, regions and shares they are, in their order."""
    told = [(picture.sha256, picture.region and picture.region.shares, picture.share) for picture in pictures]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def styles_digest(filters: Sequence[Sequence[StylePicture]]) -> str:
    """SHA-256 (hex) of the style images of several filters; of one, its :func:`style_digest`."""
    digests = [style_digest(pictures) for pictures in filters]
    return digests[0] if len(digests) == 1 else hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def _read(source: StyleSource, share: float, short_side: int) -> StylePicture:
    picture = read_picture(source.path)
    if source.region is not None:
        picture = source.region.cut_from(picture)
    digest = hashlib.sha256(source.path.read_bytes()).hexdigest()
    return StylePicture(resize_short_side(picture, short_side), digest, source.region, share)


def _parse_region(text: str, region: str) -> Region:
    try:
        left, top, width, height = (float(share) for share in region.split(","))
    except ValueError as error:
        raise InvalidOptions(
            f"The style image was given as {text!r}; after the @ come four numbers from 0 to 1: left, top, "
            f"width, height. {_HOW}"
        ) from error
    return Region(left, top, width, height)
