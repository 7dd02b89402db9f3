"""Reading stills: photographs and pictures, upright, as RGB or RGBA, in their full depth."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from rotoscope.errors import DecodeError, OpenError, RotoscopeError, UnsupportedMedia
from rotoscope.media.animation_tags import read_gif_packet
from rotoscope.media.frame import Pixels
from rotoscope.media.opening import DEFAULT_LIMITS, SNIFFED_BYTES, Limits, open_file, refuse_text
from rotoscope.media.orientation import Orientation, from_exif
from rotoscope.media.tiff_tags import exif_of_tiff

FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF")
"""Pillow's names of the picture formats that are read; none of them runs a program or points at files."""

SUFFIXES: Final = (
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".ppm", ".pgm", ".pbm", ".avif",
)  # fmt: skip
"""Names of stills in a folder, in lower case."""

DAMAGE: Final = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    SyntaxError,
    IndexError,
    struct.error,
    cv2.error,
)
"""What Pillow and OpenCV raise on damaged files."""

_ORIENTATION: Final = 0x0112
_BITS_PER_SAMPLE: Final = 258
_MODES: Final = {
    "1": "RGB", "L": "RGB", "P": "RGB", "RGB": "RGB", "RGBX": "RGB", "YCbCr": "RGB", "CMYK": "RGB",
    "LA": "RGBA", "PA": "RGBA", "La": "RGBA", "RGBA": "RGBA", "RGBa": "RGBA",
}  # fmt: skip
"""Pillow's modes that are read, and what they become (with alpha where a transparent color is stated)."""

_DEEP_MODES: Final = ("I;16", "I;16B", "I;16L", "I", "RGB", "LA", "RGBA")
"""How Pillow calls 16-bit pictures; it reduces all but the gray ones to 8 bits."""


@dataclass(frozen=True, slots=True)
class StillHeader:
    """What a picture file says before its pixels are decoded."""

    format: str
    """Pillow's name, e.g. ``JPEG``."""
    mode: str
    """Pillow's name of the stored pixel layout, e.g. ``RGB``, ``P``, ``CMYK``."""
    stored_size: tuple[int, int]
    """(width, height) as stored."""
    orientation: Orientation
    """How the stored picture is turned to be upright."""
    bit_depth: int
    """Bits a component."""
    has_alpha: bool
    frame_count: int
    """More than 1 for animated pictures."""

    @property
    def frame_size(self) -> tuple[int, int]:
        """(width, height) upright."""
        return self.orientation.upright_size(self.stored_size)


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture and what travels with it."""

    pixels: Pixels
    """(H, W, 3 or 4) upright; uint16 for 16-bit PNG and TIFF, uint8 otherwise."""
    icc_profile: bytes | None
    """ICC profile of these RGB values; None: sRGB, or none stated."""
    exif: bytes | None
    """EXIF block as stored, with the orientation set to upright."""
    xmp: bytes | None
    """XMP packet as stored, with the orientation set to upright."""


def read_header(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> StillHeader:
    """Look at a picture file without decoding its pixels.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
        UnsupportedMedia: a pixel layout that is not read.
    """
    with open_image(path, limits=limits) as image:
        return describe(path, image)


def read_still(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Still:
    """Read a picture file; the first picture of an animated one.

    Palettes, gray, CMYK (through its ICC profile, to sRGB) and transparency become RGB or RGBA; EXIF
    orientation is applied once. The size is checked against the limits before any pixel is decoded.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
        DecodeError: the picture is damaged or cut off.
        UnsupportedMedia: a pixel layout that is not read.
    """
    with open_image(path, limits=limits) as image:
        header = describe(path, image)
        if header.bit_depth > 8:
            pixels: Pixels = _decode_deep(path, header)
        else:
            pixels = as_rgb(path, image, has_alpha=header.has_alpha)
        return Still(
            pixels=header.orientation.apply(pixels),
            icc_profile=_rgb_profile(image),
            exif=_upright_exif(image),
            xmp=_upright_xmp(image),
        )


def read_profile(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """The ICC profile of the RGB values that :func:`read_still` gives; None where none is stated.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
    """
    with open_image(path, limits=limits) as image:
        return _rgb_profile(image)


def read_xmp(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """The XMP packet of a picture, as stored; None where there is none.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
    """
    with open_image(path, limits=limits) as image:
        stored = read_gif_packet(path) if image.format == "GIF" else image.info.get("xmp")
        return stored if isinstance(stored, bytes) else None


@contextmanager
def open_image(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Generator[Image.Image]:
    """A picture file opened by Pillow, its size checked, nothing decoded yet.

    Raises:
        OpenError: there is no such file, or it is no picture, or larger than the limits.
        DecodeError: it turns out damaged while the caller reads it.
    """
    with open_file(path) as file:
        refuse_text(path, file.read(SNIFFED_BYTES))
        file.seek(0)
        with _pillow_image(path, file, limits) as image:
            limits.check_size(path, image.size)
            try:
                yield image
            except RotoscopeError:
                raise
            except DecompressionBombError as error:
                raise OpenError(_too_large(path, error, limits)) from error
            except DAMAGE as error:
                raise DecodeError(
                    f"{path} is a damaged or cut-off {image.format} picture ({error}). Copy or export it "
                    "again."
                ) from error


@contextmanager
def _pillow_image(path: Path, file: BinaryIO, limits: Limits) -> Generator[Image.Image]:
    try:
        with _without_warnings():
            image = Image.open(file, formats=FORMATS)
    except DecompressionBombError as error:
        raise OpenError(_too_large(path, error, limits)) from error
    except UnidentifiedImageError:
        raise OpenError(
            f"{path} is not a picture that can be opened. Formats that are read: {', '.join(FORMATS)}."
        ) from None
    except DAMAGE as error:
        raise OpenError(f"{path} has a damaged header ({error}). Copy or export it again.") from error
    with image:
        yield image


@contextmanager
def _without_warnings() -> Generator[None]:
    """Silences Pillow, which warns of sizes (our own limits decide) and of broken tags that nobody needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        yield


def _too_large(path: Path, error: DecompressionBombError, limits: Limits) -> str:
    return (
        f"{path} states more pixels than are ever read ({error}); at most {limits.max_pixels:,} are. "
        "Scale it down first."
    )


def describe(path: Path, image: Image.Image) -> StillHeader:
    """What an opened picture says of itself.

    Raises:
        UnsupportedMedia: a pixel layout that is not read.
    """
    depth = _bit_depth(image)
    if image.mode not in (_MODES if depth <= 8 else _DEEP_MODES) or depth > 16:
        raise UnsupportedMedia(
            f"{path} stores its pixels as {image.mode}; those that are read: {', '.join(_MODES)}, and 16-bit "
            "gray, RGB and RGBA. Convert it to RGB first."
        )
    return StillHeader(
        format=image.format or "?",
        mode=image.mode,
        stored_size=image.size,
        orientation=_orientation(image),
        bit_depth=depth,
        has_alpha=_MODES.get(image.mode) == "RGBA" or (depth <= 8 and image.has_transparency_data),
        frame_count=getattr(image, "n_frames", 1) if image.format != "MPO" else 1,
    )


def as_rgb(path: Path, image: Image.Image, *, has_alpha: bool) -> NDArray[np.uint8]:
    """Decoded pixels (H, W, 3 or 4) uint8 of a picture of up to 8 bits, as stored (not turned).

    Raises:
        DecodeError: a CMYK picture whose ICC profile cannot be read.
    """
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and profile:
        return np.asarray(_from_cmyk(path, image, profile))
    with _without_warnings():
        return np.array(image.convert("RGBA" if has_alpha else "RGB"))


def _from_cmyk(path: Path, image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as error:
        raise DecodeError(
            f"{path} is a CMYK picture whose color profile cannot be read ({error}). Convert it to RGB first."
        ) from error
    return cast(Image.Image, converted)  # None only when converting in place


def _decode_deep(path: Path, header: StillHeader) -> NDArray[np.uint16]:
    """16-bit PNG and TIFF, which Pillow reduces to 8 bits."""
    encoded = np.fromfile(path, np.uint8)
    decoded: Any = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        raise DecodeError(
            f"{path} is a {header.bit_depth}-bit {header.format} picture ({header.mode}) that cannot be "
            "decoded: it is damaged, or of a layout other than 16-bit gray, RGB or RGBA. Export it again "
            "as one of these."
        )
    if decoded.ndim == 2:
        return np.repeat(decoded[..., None], 3, axis=2)
    code = cv2.COLOR_BGRA2RGBA if decoded.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(decoded, code), np.uint16)


def _bit_depth(image: Image.Image) -> int:
    if image.mode.startswith("I;16") or image.mode == "I":
        return 16
    if image.format == "PNG":
        # Pillow reduces 16 bits silently; the raw mode of its decoder still tells.
        tiles: Any = getattr(image, "tile", ())
        return 16 if any("16" in str(tile[3]) for tile in tiles) else 8
    if image.format == "TIFF":
        tags: Any = getattr(image, "tag_v2", {})
        return max(cast("tuple[int, ...]", tags.get(_BITS_PER_SAMPLE, (8,))))
    return 8


def _orientation(image: Image.Image) -> Orientation:
    if image.format == "TIFF":
        return Orientation()  # Pillow and OpenCV turn these themselves, and Pillow states the turned size
    return from_exif(_exif(image).get(_ORIENTATION))


def _exif(image: Image.Image) -> Image.Exif:
    """The EXIF block of the header; Pillow's own getter decodes a whole PNG to look behind its pixels."""
    if image.format != "PNG":
        with _without_warnings():
            return image.getexif()
    exif = Image.Exif()
    exif.load(image.info.get("exif", b""))
    return exif


def _rgb_profile(image: Image.Image) -> bytes | None:
    """The ICC profile, unless it describes CMYK or gray values, which are no more."""
    profile = image.info.get("icc_profile")
    return profile if profile and profile[16:20] == b"RGB " else None


def _upright_exif(image: Image.Image) -> bytes | None:
    exif = _exif(image)
    stored = _tiff_exif(exif) if image.format == "TIFF" else image.info.get("exif")
    if not stored or _ORIENTATION not in exif:
        return stored
    exif = Image.Exif()
    exif.load(stored)
    exif[_ORIENTATION] = 1
    return exif.tobytes()


def _tiff_exif(exif: Image.Exif) -> bytes | None:
    try:
        return exif_of_tiff(exif)
    except (*DAMAGE, TypeError):  # tags that nobody can write again; the picture is whole
        return None


def _upright_xmp(image: Image.Image) -> bytes | None:
    stored = image.info.get("xmp")
    if not isinstance(stored, bytes):
        return None
    return re.sub(rb'(tiff:Orientation(?:="|>))\d', rb"\g<1>1", stored)
