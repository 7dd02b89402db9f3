"""Frames of a clip: which, when, and the right way up."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import DecodeError, InvalidOptions, TruncatedError, UnsupportedMedia
from rotoscope.media.clip import Clip, open_clip
from rotoscope.media.opening import Limits
from rotoscope.media.selection import Selection

from samples import (
    IRREGULAR_PTS,
    corners,
    corrupt,
    make_alpha_webm,
    make_clip,
    make_gif,
    make_matroska,
    make_odd_sized,
    make_stills,
    make_ten_bit,
    make_variable_rate,
    picture,
    read_index,
    truncate,
)

F = Fraction


def indices(clip: Clip) -> list[int]:
    """Which frames came, as they say themselves; checks what every clip promises on the way."""
    found: list[int] = []
    last: Fraction | None = None
    for number, frame in enumerate(clip.frames()):
        assert frame.index == number
        assert frame.time_base == clip.time_base
        assert last is None or frame.time_seconds > last
        last = frame.time_seconds
        height, width = frame.pixels.shape[:2]
        assert (width, height) == clip.info.video.frame_size
        assert frame.pixels.flags.c_contiguous
        found.append(read_index(frame.pixels))
    assert len(found) == clip.expected_frames
    return found


def times_ms(clip: Clip) -> list[Fraction]:
    return [frame.time_seconds * 1000 for frame in clip.frames()]


VARIETIES: dict[str, Callable[[Path], Path]] = {
    "plain.mp4": make_clip,
    "b_frames.mp4": lambda path: make_clip(path, b_frames=3),
    "plain.mov": make_clip,
    "matroska.mkv": make_matroska,
    "mpeg2.ts": lambda path: make_clip(path, codec="mpeg2video"),
    "h264.ts": lambda path: make_clip(path, b_frames=2),
    "mpeg2.mpg": lambda path: make_clip(path, codec="mpeg2video"),
    "mjpeg.avi": lambda path: make_clip(path, codec="mjpeg", pix_fmt="yuvj420p"),
    "mpeg4_b_frames.avi": lambda path: make_clip(path, codec="mpeg4", b_frames=2),
    "vp9.webm": lambda path: make_clip(path, codec="libvpx-vp9"),
    "vp8_alt_ref.webm": lambda path: make_clip(
        path, codec="libvpx", options={"auto-alt-ref": "1", "lag-in-frames": "8", "b": "300k"}, frames=30
    ),
    "odd.mp4": make_odd_sized,
    "ten_bit.mp4": make_ten_bit,
    "interlaced.mp4": lambda path: make_clip(path, interlaced=True),
    "ntsc.mp4": lambda path: make_clip(path, rate=F(30000, 1001)),
}


@pytest.mark.parametrize("name", VARIETIES)
def test_every_frame_comes_once_in_order(tmp_path: Path, name: str) -> None:
    clip = open_clip(VARIETIES[name](tmp_path / name))
    found = indices(clip)
    assert found == list(range(len(found)))
    assert clip.problems == ()
    assert indices(clip) == found, "a clip can be read again"


def test_presentation_times_are_the_sources_own(tmp_path: Path) -> None:
    for suffix in (".mp4", ".mkv"):
        clip = open_clip(make_variable_rate(tmp_path / f"clip{suffix}"))
        assert times_ms(clip) == list(IRREGULAR_PTS)
    ntsc = open_clip(make_clip(tmp_path / "ntsc.mp4", rate=F(30000, 1001)))
    assert [frame.time_seconds for frame in ntsc.frames()] == [F(1001 * i, 30000) for i in range(20)]


def test_durations_are_the_sources_own(tmp_path: Path) -> None:
    clip = open_clip(make_variable_rate(tmp_path / "clip.mp4"))
    durations = [frame.duration * frame.time_base * 1000 for frame in clip.frames() if frame.duration]
    assert durations == [*(b - a for a, b in pairwise(IRREGULAR_PTS)), 40]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_frames_are_upright(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    # Stored so that the player's turn makes it upright.
    stored = [_stored(picture(i), rotation, mirrored) for i in range(3)]
    size = (stored[0].shape[1], stored[0].shape[0])
    path = make_clip(tmp_path / "clip.mp4", size=size, pictures=stored, rotation=rotation, mirrored=mirrored)
    clip = open_clip(path)
    frames = list(clip.frames())
    assert [read_index(frame.pixels) for frame in frames] == [0, 1, 2]
    assert [corners(frame.pixels) for frame in frames] == ["red blue"] * 3
    assert frames[0].pixels.shape == (48, 64, 3)


def _stored(upright: np.ndarray, rotation: int, mirrored: bool) -> np.ndarray:
    pixels = upright[:, ::-1] if mirrored else upright
    return np.rot90(pixels, k=rotation // 90)


def test_deep_pixels_are_uint16(tmp_path: Path) -> None:
    _, frame = open_clip(make_ten_bit(tmp_path / "clip.mp4", frames=2)).frames()
    assert frame.pixels.dtype == np.uint16
    assert frame.pixels.max() > 64000


def test_alpha_is_kept(tmp_path: Path) -> None:
    clip = open_clip(make_alpha_webm(tmp_path / "clip.webm"))
    frames = list(clip.frames())
    assert len(frames) == 8
    for frame in frames:
        assert frame.pixels.shape == (48, 64, 4)
        assert frame.pixels[:, :24, 3].min() > 240
        assert frame.pixels[:, -24:, 3].max() < 15


def test_interlaced_pictures_are_made_whole(tmp_path: Path) -> None:
    """A bar that moves between the fields of a picture leaves a comb, which deinterlacing takes away."""
    woven = [_woven(i) for i in range(10)]
    path = make_clip(tmp_path / "clip.mp4", size=(128, 96), pictures=woven, interlaced=True, audio=False)
    clip = open_clip(path)
    frames = list(clip.frames())
    assert [frame.time_seconds for frame in frames] == [F(i, 25) for i in range(10)]
    comb = [_comb(frame.pixels) for frame in frames[2:-2]]
    assert max(comb) < 0.2 * _comb(woven[5])


def _woven(index: int) -> np.ndarray:
    pixels = np.full((96, 128, 3), 40, np.uint8)
    for field in (0, 1):
        left = 10 + 8 * index + 4 * field
        pixels[field::2, left : left + 16] = 220
    return pixels


def _comb(pixels: np.ndarray) -> float:
    """Difference of each row from the mean of its neighbours."""
    rows = pixels[..., 0].astype(float)
    return float(abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean())


def test_start_and_stop(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", frames=50)
    clip = open_clip(path, selection=Selection(start=F(1), stop=F(3, 2)))
    assert indices(clip) == list(range(25, 38))
    assert times_ms(clip)[0] == 1000


@pytest.mark.parametrize("name", ["b_frames.mp4", "matroska.mkv", "h264.ts", "interlaced.mp4"])
@pytest.mark.parametrize("start", [F(1, 25), F(11, 25), F(12, 25), F(19, 25)])
def test_starting_late_gives_the_very_same_pixels(tmp_path: Path, name: str, start: Fraction) -> None:
    path = VARIETIES[name](tmp_path / name)
    whole = list(open_clip(path).frames())
    first = int(start * 25)
    late = list(open_clip(path, selection=Selection(start=start)).frames())
    assert [frame.pts for frame in late] == [frame.pts for frame in whole[first:]]
    for expected, frame in zip(whole[first:], late, strict=True):
        np.testing.assert_array_equal(expected.pixels, frame.pixels)


def test_starting_late_leaps_over_what_is_not_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rotoscope.media import readers  # noqa: PLC0415  # to count what it decodes

    path = make_clip(tmp_path / "clip.mp4", frames=100, gop=10)
    decoded: list[int] = []
    original = readers.decode

    def counting(*arguments: object, **options: object) -> object:
        for item in original(*arguments, **options):  # type: ignore[arg-type]
            decoded.append(item.pts)
            yield item

    monkeypatch.setattr(readers, "decode", counting)
    assert indices(open_clip(path, selection=Selection(start=F(95, 25)))) == [95, 96, 97, 98, 99]
    assert len(decoded) == 10


def test_a_clip_that_starts_late_counts_from_its_first_frame(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mkv", pts=[1000 + 40 * i for i in range(20)])
    clip = open_clip(path, selection=Selection(start=F(2, 5)))
    assert indices(clip) == list(range(10, 20))
    assert times_ms(clip)[0] == 1400


def test_every(tmp_path: Path) -> None:
    clip = open_clip(make_clip(tmp_path / "clip.mp4", frames=60), selection=Selection(every=F(1)))
    assert indices(clip) == [0, 25, 50]
    frames = list(clip.frames())
    assert [frame.time_seconds for frame in frames] == [0, 1, 2]
    assert [frame.duration for frame in frames] == [None] * 3


def test_fps(tmp_path: Path) -> None:
    clip = open_clip(make_clip(tmp_path / "clip.mp4", frames=10), selection=Selection(fps=F(50)))
    assert indices(clip) == [i // 2 for i in range(20)]
    frames = list(clip.frames())
    assert [(frame.pts, frame.duration, frame.time_base) for frame in frames] == [
        (i, 1, F(1, 50)) for i in range(20)
    ]
    assert frames[0].pixels is frames[1].pixels
    assert clip.time_base == F(1, 50)


def test_a_selection_without_frames_is_refused(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4")
    with pytest.raises(InvalidOptions, match=r"no frame in it: .*clip.mp4 has 20 frames and lasts 0.800 s"):
        open_clip(path, selection=Selection(start=F(100)))


def test_more_frames_than_the_limit(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", pts=[0, 40, 36_000_000], audio=False)
    assert open_clip(path).expected_frames == 3
    with pytest.raises(UnsupportedMedia, match=r"would give 900,\d+ frames; at most 100,000 are read"):
        open_clip(path, selection=Selection(fps=F(25)), limits=Limits(max_frames=100_000))


# --- damage -----------------------------------------------------------------------------------------------


def test_a_truncated_clip_is_refused_at_once(tmp_path: Path) -> None:
    cut = truncate(make_clip(tmp_path / "clip.mp4", frames=100, codec="mpeg4"), tmp_path / "cut.mp4")
    with pytest.raises(TruncatedError, match=r"The header claims 100 frames / 0:04\.000") as caught:
        open_clip(cut)
    assert caught.value.claimed_frames == 100
    assert 30 < caught.value.decoded_frames < 90
    assert "--on-truncated keep" in str(caught.value)


def test_what_a_truncated_clip_holds_can_be_kept(tmp_path: Path) -> None:
    cut = truncate(make_clip(tmp_path / "clip.mp4", frames=100, codec="mpeg4"), tmp_path / "cut.mp4")
    clip = open_clip(cut, on_truncated="keep")
    found = [read_index(frame.pixels) for frame in clip.frames()]
    assert found == list(range(len(found)))
    assert 30 < len(found) < 90
    assert any("truncated or damaged" in problem for problem in clip.problems)


def test_the_whole_part_of_a_truncated_clip_is_whole(tmp_path: Path) -> None:
    cut = truncate(make_clip(tmp_path / "clip.mp4", frames=100, codec="mpeg4"), tmp_path / "cut.mp4")
    assert indices(open_clip(cut, selection=Selection(stop=F(1)))) == list(range(25))


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Its packets are all there, but some cannot be decoded."""
    clip = make_clip(tmp_path / "clip.mp4", frames=60, b_frames=2, audio=False)
    return corrupt(clip, tmp_path / "damaged.mp4", start=0.5, stop=0.55)


def test_frames_that_cannot_be_decoded_are_reported_at_the_end(damaged: Path) -> None:
    clip = open_clip(damaged)
    assert clip.expected_frames == 60
    count = 0
    with pytest.raises(TruncatedError, match="of 60 frames, ") as caught:
        for _ in clip.frames():
            count += 1
    assert caught.value.claimed_frames == 60
    assert caught.value.decoded_frames == count < 60


def test_or_kept_and_told(damaged: Path) -> None:
    clip = open_clip(damaged, on_truncated="keep")
    assert clip.problems == ()
    count = sum(1 for _ in clip.frames())
    assert f"Of 60 frames, {count} could be decoded." in clip.problems
    assert any("packets could not be decoded" in problem for problem in clip.problems)


def test_damage_outside_of_what_is_selected_does_no_harm(damaged: Path) -> None:
    assert indices(open_clip(damaged, selection=Selection(stop=F(1, 2)))) == list(range(13))


# --- pictures ---------------------------------------------------------------------------------------------


def test_a_still_is_a_clip_of_one_frame(tmp_path: Path) -> None:
    Image.fromarray(picture(7)).save(tmp_path / "still.png")
    clip = open_clip(tmp_path / "still.png")
    assert indices(clip) == [7]
    (frame,) = clip.frames()
    assert (frame.pts, frame.duration) == (0, None)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animated_picture_keeps_its_delays(tmp_path: Path, suffix: str) -> None:
    clip = open_clip(make_gif(tmp_path / f"a{suffix}", delays_ms=(100, 50, 200, 30)))
    assert indices(clip) == [0, 1, 2, 3]
    frames = list(clip.frames())
    assert [frame.time_seconds * 1000 for frame in frames] == [0, 100, 150, 350]
    assert [(frame.duration or 0) * frame.time_base * 1000 for frame in frames] == [100, 50, 200, 30]
    assert {frame.pixels.shape for frame in frames} == {(48, 64, 3)}


def test_part_of_an_animated_picture(tmp_path: Path) -> None:
    path = make_gif(tmp_path / "a.gif", delays_ms=(100, 100, 100, 100))
    assert indices(open_clip(path, selection=Selection(start=F(1, 10), stop=F(3, 10)))) == [1, 2]


def test_a_folder_of_stills_at_a_rate(tmp_path: Path) -> None:
    folder = make_stills(tmp_path / "frames", frames=12, name="{}.png")
    clip = open_clip(folder)
    assert indices(clip) == list(range(12))
    assert clip.time_base == F(1, 25)
    clip = open_clip(folder, selection=Selection(fps=F(12)))
    assert indices(clip) == list(range(12))
    assert [frame.time_seconds for frame in clip.frames()] == [F(i, 12) for i in range(12)]


def test_stills_of_several_layouts_become_alike(tmp_path: Path) -> None:
    folder = make_stills(tmp_path / "frames", frames=1)
    Image.fromarray(picture(1)).convert("RGBA").save(folder / "0001.png")
    Image.fromarray(np.full((48, 64), 300, np.uint16)).save(folder / "0002.png")
    frames = list(open_clip(folder).frames())
    assert {(frame.pixels.shape, frame.pixels.dtype.name) for frame in frames} == {((48, 64, 4), "uint16")}
    assert frames[0].pixels[0, 0].tolist() == [0, 0, 0, 65535]
    assert frames[0].pixels.max() == 65535
    assert frames[2].pixels[0, 0].tolist() == [300, 300, 300, 65535]


def test_a_still_that_is_damaged_names_itself(tmp_path: Path) -> None:
    folder = make_stills(tmp_path / "frames", frames=2)
    truncate(folder / "0001.png", folder / "0002.png")
    with pytest.raises(DecodeError, match=r"0002.png is a damaged or cut-off PNG picture"):
        list(open_clip(folder).frames())


def test_a_cut_off_gif(tmp_path: Path) -> None:
    cut = truncate(make_gif(tmp_path / "a.gif", delays_ms=[100] * 10), tmp_path / "cut.gif")
    with pytest.raises(TruncatedError, match="The GIF ends without its end mark"):
        open_clip(cut)
    clip = open_clip(cut, on_truncated="keep")
    found = indices(clip)
    assert 0 < len(found) < 10
    assert clip.problems
