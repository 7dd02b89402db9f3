"""Real footage: every reference clip gives the frames its catalogue counts.

The catalogue (``SOURCES.tsv``) states, for each clip, what FFmpeg decoded of it.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rotoscope.media.clip import open_clip
from rotoscope.media.probe import inspect_media
from rotoscope.media.selection import Selection

from reference import MISSING, REFERENCE_DATA

pytestmark = pytest.mark.reference_data

_DECODED_SECONDS = Fraction(1, 5)
"""How much of each clip is decoded; counting reads all of it."""
_LARGE = 1920 * 1080
"""Clips of more pixels are not decoded from their middle: keyframes lie far apart, and it takes seconds."""


def catalogue() -> list[dict[str, str]]:
    if REFERENCE_DATA is None:
        return []
    table = REFERENCE_DATA / "video" / "SOURCES.tsv"
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(
    params=catalogue() or [pytest.param(None, marks=pytest.mark.skip(MISSING))],
    ids=lambda row: row["file"] if row else "no clips",
)
def row(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.param


def path_of(row: dict[str, str]) -> Path:
    assert REFERENCE_DATA is not None
    return REFERENCE_DATA / "video" / row["file"]


def test_the_count_from_packets_is_the_count_of_decoded_frames(row: dict[str, str]) -> None:
    info = inspect_media(path_of(row))
    count = info.video.frame_count_from_content
    assert count is not None
    if row["frames_decoded"].endswith("+"):
        assert count >= int(row["frames_decoded"][:-1])
    else:
        assert count == int(row["frames_decoded"])
    width, height = map(int, row["coded_size"].split("x"))
    assert info.video.coded_size == (width, height)
    assert info.video.rotation_degrees == -int(row["rotation_pyav"]) % 360
    assert info.video.is_interlaced == (row["interlaced_frames"] != "0")
    assert len(info.audio) >= (row["audio"] != "none")


def test_a_second_half_starts_where_it_is_asked_to(row: dict[str, str]) -> None:
    path = path_of(row)
    video = inspect_media(path).video
    duration = video.duration_seconds_from_content
    assert duration is not None
    if video.coded_size[0] * video.coded_size[1] > _LARGE:
        pytest.skip("larger than 1920x1080")
    span = Selection(start=duration / 2, stop=duration / 2 + _DECODED_SECONDS)
    clip = open_clip(path, selection=span)
    times = [frame.time_seconds for frame in clip.frames()]
    assert len(times) == clip.expected_frames
    assert times == sorted(set(times))


def test_the_beginning_decodes_whole(row: dict[str, str]) -> None:
    width, height = map(int, row["coded_size"].split("x"))
    span = _DECODED_SECONDS if width * height <= _LARGE else _DECODED_SECONDS / 4
    clip = open_clip(path_of(row), selection=Selection(stop=span))
    count = 0
    for frame in clip.frames():
        width, height = clip.info.video.frame_size
        assert frame.pixels.shape[:2] == (height, width)
        assert frame.pixels.dtype == (np.uint16 if clip.info.video.bit_depth > 8 else np.uint8)
        assert not frame.is_corrupt
        count += 1
    assert count == clip.expected_frames > 0
