"""Animated pictures: delays, compositing, loops."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import DecodeError
from rotoscope.media.animation import animation_frames, survey_animation

from samples import make_gif, picture, read_index

F = Fraction


def pixels_of(path: Path) -> list[np.ndarray]:
    found = survey_animation(path)
    return [lazy.read() for lazy in animation_frames(path, times=found.times, has_alpha=found.has_alpha)]


def delays_ms(path: Path) -> list[Fraction]:
    times = survey_animation(path).times
    ends = (*times.pts[1:], times.end_pts)
    return [(end - pts) * times.time_base * 1000 for pts, end in zip(times.pts, ends, strict=True)]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_delays_are_exact(tmp_path: Path, suffix: str) -> None:
    assert delays_ms(make_gif(tmp_path / f"a{suffix}", delays_ms=(70, 30, 1000))) == [70, 30, 1000]


def test_gif_delays_are_those_that_ffmpeg_shows(tmp_path: Path) -> None:
    """A delay of 0, which stands for none stated, among them."""
    path = make_gif(tmp_path / "a.gif", delays_ms=(0, 10, 20, 50))
    with av.open(str(path)) as container:
        shown = [packet.duration for packet in container.demux(video=0) if packet.size]
    assert delays_ms(path) == [10 * duration for duration in shown if duration] == [100, 10, 20, 50]


def test_apng_delays_are_fractions(tmp_path: Path) -> None:
    path = make_gif(tmp_path / "a.png", delays_ms=(100, 100, 100))
    content = path.read_bytes()
    thirtieth = content.replace(struct.pack(">HH", 1, 10), struct.pack(">HH", 1, 30))
    path.write_bytes(_with_checksums(thirtieth))
    assert delays_ms(path) == [F(1000, 30)] * 3


def _with_checksums(png: bytes) -> bytes:
    out, at = png[:8], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        body = png[at + 4 : at + 8 + length]
        out += png[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return out


def test_frames_are_composited(tmp_path: Path) -> None:
    """Each picture changes a corner only, and leaves the rest of the one before."""
    path = tmp_path / "a.gif"
    images = []
    for i in range(4):
        pixels = picture(0).copy()
        pixels[:, : 8 * i] = 90
        images.append(Image.fromarray(pixels))
    images[0].save(path, save_all=True, append_images=images[1:], duration=100)
    frames = pixels_of(path)
    for i, pixels in enumerate(frames):
        assert abs(pixels.astype(int) - np.asarray(images[i])).max() < 12


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_transparency(tmp_path: Path, suffix: str) -> None:
    opaque = make_gif(tmp_path / f"opaque{suffix}")
    assert not survey_animation(opaque).has_alpha
    assert [pixels.shape[2] for pixels in pixels_of(opaque)] == [3] * 4
    path = make_gif(tmp_path / f"transparent{suffix}", transparent=True)
    assert survey_animation(path).has_alpha
    for pixels in pixels_of(path):
        assert pixels.shape == (48, 64, 4)
        assert (pixels[:, 32:, 3] == 0).all()
        assert (pixels[:, :32, 3] == 255).all()


def test_loops(tmp_path: Path) -> None:
    assert survey_animation(make_gif(tmp_path / "a.gif", loop=0)).loop == 0
    assert survey_animation(make_gif(tmp_path / "b.gif", loop=5)).loop == 5


def test_an_apng_may_carry_a_still_for_others(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    images = [Image.fromarray(picture(i)) for i in range(4)]
    images[0].save(path, save_all=True, append_images=images[1:], duration=100, default_image=True)
    assert [read_index(pixels) for pixels in pixels_of(path)] == [1, 2, 3]


def test_a_file_that_changes_meanwhile(tmp_path: Path) -> None:
    path = make_gif(tmp_path / "a.gif", delays_ms=[100] * 5)
    times = survey_animation(path).times
    make_gif(path, delays_ms=[100] * 3)
    with pytest.raises(DecodeError, match="has changed while it was read"):
        list(animation_frames(path, times=times, has_alpha=False))
