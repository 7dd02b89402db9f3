"""GIF and animated WebP: delays, colors, size, transparency, loops."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from rotoscope.errors import EncodeError
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame, Pixels
from rotoscope.media.output import WriteReport
from rotoscope.media.probe import inspect_media
from rotoscope.media.writer import open_writer

from samples import alpha_picture, make_clip, picture, read_index

PLAIN = EncoderOptions()
SUFFIXES = (".gif", ".webp")


def write(
    output: Path,
    pixels: Sequence[Pixels],
    pts: Sequence[int],
    *,
    unit: Fraction = Fraction(1, 1000),
    last: int | None = None,
    options: EncoderOptions = PLAIN,
) -> WriteReport:
    with open_writer(output, source=None, options=options) as writer:
        for index, (picture_, time) in enumerate(zip(pixels, pts, strict=True)):
            duration = last if index == len(pts) - 1 else None
            writer.write(Frame(picture_, index=index, pts=time, time_base=unit, duration=duration))
    return writer.close()


def delays(path: Path) -> list[int]:
    with Image.open(path) as image:
        return [frame.copy().info["duration"] for frame in ImageSequence.Iterator(image)]


def pictures(count: int) -> list[Pixels]:
    return [picture(n) for n in range(count)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_delays_are_exact_where_the_format_holds_them(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    report = write(path, pictures(4), (0, 100, 150, 350), last=700)
    assert delays(path) == [100, 50, 200, 700]
    assert [read_index(f.pixels) for f in open_clip(path).frames()] == [0, 1, 2, 3]
    assert report.notes == ()
    assert report.codec == suffix.lstrip(".")
    assert report.size_bytes == path.stat().st_size


@pytest.mark.parametrize(("suffix", "tick"), [(".gif", 10), (".webp", 1)])
def test_rounding_does_not_add_up(tmp_path: Path, suffix: str, tick: int) -> None:
    path = tmp_path / f"a{suffix}"
    report = write(path, pictures(100), range(100), unit=Fraction(1001, 30000), last=1)
    found = delays(path)
    starts = [sum(found[:n]) for n in range(100)]
    off = [abs(start - n * 1001 / 30) for n, start in enumerate(starts)]
    assert max(off) <= tick / 2 + 1e-9
    assert abs(sum(found) - 100 * 1001 / 30) <= tick
    assert "(the rounding does not add up)" in report.notes[0]


def test_a_gif_refuses_delays_that_browsers_stretch(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"less than 0\.02 s.*Give --fps 25, or another rate up to 50"):
        write(tmp_path / "a.gif", pictures(4), range(4), unit=Fraction(1, 60))
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "b.gif", pictures(4), range(4), unit=Fraction(1, 50))
    assert delays(tmp_path / "b.gif")[:3] == [20, 20, 20]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("loop", [0, 1, 3])
def test_loops_are_counted_in_plays(tmp_path: Path, suffix: str, loop: int) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, pictures(2), (0, 100), options=EncoderOptions(loop=loop))
    with Image.open(path) as image:
        stated = image.info.get("loop")
    # A GIF states repetitions, and nothing at all for a single play; Pillow gives what is stated.
    expected = {0: 0, 1: None, 3: 2} if suffix == ".gif" else {0: 0, 1: 1, 3: 3}
    assert stated == expected[loop]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_width_is_chosen_and_the_height_follows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, pictures(2), (0, 100), options=EncoderOptions(width=33))
    assert inspect_media(path).video.frame_size == (33, 25)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_transparency_is_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path, [alpha_picture(n) for n in range(3)], (0, 100, 200))
    for frame in open_clip(path).frames():
        assert frame.pixels[..., 3][:, :30].min() == 255
        assert frame.pixels[..., 3][:, 34:].max() == 0


def test_the_color_table_is_made_for_all_frames(tmp_path: Path) -> None:
    """Two frames of quite different colors: a table made for the first alone would miss the second."""
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    red, blue = np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64, 3), np.uint8)
    red[..., 0], blue[..., 2] = ramp, ramp
    write(tmp_path / "a.gif", [red, blue], (0, 100))
    for frame, expected in zip(open_clip(tmp_path / "a.gif").frames(), (red, blue), strict=True):
        assert np.abs(frame.pixels[..., :3].astype(int) - expected.astype(int)).mean() < 3


def test_memory_of_the_color_table_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    """Colors are rounded before they are counted, so noise makes no more entries than there are cells."""
    noise = np.random.default_rng(0)
    frames: list[Pixels] = [noise.integers(0, 256, (64, 64, 3), dtype=np.uint8) for _ in range(3)]
    report = write(tmp_path / "a.gif", frames, (0, 100, 200))
    assert report.frames == 3
    with Image.open(tmp_path / "a.gif") as image:
        assert len(image.convert("RGB").getcolors(4096) or []) <= 256


def test_frames_alike_become_one_longer_delay_in_webp_and_it_is_said(tmp_path: Path) -> None:
    same = picture(0)
    report = write(tmp_path / "a.webp", [same, same, picture(1)], (0, 100, 200), last=100)
    assert delays(tmp_path / "a.webp") == [200, 100]
    assert report.notes == ("1 frames like the one before them are shown as its longer delay: WebP does so",)


def test_pixels_that_are_not_square_are_shown_in_shape(tmp_path: Path) -> None:
    clip = open_clip(
        make_clip(tmp_path / "a.mp4", sample_aspect_ratio=Fraction(3, 2), rotation=90, frames=2, audio=False)
    )
    with open_writer(tmp_path / "a.gif", source=clip.info) as writer:
        for frame in clip.frames():
            writer.write(frame)
    assert inspect_media(tmp_path / "a.gif").video.frame_size == (32, 64)


def test_sound_that_is_left_out_is_said(tmp_path: Path) -> None:
    clip = open_clip(make_clip(tmp_path / "a.mp4", frames=3))
    with open_writer(tmp_path / "a.gif", source=clip.info) as writer:
        for frame in clip.frames():
            writer.write(frame)
    assert "sound left out: animated pictures are silent" in writer.close().notes


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_unfinished_animation_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    writer = open_writer(tmp_path / f"a{suffix}", source=None)
    writer.write(Frame(picture(0), index=0, pts=0, time_base=Fraction(1, 10)))
    writer.abort()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EncodeError, match="no frame was given"):
        open_writer(tmp_path / f"a{suffix}", source=None).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sixteen_bits_are_rounded_to_eight(tmp_path: Path, suffix: str) -> None:
    level = np.full((48, 64, 3), 200 * 257, np.uint16)
    other = np.full((48, 64, 3), 100 * 257, np.uint16)
    write(tmp_path / f"a{suffix}", [level, other], (0, 100), options=EncoderOptions(quality=100))
    means = [float(f.pixels[..., :3].mean()) for f in open_clip(tmp_path / f"a{suffix}").frames()]
    assert means == pytest.approx([200, 100], abs=2.5)
