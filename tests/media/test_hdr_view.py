"""HDR as filters see it: what is left alone comes back, highlights keep their light."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.media.hdr import ContentLight, HdrMetadata
from rotoscope.media.hdr_view import HdrView, view_of
from rotoscope.media.info import ColorTags

TRANSFERS = ("smpte2084", "arib-std-b67")
# Signal of standard white, 203 cd/m2: Report ITU-R BT.2408, table 1.
WHITE_SIGNAL = {"smpte2084": 0.58, "arib-std-b67": 0.75}


def gray(signal: float) -> NDArray[np.uint16]:
    return np.full((2, 2, 3), round(signal * 65535), np.uint16)


def noise(top: int = 65536) -> NDArray[np.uint16]:
    return np.random.default_rng(5).integers(0, top, (40, 60, 3), np.uint16)


def view(transfer: str, peak: float = 1000) -> HdrView:
    return HdrView(transfer, "bt2020", peak=peak)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_what_a_filter_leaves_alone_comes_back(transfer: str) -> None:
    # Any code at all, colors outside sRGB and lights above the stated peak among them.
    source = noise()
    seen = view(transfer).see(source)
    returned = view(transfer).back(seen.pixels, seen)
    assert (returned == source).all()


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_a_filter_that_hardly_paints_gives_hardly_another_picture(transfer: str) -> None:
    source = np.asarray(noise() // 4 + 16_000, np.uint16)
    seen = view(transfer).see(source)
    returned = view(transfer).back(np.clip(seen.pixels, 30, 65_505) + 20, seen)
    assert np.abs(returned.astype(int) - source).mean() < 32  # half a level of 10 bits


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_white_of_standard_range_is_shown_light_and_the_peak_is_shown_white(transfer: str) -> None:
    shown = view(transfer).see(gray(WHITE_SIGNAL[transfer])).pixels / 65535
    assert 0.8 < shown.mean() < 0.95
    peak = {"smpte2084": 0.7518, "arib-std-b67": 1.0}[transfer]  # 1000 cd/m2 (ST 2084; BT.2100)
    assert view(transfer).see(gray(peak)).pixels.min() > 65535 * 0.995


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_dark_and_middle_gray_are_shown_as_bright_as_they_are(transfer: str) -> None:
    hdr = view(transfer)
    seen = hdr.see(gray(WHITE_SIGNAL[transfer] * 0.6))
    assert seen.gain == pytest.approx(1, abs=1e-4)
    srgb = seen.pixels.mean() / 65535
    light = ((srgb + 0.055) / 1.055) ** 2.4
    assert light == pytest.approx(float(seen.light.mean()), rel=1e-3)


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_highlights_keep_their_light_and_painted_white_is_no_lamp(transfer: str) -> None:
    hdr = view(transfer)
    source = np.concatenate([gray(WHITE_SIGNAL[transfer] * 0.6), gray(WHITE_SIGNAL[transfer] * 1.2)])
    seen = hdr.see(source)
    white = np.full_like(seen.pixels, 65535)
    light = hdr.see(hdr.back(white, seen)).light.max(axis=2)
    assert light[:2].max() < 1.02
    assert light[2:].min() > 2
    assert light.max() <= seen.light.max() * 1.01  # so the stated light level stays true


def test_the_stated_peak_decides_what_is_white() -> None:
    tags = ColorTags("bt2020", "smpte2084", "bt2020nc", "tv")
    dim = view_of(tags, HdrMetadata(light=ContentLight(max_cll=400, max_fall=100)))
    usual = view_of(tags, HdrMetadata())
    assert dim is not None
    assert usual is not None
    lamp = gray(0.65)
    assert dim.see(lamp).pixels.mean() > usual.see(lamp).pixels.mean()


@pytest.mark.parametrize("transfer", [None, "bt709", "bt2020-10", "iec61966-2-1"])
def test_other_clips_are_painted_as_they_are(transfer: str | None) -> None:
    assert view_of(ColorTags("bt2020", transfer, "bt2020nc", "tv"), HdrMetadata()) is None
