"""Static HDR metadata: the mastering display's gamut and brightness, and the content's light levels."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

from av.sidedata.sidedata import SideDataContainer
from av.sidedata.sidedata import Type as SideDataType

from rotoscope.media.opening import open_container
from rotoscope.media.survey import main_stream

_CHROMATICITY_UNIT = Fraction(1, 50_000)  # SMPTE ST 2086
_LUMINANCE_UNIT = Fraction(1, 10_000)  # cd/m2

DYNAMIC = {"DYNAMIC_HDR_PLUS": "HDR10+", "DOVI_METADATA": "Dolby Vision", "DYNAMIC_HDR_VIVID": "HDR Vivid"}
"""Side data that changes from frame to frame and describes the unpainted picture; never carried over."""


@dataclass(frozen=True, slots=True)
class MasteringDisplay:
    """SMPTE ST 2086, in its own integer units."""

    primaries: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    """x and y of red, green and blue, in 1/50000."""
    white_point: tuple[int, int]
    """In 1/50000."""
    min_luminance: int
    """In 1/10000 cd/m2."""
    max_luminance: int
    """In 1/10000 cd/m2."""


@dataclass(frozen=True, slots=True)
class ContentLight:
    """CTA-861.3, in cd/m2."""

    max_cll: int
    """Brightest pixel."""
    max_fall: int
    """Brightest frame average."""


@dataclass(frozen=True, slots=True)
class HdrMetadata:
    """What the first frame of a source says of its light."""

    mastering: MasteringDisplay | None = None
    light: ContentLight | None = None
    dynamic: tuple[str, ...] = ()
    """Names of the per-frame kinds that are there, e.g. ``HDR10+``."""


def read_hdr(source: Path) -> HdrMetadata:
    """What the first frame's side data says; all None where there is none.

    Raises:
        OpenError: the source cannot be opened.
    """
    with open_container(source) as container:
        frame = next(iter(container.decode(main_stream(container))), None)
        if frame is None:
            return HdrMetadata()
        sides = cast("SideDataContainer", frame.side_data)  # the stubs call it a dict of motion vectors
        found = {side.type: bytes(side) for side in sides}
    mastering = found.get(SideDataType.MASTERING_DISPLAY_METADATA)
    light = found.get(SideDataType.CONTENT_LIGHT_LEVEL)
    return HdrMetadata(
        mastering=parse_mastering(mastering) if mastering else None,
        light=parse_light(light) if light else None,
        dynamic=tuple(word for name, word in DYNAMIC.items() if any(t.name == name for t in found)),
    )


def parse_mastering(data: bytes) -> MasteringDisplay | None:
    """FFmpeg's AVMasteringDisplayMetadata: ten rationals, then two flags; None where a part is missing."""
    numbers = struct.unpack_from("=22i", data)
    has_primaries, has_luminance = numbers[20:22]
    if not (has_primaries and has_luminance):
        return None
    values = [
        Fraction(a, b) if b else Fraction(0) for a, b in zip(numbers[0:20:2], numbers[1:20:2], strict=True)
    ]
    xy = [round(value / _CHROMATICITY_UNIT) for value in values[:8]]
    low, high = (round(value / _LUMINANCE_UNIT) for value in values[8:])
    return MasteringDisplay(
        primaries=((xy[0], xy[1]), (xy[2], xy[3]), (xy[4], xy[5])),
        white_point=(xy[6], xy[7]),
        min_luminance=low,
        max_luminance=high,
    )


def parse_light(data: bytes) -> ContentLight:
    """FFmpeg's AVContentLightMetadata: two unsigned numbers."""
    max_cll, max_fall = struct.unpack_from("=2I", data)
    return ContentLight(max_cll, max_fall)


def x265_parameters(hdr: HdrMetadata) -> dict[str, str]:
    """The same for libx265, which puts it into the stream; empty where there is nothing to say."""
    parameters: list[str] = []
    if hdr.mastering is not None:
        red, green, blue = hdr.mastering.primaries
        white = hdr.mastering.white_point
        parameters.append(
            f"master-display=G({green[0]},{green[1]})B({blue[0]},{blue[1]})R({red[0]},{red[1]})"
            f"WP({white[0]},{white[1]})L({hdr.mastering.max_luminance},{hdr.mastering.min_luminance})"
        )
    if hdr.light is not None:
        parameters.append(f"max-cll={hdr.light.max_cll},{hdr.light.max_fall}")
    return {"x265-params": ":".join([*parameters, "hdr10=1", "repeat-headers=1"])} if parameters else {}
