"""The same frames give the same file, byte for byte: what resumable work and caches rest on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.probe import inspect_media
from rotoscope.media.writer import open_writer

from samples import make_matroska, picture

PAIRS = [
    ("h264", ".mp4"), ("h264", ".mov"), ("h264", ".mkv"), ("h264", ".ts"), ("hevc", ".mp4"), ("hevc", ".mkv"),
    ("vp9", ".webm"), ("av1", ".webm"), ("prores", ".mov"), ("ffv1", ".mkv"), ("mpeg4", ".avi"),
    ("mpeg2", ".mpg"), ("mjpeg", ".avi"), (None, ".gif"), (None, ".webp"), (None, ".apng"),
]  # fmt: skip


def frames(*, deep: bool = False) -> list[Frame]:
    rng = np.random.default_rng(4)
    made: list[Frame] = []
    for index in range(8):
        grain = rng.integers(0, 9, (48, 64, 3), np.uint8)
        pixels = picture(index) // 2 + grain
        made.append(
            Frame(pixels.astype(np.uint16) * 257 if deep else pixels, index, index, Fraction(1, 25), 1)
        )
    return made


def render(path: Path, codec: str | None, *, threads: int = 2, deep: bool = False) -> bytes:
    options = EncoderOptions(codec=codec, threads=threads)
    with open_writer(path, source=None, options=options, overwrite=True) as writer:
        for frame in frames(deep=deep):
            writer.write(frame)
    return path.read_bytes()


@pytest.mark.parametrize(("codec", "suffix"), PAIRS)
def test_the_same_frames_give_the_same_file(tmp_path: Path, codec: str | None, suffix: str) -> None:
    assert len({render(tmp_path / f"a{suffix}", codec) for _ in range(3)}) == 1


def test_hevc_is_the_same_with_any_number_of_threads(tmp_path: Path) -> None:
    results = {render(tmp_path / "a.mkv", "hevc", threads=threads, deep=True) for threads in (0, 1, 2, 5)}
    assert len(results) == 1


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc fills fresh memory on request")
@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_what_was_in_memory_before_makes_no_difference(tmp_path: Path, codec: str) -> None:
    results: set[bytes] = set()
    for number in (0, 85, 170):
        output = tmp_path / f"{number}.mkv"
        subprocess.run(
            [sys.executable, __file__, str(output), codec],
            check=True,
            env={**os.environ, "MALLOC_PERTURB_": str(number), "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        results.add(output.read_bytes())
    assert len(results) == 1


def test_copied_streams_make_no_difference(tmp_path: Path) -> None:
    source = make_matroska(tmp_path / "a.mkv")
    results: set[bytes] = set()
    for suffix in (".mkv", ".mp4"):
        for _ in range(2):
            output = tmp_path / f"b{suffix}"
            with open_writer(
                output, source=inspect_media(source), copy_streams_from=source, overwrite=True
            ) as writer:
                for frame in frames():
                    writer.write(frame)
            results.add(output.read_bytes())
    assert len(results) == 2  # one a container


if __name__ == "__main__":
    render(Path(sys.argv[1]), sys.argv[2])
