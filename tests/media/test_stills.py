"""Reading stills: every layout, upright, in full depth, with what travels along."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from rotoscope.errors import DecodeError, OpenError, UnsupportedMedia
from rotoscope.media.opening import Limits
from rotoscope.media.stills import read_header, read_still

from samples import alpha_picture, corners, make_clip, picture, truncate

ORIENTATION = 0x0112
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def save(
    path: Path,
    pixels: np.ndarray,
    mode: str | None = None,
    *,
    quality: int = 95,
    icc_profile: bytes | None = None,
    exif: Image.Exif | None = None,
    xmp: bytes = b"",
) -> Path:
    image = Image.fromarray(pixels)
    image = image.convert(mode) if mode else image
    image.save(path, quality=quality, icc_profile=icc_profile, exif=exif or Image.Exif(), xmp=xmp)
    return path


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_lossless_formats_give_the_very_pixels(tmp_path: Path, suffix: str) -> None:
    still = read_still(save(tmp_path / f"still{suffix}", picture(5)))
    np.testing.assert_array_equal(still.pixels, picture(5))
    assert still.pixels.flags.c_contiguous
    assert (still.icc_profile, still.exif, still.xmp) == (None, None, None)


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".avif"])
def test_lossy_formats(tmp_path: Path, suffix: str) -> None:
    pixels = read_still(save(tmp_path / f"still{suffix}", picture(5))).pixels
    assert abs(pixels.astype(int) - picture(5)).mean() < 4


@pytest.mark.parametrize(
    ("mode", "channels", "suffix"),
    [
        ("1", 3, ".png"),
        ("L", 3, ".png"),
        ("P", 3, ".png"),
        ("LA", 4, ".png"),
        ("RGBA", 4, ".png"),
        ("RGBA", 4, ".tif"),
        ("CMYK", 3, ".jpg"),
        ("CMYK", 3, ".tif"),
        ("YCbCr", 3, ".jpg"),
    ],
)
def test_every_layout_becomes_rgb_or_rgba(tmp_path: Path, mode: str, channels: int, suffix: str) -> None:
    path = save(tmp_path / f"still{suffix}", picture(5), mode)
    header = read_header(path)
    pixels = read_still(path).pixels
    assert pixels.shape == (48, 64, channels)
    assert pixels.dtype == np.uint8
    assert (header.has_alpha, header.bit_depth, header.frame_size) == (channels == 4, 8, (64, 48))
    if mode not in {"1", "L", "LA"}:
        assert corners(pixels) == "red blue"
    if channels == 4:
        assert (pixels[..., 3] == 255).all()


def test_alpha_is_straight_and_kept(tmp_path: Path) -> None:
    pixels = alpha_picture(5)
    np.testing.assert_array_equal(read_still(save(tmp_path / "still.png", pixels)).pixels, pixels)


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_a_transparent_color_is_alpha(tmp_path: Path, mode: str) -> None:
    image = Image.new(mode, (8, 6), 0)
    image.paste(1 if mode == "P" else "white", (4, 0, 8, 6))
    path = tmp_path / "still.png"
    image.save(path, transparency=(0, 0, 0) if mode == "RGB" else 0)
    assert read_header(path).has_alpha
    pixels = read_still(path).pixels
    assert pixels[0, :, 3].tolist() == [0] * 4 + [255] * 4


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_kept(tmp_path: Path, channels: int, suffix: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (20, 31, channels), dtype=np.uint16)
    path = tmp_path / f"deep{suffix}"
    stored = pixels if channels == 1 else pixels[..., [2, 1, 0, 3][:channels]]
    assert cv2.imwrite(str(path), stored)
    header = read_header(path)
    assert (header.bit_depth, header.has_alpha, header.frame_size) == (16, channels == 4, (31, 20))
    read = read_still(path).pixels
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, np.repeat(pixels, 3, axis=2) if channels == 1 else pixels)


def test_sixteen_bit_gray_with_alpha(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (4, 6, 2), dtype=np.uint16)
    path = tmp_path / "deep.png"
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    path.write_bytes(_png(6, 4, depth=16, color=4, data=zlib.compress(rows)))
    read = read_still(path).pixels
    assert read_header(path).has_alpha
    np.testing.assert_array_equal(read, pixels[..., [0, 0, 0, 1]])


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("value", range(1, 9))
def test_exif_orientation_is_applied_once(tmp_path: Path, value: int, suffix: str) -> None:
    stored = Image.fromarray(picture(5))
    exif = Image.Exif()
    exif[ORIENTATION] = value
    path = tmp_path / f"turned{suffix}"
    stored.save(path, exif=exif, quality=95)
    stored.getexif()[ORIENTATION] = value
    expected = np.asarray(ImageOps.exif_transpose(stored)).astype(int)
    still = read_still(path)
    assert still.pixels.shape == expected.shape
    assert abs(still.pixels - expected).mean() < 4
    assert read_header(path).frame_size == (expected.shape[1], expected.shape[0])
    if still.exif is not None:
        told = Image.Exif()
        told.load(still.exif)
        assert told.get(ORIENTATION, 1) == 1, "whoever writes this block back must not turn again"


def test_a_deep_tiff_is_turned_too(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (20, 31, 3), dtype=np.uint16)
    path = tmp_path / "deep.tif"
    assert cv2.imwrite(str(path), pixels[..., ::-1])
    content = path.read_bytes()
    # Append a directory equal to the file's own with an orientation of 6 in it.
    (start,) = struct.unpack("<I", content[4:8])
    (count,) = struct.unpack("<H", content[start : start + 2])
    entries = [content[start + 2 + 12 * i : start + 14 + 12 * i] for i in range(count)]
    entries = [entry for entry in entries if entry[:2] != struct.pack("<H", ORIENTATION)]
    entries = sorted(
        [*entries, struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0)], key=lambda e: e[1] << 8 | e[0]
    )
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    padded = content + bytes(len(content) % 2)
    path.write_bytes(padded[:4] + struct.pack("<I", len(padded)) + padded[8:] + directory)
    header = read_header(path)
    assert header.frame_size == (20, 31)
    np.testing.assert_array_equal(read_still(path).pixels, np.rot90(pixels, k=-1))


def test_profile_and_metadata_travel_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "The harbour"
    exif[ORIENTATION] = 8
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="8" dc:title="Harbour"/>'
    path = save(tmp_path / "photo.jpg", picture(5), icc_profile=SRGB, exif=exif, xmp=xmp)
    still = read_still(path)
    assert still.icc_profile == SRGB
    told = Image.Exif()
    told.load(still.exif or b"")
    assert (told[0x010E], told[ORIENTATION]) == ("The harbour", 1)
    assert still.xmp == xmp.replace(b'Orientation="8"', b'Orientation="1"')


def test_cmyk_goes_through_its_profile_and_leaves_it_behind(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(picture(5)).convert("CMYK").save(path, icc_profile=b"no profile at all")
    with pytest.raises(DecodeError, match="CMYK picture whose color profile cannot be read"):
        read_still(path)


def test_a_profile_of_other_values_is_left_behind(tmp_path: Path) -> None:
    gray = bytearray(SRGB)
    gray[16:20] = b"GRAY"
    assert (
        read_still(save(tmp_path / "photo.png", picture(5), "L", icc_profile=bytes(gray))).icc_profile is None
    )


def test_the_size_is_checked_before_decoding(tmp_path: Path) -> None:
    """A file of a few bytes that claims 100,000 x 100,000 pixels, and one just above the limit."""
    path = tmp_path / "bomb.png"
    path.write_bytes(_png(100_000, 100_000))
    with pytest.raises(OpenError, match="more pixels than are ever read"):
        read_still(path)
    path.write_bytes(_png(12_000, 10_001))
    with pytest.raises(OpenError, match=r"12000x10001 = 120,012,000 pixels; at most 120,000,000"):
        read_still(path)
    with pytest.raises(OpenError, match="at most 100 are read"):
        read_still(save(tmp_path / "small.png", picture(5)), limits=Limits(max_pixels=100))


def _png(width: int, height: int, *, depth: int = 8, color: int = 2, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("error")
def test_a_large_picture_within_the_limit_gives_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(_png(10_000, 10_000))
    assert read_header(path).frame_size == (10_000, 10_000)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_a_cut_off_picture_is_called_so(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    cut = truncate(save(tmp_path / f"whole{suffix}", noise), tmp_path / f"cut{suffix}")
    with pytest.raises((DecodeError, OpenError), match=r"damaged|not a picture"):
        read_still(cut)


def test_a_cut_off_deep_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 65536, (200, 300, 3), dtype=np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), noise)
    cut = truncate(tmp_path / "deep.png", tmp_path / "cut.png")
    with pytest.raises(DecodeError, match=r"cut\.png"):
        read_still(cut)


def test_a_layout_that_is_not_read_names_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "float.tif"
    Image.new("F", (8, 8)).save(path)
    with pytest.raises(UnsupportedMedia, match=r"stores its pixels as F; .*RGB, .*16-bit"):
        read_still(path)


def test_what_is_no_picture(tmp_path: Path) -> None:
    text = tmp_path / "photo.jpg"
    text.write_text("not a picture")
    with pytest.raises(OpenError, match="is a text file"):
        read_still(text)
    with pytest.raises(OpenError, match=r"clip.jpg is not a picture that can be opened. Formats .* JPEG"):
        read_still(make_clip(tmp_path / "clip.mp4", frames=2).rename(tmp_path / "clip.jpg"))
    with pytest.raises(OpenError, match="does not exist"):
        read_still(tmp_path / "missing.jpg")


def test_a_postscript_file_is_never_run(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, format="EPS")
    path = tmp_path / "photo.png"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(OpenError):
        read_still(path)


def test_broken_tags_raise_no_warning(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.jpg", picture(5), exif=_described())
    content = path.read_bytes()
    at = content.index(b"Exif")
    path.write_bytes(content[: at + 16] + b"\xff\xff" + content[at + 18 :])
    assert corners(read_still(path).pixels) == "red blue"


def _described() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "The harbour"
    return exif
