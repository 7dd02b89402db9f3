"""Which light and colors a clip is painted in, and in which it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rotoscope.media.color_profile import ProfileConversion
from rotoscope.media.encoders import EncoderOptions, codec_for, describe
from rotoscope.media.hdr import HdrMetadata, read_hdr
from rotoscope.media.hdr_view import HDR_TRANSFERS, SDR_COLOR, view_of
from rotoscope.media.info import MediaInfo, MediaKind
from rotoscope.media.output import OutputKind, container_of, is_pattern, output_kind
from rotoscope.media.spherical import is_equirectangular
from rotoscope.media.stills import read_profile
from rotoscope.render.views import HdrKept, HdrToSdr, InProfile, Nested, View, Wrapped

_DEEP_STILLS = frozenset({".png", ".tif", ".tiff"})
_NAMES = {"smpte2084": "PQ", "arib-std-b67": "HLG"}


@dataclass(frozen=True, slots=True)
class Grading:
    """How a clip gets from its source to its result."""

    view: View | None
    """What filters are shown; None: the pixels as they are."""
    source: MediaInfo
    """What the writer is told of the source: its own color tags, or those it was converted to."""
    notes: tuple[str, ...] = ()


def grade(
    info: MediaInfo,
    output: Path,
    *,
    encoder: EncoderOptions,
    to_sdr: bool = False,
    wrap: bool | None = None,
) -> Grading:
    """Decide on the range, the color profile and the seam of a sphere.

    Args:
        info: of the source.
        output: the result's name: what cannot hold HDR gets a picture for ordinary screens.
        encoder: the codec, where one was chosen.
        to_sdr: convert HDR although the result could hold it.
        wrap: whether the left edge continues the right one; None: where the source says so.
    """
    view, source, notes = _range(info, output, encoder=encoder, to_sdr=to_sdr)
    if info.kind is MediaKind.STILL:
        profile = read_profile(info.path)
        conversion = ProfileConversion(profile) if profile else None
        if conversion is not None and conversion.matters:
            view = InProfile(conversion)
    goes_round = wrap if wrap is not None else info.kind is MediaKind.VIDEO and is_equirectangular(info.path)
    if goes_round:
        view = Wrapped() if view is None else Nested(view, Wrapped())
    return Grading(view, source, notes)


def _range(
    info: MediaInfo, output: Path, *, encoder: EncoderOptions, to_sdr: bool
) -> tuple[View | None, MediaInfo, tuple[str, ...]]:
    color = info.video.color
    if color.transfer not in HDR_TRANSFERS:
        return None, info, ()
    hdr = view_of(color, read_hdr(info.path) if info.kind is MediaKind.VIDEO else HdrMetadata())
    assert hdr is not None
    why = "as asked" if to_sdr else _why_not_hdr(info, output, encoder)
    if why is None:
        return HdrKept(hdr), info, ()
    is_deep = _still_suffix(output, encoder) in _DEEP_STILLS
    depth = 16 if is_deep else 8
    shown = replace(info, video=replace(info.video, color=SDR_COLOR, bit_depth=depth))
    name = _NAMES[color.transfer or ""]
    return HdrToSdr(hdr, is_deep), shown, (f"HDR ({name}) converted to standard range, {why}",)


def _still_suffix(output: Path, encoder: EncoderOptions) -> str:
    """Of the stills that are written; empty for anything else."""
    match output_kind(output):
        case OutputKind.STILLS:
            return output.suffix.lower() if is_pattern(output) else f".{encoder.still_format.lstrip('.')}"
        case OutputKind.STILL:
            return output.suffix.lower()
        case _:
            return ""


def _why_not_hdr(info: MediaInfo, output: Path, encoder: EncoderOptions) -> str | None:
    """What of the result cannot hold HDR; None where it can."""
    kind = output_kind(output)
    if kind is OutputKind.VIDEO:
        container = container_of(output)
        codec = codec_for(container, encoder.codec, bit_depth=info.video.bit_depth)
        deepest = max(describe(name, 64, 64).bit_depth for name in codec.pixel_formats)
        return None if deepest > 8 else f"for {codec.name} here has {deepest} bits"
    if (
        kind is OutputKind.STILLS
        and not is_pattern(output)
        and _still_suffix(output, encoder) in _DEEP_STILLS
    ):
        return None  # the manifest states it
    return "for pictures are made for ordinary screens"
