"""What filters are shown of HDR, of pictures with a color profile and of spheres; and what comes back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Pixels
from rotoscope.media.probe import inspect_media
from rotoscope.media.selection import Selection
from rotoscope.media.stills import read_still
from rotoscope.render.assemble import assemble
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.preview import preview
from rotoscope.render.separate import separate
from rotoscope.render.stylize import stylize
from rotoscope.render.views import InProfile, Wrapped, paint_through

from samples import make_clip, make_ten_bit, picture, wide_profile

FAST = EncoderOptions(preset="ultrafast", quality=95)


class Spy:
    """A filter that remembers what it was shown, and gives back one flat value (or what it got)."""

    kind = "spy"
    name = "spy"
    digest = "0" * 64

    def __init__(self, share: float | None = None) -> None:
        self._share = share
        self.shown: list[Pixels] = []

    def apply(self, pixels: Pixels) -> Pixels:
        self.shown.append(pixels)
        if self._share is None:
            return pixels
        return np.full_like(pixels, round(self._share * np.iinfo(pixels.dtype).max))


class Blur(Spy):
    """Looks past the edges of a picture, as networks do."""

    def apply(self, pixels: Pixels) -> Pixels:
        self.shown.append(pixels)
        return cast("Pixels", cv2.GaussianBlur(pixels, (0, 0), 3))


# --- HDR ----------------------------------------------------------------------------------------------------


def first(path: Path) -> NDArray[Any]:
    return np.asarray(next(open_clip(path).frames()).pixels).astype(int)


def colorful(pixels: NDArray[Any]) -> float:
    return float(np.ptp(pixels.astype(int), axis=2).mean())


def test_a_filter_sees_hdr_as_a_screen_shows_it_and_hdr_comes_back(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4")
    spy = Spy()
    result = stylize(source, tmp_path / "b.mp4", Look([spy]), encoder=FAST)
    assert colorful(spy.shown[0]) > 1.2 * colorful(first(source))  # HLG taken for sRGB looks flat
    video = inspect_media(tmp_path / "b.mp4").video
    assert (video.bit_depth, video.color.transfer, video.color.primaries) == (10, "arib-std-b67", "bt2020")
    assert (
        np.abs(first(tmp_path / "b.mp4") - first(source)).mean() < 4 * 64
    )  # two levels of 10 bits: encoders
    assert not any("standard range" in note for note in result.notes)


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_to_sdr_gives_8_bits_tagged_as_srgb(tmp_path: Path, strength: float) -> None:
    source = make_ten_bit(tmp_path / "a.mp4")
    look = Look([Spy()], strength=strength)
    result = stylize(source, tmp_path / "b.mp4", look, encoder=FAST, options=RenderOptions(to_sdr=True))
    video = inspect_media(tmp_path / "b.mp4").video
    assert (video.codec, video.bit_depth) == ("h264", 8)
    assert (video.color.primaries, video.color.transfer, video.color.matrix) == (
        "bt709",
        "iec61966-2-1",
        "bt709",
    )
    assert "HDR (HLG) converted to standard range, as asked" in result.notes


@pytest.mark.parametrize(
    ("name", "codec", "why"),
    [
        ("b.gif", None, "for pictures are made for ordinary screens"),
        ("b.webp", None, "for pictures are made for ordinary screens"),
        ("b%03d.png", None, "for pictures are made for ordinary screens"),
        ("b.avi", None, "for mpeg4 here has 8 bits"),
        ("b.mp4", "mjpeg", "for mjpeg here has 8 bits"),
        ("b.webm", "vp9", "for vp9 here has 8 bits"),
    ],
)
def test_results_that_hold_no_hdr_get_standard_range(
    tmp_path: Path, name: str, codec: str | None, why: str
) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=2)
    (tmp_path / "out").mkdir()
    result = stylize(source, tmp_path / "out" / name, Look([Spy()]), encoder=EncoderOptions(codec=codec))
    assert f"HDR (HLG) converted to standard range, {why}" in result.notes
    assert not any("look flat" in note for note in result.notes)


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_no_video_has_8_bits_under_hdr_tags(tmp_path: Path, codec: str) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=2)
    stylize(source, tmp_path / "b.mkv", Look([Spy()]), encoder=EncoderOptions(codec=codec))
    video = inspect_media(tmp_path / "b.mkv").video
    assert (video.bit_depth, video.color.transfer) == (10, "arib-std-b67")


def test_hdr_goes_through_a_folder_of_frames(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=3)
    separate(source, tmp_path / "frames")
    spy = Spy()
    stylize(tmp_path / "frames", tmp_path / "painted", Look([spy]))
    assert colorful(spy.shown[0]) > 1.2 * colorful(first(source))
    assemble(tmp_path / "painted", tmp_path / "b.mp4", source=source, encoder=FAST)
    assert inspect_media(tmp_path / "b.mp4").video.color.transfer == "arib-std-b67"
    assert np.abs(first(tmp_path / "b.mp4") - first(source)).mean() < 4 * 64


def test_frames_in_jpeg_are_of_standard_range_and_their_manifest_says_so(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=2)
    separate(source, tmp_path / "frames", picture_format="jpg")
    assert open_clip(tmp_path / "frames").info.video.color.transfer == "iec61966-2-1"


def test_a_preview_of_hdr_is_a_picture_for_screens(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4")
    spy = Spy()
    preview(source, tmp_path / "p.png", Look([spy]), selection=Selection())
    assert (read_still(tmp_path / "p.png").pixels == spy.shown[0]).all()


# --- profiles -----------------------------------------------------------------------------------------------


def save_with_profile(path: Path, pixels: NDArray[np.uint8], profile: bytes) -> Path:
    Image.fromarray(pixels).save(path, icc_profile=profile)
    return path


def test_a_filter_sees_a_wide_profile_as_srgb_and_the_profile_comes_back(tmp_path: Path) -> None:
    pixels = np.full((20, 30, 3), (120, 160, 90), np.uint8)
    source = save_with_profile(tmp_path / "a.png", pixels, wide_profile())
    spy = Spy()
    stylize(source, tmp_path / "b.png", Look([spy]))
    expected = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(BytesIO(wide_profile())),
        ImageCms.createProfile("sRGB"),
    )
    assert np.abs(spy.shown[0].astype(int) - np.asarray(expected)).max() <= 1
    assert colorful(spy.shown[0]) > 80  # its numbers are 70 apart
    result = read_still(tmp_path / "b.png")
    assert result.icc_profile == wide_profile()
    assert (result.pixels == pixels).all()


def test_a_paint_has_its_own_color_in_a_wide_profile(tmp_path: Path) -> None:
    source = save_with_profile(tmp_path / "a.png", picture(3), wide_profile())

    class Red(Spy):
        def apply(self, pixels: Pixels) -> Pixels:
            return np.zeros_like(pixels) + np.array((255, 0, 0), np.uint8)

    stylize(source, tmp_path / "b.png", Look([Red()]))
    shown = ImageCms.profileToProfile(
        Image.open(tmp_path / "b.png"), ImageCms.ImageCmsProfile(BytesIO(wide_profile())),
        ImageCms.createProfile("sRGB"),
    )  # fmt: skip
    assert np.abs(np.asarray(shown).astype(int) - (255, 0, 0)).max() <= 3


def test_a_photograph_of_a_folder_is_seen_in_its_profile(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    pixels = np.full((20, 30, 3), (120, 160, 90), np.uint8)
    save_with_profile(tmp_path / "in" / "a.png", pixels, wide_profile())
    spy = Spy()
    stylize(tmp_path / "in", tmp_path / "out", Look([spy]))
    assert colorful(spy.shown[0]) > 80


def test_srgb_by_its_own_name_is_left_alone(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = save_with_profile(tmp_path / "a.png", picture(3), srgb)
    spy = Spy()
    stylize(source, tmp_path / "b.png", Look([spy]))
    assert (spy.shown[0] == picture(3)).all()


def test_16_bit_pictures_stay_smooth_in_a_profile() -> None:
    from rotoscope.media.color_profile import ProfileConversion  # noqa: PLC0415 - beside its only use

    ramp = np.linspace(20_000, 40_000, 4000).astype(np.uint16)
    source = np.repeat(ramp[None, :, None], 3, axis=2)
    view = InProfile(ProfileConversion(wide_profile()))
    painted = view.paint(source, lambda seen: np.asarray(seen.astype(np.uint32) * 9 // 10, np.uint16))
    assert len(np.unique(painted[0, :, 1])) > 2000  # 8 bits would have some 70 levels here
    assert (view.paint(source, lambda seen: seen) == source).all()


# --- spheres ------------------------------------------------------------------------------------------------


def sphere() -> NDArray[np.uint8]:
    xs = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    row = 128 + 100 * np.sin(xs + np.sin(3 * xs))
    return np.repeat(np.repeat(row.astype(np.uint8)[None, :, None], 64, axis=0), 3, axis=2)


def test_a_wrapped_picture_has_no_seam() -> None:
    look = Look([Blur()])
    wrapped = paint_through(Wrapped(), look, sphere())
    turned = np.roll(look.paint(np.roll(sphere(), 64, axis=1)), -64, axis=1)  # its seam is elsewhere
    middle, sides = slice(32, 96), [*range(16), *range(112, 128)]
    assert (wrapped[:, middle] == look.paint(sphere())[:, middle]).all()
    assert (wrapped[:, sides] == turned[:, sides]).all()
    assert not (look.paint(sphere())[:, sides] == turned[:, sides]).all()


def test_wrap_is_asked_for_or_stated(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=2, audio=False)
    for wrap, width in ((None, 64), (True, 80), (False, 64)):
        spy = Spy()
        stylize(source, tmp_path / "b.mp4", Look([spy]), options=RenderOptions(wrap=wrap), overwrite=True)
        assert spy.shown[0].shape[1] == width


# --- what all of them promise ------------------------------------------------------------------------------


def test_alpha_is_kept_beside_a_viewed_painting() -> None:
    pixels = np.dstack((sphere(), np.arange(64 * 128, dtype=np.uint8).reshape(64, 128)))
    painted = paint_through(Wrapped(), Look([Spy(0.5)]), pixels)
    assert (painted[..., 3] == pixels[..., 3]).all()
    assert (painted[..., :3] == 128).all()


def test_a_look_of_another_size_is_viewed_in_that_size() -> None:
    painted = paint_through(Wrapped(), Look([Spy()], size=32), sphere())
    assert painted.shape == (32, 64, 3)
