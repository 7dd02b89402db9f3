"""What comes along beside the pictures: packet by packet, converted, or left out with a note."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from av.container import InputContainer
from av.stream import Disposition
from PIL import Image

from rotoscope.media.carriers import nearest_rate
from rotoscope.media.clip import open_clip
from rotoscope.media.opening import open_container
from rotoscope.media.output import WriteReport
from rotoscope.media.selection import Selection
from rotoscope.media.writer import open_writer

from samples import make_clip, make_matroska, make_variable_rate, picture


def rewrite(
    source: Path,
    output: Path,
    *,
    selection: Selection | None = None,
    metadata: dict[str, str] | None = None,
) -> WriteReport:
    chosen = selection or Selection()
    clip = open_clip(source, selection=chosen)
    cut = chosen.start is not None or chosen.stop is not None
    with open_writer(
        output,
        source=clip.info,
        copy_streams_from=source,
        span=(chosen.start or Fraction(0), chosen.stop) if cut else None,
        metadata=metadata or {},
    ) as writer:
        for frame in clip.frames():
            writer.write(frame)
    return writer.close()


@contextmanager
def opened(path: Path) -> Generator[InputContainer]:
    with open_container(path) as container:
        yield container


def packets(path: Path, kind: str, number: int = 0) -> list[tuple[Fraction, bytes]]:
    """(seconds, content) of every packet that is played, of the numbered stream of a kind."""
    with opened(path) as container:
        stream = [s for s in container.streams if s.type == kind][number]
        return [
            ((p.pts or 0) * p.time_base, bytes(p))
            for p in container.demux(stream)
            if p.size and p.pts is not None and not p.is_discard
        ]


def contents(found: list[tuple[Fraction, bytes]]) -> list[bytes]:
    return [content for _, content in found]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_every_sound_track_comes_along_as_it_is(tmp_path: Path, suffix: str) -> None:
    source = make_clip(tmp_path / "a.mp4", audio_tracks=2)
    report = rewrite(source, tmp_path / f"b{suffix}")
    for number in (0, 1):
        before, after = (packets(p, "audio", number) for p in (source, tmp_path / f"b{suffix}"))
        assert contents(before) == contents(after)
        assert len(before) > 30
    with opened(tmp_path / f"b{suffix}") as container:
        assert [s.metadata["language"] for s in container.streams.audio] == ["eng", "fra"]
    assert report.notes == ()


def test_sound_keeps_its_place_to_the_pictures_to_the_tick(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", pts=[n * 40 for n in range(5, 25)])
    rewrite(source, tmp_path / "b.mp4")
    offsets = [
        packets(path, "audio")[0][0] - packets(path, "video")[0][0] for path in (source, tmp_path / "b.mp4")
    ]
    assert offsets[0] == offsets[1]


def test_a_broadcast_that_begins_at_any_time_begins_at_zero(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.ts", pts=range(5000, 6600, 40))
    rewrite(source, tmp_path / "b.mp4")
    before = packets(source, "audio")[0][0] - packets(source, "video")[0][0]
    after = packets(tmp_path / "b.mp4", "audio")[0][0] - packets(tmp_path / "b.mp4", "video")[0][0]
    assert packets(source, "video")[0][0] > 1
    assert min(packets(tmp_path / "b.mp4", kind)[0][0] for kind in ("audio", "video")) < Fraction(1, 1000)
    assert abs(before - after) <= Fraction(1, 48000)


def test_a_variable_rate_clip_keeps_its_sound_in_step(tmp_path: Path) -> None:
    source = make_variable_rate(tmp_path / "a.mkv")
    rewrite(source, tmp_path / "b.mkv")
    assert packets(source, "audio") == packets(tmp_path / "b.mkv", "audio")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_span_takes_its_sound_along(tmp_path: Path, suffix: str) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=50)
    output = tmp_path / f"b{suffix}"
    rewrite(source, output, selection=Selection(start=Fraction(4, 5), stop=Fraction(6, 5)))
    before, after = packets(source, "audio"), packets(output, "audio")
    wanted = [(s - Fraction(4, 5), c) for s, c in before if Fraction(4, 5) <= s < Fraction(6, 5)]
    assert contents(after) == [content for _, content in wanted]
    pictures = packets(output, "video")[0][0]
    assert abs(after[0][0] - pictures - wanted[0][0]) <= Fraction(1, 1000)


def test_a_retimed_clip_keeps_its_sound_in_step(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=50)
    chosen = Selection(start=Fraction(4, 5), stop=Fraction(6, 5), fps=Fraction(10))
    rewrite(source, tmp_path / "b.mp4", selection=chosen)
    before, after = packets(source, "audio"), packets(tmp_path / "b.mp4", "audio")
    first = next((s, c) for s, c in before if s >= Fraction(4, 5))
    assert packets(tmp_path / "b.mp4", "video")[0][0] == 0
    assert after[0][1] == first[1]
    assert abs(after[0][0] - (first[0] - Fraction(4, 5))) <= Fraction(1, 48000)


@pytest.mark.parametrize(("suffix", "codec"), [(".webm", "opus"), (".avi", "mp3"), (".mpg", "mp2")])
def test_sound_the_container_does_not_hold_is_converted_and_said(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    source = make_clip(tmp_path / "a.mp4", frames=50)
    report = rewrite(source, tmp_path / f"b{suffix}")
    container = {".webm": "webm", ".avi": "avi", ".mpg": "mpeg"}[suffix]
    assert report.notes[0] == f"sound track 1 converted from aac to {codec}: {container} does not hold aac"
    assert _sound_seconds(tmp_path / f"b{suffix}") == pytest.approx(2, abs=0.06)
    with opened(tmp_path / f"b{suffix}") as file:
        assert file.streams.audio[0].codec_context.codec.canonical_name == codec


def _sound_seconds(path: Path) -> float:
    with opened(path) as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.sample_rate


def test_text_subtitles_are_converted_both_ways(tmp_path: Path) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    report = rewrite(source, tmp_path / "b.mp4")
    assert "subtitle track 3 converted from subrip to mov_text: mp4 does not hold subrip" in report.notes
    found = [(s, c[2:]) for s, c in packets(tmp_path / "b.mp4", "subtitle") if c != b"\0\0"]
    assert found == [(0, b"Hello"), (Fraction(2, 5), b"Goodbye")]
    rewrite(tmp_path / "b.mp4", tmp_path / "c.mkv")
    assert packets(tmp_path / "c.mkv", "subtitle") == packets(source, "subtitle")


def test_what_has_no_place_is_left_out_and_said(tmp_path: Path) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    report = rewrite(source, tmp_path / "b.avi")
    assert "subtitle stream 3 (subrip) left out: avi cannot hold it" in report.notes
    assert "2 chapters left out: avi holds none" in report.notes


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".mov"])
def test_chapters_and_tags_come_along(tmp_path: Path, suffix: str) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    rewrite(source, tmp_path / f"b{suffix}", metadata={"comment": "painted"})
    clip = open_clip(tmp_path / f"b{suffix}")
    tags = {key.lower(): value for key, value in clip.info.metadata.items()}
    assert [(c.start_seconds, c.title) for c in clip.info.chapters] == [
        (0, "Take off"),
        (Fraction(2, 5), "Landing"),
    ]
    assert (tags["title"], tags["comment"]) == ("Sample", "painted")


def test_chapters_are_cut_with_the_span(tmp_path: Path) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    rewrite(source, tmp_path / "b.mkv", selection=Selection(start=Fraction(1, 5), stop=Fraction(3, 5)))
    chapters = open_clip(tmp_path / "b.mkv").info.chapters
    assert [(c.start_seconds, c.end_seconds) for c in chapters] == [
        (0, Fraction(1, 5)),
        (Fraction(1, 5), Fraction(2, 5)),
    ]


def test_tags_of_any_name_survive_in_mp4(tmp_path: Path) -> None:
    tags = {"title": "Sample", "com.android.version": "12", "location": "+37.5002+127.0362/"}
    source = make_clip(tmp_path / "a.mkv", metadata=tags, frames=2)
    rewrite(source, tmp_path / "b.mp4")
    found = {key.lower(): value for key, value in open_clip(tmp_path / "b.mp4").info.metadata.items()}
    assert tags.items() <= found.items()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_cover_art_comes_along(tmp_path: Path, suffix: str) -> None:
    source = _with_cover(make_clip(tmp_path / "a.mp4", frames=5), tmp_path / "cover.mp4")
    report = rewrite(source, tmp_path / f"b{suffix}")
    with opened(tmp_path / f"b{suffix}") as container:
        covers = [s for s in container.streams.video if Disposition.attached_pic in s.disposition]
        assert len(covers) == 1
        assert bytes(next(p for p in container.demux(covers[0]) if p.size)) == _cover()
    assert report.notes == ()
    report = rewrite(source, tmp_path / "b.avi")
    assert any(
        note.startswith("video stream 2 (mjpeg) left out: avi holds no such cover art")
        for note in report.notes
    )


def test_fonts_come_along_in_matroska(tmp_path: Path) -> None:
    plain = make_clip(tmp_path / "a.mkv", frames=3)
    with av.open(str(plain)) as reader, av.open(str(tmp_path / "font.mkv"), "w") as writer:
        streams: dict[int, Any] = {s.index: writer.add_stream_from_template(s) for s in reader.streams}
        writer.add_attachment("font.ttf", "font/ttf", b"not really a font")
        for packet in reader.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                writer.mux(packet)
    rewrite(tmp_path / "font.mkv", tmp_path / "b.mkv")
    with opened(tmp_path / "b.mkv") as container:
        assert [(s.name, s.data) for s in container.streams.attachments] == [
            ("font.ttf", b"not really a font")
        ]


def _cover() -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture(1)).save(buffer, "JPEG")
    return buffer.getvalue()


def _with_cover(source: Path, target: Path) -> Path:
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        streams: dict[int, Any] = {s.index: writer.add_stream_from_template(s) for s in reader.streams}
        art: Any = writer.add_stream("mjpeg", width=64, height=48)
        art.pix_fmt = "yuvj420p"
        art.disposition = Disposition.attached_pic
        packet: av.Packet[Any] = av.Packet(_cover())
        packet.stream, packet.pts, packet.dts, packet.time_base = art, 0, 0, Fraction(1, 90000)
        writer.mux(packet)
        for other in reader.demux():
            if other.dts is not None:
                other.stream = streams[other.stream_index]
                writer.mux(other)
    return target


def test_sample_rates_an_encoder_lacks_become_the_next_one_above() -> None:
    assert nearest_rate(48000, [32000, 44100, 48000]) == 48000
    assert nearest_rate(8000, [16000, 44100, 22050]) == 16000
    assert nearest_rate(96000, [32000, 44100, 48000]) == 48000
    assert nearest_rate(8000, []) == 8000
