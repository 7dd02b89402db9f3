"""One still, and folders of numbered ones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from rotoscope.errors import EncodeError, OutputExists, UnsupportedMedia
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import WriteReport
from rotoscope.media.probe import inspect_media
from rotoscope.media.still_codecs import StillTags, encode_still
from rotoscope.media.stills import read_still
from rotoscope.media.writer import open_writer

from samples import alpha_picture, picture, read_index

PLAIN = EncoderOptions()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'


def made(pixels: Pixels, index: int = 0) -> Frame:
    return Frame(pixels, index=index, pts=index, time_base=Fraction(1, 25))


def write(
    output: Path,
    *pixels: Pixels,
    options: EncoderOptions = PLAIN,
    source: MediaInfo | None = None,
    **kwargs: bool,
) -> WriteReport:
    with open_writer(
        output, source=source, options=options, overwrite=kwargs.get("overwrite", False)
    ) as writer:
        for index, picture_ in enumerate(pixels):
            writer.write(made(picture_, index))
    return writer.close()


def deep(pixels: Pixels) -> Pixels:
    """The same picture with 16 bits that 8 cannot hold."""
    return (pixels.astype(np.uint16) * 257) ^ np.uint16(0x55)


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A JPEG lying on its side, with an ICC profile, EXIF and XMP."""
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Rotocam"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(picture(3)).save(path, exif=exif, icc_profile=profile, xmp=XMP, quality=95)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff"])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("is_deep", [False, True])
def test_lossless_stills_come_back_as_they_were(
    tmp_path: Path, suffix: str, has_alpha: bool, is_deep: bool
) -> None:
    pixels: Pixels = alpha_picture(9) if has_alpha else picture(9)
    if is_deep:
        pixels = deep(pixels)
    report = write(tmp_path / f"a{suffix}", pixels)
    found = read_still(tmp_path / f"a{suffix}").pixels
    assert found.dtype == pixels.dtype
    assert np.array_equal(found, pixels)
    assert report.notes == ()


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_stills_come_back_nearly(tmp_path: Path, suffix: str) -> None:
    still = inspect_media(_saved(tmp_path))
    write(tmp_path / f"a{suffix}", picture(9), source=still)
    found = read_still(tmp_path / f"a{suffix}").pixels
    assert np.abs(found.astype(int) - picture(9).astype(int)).mean() < 3


def _saved(folder: Path) -> Path:
    Image.fromarray(picture(0)).save(folder / "source.png")
    return folder / "source.png"


def test_webp_is_lossless_at_100(tmp_path: Path) -> None:
    still = inspect_media(_saved(tmp_path))
    write(tmp_path / "a.webp", picture(9), source=still, options=EncoderOptions(quality=100))
    assert np.array_equal(read_still(tmp_path / "a.webp").pixels, picture(9))


def test_what_a_format_does_not_hold_is_said(tmp_path: Path) -> None:
    report = write(tmp_path / "a.jpg", deep(alpha_picture(1)))
    assert report.notes == (
        "transparency left out, picture laid on white: JPEG has none",
        "16 bits a component became 8: .jpg holds no more",
    )
    corner = read_still(tmp_path / "a.jpg").pixels[24, -2]
    assert corner.min() > 245


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_profile_exif_and_xmp_come_along_upright(tmp_path: Path, photograph: Path, suffix: str) -> None:
    before = read_still(photograph)
    write(tmp_path / f"a{suffix}", before.pixels, source=inspect_media(photograph))
    after = read_still(tmp_path / f"a{suffix}")
    assert after.pixels.shape == before.pixels.shape == (64, 48, 3)
    assert after.icc_profile == before.icc_profile
    with Image.open(tmp_path / f"a{suffix}") as image:
        exif = image.getexif()
        assert (exif[0x010F], exif.get(0x0112, 1)) == ("Rotocam", 1)
    assert after.xmp is not None
    assert b'tiff:Orientation="1"' in after.xmp


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_of_sixteen_bits_carry_them_too(
    tmp_path: Path, photograph: Path, suffix: str, channels: int
) -> None:
    info, before = inspect_media(photograph), read_still(photograph)
    whole = np.dstack((deep(before.pixels), deep(before.pixels)[..., 1]))
    pixels = np.ascontiguousarray(whole[..., :channels], np.uint16)
    path = tmp_path / f"a{suffix}"
    assert write(path, pixels, source=info).notes == ()
    after = read_still(path)
    assert (after.icc_profile, after.pixels.dtype) == (before.icc_profile, np.uint16)
    assert np.array_equal(after.pixels, pixels)
    assert after.xmp is not None
    assert b'tiff:Orientation="1"' in after.xmp
    assert after.exif is not None
    exif = Image.Exif()
    exif.load(after.exif)
    assert (exif[0x010F], exif.get(0x0112, 1)) == ("Rotocam", 1)


@pytest.mark.parametrize("is_deep", [False, True])
def test_what_a_tiff_says_of_the_photograph_goes_on_into_a_jpeg(tmp_path: Path, is_deep: bool) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Rotocam"
    exif[0x8769] = {0x829A: 0.004, 0x9003: "2026:01:02 03:04:05"}
    exif[0x8825] = {1: "N", 2: (46.0, 10.0, 3.5)}
    pixels: Pixels = picture(2)
    pixels = deep(pixels) if is_deep else pixels
    content = encode_still(pixels, ".tif", quality=100, tags=StillTags(exif=exif.tobytes())).content
    (tmp_path / "a.tif").write_bytes(content)
    write(tmp_path / "a.jpg", picture(2), source=inspect_media(tmp_path / "a.tif"))
    with Image.open(tmp_path / "a.jpg") as image:
        found = image.getexif()
        assert found[0x010F] == "Rotocam"
        assert dict(found.get_ifd(0x8769)) == {0x829A: 0.004, 0x9003: "2026:01:02 03:04:05"}
        assert dict(found.get_ifd(0x8825)) == {1: "N", 2: (46.0, 10.0, 3.5)}
        assert 0x0111 not in found, "where the pixels of the TIFF are"


def test_a_second_frame_is_too_many_for_one_still(tmp_path: Path) -> None:
    with pytest.raises(
        EncodeError, match=r"is one still, and a second frame was given\. Write a numbered pattern"
    ):
        write(tmp_path / "a.png", picture(0), picture(1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.png", "frames"])
def test_no_frame_is_no_still(tmp_path: Path, name: str) -> None:
    with pytest.raises(EncodeError, match="no frame was given"):
        write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "first", "suffix"),
    [
        ("frames", "000000.png", ".png"),
        ("new/deep/%03d.jpg", "000.jpg", ".jpg"),
        ("f/x%d.tif", "x0.tif", ".tif"),
    ],
)
def test_numbered_stills_are_in_order_and_reported(
    tmp_path: Path, name: str, first: str, suffix: str
) -> None:
    report = write(tmp_path / name, *(picture(n) for n in range(12)))
    assert report.frames == len(report.files) == 12
    assert report.files[0] == first
    assert [read_index(read_still(report.path / file).pixels) for file in report.files] == list(range(12))
    assert report.size_bytes == sum((report.path / file).stat().st_size for file in report.files)
    assert sorted(p.name for p in report.path.iterdir()) == sorted(report.files)
    assert report.codec == suffix.lstrip(".")


def test_the_format_of_a_folder_is_chosen(tmp_path: Path) -> None:
    report = write(tmp_path / "frames", picture(0), options=EncoderOptions(still_format="jpg"))
    assert report.files == ("000000.jpg",)
    with pytest.raises(UnsupportedMedia, match=r"Stills are not written as 'bmp'\. Known are \.jpeg, \.jpg"):
        write(tmp_path / "other", picture(0), options=EncoderOptions(still_format="bmp"))


def test_stills_of_an_earlier_result_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    pattern = tmp_path / "f" / "%02d.png"
    write(pattern, *(picture(n) for n in range(5)))
    (tmp_path / "f" / "notes.txt").write_text("mine")
    with pytest.raises(
        OutputExists, match=r"holds 5 pictures already, such as 00\.png\. Give another folder"
    ):
        write(pattern, picture(7))
    write(pattern, picture(7), overwrite=True)
    assert sorted(p.name for p in (tmp_path / "f").iterdir()) == ["00.png", "notes.txt"]
    assert read_index(read_still(tmp_path / "f" / "00.png").pixels) == 7


def test_a_folder_with_other_files_is_written_into(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.png").touch()
    write(tmp_path / "f" / "%02d.png", picture(0))
    assert sorted(p.name for p in (tmp_path / "f").iterdir()) == ["00.png", "a.png"]


def test_a_failure_takes_the_new_folders_away_again(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        open_writer(tmp_path / "a" / "b" / "%d.png", source=None) as writer,
    ):
        writer.write(made(picture(0)))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frames").touch()
    with pytest.raises(EncodeError, match="is a file, and a folder of stills is to be written"):
        write(tmp_path / "frames", picture(0))
