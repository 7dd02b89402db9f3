"""Videos written and read back: times, orientation, colors, sizes, depth, alpha."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from rotoscope.errors import EncodeError, InvalidOptions, OutputExists, UnsupportedMedia
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.encoders import CODECS, EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.hdr import ContentLight, MasteringDisplay, read_hdr
from rotoscope.media.info import MediaInfo
from rotoscope.media.output import CONTAINERS, WriteReport
from rotoscope.media.probe import inspect_media
from rotoscope.media.writer import open_writer

from samples import (
    IRREGULAR_PTS,
    corners,
    make_alpha_webm,
    make_clip,
    make_odd_sized,
    make_ten_bit,
    make_variable_rate,
    picture,
    read_index,
)

ORIENTATIONS = list(product((0, 90, 180, 270), (False, True)))


def rewrite(
    source: Path,
    output: Path,
    *,
    options: EncoderOptions | None = None,
    copy: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> WriteReport:
    """Decode a clip and write its frames unpainted."""
    clip = open_clip(source)
    with open_writer(
        output,
        source=clip.info,
        options=options or EncoderOptions(),
        copy_streams_from=source if copy else None,
        metadata=metadata or {},
    ) as writer:
        for frame in clip.frames():
            writer.write(frame)
    return writer.close()


def seconds(clip: Clip) -> list[Fraction]:
    return [frame.time_seconds for frame in clip.frames()]


def made_frame(index: int, *, size: tuple[int, int] = (64, 48), rate: int = 25) -> Frame:
    return Frame(picture(index, size), index=index, pts=index, time_base=Fraction(1, rate), duration=1)


def write_frames(output: Path, count: int = 3, **kwargs: object) -> WriteReport:
    with open_writer(output, source=None, **kwargs) as writer:  # type: ignore[arg-type]
        for index in range(count):
            writer.write(made_frame(index))
    return writer.close()


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_a_variable_rate_comes_back_frame_by_frame(tmp_path: Path, suffix: str) -> None:
    source = make_variable_rate(tmp_path / "a.mkv", audio=False)
    report = rewrite(source, tmp_path / f"b{suffix}")
    result = open_clip(tmp_path / f"b{suffix}")
    assert seconds(result) == [Fraction(ms, 1000) for ms in IRREGULAR_PTS]
    assert [read_index(frame.pixels) for frame in result.frames()] == list(range(len(IRREGULAR_PTS)))
    assert report.frames == len(IRREGULAR_PTS)
    assert report.notes == ()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_the_last_frame_is_shown_as_long_as_it_was(tmp_path: Path, suffix: str) -> None:
    pts = (0, 33, 67, 100, 208)
    frames = [
        Frame(picture(n), index=n, pts=time, time_base=Fraction(1, 1000), duration=duration)
        for n, (time, duration) in enumerate(zip(pts, (33, 34, 33, 108, 750), strict=True))
    ]
    with open_writer(tmp_path / f"a{suffix}", source=None) as writer:
        for frame in frames:
            writer.write(frame)
    info = inspect_media(tmp_path / f"a{suffix}")
    assert info.video.duration_seconds_from_content == Fraction(958, 1000)


def test_ntsc_times_are_exact_in_mp4_and_within_half_a_millisecond_in_matroska(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    source = make_clip(tmp_path / "a.mp4", rate=rate, frames=40, audio=False, b_frames=2)
    exact = [n / rate for n in range(40)]
    assert rewrite(source, tmp_path / "b.mp4").notes == ()
    assert seconds(open_clip(tmp_path / "b.mp4")) == exact
    report = rewrite(source, tmp_path / "b.mkv")
    off = [abs(a - b) for a, b in zip(seconds(open_clip(tmp_path / "b.mkv")), exact, strict=True)]
    assert 0 < max(off) <= Fraction(1, 2000)
    assert "presentation times moved by at most" in report.notes[-1]


def test_a_late_start_stays_late(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", pts=range(500, 900, 40), audio=False)
    rewrite(source, tmp_path / "b.mp4")
    assert seconds(open_clip(tmp_path / "b.mp4"))[0] == seconds(open_clip(source))[0] == Fraction(1, 2)


@pytest.mark.parametrize("name", ["a.avi", "a.mpg"])
def test_constant_containers_hold_a_constant_rate(tmp_path: Path, name: str) -> None:
    source = make_clip(tmp_path / "a.mkv", rate=Fraction(30000, 1001), frames=30, audio=False)
    rewrite(source, tmp_path / name)
    result = open_clip(tmp_path / name)
    times = seconds(result)
    assert len(times) == 30
    off = [abs(t - times[0] - n * Fraction(1001, 30000)) for n, t in enumerate(times)]
    assert max(off) <= Fraction(1, 90000)


def test_a_variable_rate_does_not_go_into_avi(tmp_path: Path) -> None:
    source = make_variable_rate(tmp_path / "a.mkv", audio=False)
    with pytest.raises(EncodeError, match=r"avi with this codec holds a constant rate only\. Write \.mp4"):
        rewrite(source, tmp_path / "b.avi")
    assert not list(tmp_path.glob("*b.avi*"))


def test_sound_that_begins_before_the_pictures_leaves_the_even_rate_alone(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=30)
    rewrite(source, tmp_path / "b.avi", copy=True)
    assert seconds(open_clip(tmp_path / "b.avi")) == [Fraction(n, 25) for n in range(30)]


def test_one_frame_is_a_video_too(tmp_path: Path) -> None:
    write_frames(tmp_path / "a.avi", 1)
    assert inspect_media(tmp_path / "a.avi").video.frame_count_from_content == 1


# --- orientation and pixel shape ----------------------------------------------------------------------------


@pytest.mark.parametrize(("turn", "suffix"), list(product(ORIENTATIONS, (".mp4", ".mov", ".mkv"))))
def test_a_turned_clip_comes_back_turned(tmp_path: Path, turn: tuple[int, bool], suffix: str) -> None:
    source = make_clip(tmp_path / "a.mp4", rotation=turn[0], mirrored=turn[1], frames=2, audio=False)
    rewrite(source, tmp_path / f"b{suffix}")
    result = open_clip(tmp_path / f"b{suffix}")
    video = result.info.video
    assert (video.rotation_degrees, video.is_mirrored) == turn
    assert video.coded_size == (64, 48)
    pairs = zip(open_clip(source).frames(), result.frames(), strict=True)
    assert all(_alike(before, after) for before, after in pairs)


def _alike(before: Frame, after: Frame) -> bool:
    return float(np.abs(before.pixels.astype(int) - after.pixels.astype(int)).mean()) < 4


@pytest.mark.parametrize("suffix", [".webm", ".avi", ".ts"])
def test_containers_without_rotation_get_upright_pictures(tmp_path: Path, suffix: str) -> None:
    source = make_clip(tmp_path / "a.mp4", rotation=90, frames=30, audio=False)
    report = rewrite(source, tmp_path / f"b{suffix}")
    video = inspect_media(tmp_path / f"b{suffix}").video
    assert (video.rotation_degrees, video.frame_size) == (0, (48, 64))
    assert "pictures turned upright" in report.notes[0]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
def test_pixels_that_are_not_square_stay_so(tmp_path: Path, suffix: str) -> None:
    shape = Fraction(16, 11)
    source = make_clip(tmp_path / "a.mp4", sample_aspect_ratio=shape, frames=30, audio=False)
    rewrite(source, tmp_path / f"b{suffix}")
    assert inspect_media(tmp_path / f"b{suffix}").video.sample_aspect_ratio == shape


def test_pixels_are_made_square_where_no_shape_is_stated(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", sample_aspect_ratio=Fraction(16, 11), frames=2, audio=False)
    report = rewrite(source, tmp_path / "b.webm")
    video = inspect_media(tmp_path / "b.webm").video
    assert (video.frame_size, video.sample_aspect_ratio) == ((94, 48), 1)
    assert report.notes == ("pixels of 16:11 made square: vp9 in webm states no other shape",)


# --- colors and depth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matrix", "color_range"), list(product(("bt709", "bt601", None), ("tv", "pc", None)))
)
def test_colors_and_their_tags_come_back(tmp_path: Path, matrix: str | None, color_range: str | None) -> None:
    source = make_clip(
        tmp_path / "a.mp4",
        matrix=matrix,
        color_range=color_range,
        primaries=1,
        transfer=1,
        frames=2,
        audio=False,
    )
    rewrite(source, tmp_path / "b.mp4", options=EncoderOptions(quality=95))
    before, after = open_clip(source), open_clip(tmp_path / "b.mp4")
    expected = before.info.video.color
    # H.264 says "limited" by saying nothing.
    assert replace(after.info.video.color, range=expected.range) == expected
    assert (after.info.video.color.range == "pc") == (color_range == "pc")
    for one, other in zip(before.frames(), after.frames(), strict=True):
        flat = (slice(20, 28), slice(24, 40))  # away from sharp edges, whose chroma is subsampled
        assert np.abs(one.pixels[flat].astype(int) - other.pixels[flat].astype(int)).max() <= 4


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("mpeg4", ".avi"), ("mjpeg", ".avi"), ("mjpeg", ".mkv"), ("mpeg2", ".mpg"), ("vp9", ".webm")],
)
@pytest.mark.parametrize("color_range", ["tv", "pc"])
def test_colors_look_the_same_in_codecs_that_state_less(
    tmp_path: Path, codec: str, suffix: str, color_range: str
) -> None:
    source = make_clip(tmp_path / "a.mp4", matrix="bt709", color_range=color_range, frames=4, audio=False)
    report = rewrite(source, tmp_path / f"b{suffix}", options=EncoderOptions(codec=codec, quality=95))
    pairs = zip(open_clip(source).frames(), open_clip(tmp_path / f"b{suffix}").frames(), strict=True)
    for one, other in pairs:
        flat = (slice(20, 28), slice(24, 40))
        assert np.abs(one.pixels[flat].astype(int) - other.pixels[flat].astype(int)).max() <= 6
    if codec in ("mpeg4", "mjpeg"):
        assert any("matrix" in note and f"{codec} has no place for it" in note for note in report.notes)


def test_ten_bits_stay_ten_bits_with_their_tags(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=3)
    report = rewrite(source, tmp_path / "b.mp4", options=EncoderOptions(preset="ultrafast"))
    before, after = inspect_media(source).video, inspect_media(tmp_path / "b.mp4").video
    assert (report.codec, after.pixel_format, after.bit_depth) == ("hevc", "yuv420p10le", 10)
    assert after.color == before.color
    assert after.color.transfer == "arib-std-b67"


def test_eight_bit_codecs_say_that_bits_are_gone(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4", frames=2)
    report = rewrite(source, tmp_path / "b.webm", options=EncoderOptions(codec="vp9"))
    assert "10 bits a component became 8: vp9 here has no more" in report.notes


def test_pictures_for_screens_are_tagged_as_such(tmp_path: Path) -> None:
    write_frames(tmp_path / "a.mp4")
    color = inspect_media(tmp_path / "a.mp4").video.color
    assert (color.primaries, color.transfer, color.matrix) == ("bt709", "iec61966-2-1", "bt709")


def test_static_hdr_metadata_comes_back(tmp_path: Path) -> None:
    hdr = "log-level=none:repeat-headers=1:hdr10=1"
    stated = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    source = make_clip(
        tmp_path / "a.mp4",
        codec="libx265",
        pix_fmt="yuv420p10le",
        size=(128, 96),
        frames=2,
        audio=False,
        matrix="bt2020",
        primaries=9,
        transfer=16,
        options={
            "preset": "ultrafast",
            "x265-params": f"{hdr}:master-display={stated}:max-cll=1000,400",
        },
    )
    report = rewrite(source, tmp_path / "b.mkv", options=EncoderOptions(preset="ultrafast"))
    found = read_hdr(tmp_path / "b.mkv")
    assert found.light == ContentLight(1000, 400)
    assert found.mastering == MasteringDisplay(
        ((34000, 16000), (13250, 34500), (7500, 3000)), (15635, 16450), 1, 10000000
    )
    assert found == read_hdr(source)
    assert not [note for note in report.notes if "HDR" in note]
    report = rewrite(source, tmp_path / "b.mp4", options=EncoderOptions(codec="h264"))
    assert "static HDR metadata left out: only hevc is written with it, not h264" in report.notes


# --- sizes, chroma, alpha -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".ts", ".mov", ".mpg"])
def test_odd_sizes_come_back_at_their_own_size(tmp_path: Path, suffix: str) -> None:
    source = make_odd_sized(tmp_path / "a.mp4")
    rewrite(source, tmp_path / f"b{suffix}")
    result = open_clip(tmp_path / f"b{suffix}")
    assert result.info.video.frame_size == (427, 241)
    assert [read_index(frame.pixels) for frame in result.frames()] == list(range(6))


def test_odd_sizes_of_subsampled_sources_take_full_chroma_and_say_why(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.webm", codec="libvpx-vp9", size=(63, 47), frames=2, audio=False)
    report = rewrite(source, tmp_path / "b.mp4")
    assert inspect_media(tmp_path / "b.mp4").video.pixel_format == "yuv444p"
    assert report.notes == ("chroma 4:2:0 became 4:4:4: 63x47 is odd, and h264 has odd sizes at 4:4:4 only",)


def test_alpha_stays_in_webm_and_goes_with_a_note_in_mp4(tmp_path: Path) -> None:
    source = make_alpha_webm(tmp_path / "a.webm", frames=2)
    rewrite(source, tmp_path / "b.webm")
    with av.open(str(tmp_path / "b.webm")) as container:
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frames = [f for p in container.demux(video=0) for f in decoder.decode(p)]
    assert frames[0].format.name == "yuva420p"
    report = rewrite(source, tmp_path / "b.mp4")
    assert "transparency left out, pictures laid on white: h264 here has none" in report.notes


CASES = [
    (codec.name, suffix)
    for codec in CODECS.values()
    for suffix, container in CONTAINERS.items()
    if container.name in codec.containers
    and suffix in (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg")
]


@pytest.mark.parametrize(("codec", "suffix"), CASES)
def test_every_codec_goes_into_every_container_of_its_table(tmp_path: Path, codec: str, suffix: str) -> None:
    count = 60 if suffix == ".ts" else 4  # shorter streams are not recognised when read
    report = write_frames(tmp_path / f"a{suffix}", count, options=EncoderOptions(codec=codec))
    result = open_clip(tmp_path / f"a{suffix}")
    assert [read_index(frame.pixels) for frame in result.frames()] == list(range(count))
    assert [corners(frame.pixels) for frame in result.frames()] == ["red blue"] * count
    assert report.codec == codec


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1", "mpeg4", "mpeg2", "mjpeg"])
def test_more_quality_is_a_larger_file(tmp_path: Path, codec: str) -> None:
    sizes = [
        write_frames(
            tmp_path / f"{quality}.mkv", options=EncoderOptions(codec=codec, quality=quality)
        ).size_bytes
        for quality in (5, 75, 100)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]


# --- whole or not at all ------------------------------------------------------------------------------------


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), open_writer(tmp_path / "a.mp4", source=None) as writer:
        writer.write(made_frame(0))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_there_before_close(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "a.mp4", source=None)
    for index in range(40):
        writer.write(made_frame(index))
    assert not (tmp_path / "a.mp4").exists()
    writer.abort()
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_no_frame_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"was not written: no frame was given\. Check the span"):
        open_writer(tmp_path / "a.mp4", source=None).close()
    assert list(tmp_path.iterdir()) == []


def test_frames_of_another_size_end_the_result(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "a.mp4", source=None)
    writer.write(made_frame(0))
    with pytest.raises(
        EncodeError, match=r"Frame 1 has the shape \(32, 32, 3\), the frames before it \(48, 64, 3\)"
    ):
        writer.write(made_frame(1, size=(32, 32)))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EncodeError, match="was given up already; open a new writer"):
        writer.write(made_frame(1))


def test_close_gives_its_report_again_and_writing_on_is_refused(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "a.mp4", source=None)
    writer.write(made_frame(0))
    assert writer.close() is writer.close()
    with pytest.raises(EncodeError, match="was finished already"):
        writer.write(made_frame(1))
    assert (tmp_path / "a.mp4").exists()


def test_what_can_be_refused_is_refused_before_any_frame(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=2)
    info: MediaInfo = inspect_media(source)
    with pytest.raises(EncodeError, match="is the source itself"):
        open_writer(source, source=info, overwrite=True)
    with pytest.raises(UnsupportedMedia, match="does not hold the codec prores"):
        open_writer(tmp_path / "b.mp4", source=info, options=EncoderOptions(codec="prores"))
    (tmp_path / "c.mp4").touch()
    with pytest.raises(OutputExists):
        open_writer(tmp_path / "c.mp4", source=info)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "c.mp4"]


def test_an_unknown_preset_is_an_error_not_a_fallback(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidOptions, match="'warp' is no preset of the codec h264; it has ultrafast, superf"
    ):
        write_frames(tmp_path / "a.mp4", options=EncoderOptions(preset="warp"))
    assert list(tmp_path.iterdir()) == []


def test_what_the_encoder_refuses_is_said_with_advice(tmp_path: Path) -> None:
    advice = (
        r"FFmpeg refuses mpeg2 \(mpeg2video\) in mpeg for 64x48 yuv420p at 7 frames a second, .*\(--fps\)\."
    )
    with (
        pytest.raises(EncodeError, match=advice),
        open_writer(tmp_path / "a.mpg", source=None) as writer,
    ):
        for index in range(3):
            writer.write(made_frame(index, rate=7))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are listed in /proc")
def test_av1_takes_no_priority_over_other_processes_and_is_silent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = os.sched_getscheduler(0)
    with open_writer(tmp_path / "a.mp4", source=None, options=EncoderOptions(codec="av1")) as writer:
        for index in range(3):
            writer.write(made_frame(index, size=(64, 64)))
        policies = {os.sched_getscheduler(int(thread.name)) for thread in Path("/proc/self/task").iterdir()}
    writer.close()
    assert policies == {before}
    assert os.sched_getscheduler(0) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
@pytest.mark.parametrize("count", [1, 2])
def test_clips_of_one_and_two_frames_have_decoding_times(tmp_path: Path, codec: str, count: int) -> None:
    output = tmp_path / "a.mp4"
    for _ in range(5):  # x265 leaves them to chance
        with open_writer(output, source=None, options=EncoderOptions(codec=codec), overwrite=True) as writer:
            for index in range(count):
                writer.write(made_frame(index, size=(64, 64)))
        writer.close()
        with av.open(str(output)) as container:
            times = [
                (p.pts * p.time_base, p.dts * p.time_base)
                for p in container.demux(video=0)
                if p.pts is not None and p.dts is not None
            ]
        assert times == [(Fraction(index, 25), Fraction(index, 25)) for index in range(count)]


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_frames(tmp_path / name, 20, options=EncoderOptions(threads=2))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
