"""One picture, painted from a file to the bytes of a file."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from rotoscope.errors import UnsupportedMedia
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.opening import DEFAULT_LIMITS, Limits
from rotoscope.media.painted_tags import PaintedTags, painted_tags
from rotoscope.media.probe import inspect_media
from rotoscope.media.provenance import Provenance
from rotoscope.media.still_codecs import StillTags, encode_still, known_suffix
from rotoscope.media.stills import Still, read_header, read_still
from rotoscope.render.any_look import AnyLook
from rotoscope.render.grading import grade
from rotoscope.render.look import scaled_size
from rotoscope.render.preview import prepared_at
from rotoscope.render.provenance import provenance_of
from rotoscope.render.views import View, paint_through

_PLAIN = EncoderOptions()
_FIRST = Fraction(0)


@dataclass(frozen=True, slots=True)
class PaintedStill:
    """A painted picture as the bytes of a file."""

    content: bytes
    suffix: str
    """What it is: ``.jpg``, ``.png`` …"""
    frame_size: tuple[int, int]
    """(width, height) in pixels."""
    notes: tuple[str, ...]
    """What was converted or left out."""


def paint_still(
    source: Path,
    look: AnyLook,
    suffix: str,
    *,
    quality: float | None = None,
    quick: bool = False,
    keeps_tags: bool = True,
    provenance: bool = True,
    limits: Limits = DEFAULT_LIMITS,
    while_painting: AbstractContextManager[object] | None = None,
) -> PaintedStill:
    """Paint a photograph as :func:`rotoscope.render.stylize.stylize` does, without a file for the result.

    It is turned upright, painted as a screen shows it, and keeps its color profile, EXIF, XMP and
    transparency where the format of the result has a place for them.

    Args:
        source: a picture file.
        look: what to paint.
        suffix: of the result: one of :data:`rotoscope.media.output.STILL_SUFFIXES`.
        quality: 0 to 100; None: visually lossless.
        quick: encode quickly rather than small.
        keeps_tags: whether EXIF and XMP come along, which may say where a photograph was taken, and of whom;
            without them, its name is not told either.
        provenance: whether it says how it was painted.
        limits: for the picture and for the result; the sizes of both are checked before anything is decoded.
        while_painting: entered around the work of filters alone, and not around decoding and encoding.

    Raises:
        OpenError: there is no such picture, or it or its result is larger than the limits.
        DecodeError: it is damaged.
        UnsupportedMedia: it moves, or the suffix is not known.
        FilterFailed: a filter cannot paint it.
    """
    suffix = known_suffix(suffix)
    still, view = _read(source, suffix, look.size, limits)
    if not keeps_tags:
        still = replace(still, exif=None, xmp=None)
    prepared = prepared_at(source, look, _FIRST)
    with while_painting or nullcontext():
        painted = paint_through(view, prepared, still.pixels)
    told = provenance_of(look, source, names_source=keeps_tags) if provenance else None
    return encoded(
        painted, suffix, still=still, quality=quality, quick=quick, provenance=told, notes=prepared.notes
    )


def encoded(
    pixels: Pixels,
    suffix: str,
    *,
    still: Still | None = None,
    quality: float | None = None,
    quick: bool = False,
    provenance: Provenance | None = None,
    notes: tuple[str, ...] = (),
) -> PaintedStill:
    """Pixels as the bytes of a file.

    Args:
        pixels: (H, W, 3 or 4) uint8 or uint16, upright.
        suffix: as for :func:`paint_still`.
        still: where profile, EXIF and XMP come from.
        quality: 0 to 100; None: visually lossless.
        quick: encode quickly rather than small.
        provenance: what it says on how it was painted; None: nothing.
        notes: what is known to be converted or left out already.
    """
    tags = StillTags() if still is None else StillTags(still.icc_profile, still.exif, still.xmp)
    told = PaintedTags(tags) if provenance is None else painted_tags(tags, provenance, suffix)
    chosen = EncoderOptions(quality=quality).quality_or_default
    file = encode_still(pixels, known_suffix(suffix), quality=chosen, tags=told.tags, quick=quick)
    size = (pixels.shape[1], pixels.shape[0])
    return PaintedStill(file.content, suffix, size, (*notes, *told.notes, *file.notes))


def _read(source: Path, suffix: str, size: int | None, limits: Limits) -> tuple[Still, View | None]:
    header = read_header(source, limits=limits)
    if header.frame_count > 1:
        raise UnsupportedMedia(
            f"{source} is an animation of {header.frame_count} pictures, and one picture is painted here. "
            "Paint it as a clip, or give one of its pictures."
        )
    limits.check_size(source, scaled_size(header.frame_size, size))
    info = inspect_media(source, count=False, limits=limits)
    view = grade(info, Path(f"painted{suffix}"), encoder=_PLAIN).view
    return read_still(source, limits=limits), view
