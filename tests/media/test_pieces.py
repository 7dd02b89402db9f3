"""Pieces of a video: kept as they were encoded, and joined without a gap."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.errors import EncodeError
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.joining import decoding_times, join_pieces, require_whole
from rotoscope.media.output import CONTAINERS
from rotoscope.media.picture_encoder import PieceEncoder
from rotoscope.media.pieces import Piece, PieceFacts, PieceWriter, read_piece
from rotoscope.media.video_plan import Opening, VideoPlan, plan_video

from samples import picture, read_index

TICK = Fraction(1, 25)


def plan_for(suffix: str, codec: str | None = None) -> VideoPlan:
    return plan_video(
        CONTAINERS[suffix],
        EncoderOptions(codec=codec, threads=2),
        source=None,
        opening=Opening((48, 64, 3), is_deep=False, time_base=TICK, pts=0, next_pts=1),
        span=None,
        earliest=None,
    )


def make_piece(folder: Path, plan: VideoPlan, first: int, stop: int) -> Piece:
    """Frames [first, stop) of the sample pictures."""
    place = folder / f"{first}.piece"
    writer = PieceWriter(place)
    timeline = plan.timeline(index=first, previous=(first - 1) * TICK if first else None)
    encoder = PieceEncoder(plan, timeline, output="a test")
    for index in range(first, stop):
        writer.add(encoder.encode(Frame(picture(index), index, index, TICK)))
    writer.add(encoder.flush())
    encoder.close()
    writer.publish(PieceFacts(first=first, stop=stop, frames=stop - first, shape=(48, 64, 3), is_deep=False))
    piece = read_piece(place)
    assert piece is not None
    return piece


def join(pieces: Sequence[Piece], output: Path, plan: VideoPlan) -> Path:
    join_pieces(pieces, output, plan, source=None, copier=None, overwrite=False, metadata={})
    return output


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        (".mp4", "h264"), (".mkv", "h264"), (".mov", "hevc"), (".ts", "h264"), (".webm", "vp9"),
        (".mkv", "av1"), (".mov", "prores"), (".mkv", "ffv1"), (".avi", "mpeg4"), (".mpg", "mpeg2"),
    ],
)  # fmt: skip
def test_joined_pieces_show_every_frame_once_at_its_time(tmp_path: Path, suffix: str, codec: str) -> None:
    plan = plan_for(suffix, codec)
    pieces = [make_piece(tmp_path, plan, *span) for span in ((0, 7), (7, 8), (8, 20))]
    clip = open_clip(join(pieces, tmp_path / f"joined{suffix}", plan))
    frames = list(clip.frames())
    assert [read_index(frame.pixels) for frame in frames] == list(range(20))
    seconds = [frame.time_seconds - frames[0].time_seconds for frame in frames]
    assert all(abs(time - index * TICK) <= Fraction(1, 1000) for index, time in enumerate(seconds))


def test_a_piece_is_what_was_written(tmp_path: Path) -> None:
    piece = make_piece(tmp_path, plan_for(".mp4"), 0, 5)
    assert sorted(entry.pts for entry, _ in piece.packets()) == [0, 1, 2, 3, 4]
    assert all(len(content) == entry.size for entry, content in piece.packets())
    assert piece.index.packets[0].is_keyframe


@pytest.mark.parametrize("where", [0.0, 0.5, 0.9, 0.999])
def test_a_damaged_piece_is_no_piece(tmp_path: Path, where: float) -> None:
    path = make_piece(tmp_path, plan_for(".mp4"), 0, 5).path
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 0xFF
    path.write_bytes(bytes(content))
    assert read_piece(path) is None


@pytest.mark.parametrize("keep", [0, 5, 40, -1])
def test_a_piece_that_was_cut_off_is_no_piece(tmp_path: Path, keep: int) -> None:
    path = make_piece(tmp_path, plan_for(".mp4"), 0, 5).path
    path.write_bytes(path.read_bytes()[:keep])
    assert read_piece(path) is None
    assert read_piece(tmp_path / "none.piece") is None


def test_a_piece_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    first = make_piece(tmp_path, plan_for(".mp4"), 0, 5)
    before = first.path.stat().st_ino
    make_piece(tmp_path, plan_for(".mp4"), 0, 5)
    assert first.path.stat().st_ino == before
    assert [path.name for path in tmp_path.iterdir()] == ["0.piece"]


def test_missing_and_doubled_frames_are_refused(tmp_path: Path) -> None:
    plan = plan_for(".mp4")
    first, second, third = (make_piece(tmp_path, plan, *span) for span in ((0, 4), (4, 8), (8, 12)))
    with pytest.raises(EncodeError, match="frames 4 to 8 are missing or doubled"):
        require_whole([first, third])
    with pytest.raises(EncodeError, match="frames 4 to 0 are missing or doubled"):
        require_whole([first, first, second])
    with pytest.raises(EncodeError, match="do not make a whole"):
        join([first, third], tmp_path / "joined.mp4", plan)
    assert not (tmp_path / "joined.mp4").exists()


def test_a_piece_that_lacks_a_packet_is_refused(tmp_path: Path) -> None:
    piece = make_piece(tmp_path, plan_for(".mp4"), 0, 4)
    index = piece.index.model_copy(update={"packets": piece.index.packets[1:]})
    with pytest.raises(EncodeError, match="4 frames were painted from 0 on, and 3 are"):
        require_whole([Piece(piece.path, index)])


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_decoding_times_rise_and_come_before_what_they_show(steps: list[int], chance: Any) -> None:  # noqa: ANN401
    shown = [sum(steps[: n + 1]) for n in range(len(steps))]
    order = sorted(range(len(shown)), key=lambda place: place + chance.uniform(0, 4))  # as B-frames do
    presentation = [shown[place] for place in order]
    times = list(decoding_times(presentation))
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(dts <= pts for dts, pts in zip(times, presentation, strict=True))


def test_decoding_times_of_pictures_in_their_order_are_their_own() -> None:
    assert list(decoding_times([0, 3, 4, 9])) == [0, 3, 4, 9]
    assert list(decoding_times([0, 4, 2, 1, 3])) == [-2, -1, 0, 1, 2]
    assert list(decoding_times([])) == []


def test_pieces_are_encoded_as_a_file_of_that_container_would(tmp_path: Path) -> None:
    plan = plan_for(".mp4")
    joined = join([make_piece(tmp_path, plan, 0, 6)], tmp_path / "joined.mp4", plan)
    with av.open(io.BytesIO(joined.read_bytes())) as file:
        context = file.streams.video[0].codec_context
        assert context.extradata is not None
        assert context.extradata[:1] == b"\x01"  # an avcC box: parameters stand in the header
