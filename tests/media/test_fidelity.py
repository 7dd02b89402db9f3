"""The fidelity report: clean results are clean, and every kind of damage is found and called a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.fidelity import FidelityReport, Row, Verdict, check
from rotoscope.media.fidelity_sound import payload
from rotoscope.media.frame import Frame
from rotoscope.media.writer import open_writer

from reference import MISSING, REFERENCE_DATA
from samples import (
    make_alpha_webm,
    make_clip,
    make_gif,
    make_matroska,
    make_odd_sized,
    make_stills,
    make_ten_bit,
    make_variable_rate,
)

FAST = EncoderOptions(preset="ultrafast")


def rewrite(
    source: Path,
    output: Path,
    *,
    change: Callable[[Iterator[Frame]], Iterator[Frame]] = iter,
    options: EncoderOptions = FAST,
    copy: bool = True,
) -> FidelityReport:
    clip = open_clip(source)
    with open_writer(
        output, source=clip.info, options=options, copy_streams_from=source if copy else None
    ) as writer:
        for frame in change(clip.frames()):
            writer.write(frame)
    return check(source, output)


def row(report: FidelityReport, name: str) -> Row:
    return next(row for row in report.rows if row.name == name)


def losses(report: FidelityReport) -> list[str]:
    return [row.name for row in report.lost]


# --- clean --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        make_clip,
        make_variable_rate,
        make_odd_sized,
        make_ten_bit,
        partial(make_clip, rotation=90, sample_aspect_ratio=Fraction(4, 3), matrix="bt709"),
        partial(make_clip, rotation=270, mirrored=True, color_range="pc", audio_tracks=2),
        partial(make_clip, interlaced=True, frames=20),
        partial(make_clip, rate=Fraction(24000, 1001), b_frames=2, chapters=True),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_unpainted_copies_lose_nothing(tmp_path: Path, make: Callable[[Path], Path], suffix: str) -> None:
    report = rewrite(make(tmp_path / "a.mp4"), tmp_path / f"b{suffix}")
    assert report.lost == ()
    assert row(report, "frame count").verdict is Verdict.KEPT
    assert row(report, "frame size").verdict is Verdict.KEPT
    assert row(report, "sound track 1").verdict is Verdict.KEPT
    if suffix != ".mkv":
        assert row(report, "presentation times").verdict is Verdict.KEPT
        assert row(report, "sound track 1: offset to the pictures").verdict is Verdict.KEPT


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".mpg", ".gif", ".webp"])
def test_what_a_container_cannot_hold_is_no_loss(tmp_path: Path, suffix: str) -> None:
    options = FAST if suffix in (".mp4", ".mkv") else EncoderOptions()
    report = rewrite(make_matroska(tmp_path / "a.mkv"), tmp_path / f"b{suffix}", options=options)
    assert report.lost == ()
    for found in report.rows:
        assert (found.verdict is Verdict.KEPT) or found.why, found


@pytest.mark.parametrize("suffix", [".webm", ".mp4", ".gif", ".webp"])
def test_animations_are_compared_too(tmp_path: Path, suffix: str) -> None:
    options = FAST if suffix == ".mp4" else EncoderOptions()
    report = rewrite(make_gif(tmp_path / "a.gif"), tmp_path / f"b{suffix}", options=options, copy=False)
    assert report.lost == ()
    assert row(report, "presentation times").verdict is Verdict.KEPT


def test_stills_are_compared_with_what_travels_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Rotocam"
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(tmp_path / "a.jpg", exif=exif)
    report = rewrite(tmp_path / "a.jpg", tmp_path / "b.jpg", copy=False)
    assert report.lost == ()
    assert row(report, "EXIF").verdict is Verdict.KEPT
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(tmp_path / "c.jpg")
    assert losses(check(tmp_path / "a.jpg", tmp_path / "c.jpg")) == ["EXIF"]


def test_folders_of_stills_are_compared(tmp_path: Path) -> None:
    source = make_stills(tmp_path / "a")
    assert rewrite(source, tmp_path / "b", copy=False).lost == ()
    (tmp_path / "b" / "000002.png").unlink()
    assert losses(check(source, tmp_path / "b")) == ["frame count"]


def test_unpainted_pictures_are_compared_where_asked(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", audio=False)

    def darker(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield frame.with_pixels(np.asarray(frame.pixels * 0.8, np.uint8))

    assert rewrite(source, tmp_path / "b.mp4", change=darker).lost == ()
    report = check(source, tmp_path / "b.mp4", unpainted=True)
    assert losses(report) == ["pictures"]
    assert row(report, "pictures").why == "not painted, and not what it was"
    rewrite(source, tmp_path / "c.mp4")
    assert check(source, tmp_path / "c.mp4", unpainted=True).lost == ()


def test_a_matte_that_changed_is_a_loss(tmp_path: Path) -> None:
    source = make_alpha_webm(tmp_path / "a.webm")

    def opaque(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            pixels = np.array(frame.pixels, np.uint8)
            pixels[..., 3] = 255 - pixels[..., 3]
            yield frame.with_pixels(pixels)

    rewrite(source, tmp_path / "b.webm", change=opaque, options=EncoderOptions())
    assert "matte" in losses(check(source, tmp_path / "b.webm", unpainted=True))
    rewrite(source, tmp_path / "c.webm", options=EncoderOptions())
    report = check(source, tmp_path / "c.webm", unpainted=True)
    assert (row(report, "matte").verdict, report.lost) == (Verdict.KEPT, ())


def test_alpha_stays_in_webm(tmp_path: Path) -> None:
    source = make_alpha_webm(tmp_path / "a.webm")
    report = rewrite(source, tmp_path / "b.webm", options=EncoderOptions())
    assert row(report, "transparency").verdict is Verdict.KEPT
    report = rewrite(source, tmp_path / "b.mp4")
    assert (row(report, "transparency").verdict, report.lost) == (Verdict.DROPPED, ())


# --- damage -------------------------------------------------------------------------------------------------


def test_missing_frames_are_a_loss(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    report = rewrite(source, tmp_path / "b.mp4", change=lambda frames: islice(frames, 18))
    assert losses(report) == ["frame count"]
    assert row(report, "frame count").why == "2 frames are missing"


def test_a_variable_rate_made_constant_is_a_loss(tmp_path: Path) -> None:
    def even(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield replace(frame, pts=frame.index * 50, duration=50)

    report = rewrite(make_variable_rate(tmp_path / "a.mkv", audio=False), tmp_path / "b.mkv", change=even)
    assert "presentation times" in losses(report)
    assert "at most 67.000 ms off (frame 14)" in row(report, "presentation times").result


def test_a_last_frame_cut_short_is_a_loss(tmp_path: Path) -> None:
    def short(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield replace(frame, duration=1) if frame.index == 15 else frame

    report = rewrite(make_variable_rate(tmp_path / "a.mkv", audio=False), tmp_path / "b.mkv", change=short)
    assert losses(report) == ["duration"]


def test_frames_of_another_size_are_a_loss(tmp_path: Path) -> None:
    def halved(frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            yield frame.with_pixels(np.asarray(frame.pixels[::2, ::2], np.uint8))

    report = rewrite(make_clip(tmp_path / "a.mp4"), tmp_path / "b.mp4", change=halved)
    assert losses(report) == ["frame size"]


def test_silence_is_a_loss(tmp_path: Path) -> None:
    report = rewrite(make_clip(tmp_path / "a.mp4"), tmp_path / "b.mp4", copy=False)
    assert losses(report) == ["sound track 1"]


def test_a_rotation_forgotten_is_a_loss(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", rotation=180, audio=False)
    upright = make_clip(tmp_path / "b.mp4", audio=False)
    assert losses(check(source, upright)) == ["rotation"]


def test_eight_bits_under_hdr_tags_are_a_loss(tmp_path: Path) -> None:
    source = make_ten_bit(tmp_path / "a.mp4")
    flat = make_clip(
        tmp_path / "b.mp4",
        size=(128, 96),
        frames=8,
        matrix="bt2020",
        primaries=9,
        transfer=18,
    )
    assert losses(check(source, flat)) == ["bit depth"]


def test_lost_color_tags_are_a_loss(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", matrix="bt709", primaries=1, transfer=1, color_range="pc")
    bare = make_clip(tmp_path / "b.mp4")
    names = ["color primaries", "color transfer", "color matrix", "color range"]
    assert losses(check(source, bare)) == names


def test_subsampled_chroma_is_a_loss_where_the_codec_has_more(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", pix_fmt="yuv444p", audio=False)
    assert losses(check(source, make_clip(tmp_path / "b.mp4", audio=False))) == ["chroma"]


def test_sound_encoded_again_though_it_need_not_is_a_loss(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", audio_tracks=1)
    other = make_clip(tmp_path / "b.mp4", audio_tracks=2)
    _remux(other, tmp_path / "c.mp4", keep=lambda stream: stream.type == "video" or stream.index == 2)
    report = check(source, tmp_path / "c.mp4")
    assert losses(report) == ["sound track 1"]
    assert "packets are missing or changed" in row(report, "sound track 1").why


def test_sound_out_of_step_is_a_loss(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=40)
    _remux(source, tmp_path / "b.mp4", delay_ms=60)
    report = check(source, tmp_path / "b.mp4")
    assert "sound track 1: offset to the pictures" in losses(report)


def test_missing_subtitles_chapters_and_tags_are_losses(tmp_path: Path) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    _remux(source, tmp_path / "b.mkv", keep=lambda stream: stream.type != "subtitle")
    assert losses(check(source, tmp_path / "b.mkv")) == ["subtitle track 1", "chapters", "metadata"]


def _remux(
    source: Path, target: Path, *, keep: Callable[[Any], bool] = lambda stream: True, delay_ms: int = 0
) -> None:
    """Copy chosen streams, without tags and chapters, the sound later by a delay."""
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        streams: dict[int, Any] = {
            s.index: writer.add_stream_from_template(s) for s in reader.streams if keep(s)
        }
        for packet in reader.demux():
            if packet.dts is None or packet.stream_index not in streams:
                continue
            if packet.stream.type == "audio" and packet.pts is not None:
                ticks = round(Fraction(delay_ms, 1000) / packet.time_base)
                packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
            packet.stream = streams[packet.stream_index]
            writer.mux(packet)


def test_transport_headers_are_not_sound() -> None:
    with_header = b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"sound"
    with_checksum = b"\xff\xf0\x50\x80\x02\x1f\xfc\x12\x34" + b"sound"
    assert payload("aac", with_header) == payload("aac", with_checksum) == b"sound"
    assert payload("mp3", with_header) == with_header
    assert payload("mov_text", b"\0\0") == b""


# --- real footage -------------------------------------------------------------------------------------------

CLIPS = (
    "fmt_rot90_small.mp4",
    "fmt_vfr_motionphoto_hevc.mp4",
    "nasa_tool.mp4",
    "derived_interlaced_tff_mpeg2.mpg",
    "derived_oddsize_427x241_yuv444.mp4",
    "derived_mjpeg.avi",
    "fmt_gif_pigs.gif",
)


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
@pytest.mark.parametrize("name", CLIPS)
def test_real_clips_lose_nothing(tmp_path: Path, name: str) -> None:
    assert REFERENCE_DATA is not None
    source = REFERENCE_DATA / "video" / name
    report = rewrite(source, tmp_path / "b.mp4")
    assert report.lost == ()
