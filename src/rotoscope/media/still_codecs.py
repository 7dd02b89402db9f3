"""Encoding one picture as PNG, JPEG, WebP or TIFF, with the ICC profile, EXIF and XMP of its source."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Protocol

import cv2
import numpy as np
from PIL import Image

from rotoscope.errors import EncodeError, UnsupportedMedia
from rotoscope.media.encoders import QualityScale
from rotoscope.media.frame import Pixels
from rotoscope.media.output import STILL_SUFFIXES
from rotoscope.media.picture import flatten
from rotoscope.media.png_chunks import PNG_HEAD_BYTES, png_chunk, xmp_chunk
from rotoscope.media.tiff_tags import with_tiff_tags

_QUALITY = QualityScale("quality", 10, 92, 100)
_JPEG = frozenset({".jpg", ".jpeg"})
_TIFF = frozenset({".tif", ".tiff"})
_DEEP = frozenset({".png"}) | _TIFF
_WEBP_EFFORT = (4, 1)  # of 6; the second where it shall be quick
_PNG_COMPRESSION = 4  # of 9: within some percent of 9's size in a third of its time


class Finish(Protocol):
    """What is done to a picture's file at last, such as signing it."""

    def __call__(self, content: bytes, suffix: str) -> bytes:
        """The file as it is kept."""
        ...


@dataclass(frozen=True, slots=True)
class StillTags:
    """What travels with a picture beside its pixels."""

    icc_profile: bytes | None = None
    exif: bytes | None = None
    """Its orientation is upright already."""
    xmp: bytes | None = None
    finish: Finish | None = None
    """What is done to the file when all of that is in it; None: nothing."""


@dataclass(frozen=True, slots=True)
class EncodedStill:
    """A picture as the bytes of a file."""

    content: bytes
    notes: tuple[str, ...]
    """What was converted or left out."""


def known_suffix(suffix: str) -> str:
    """The suffix in lower case, with its dot.

    Raises:
        UnsupportedMedia: no still is written under it.
    """
    normal = f".{suffix.lower().lstrip('.')}"
    if normal not in STILL_SUFFIXES:
        raise UnsupportedMedia(
            f"Stills are not written as {suffix!r}. Known are {', '.join(STILL_SUFFIXES)}. Choose one."
        )
    return normal


def encode_still(
    pixels: Pixels, suffix: str, *, quality: float, tags: StillTags, quick: bool = False
) -> EncodedStill:
    """Encode (H, W, 3 or 4) uint8 or uint16 pixels; 16 bits stay 16 bits in PNG and TIFF.

    Args:
        pixels: The picture, upright.
        suffix: One of :data:`rotoscope.media.output.STILL_SUFFIXES`.
        quality: 0 to 100 on the common scale; PNG and TIFF are lossless, and so is WebP at 100.
        tags: What travels along, where the format holds it.
        quick: Encode in a third of the time or less, to a file some percent larger.
    """
    encoded = _encoded(pixels, suffix, quality, tags, quick=quick)
    return encoded if tags.finish is None else replace(encoded, content=tags.finish(encoded.content, suffix))


def _encoded(pixels: Pixels, suffix: str, quality: float, tags: StillTags, *, quick: bool) -> EncodedStill:
    notes: list[str] = []
    if suffix in _JPEG and pixels.shape[2] == 4:
        pixels = flatten(pixels)
        notes.append("transparency left out, picture laid on white: JPEG has none")
    if pixels.dtype == np.uint16 and suffix in _DEEP:
        return _encode_deep(pixels, suffix, tags, notes)
    if pixels.dtype == np.uint16:
        notes.append(f"16 bits a component became 8: {suffix} holds no more")
    if suffix == ".png" and quick:
        return EncodedStill(_with_png_tags(_encode_with_opencv(pixels, suffix), tags), tuple(notes))
    content = _encode_with_pillow(as_bytes(pixels), suffix, quality, tags, quick=quick)
    return EncodedStill(content, tuple(notes))


def as_bytes(pixels: Pixels) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The same picture in 8 bits a component, rounded."""
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _encode_with_pillow(
    pixels: Any,  # noqa: ANN401  # NumPy's stubs
    suffix: str,
    quality: float,
    tags: StillTags,
    *,
    quick: bool,
) -> bytes:
    level = round(_QUALITY.knob(quality))
    settings: dict[str, Any] = {
        ".png": {"format": "PNG", "compress_level": _PNG_COMPRESSION},
        ".webp": {
            "format": "WEBP",
            "quality": level,
            "lossless": quality >= 100,
            "method": _WEBP_EFFORT[quick],
        },
    }.get(suffix) or (
        {"format": "TIFF", "compression": "tiff_adobe_deflate"}
        if suffix in _TIFF
        # Full chroma: painted edges are sharp in color.
        else {"format": "JPEG", "quality": level, "subsampling": 0, "optimize": not quick}
    )
    if suffix not in _DEEP:
        named = {"icc_profile": tags.icc_profile, "exif": tags.exif, "xmp": tags.xmp}
        settings |= {name: value for name, value in named.items() if value}
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, **settings)
    return _with_tags(buffer.getvalue(), suffix, tags)


def _encode_deep(pixels: Pixels, suffix: str, tags: StillTags, notes: list[str]) -> EncodedStill:
    """16 bits, which Pillow does not write in color."""
    content = _encode_with_opencv(pixels, suffix)
    return EncodedStill(_with_tags(content, suffix, tags), tuple(notes))


def _encode_with_opencv(pixels: Pixels, suffix: str) -> bytes:
    code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    done, encoded = cv2.imencode(suffix, cv2.cvtColor(pixels, code))
    if not done:
        raise EncodeError(f"OpenCV cannot encode a picture of shape {pixels.shape} as {suffix}.")
    return encoded.tobytes()


def _with_tags(content: bytes, suffix: str, tags: StillTags) -> bytes:
    """Put tags into a PNG or TIFF that has none; others have theirs already."""
    if suffix == ".png":
        return _with_png_tags(content, tags)
    if suffix in _TIFF and (tags.icc_profile or tags.exif or tags.xmp):
        return with_tiff_tags(content, icc_profile=tags.icc_profile, exif=tags.exif, xmp=tags.xmp)
    return content


def _with_png_tags(png: bytes, tags: StillTags) -> bytes:
    """Put chunks of metadata after the first chunk."""
    chunks = b""
    if tags.icc_profile:
        chunks += png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(tags.icc_profile))
    if tags.exif:
        chunks += png_chunk(b"eXIf", tags.exif.removeprefix(b"Exif\0\0"))
    if tags.xmp:
        chunks += xmp_chunk(tags.xmp)
    return png[:PNG_HEAD_BYTES] + chunks + png[PNG_HEAD_BYTES:]
