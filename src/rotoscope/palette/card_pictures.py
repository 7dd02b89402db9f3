"""Small pictures on a card: a texture sample that the filter painted, and thumbnails of its style images.

On the card they are data URIs (RFC 2397), so that the card stays one JSON text. They come from whoever made
the file: what they hold is looked at before it is used.
"""

from __future__ import annotations

import warnings
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import cast

import cv2
from PIL import Image
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from rotoscope.errors import InvalidCard, PaletteError
from rotoscope.filters.card import MAX_PICTURE_SIDE, Card
from rotoscope.filters.file import write_new_file
from rotoscope.media.atomic import refuse_existing
from rotoscope.media.frame import Pixels
from rotoscope.media.picture import flatten
from rotoscope.media.still_codecs import StillTags, as_bytes, encode_still
from rotoscope.media.stills import DAMAGE, read_still
from rotoscope.palette.folder import make_folder

MAX_THUMBNAIL_BYTES = 16_000
"""Of the encoded picture; a third more as text on the card."""

_SUFFIXES = {"WEBP": ".webp", "JPEG": ".jpg"}
_QUALITIES = range(80, -1, -4)


@dataclass(frozen=True, slots=True)
class CardPicture:
    """One picture of a card, looked at and found in order."""

    name: str
    """What it shows: ``texture``, ``style``, ``style-2`` …"""
    content: bytes
    """As a file would hold it."""
    suffix: str
    """``.webp`` or ``.jpg``."""
    size: tuple[int, int]
    """(width, height) in pixels."""


def card_pictures(card: Card) -> list[CardPicture]:
    """The pictures of a card; none where it has none.

    Raises:
        InvalidCard: one is no picture, is damaged, or larger than a card's pictures may be.
    """
    return [_read(name, text, card) for name, text in _stated(card)]


def has_pictures(card: Card) -> bool:
    """Whether a card has pictures, in order or not."""
    return bool(_stated(card))


def save_card_pictures(card: Card, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write a card's pictures out as they are: ``great-wave-texture.webp``, ``great-wave-style.webp``.

    Args:
        card: of any filter.
        folder: where; it is made if it is missing.
        overwrite: replace what is there.

    Raises:
        PaletteError: the card has no pictures.
        InvalidCard: one is not in order.
        OutputExists, EncodeError: they cannot be written.
    """
    pictures = card_pictures(card)
    if not pictures:
        raise PaletteError(
            f"The card of {card.name!r} has no pictures: no texture sample and no thumbnail of its style"
            " image. `rotoscope filters add-texture` makes a copy of a filter that has a texture sample."
        )
    make_folder(folder)
    places = [folder / f"{card.name}-{picture.name}{picture.suffix}" for picture in pictures]
    for place in places:
        refuse_existing(place, overwrite=overwrite)
    for place, picture in zip(places, pictures, strict=True):
        write_new_file(place, picture.content, overwrite=overwrite)
    return places


def read_thumbnail(path: Path) -> str:
    """A style image as its card can hold it. Whether its terms allow that is for the user to say.

    Args:
        path: a still of any size; transparency is laid on white.

    Returns:
        A data URI: WebP, at most :data:`~rotoscope.filters.card.MAX_PICTURE_SIDE` pixels on the longer side.

    Raises:
        OpenError, DecodeError, UnsupportedMedia: as :func:`rotoscope.media.stills.read_still`.
    """
    pixels = read_still(path).pixels
    pixels = flatten(pixels) if pixels.shape[2] == 4 else pixels
    height, width = pixels.shape[:2]
    scale = min(1.0, MAX_PICTURE_SIDE / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    reduced = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return picture_text(cast("Pixels", reduced), MAX_THUMBNAIL_BYTES)


def picture_text(pixels: Pixels, most_bytes: int) -> str:
    """Encode a picture for a card.

    Args:
        pixels: (H, W, 3) uint8 or uint16 RGB.
        most_bytes: how large the WebP file may be; of the qualities that keep within, the best is taken (the
            lowest where none does).

    Returns:
        A data URI.
    """
    content = b""
    for quality in _QUALITIES:
        content = encode_still(as_bytes(pixels), ".webp", quality=quality, tags=StillTags()).content
        if len(content) <= most_bytes:
            break
    return f"data:image/webp;base64,{b64encode(content).decode('ascii')}"


def _stated(card: Card) -> list[tuple[str, str]]:
    stated = [("texture", card.texture)]
    for number, image in enumerate((card.style, *card.more_styles), start=1):
        if image is not None:
            stated.append(("style" if number == 1 else f"style-{number}", image.thumbnail))
    return [(name, text) for name, text in stated if text is not None]


def _read(name: str, text: str, card: Card) -> CardPicture:
    what = f"The {name} picture on the card of {card.name!r}"
    with warnings.catch_warnings(), suppress(*DAMAGE, DecompressionBombError):
        warnings.simplefilter("ignore", DecompressionBombWarning)  # the limit is this module's own
        content = b64decode(text.partition(",")[2], validate=True)
        with Image.open(BytesIO(content), formats=list(_SUFFIXES)) as image:
            if max(image.size) > MAX_PICTURE_SIDE:
                raise InvalidCard(
                    f"{what} has {image.size[0]}x{image.size[1]} pixels; pictures on cards have at most"
                    f" {MAX_PICTURE_SIDE} along a side. The filter paints all the same; have its card made"
                    " anew."
                )
            image.load()
            return CardPicture(name, content, _SUFFIXES[str(image.format)], image.size)
    raise InvalidCard(
        f"{what} is damaged: it is not a whole WebP or JPEG picture. The filter paints all the same; have its"
        " card made anew."
    )
