"""Damaged pictures in the middle of a clip: refused, held, left out, or taken as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.errors import DecodeError
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Frame
from rotoscope.media.mending import OnCorrupt

from samples import corrupt, make_clip, read_index

FRAMES = 60


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Some packets in the middle cannot be decoded; the frames after them are concealed."""
    clip = make_clip(tmp_path / "clip.mp4", frames=FRAMES, b_frames=2, audio=False)
    return corrupt(clip, tmp_path / "damaged.mp4", start=0.5, stop=0.55)


def read(path: Path, on_corrupt: OnCorrupt) -> tuple[list[Frame], tuple[str, ...]]:
    clip = open_clip(path, on_corrupt=on_corrupt)
    frames = list(clip.frames())
    return frames, clip.problems


def test_held_frames_show_the_one_before_at_their_own_times(damaged: Path) -> None:
    frames, problems = read(damaged, "hold")
    assert [frame.pts for frame in frames] == [
        frame.pts for frame in open_clip(damaged.with_name("clip.mp4")).frames()
    ]
    shown = [read_index(frame.pixels) for frame in frames]
    assert len(shown) == FRAMES
    assert shown == sorted(shown), "what is held comes from before"
    assert len(set(shown)) < FRAMES
    held = FRAMES - len(set(shown))
    assert f"{held} damaged frames show the frame before them instead." in problems


def test_skipped_frames_are_left_out_and_the_others_keep_their_times(damaged: Path) -> None:
    frames, problems = read(damaged, "skip")
    assert 30 < len(frames) < FRAMES
    step = frames[1].pts - frames[0].pts
    assert all(read_index(frame.pixels) * step == frame.pts - frames[0].pts for frame in frames)
    assert any("could be decoded" in problem for problem in problems)


def test_damage_is_refused_and_it_is_said_where_and_what_to_do(damaged: Path) -> None:
    with pytest.raises(DecodeError, match=r"damaged\.mp4: the picture at \d\.\d{3} s is.*--on-corrupt"):
        read(damaged, "fail")


def test_a_span_is_mended_as_the_whole(damaged: Path) -> None:
    clip = open_clip(damaged, on_corrupt="hold")
    whole = [(frame.index, read_index(frame.pixels)) for frame in clip.frames()]
    parts: list[tuple[int, int]] = []
    for first in range(0, FRAMES, 7):
        parts += [(f.index, read_index(f.pixels)) for f in clip.frames(first=first, stop=first + 7)]
    assert parts == whole


def test_a_sound_clip_is_the_same_whatever_is_chosen(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=12, b_frames=2)
    for choice in ("fail", "hold", "skip", "show"):
        frames, problems = read(clip, choice)
        assert [read_index(frame.pixels) for frame in frames] == list(range(12))
        assert problems == ()
