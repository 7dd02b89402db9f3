"""Tags of TIFF files: the libraries that write their pixels write none, or not all of them."""

from __future__ import annotations

from io import BytesIO
from itertools import accumulate
from typing import Any, Final

from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

_XMP: Final = 700
_ICC_PROFILE: Final = 34675
_STRIP_OFFSETS: Final = 273
_STRIP_BYTES: Final = 279
_FOLDERS: Final = (0x8769, 0x8825)
"""EXIF and GPS: directories of their own inside the first one."""
_OF_THE_PIXELS: Final = frozenset(
    {
        254,
        255,
        256,
        257,
        258,
        259,
        262,
        266,
        273,
        277,
        278,
        279,
        284,
        317,
        320,
        322,
        323,
        324,
        325,
        338,
        339,
        347,
    }
)
"""Tags that say how pixels are stored (TIFF 6.0), which differ from how the photograph's are."""
_ELSEWHERE: Final = frozenset({_XMP, _ICC_PROFILE, 33723, 34377})
"""Profiles, XMP, IPTC and Photoshop's own: no part of EXIF."""
_BYTE: Final = 1
_LONG: Final = 4
_UNDEFINED: Final = 7


def with_tiff_tags(tiff: bytes, *, icc_profile: bytes | None, exif: bytes | None, xmp: bytes | None) -> bytes:
    """A TIFF file of one picture in strips with tags in its directory, and the same pixels."""
    directory = ImageFileDirectory_v2(tiff[:8])
    file = BytesIO(tiff)
    file.seek(directory.next)
    directory.load(file)
    known = dict(directory)  # Pillow writes only what was read before
    places, lengths = (_numbers(known[tag]) for tag in (_STRIP_OFFSETS, _STRIP_BYTES))
    strips = [tiff[place : place + length] for place, length in zip(places, lengths, strict=True)]
    # Offsets from the end of the directory: it is written first, and moves them by its own length.
    directory.tagtype[_STRIP_OFFSETS] = _LONG
    directory[_STRIP_OFFSETS] = tuple(accumulate(lengths[:-1], initial=0))
    if exif:
        _add_exif(directory, exif)
    for tag, kind, content in ((_XMP, _BYTE, xmp), (_ICC_PROFILE, _UNDEFINED, icc_profile)):
        if content:
            directory.tagtype[tag] = kind
            directory[tag] = content
    made = BytesIO()
    directory.save(made)
    return made.getvalue() + b"".join(strips)


def exif_of_tiff(stored: Image.Exif) -> bytes | None:
    """What a TIFF file's directory says of the photograph, as an EXIF block; None where it says nothing."""
    fields = _of_the_photograph(stored)
    if not fields:
        return None
    exif = Image.Exif()
    for tag, value in fields.items():
        exif[tag] = value
    return exif.tobytes()


def _add_exif(directory: ImageFileDirectory_v2, stored: bytes) -> None:
    exif = Image.Exif()
    exif.load(stored)
    for tag, value in _of_the_photograph(exif).items():
        directory[tag] = value


def _of_the_photograph(exif: Image.Exif) -> dict[int, Any]:
    fields: dict[int, Any] = {
        tag: value for tag, value in exif.items() if tag not in (_OF_THE_PIXELS | _ELSEWHERE)
    }
    return fields | {tag: dict(exif.get_ifd(tag)) for tag in _FOLDERS if tag in exif}


def _numbers(value: Any) -> tuple[int, ...]:  # noqa: ANN401 - what a tag holds: one number, or several
    return value if isinstance(value, tuple) else (value,)
