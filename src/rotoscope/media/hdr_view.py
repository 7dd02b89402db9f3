"""HDR pictures (PQ and HLG) as a screen of standard range shows them, and the way back.

Filters are made for pictures of standard range. They are given one: HDR light is laid into sRGB, midtones
as they are and highlights pressed together. What they paint is brought back to the source's light by the
same factor for each pixel, so that a painted lamp is as bright as the lamp was and painted white paper is
no lamp. Where a filter leaves a pixel alone, the source's pixel comes back.

PQ is SMPTE ST 2084, HLG is Recommendation ITU-R BT.2100 (on a display of 1000 cd/m2), and white of standard
range is at 203 cd/m2 as in Report ITU-R BT.2408.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from rotoscope.media.frame import Pixels
from rotoscope.media.hdr import HdrMetadata
from rotoscope.media.info import ColorTags

HDR_TRANSFERS: Final = frozenset({"smpte2084", "arib-std-b67"})
"""FFmpeg's names of PQ and HLG."""
SDR_COLOR: Final = ColorTags(primaries="bt709", transfer="iec61966-2-1", matrix="bt709", range="tv")
"""What a picture made by :meth:`HdrView.see` is."""

_WHITE: Final = 203.0  # cd/m2
_HLG_PEAK: Final = 1000.0  # cd/m2
_USUAL_PEAK: Final = 1000.0  # cd/m2, where nothing is stated
_KNEE: Final = 0.5
"""Light up to this share of white is shown as it is."""
_LEFT_ALONE: Final = 0.1
"""Change by a filter, of the full scale of sRGB, from which on nothing of the source's remainder is kept."""
_TOP: Final = 65535

_XYZ: Final = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "smpte432": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
"""x and y of red, green and blue; white is D65 for all."""
_D65: Final = (0.3127, 0.3290)

_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128  # ST 2084
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073  # BT.2100, HLG
_SYSTEM_GAMMA: Final = 1.2

_Light = NDArray[np.float32]
"""(H, W, 3), linear, 1 is white of standard range."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it is shown in standard range, and what the way back needs."""

    pixels: NDArray[np.uint16]
    """(H, W, 3) sRGB: for filters, and for screens."""
    source: NDArray[np.uint16]
    light: _Light
    """The source's, in its own primaries."""
    gain: NDArray[np.float32]
    """(H, W): how many times brighter the source is."""


_VERSION = 1
"""Goes up whenever the same picture would be shown or come back otherwise."""


class HdrView:
    """Between the HDR of one clip and standard range; holds tables only, so threads may share it.

    Args:
        transfer: ``smpte2084`` or ``arib-std-b67``.
        primaries: of the source, by FFmpeg's name; all but BT.709 and Display P3 count as BT.2020.
        peak: the brightest light in cd/m2, which becomes white.
    """

    def __init__(self, transfer: str, primaries: str | None, *, peak: float) -> None:
        self._told = (transfer, primaries, peak)
        self._is_pq = transfer == "smpte2084"
        known = primaries if primaries in _XYZ else "bt2020"
        self._to_screen = _matrix(known or "bt2020", "bt709")
        self._from_screen = _matrix("bt709", known or "bt2020")
        self._luminance = _to_xyz(known or "bt2020")[1]
        self._peak = max(1.0, peak / _WHITE)

    def __repr__(self) -> str:
        """Everything that decides what it shows: part of the keys of finished segments."""
        return f"HdrView{_VERSION, *self._told}"

    def see(self, pixels: Pixels) -> Seen:
        """(H, W, 3) uint16 of the source as standard range shows it."""
        light = self._decode(pixels)
        shown = np.maximum(_transform(light, self._to_screen), 0)
        brightest = np.maximum(shown.max(axis=2), np.float32(1e-6))
        pressed = self._press(brightest)
        gain = brightest / pressed
        shown *= (pressed / brightest)[..., None]
        return Seen(_srgb_encode(shown), np.asarray(pixels, np.uint16), light, gain)

    def back(self, painted: Pixels, seen: Seen) -> NDArray[np.uint16]:
        """What was painted over ``seen`` as (H, W, 3) uint16 of the source's transfer and primaries."""
        before, after = _levels(seen.pixels), _levels(painted)
        light = self._lit(after, seen.gain)
        change = np.abs(after - before).max(axis=2, keepdims=True)
        kept = np.maximum(0, 1 - change / np.float32(_LEFT_ALONE))
        # Colors outside sRGB, and what rounding took: whole where nothing was painted.
        light += kept * (seen.light - self._lit(before, seen.gain))
        returned = self._encode(np.clip(light, 0, max(1.0, float(seen.light.max()))))
        return np.where(change == 0, seen.source, returned)  # to the last bit

    def _lit(self, levels: _Light, gain: NDArray[np.float32]) -> _Light:
        return _transform(_srgb_decode(levels) * gain[..., None], self._from_screen)

    def _press(self, light: NDArray[np.float32]) -> NDArray[np.float32]:
        """Light to 0..1: straight up to the knee, then bent so that the peak is 1 (extended Reinhard)."""
        room = np.float32(1 - _KNEE)
        top = np.float32(max(1.0, (self._peak - _KNEE) / (1 - _KNEE)))
        over = np.maximum(0, (light - np.float32(_KNEE)) / room)
        bent = np.float32(_KNEE) + room * np.minimum(1, over * (1 + over / (top * top)) / (1 + over))
        return np.where(light <= _KNEE, light, bent).astype(np.float32)

    def _decode(self, pixels: Pixels) -> _Light:
        if self._is_pq:
            return _pq_table()[pixels]
        scene = _hlg_table()[pixels]
        luminance = np.maximum(scene @ self._luminance, np.float32(1e-9))
        factor = np.float32(_HLG_PEAK / _WHITE) * cv2.pow(luminance, _SYSTEM_GAMMA - 1)
        return scene * _as_light(factor)[..., None]

    def _encode(self, light: _Light) -> NDArray[np.uint16]:
        if self._is_pq:
            power = cv2.pow(light * np.float32(_WHITE / 10_000), _M1)
            signal = cv2.pow((_C1 + _C2 * power) / (1 + _C3 * power), _M2)
            return _as_uint16(signal)
        shown = light * np.float32(_WHITE / _HLG_PEAK)
        luminance = np.maximum(shown @ self._luminance, np.float32(1e-9))
        scene = shown * _as_light(cv2.pow(luminance, 1 / _SYSTEM_GAMMA - 1))[..., None]
        scene = np.clip(scene, 0, 1)
        low = np.sqrt(3 * scene)
        high = _A * np.log(np.maximum(12 * scene - _B, 1e-6)) + _C
        return _as_uint16(np.where(scene <= 1 / 12, low, high))


def view_of(color: ColorTags, hdr: HdrMetadata) -> HdrView | None:
    """The view of a clip with these tags and static metadata; None where it is no HDR."""
    if color.transfer not in HDR_TRANSFERS:
        return None
    return HdrView(color.transfer or "", color.primaries, peak=_peak(color, hdr))


def _peak(color: ColorTags, hdr: HdrMetadata) -> float:
    if color.transfer == "arib-std-b67":
        return _HLG_PEAK
    stated = [float(hdr.light.max_cll)] if hdr.light and hdr.light.max_cll else []
    if hdr.mastering and hdr.mastering.max_luminance:
        stated.append(hdr.mastering.max_luminance / 10_000)
    return min(stated, default=_USUAL_PEAK)


def _to_xyz(primaries: str) -> _Light:
    """3x3, RGB with white at Y = 1 to XYZ."""
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in (*_XYZ[primaries], _D65)]).T
    scale = np.linalg.solve(columns[:, :3], columns[:, 3])
    return (columns[:, :3] * scale).astype(np.float32)


def _matrix(source: str, target: str) -> _Light:
    return (np.linalg.inv(_to_xyz(target)) @ _to_xyz(source)).astype(np.float32)


def _transform(light: _Light, matrix: _Light) -> _Light:
    return _as_light(cv2.transform(light, matrix))


def _levels(pixels: Pixels) -> _Light:
    return pixels.astype(np.float32) * np.float32(1 / np.iinfo(pixels.dtype).max)


def _srgb_encode(light: _Light) -> NDArray[np.uint16]:
    """IEC 61966-2-1."""
    light = np.minimum(light, 1)
    bent = np.float32(1.055) * _as_light(cv2.pow(light, 1 / 2.4)) - np.float32(0.055)
    return _as_uint16(np.where(light <= 0.0031308, light * np.float32(12.92), bent))


def _srgb_decode(levels: _Light) -> _Light:
    bent = _as_light(cv2.pow((levels + np.float32(0.055)) / np.float32(1.055), 2.4))
    return np.where(levels <= 0.04045, levels / np.float32(12.92), bent)


@cache
def _pq_table() -> NDArray[np.float32]:
    """16-bit PQ to light, 1 at white of standard range."""
    power = (np.arange(_TOP + 1) / _TOP) ** (1 / _M2)
    light = (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return (light * 10_000 / _WHITE).astype(np.float32)


@cache
def _hlg_table() -> NDArray[np.float32]:
    """16-bit HLG to light of the scene, 0..1."""
    signal = np.arange(_TOP + 1) / _TOP
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - _C) / _A) + _B) / 12)
    return light.astype(np.float32)


def _as_light(array: Any) -> _Light:  # noqa: ANN401  # OpenCV's stubs
    return np.asarray(array, np.float32)


def _as_uint16(signal: Any) -> NDArray[np.uint16]:  # noqa: ANN401  # OpenCV's stubs
    return np.rint(np.clip(signal, 0, 1) * _TOP).astype(np.uint16)
