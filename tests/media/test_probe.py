"""What is in a source: header against content."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from rotoscope.errors import DecodeError, OpenError, UnsupportedMedia
from rotoscope.media.info import Chapter, MediaKind
from rotoscope.media.probe import inspect_media

from samples import (
    IRREGULAR_PTS,
    corrupt,
    make_alpha_webm,
    make_clip,
    make_gif,
    make_matroska,
    make_stills,
    make_ten_bit,
    make_variable_rate,
    truncate,
)


def test_a_plain_clip(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", frames=20, metadata={"title": "Harbour"})
    info = inspect_media(path)
    assert (info.kind, info.path, info.size_bytes) == (MediaKind.VIDEO, path, path.stat().st_size)
    assert "mp4" in info.container
    video = info.video
    assert (video.codec, video.pixel_format, video.bit_depth, video.has_alpha) == (
        "h264",
        "yuv420p",
        8,
        False,
    )
    assert video.coded_size == video.frame_size == (64, 48)
    assert (video.rotation_degrees, video.is_mirrored, video.sample_aspect_ratio) == (0, False, 1)
    assert (video.average_rate, video.is_variable_rate, video.is_interlaced) == (25, False, False)
    assert (video.frame_count_from_header, video.frame_count_from_content) == (20, 20)
    assert video.duration_seconds_from_header == video.duration_seconds_from_content == Fraction(4, 5)
    (sound,) = info.audio
    assert (sound.codec, sound.sample_rate, sound.channels, sound.layout) == ("aac", 48000, 2, "stereo")
    assert info.metadata["title"] == "Harbour"
    assert info.problems == ()


def test_counting_is_optional(tmp_path: Path) -> None:
    video = inspect_media(make_clip(tmp_path / "clip.mp4"), count=False).video
    assert video.frame_count_from_header == 20
    assert video.frame_count_from_content is None
    assert video.duration_seconds_from_content is None
    assert video.is_variable_rate is None


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_variable_rate_is_told_from_rounding(tmp_path: Path, suffix: str) -> None:
    irregular = inspect_media(make_variable_rate(tmp_path / f"irregular{suffix}")).video
    assert irregular.is_variable_rate is True
    assert irregular.frame_count_from_content == len(IRREGULAR_PTS)
    assert irregular.duration_seconds_from_content == Fraction(840, 1000)
    # 29.97 a second in milliseconds: 33, 34, 33, 33 …
    rounded = make_clip(tmp_path / f"ntsc{suffix}", rate=Fraction(30000, 1001), time_base=Fraction(1, 1000))
    assert inspect_media(rounded).video.is_variable_rate is False


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotation_is_clockwise_and_swaps_the_size(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    path = make_clip(tmp_path / "clip.mp4", frames=2, rotation=rotation, mirrored=mirrored)
    video = inspect_media(path).video
    assert (video.rotation_degrees, video.is_mirrored) == (rotation, mirrored)
    assert video.coded_size == (64, 48)
    assert video.frame_size == ((48, 64) if rotation in (90, 270) else (64, 48))


def test_depth_and_color_tags(tmp_path: Path) -> None:
    video = inspect_media(make_ten_bit(tmp_path / "clip.mp4", frames=2)).video
    assert (video.codec, video.pixel_format, video.bit_depth) == ("hevc", "yuv420p10le", 10)
    color = video.color
    assert (color.primaries, color.transfer, color.matrix, color.range) == (
        "bt2020",
        "arib-std-b67",
        "bt2020nc",
        "tv",
    )
    untagged = inspect_media(make_clip(tmp_path / "untagged.mp4", frames=2)).video.color
    assert (untagged.primaries, untagged.transfer, untagged.matrix) == (None, None, None)


def test_sample_aspect_ratio_is_that_of_a_stored_pixel(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", frames=2, sample_aspect_ratio=Fraction(4, 3), rotation=90)
    assert inspect_media(path).video.sample_aspect_ratio == Fraction(4, 3)


def test_interlacing(tmp_path: Path) -> None:
    assert inspect_media(make_clip(tmp_path / "clip.mp4", interlaced=True)).video.is_interlaced


def test_alpha_of_vp9_is_seen(tmp_path: Path) -> None:
    video = inspect_media(make_alpha_webm(tmp_path / "clip.webm", frames=3)).video
    assert (video.codec, video.pixel_format, video.has_alpha) == ("vp9", "yuva420p", True)


def test_everything_in_a_matroska_file(tmp_path: Path) -> None:
    info = inspect_media(make_matroska(tmp_path / "clip.mkv"))
    assert [sound.language for sound in info.audio] == ["eng", "fra"]
    assert [(other.kind, other.codec, other.language) for other in info.others] == [
        ("subtitle", "subrip", "eng")
    ]
    assert info.chapters == (
        Chapter(Fraction(0), Fraction(2, 5), "Take off"),
        Chapter(Fraction(2, 5), Fraction(4, 5), "Landing"),
    )
    assert info.metadata["title"] == "Sample"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_start_offset_is_stated(tmp_path: Path, suffix: str) -> None:
    path = make_clip(tmp_path / f"clip{suffix}", pts=[1000 + 40 * i for i in range(10)])
    video = inspect_media(path).video
    assert video.start_pts is not None
    assert video.start_pts * video.time_base >= 1
    assert video.frame_count_from_content == 10
    assert video.duration_seconds_from_content == Fraction(2, 5)


def test_b_frames_do_not_confuse_the_count(tmp_path: Path) -> None:
    video = inspect_media(make_clip(tmp_path / "clip.mp4", b_frames=3)).video
    assert video.start_pts == 0
    assert video.frame_count_from_content == 20
    assert video.is_variable_rate is False


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_a_truncated_file_is_told_by_its_header(tmp_path: Path, suffix: str) -> None:
    whole = make_clip(tmp_path / f"clip{suffix}", frames=50, codec="mpeg4")
    cut = truncate(whole, tmp_path / f"cut{suffix}")
    assert inspect_media(whole).problems == ()
    info = inspect_media(cut)
    (problem,) = info.problems
    count = info.video.frame_count_from_content
    assert count is not None
    assert 10 < count < 45
    claims = {
        ".mp4": f"The header claims 50 frames / 0:02.000, the file holds {count} / ",
        ".mkv": "The header claims 0:02.000, the file holds ",
        ".avi": f"The header claims 50 frames, the file holds {count} / ",
    }
    assert claims[suffix] in problem
    assert "truncated or damaged" in problem


def test_data_lost_inside_shows_as_a_gap(tmp_path: Path) -> None:
    pts = [40 * i for i in range(30) if not 10 <= i < 14]
    (problem,) = inspect_media(make_clip(tmp_path / "clip.mkv", pts=pts)).problems
    assert problem == (
        "Frames come every 40.0 ms, but 1 gaps leave room for 4 more, the first of 200.0 ms at 0:00.360: "
        "data may be lost."
    )


def test_nothing_decodable(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", audio=False)
    broken = corrupt(clip, tmp_path / "broken.mp4", start=0.35, stop=1.0)
    with pytest.raises(DecodeError, match="not one picture of its h264 track can be decoded"):
        inspect_media(broken)


def test_kinds_are_told_by_content_not_by_name(tmp_path: Path) -> None:
    gif = make_gif(tmp_path / "a.gif").rename(tmp_path / "a.mp4")
    still = tmp_path / "b.mp4"
    Image.new("RGB", (8, 6)).save(still, format="PNG")
    video = make_clip(tmp_path / "c.mp4", frames=2).rename(tmp_path / "c.png")
    assert inspect_media(gif).kind is MediaKind.GIF
    assert inspect_media(still).kind is MediaKind.STILL
    assert inspect_media(video).kind is MediaKind.VIDEO


def test_a_still(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    info = inspect_media(path)
    assert (info.kind, info.container) == (MediaKind.STILL, "JPEG")
    video = info.video
    assert (video.coded_size, video.frame_size, video.rotation_degrees) == ((40, 30), (30, 40), 90)
    assert (video.frame_count_from_content, video.average_rate) == (1, None)
    assert (video.codec, video.pixel_format) == ("jpeg", "rgb24")


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animated_picture(tmp_path: Path, suffix: str) -> None:
    info = inspect_media(make_gif(tmp_path / f"a{suffix}", transparent=True, loop=3))
    assert info.kind is MediaKind.GIF
    assert info.metadata == {"loop": "3"}
    video = info.video
    assert (video.frame_count_from_content, video.duration_seconds_from_content) == (4, Fraction(9, 20))
    assert (video.is_variable_rate, video.has_alpha, video.frame_size) == (True, True, (64, 48))


def test_a_folder_of_stills(tmp_path: Path) -> None:
    folder = make_stills(tmp_path / "frames", frames=5)
    info = inspect_media(folder)
    assert (info.kind, info.container) == (MediaKind.IMAGES, "folder")
    assert info.size_bytes == sum(file.stat().st_size for file in folder.iterdir())
    assert (info.video.frame_count_from_content, info.video.frame_size) == (5, (64, 48))
    assert inspect_media(folder / "%04d.png").container == "pattern"


def test_stills_of_two_sizes_are_no_clip(tmp_path: Path) -> None:
    folder = make_stills(tmp_path / "frames", frames=2)
    Image.new("RGB", (32, 48)).save(folder / "9999.png")
    with pytest.raises(UnsupportedMedia, match=r"9999.png is 32x48, but 0000.png is 64x48"):
        inspect_media(folder)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="does not exist"):
        inspect_media(tmp_path / "missing.mp4")
