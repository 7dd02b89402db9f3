"""What a result is, by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import InvalidOptions, UnsupportedMedia
from rotoscope.media.encoders import (
    CODECS,
    EncoderOptions,
    Picture,
    QualityScale,
    codec_for,
    describe,
    pixel_format_for,
)
from rotoscope.media.output import CONTAINERS, OutputKind, container_of, output_kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", OutputKind.VIDEO),
        ("A.MKV", OutputKind.VIDEO),
        ("a.gif", OutputKind.GIF),
        ("a.webp", OutputKind.WEBP),
        ("a.png", OutputKind.STILL),
        ("a.JPG", OutputKind.STILL),
        ("out/%05d.png", OutputKind.STILLS),
        ("out/a%d.tif", OutputKind.STILLS),
        ("frames", OutputKind.STILLS),
        ("frames/", OutputKind.STILLS),
    ],
)
def test_the_name_tells_the_kind(name: str, kind: OutputKind) -> None:
    assert output_kind(Path(name)) is kind


def test_a_webp_of_a_still_is_a_still() -> None:
    assert output_kind(Path("a.webp"), moving=False) is OutputKind.STILL


@pytest.mark.parametrize("name", ["a.txt", "a.flv", "out/%05d.mp4"])
def test_other_names_are_refused_with_the_list(name: str) -> None:
    with pytest.raises(
        UnsupportedMedia, match=r"Video: \.avi, .*; animated pictures: \.apng, \.gif, \.webp;"
    ):
        output_kind(Path(name))


def test_a_folder_with_a_dot_in_its_name_holds_stills(tmp_path: Path) -> None:
    folder = tmp_path / "take.2"
    folder.mkdir()
    assert output_kind(folder) is OutputKind.STILLS


def test_every_default_codec_goes_into_its_container() -> None:
    for container in CONTAINERS.values():
        for depth in (8, 10):
            assert container.name in codec_for(container, None, bit_depth=depth).containers


def test_a_codec_that_does_not_go_into_the_container_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnsupportedMedia, match=r"webm does not hold the codec h264\. It holds av1, vp9;"):
        codec_for(container_of(Path("a.webm")), "h264", bit_depth=8)


def test_options_are_validated_when_made() -> None:
    with pytest.raises(UnsupportedMedia, match=r"no video codec 'x264' here\. Known are av1, ffv1, h264"):
        EncoderOptions(codec="x264")
    with pytest.raises(InvalidOptions, match=r"quality of 101 was given; it goes from 0 to 100"):
        EncoderOptions(quality=101)
    with pytest.raises(InvalidOptions, match="give 1 pixel or more"):
        EncoderOptions(width=0)
    with pytest.raises(InvalidOptions, match=r"give 0 \(for ever\) or more"):
        EncoderOptions(loop=-1)


def test_the_scale_of_quality_passes_its_three_points_and_is_monotone() -> None:
    scales = [codec.quality for codec in CODECS.values() if codec.quality]
    for scale in [*scales, QualityScale("quality", 10, 92, 100)]:
        assert (scale.knob(0), scale.knob(75), scale.knob(100)) == (
            scale.worst,
            scale.visually_lossless,
            scale.best,
        )
        knobs = [scale.knob(q) for q in range(101)]
        assert sorted(knobs, reverse=scale.worst > scale.best) == knobs


@pytest.mark.parametrize(
    ("codec", "wanted", "chosen"),
    [
        ("h264", Picture(64, 48, 8, (2, 2), False), "yuv420p"),
        ("h264", Picture(64, 48, 8, (1, 1), False), "yuv444p"),
        ("h264", Picture(64, 48, 10, (2, 1), False), "yuv422p10le"),
        ("h264", Picture(64, 48, 12, (2, 2), True), "yuv420p10le"),
        ("h264", Picture(63, 48, 8, (2, 2), False), "yuv444p"),
        ("h264", Picture(64, 47, 8, (2, 2), False), "yuv422p"),
        ("vp9", Picture(63, 47, 8, (2, 2), True), "yuva420p"),
        ("vp9", Picture(63, 47, 10, (2, 2), False), "yuv420p"),
        ("prores", Picture(64, 48, 8, (2, 2), False), "yuv422p10le"),
        ("prores", Picture(64, 48, 8, (2, 2), True), "yuva444p10le"),
        ("ffv1", Picture(64, 48, 16, (1, 1), True), "yuva444p16le"),
    ],
)
def test_the_pixel_format_loses_least(codec: str, wanted: Picture, chosen: str) -> None:
    assert pixel_format_for(CODECS[codec], wanted) == chosen


def test_a_codec_without_odd_sizes_says_so() -> None:
    with pytest.raises(UnsupportedMedia, match=r"av1 needs even widths and heights; the frames are 63x47"):
        pixel_format_for(CODECS["av1"], Picture(63, 47, 8, (2, 2), False))


def test_pixel_formats_are_described_by_their_names() -> None:
    assert describe("yuva422p10le", 4, 4) == Picture(4, 4, 10, (2, 1), True)
    assert describe("yuv420p", 4, 4).chroma_name == "4:2:0"
    assert describe("rgb24", 4, 4).chroma == (1, 1)
