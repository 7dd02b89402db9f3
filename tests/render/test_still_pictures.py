"""One picture from file to bytes, and one frame of a clip."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rotoscope.errors import InvalidOptions, OpenError, UnsupportedMedia
from rotoscope.media.opening import Limits
from rotoscope.media.selection import WHOLE_CLIP
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.media.stills import read_xmp
from rotoscope.media.xmp import read_painting
from rotoscope.palette.palette import Palette
from rotoscope.render.frame_picture import frame_picture, narrowed
from rotoscope.render.look import Look
from rotoscope.render.preview import preview
from rotoscope.render.still import paint_still
from rotoscope.render.stylize import stylize

from samples import make_clip, make_gif, picture, read_index, wide_profile


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return Look([Palette(tmp_path / "none").load("posterize:levels=3")])


def opened(content: bytes) -> NDArray[Any]:
    with Image.open(io.BytesIO(content)) as image:
        return np.array(image)


def test_a_still_is_painted_as_stylize_paints_it(look: Look, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    source = tmp_path / "photo.jpg"
    Image.fromarray(picture(3, (96, 64))).save(source, exif=exif, icc_profile=wide_profile(), quality=95)
    for suffix in (".png", ".jpg", ".webp", ".tif"):
        stylize(source, tmp_path / f"a{suffix}", look)
        made = paint_still(source, look, suffix)
        assert made.content == (tmp_path / f"a{suffix}").read_bytes()
        assert made.frame_size == (64, 96)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("channels", [3, 4])
def test_what_is_encoded_quickly_is_the_same_picture(suffix: str, channels: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, channels), np.uint8)
    tags = StillTags(icc_profile=wide_profile())
    slow, quick = (
        encode_still(pixels, suffix, quality=100, tags=tags, quick=quick).content for quick in (False, True)
    )
    assert (opened(slow) == opened(quick)).all()
    with Image.open(io.BytesIO(quick)) as image:
        assert image.info["icc_profile"] == wide_profile()


def test_an_animation_and_a_result_that_is_too_large_are_refused(look: Look, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia, match="an animation of 4 pictures, and one picture is painted here"):
        paint_still(make_gif(tmp_path / "a.gif"), look, ".png")
    Image.fromarray(picture()).save(tmp_path / "a.png")
    with pytest.raises(OpenError, match="picture of 2133x1600 = 3,412,800 pixels; at most 3,000,000"):
        paint_still(
            tmp_path / "a.png", Look(look.filters, size=1600), ".png", limits=Limits(max_pixels=3_000_000)
        )


def test_a_painted_frame_is_the_one_that_a_preview_shows(look: Look, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", rotation=90)
    preview(clip, tmp_path / "p.png", look, at=Fraction(8, 25), selection=WHOLE_CLIP)
    made = frame_picture(clip, at=Fraction(8, 25), look=look)
    assert (opened(made.content) == opened((tmp_path / "p.png").read_bytes())).all()


def test_the_frame_that_is_shown_at_a_moment_is_the_last_that_has_begun(tmp_path: Path) -> None:
    gif = make_gif(tmp_path / "a.gif", delays_ms=(100, 50, 200))
    at = {0: 0, 99: 0, 100: 1, 149: 1, 150: 2, 349: 2}
    for milliseconds, index in at.items():
        made = frame_picture(gif, at=Fraction(milliseconds, 1000))
        assert read_index(opened(made.content)[..., :3]) == index
    with pytest.raises(InvalidOptions, match=r"no frame at 0:00\.350: .*a\.gif ends at 0:00\.350"):
        frame_picture(gif, at=Fraction(35, 100))
    with pytest.raises(InvalidOptions, match=r"no frame 3: .* has 3 frames, and they count from 0 to 2"):
        frame_picture(gif, index=3)


def test_pictures_are_made_narrower_and_never_wider() -> None:
    assert narrowed(picture(0, (64, 48)), 32).shape == (24, 32, 3)
    assert narrowed(picture(0, (64, 48)), 640).shape == (48, 64, 3)


def test_a_picture_for_anybody_names_neither_its_source_nor_its_camera(look: Look, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Rotocam"
    Image.fromarray(picture()).save(tmp_path / "at-home.jpg", exif=exif)

    def told(*, keeps_tags: bool = True, provenance: bool = True) -> tuple[dict[str, str], bytes]:
        source = tmp_path / "at-home.jpg"
        content = paint_still(source, look, ".jpg", keeps_tags=keeps_tags, provenance=provenance).content
        (tmp_path / "painted.jpg").write_bytes(content)
        return read_painting(read_xmp(tmp_path / "painted.jpg") or b""), content

    private, content = told(keeps_tags=False)
    assert private["process"] == "algorithmically painted"
    assert "source" not in private
    assert b"at-home" not in content
    assert b"Rotocam" not in content
    own, content = told()
    assert own["source"] == "at-home.jpg"
    assert b"Rotocam" in content
    silent, content = told(provenance=False)
    assert silent == {}
    assert b"Rotocam" in content
