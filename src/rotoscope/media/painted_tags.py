"""What travels with a painted picture: the photograph's own tags, and how it was painted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

from rotoscope.media.provenance import Provenance
from rotoscope.media.still_codecs import StillTags
from rotoscope.media.stills import DAMAGE
from rotoscope.media.xmp import UnreadablePacket, painted_packet

_MOST_IN_JPEG: Final = 65_000
"""Bytes of one tag that JPEG holds in one segment, with room for its head."""
_JPEG: Final = frozenset({".jpg", ".jpeg"})
_IMAGE_DESCRIPTION: Final = 0x010E
_SOFTWARE: Final = 0x0131


@dataclass(frozen=True, slots=True)
class PaintedTags:
    """Tags, and what had to be left out of them."""

    tags: StillTags
    notes: tuple[str, ...] = ()


def painted_tags(tags: StillTags, provenance: Provenance, suffix: str) -> PaintedTags:
    """The photograph's tags with what painting adds to them.

    Args:
        tags: of the photograph.
        provenance: how it was painted.
        suffix: of the result, in lower case.
    """
    notes: list[str] = []
    stored = tags.xmp
    try:
        packet = painted_packet(stored, provenance)
    except UnreadablePacket as error:
        notes.append(f"the photograph's XMP was left out: {error}")
        stored, packet = None, painted_packet(None, provenance)
    if suffix in _JPEG and len(packet) > _MOST_IN_JPEG:
        notes.append("the recipe was left out: with it there is more to tell than JPEG holds; .png holds it")
        packet = painted_packet(stored, replace(provenance, recipe=None))
    if suffix in _JPEG and len(packet) > _MOST_IN_JPEG:
        notes.append(
            "the photograph's XMP was left out: it is more than JPEG holds beside ours; .png holds it"
        )
        packet = painted_packet(None, replace(provenance, recipe=None))
    return PaintedTags(replace(tags, exif=_painted_exif(tags.exif, provenance), xmp=packet), tuple(notes))


def _painted_exif(stored: bytes | None, provenance: Provenance) -> bytes | None:
    """The photograph's EXIF with the software's name, and a description where it had none.

    A thumbnail in it is that of the photograph, and goes.
    """
    exif = Image.Exif()
    try:
        exif.load(stored or b"")
        exif[_SOFTWARE] = provenance.software
        if not exif.get(_IMAGE_DESCRIPTION):
            exif[_IMAGE_DESCRIPTION] = provenance.sentence.encode("ascii", "replace").decode("ascii")
        made = exif.tobytes()
    except DAMAGE:
        return stored  # as it was: nobody can read it anyway
    return stored if stored and len(made) > _MOST_IN_JPEG else made
