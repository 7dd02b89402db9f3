"""Whatever bytes a file has: frames, or one of our own errors; never a traceback of somebody else's."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import RotoscopeError
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Frame

from samples import corrupt, make_alpha_webm, make_clip, make_gif, make_matroska, picture, truncate

TRIES = 12


def _still(path: Path) -> Path:
    Image.fromarray(picture(5)).save(path)
    return path


SOURCES: dict[str, Callable[[Path], Path]] = {
    "clip.mp4": lambda path: make_clip(path, b_frames=2),
    "clip.mkv": make_matroska,
    "clip.ts": lambda path: make_clip(path, codec="mpeg2video"),
    "clip.avi": lambda path: make_clip(path, codec="mjpeg", pix_fmt="yuvj420p"),
    "clip.webm": lambda path: make_alpha_webm(path, frames=4),
    "a.gif": make_gif,
    "a.webp": make_gif,
    "a.png": make_gif,
    "still.jpg": _still,
    "still.tif": _still,
    "still.bmp": _still,
}


def outcome(path: Path) -> str:
    message = None
    frames: list[Frame] = []
    try:
        frames = list(islice(open_clip(path, on_truncated="keep").frames(), 100))
    except RotoscopeError as error:
        message = str(error)
    if message is not None:
        assert path.name in message
        return "refused"
    assert all(frame.pixels.dtype in (np.uint8, np.uint16) for frame in frames)
    return "frames"


@pytest.mark.parametrize("name", SOURCES)
def test_changed_and_missing_bytes(tmp_path: Path, name: str) -> None:
    source = SOURCES[name](tmp_path / name)
    whole = source.read_bytes()
    chance = random.Random(name)
    outcomes: Counter[str] = Counter()
    for attempt in range(TRIES):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 3, 10, 50])):
            # Headers are where damage does most.
            reach = min(len(content), chance.choice([64, 400, 2000, len(content)]))
            content[chance.randrange(reach)] = chance.randrange(256)
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        path = tmp_path / f"{attempt}_{name}"
        path.write_bytes(bytes(content))
        outcomes[outcome(path)] += 1
    assert set(outcomes) <= {"frames", "refused"}


@pytest.mark.parametrize("name", SOURCES)
def test_noise_in_the_middle_and_a_missing_end(tmp_path: Path, name: str) -> None:
    source = SOURCES[name](tmp_path / name)
    assert outcome(source) == "frames"
    outcome(corrupt(source, tmp_path / f"corrupt_{name}"))
    outcome(truncate(source, tmp_path / f"cut_{name}"))


def test_a_recording_that_starts_between_keyframes(tmp_path: Path) -> None:
    """Players skip to the first keyframe; so does the count, and nothing is called missing."""
    whole = make_clip(tmp_path / "clip.ts", frames=60, b_frames=2, gop=12)
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole.read_bytes()[188 * 60 :])
    clip = open_clip(cut)
    count = sum(1 for _ in clip.frames())
    assert 20 < count < 60
    assert abs(clip.expected_frames - count) <= 3
    assert clip.problems == ()
