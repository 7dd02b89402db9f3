"""Cuts: found between different pictures, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.media.clip import open_clip
from rotoscope.media.shots import CutFinder, Shot, find_shots

import samples
from reference import MISSING, REFERENCE_DATA

SIZE = (160, 96)


def scene(seed: int, moved: int = 0, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """A picture of large patches of color, moved to the left by some pixels."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (6, 12, 3), np.uint8).repeat(32, 0).repeat(32, 1)
    return np.ascontiguousarray(patches[: size[1], moved : moved + size[0]])


def pans(*scenes: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Slow pans over scenes, each a seed and a number of frames."""
    return [scene(seed, moved=step) for seed, frames in scenes for step in range(frames)]


def cuts(pictures: Sequence[NDArray[np.uint8] | NDArray[np.uint16]]) -> list[int]:
    finder = CutFinder()
    return [index for index, picture in enumerate(pictures) if finder.is_cut(picture)]


def test_cuts_between_pans_are_found_and_nothing_else() -> None:
    assert cuts(pans((1, 12), (2, 20), (3, 9))) == [12, 32]


def test_cuts_of_footage_without_colors_are_found() -> None:
    pictures = [picture[..., :1].repeat(3, axis=2) for picture in pans((1, 12), (2, 12))]
    assert cuts(pictures) == [12]


def test_16_bits_give_the_same_cuts() -> None:
    pictures = pans((1, 12), (2, 12))
    assert cuts([picture.astype(np.uint16) * 257 for picture in pictures]) == [12]


def test_the_end_of_a_flash_is_no_cut() -> None:
    still = [scene(1)] * 12
    assert cuts([*still, np.full_like(scene(1), 255), *still]) in ([12], [])


def test_a_fade_through_black_is_no_cut() -> None:
    levels = [*np.linspace(1, 0, 25), *np.linspace(0, 1, 25)]
    pictures = [
        (scene(1 if index < 25 else 2) * level).astype(np.uint8) for index, level in enumerate(levels)
    ]
    assert cuts(pictures) == []


def test_a_cut_depends_on_the_frames_so_far_only() -> None:
    pictures = pans((1, 12), (2, 12), (3, 12))
    whole = cuts(pictures)
    assert whole == [12, 24]
    for count in range(1, len(pictures)):
        assert cuts(pictures[:count]) == [cut for cut in whole if cut < count]


def test_shots_of_a_clip_hold_every_frame_once(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "cuts.mp4", size=SIZE, pictures=pans((1, 12), (2, 20), (3, 9)))
    told: list[int] = []
    found = find_shots(open_clip(clip), on_progress=told.append)
    rate = Fraction(25)
    assert found == (
        Shot(0, 0, 12, Fraction(0), 12 / rate),
        Shot(1, 12, 32, 12 / rate, 32 / rate),
        Shot(2, 32, 41, 32 / rate, 41 / rate),
    )
    assert [shot.frames for shot in found] == [12, 20, 9]
    assert found[1].middle_frame == 22
    assert told == list(range(1, 42))


def test_planes_and_pixels_give_the_same_cuts(tmp_path: Path) -> None:
    clip = open_clip(
        samples.make_clip(tmp_path / "cuts.mp4", size=SIZE, pictures=pans((4, 12), (5, 12), (6, 12)))
    )
    found = {
        planar: [frame.index for frame in clip.frames(planar=planar) if finder.is_cut(frame)]
        for planar, finder in ((True, CutFinder()), (False, CutFinder()))
    }
    assert found[True] == found[False] == [12, 24]


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("scenecuts_bikes.mp4", [0, 30, 76, 137, 187, 242]),
        ("nasa_tool.mp4", [0, 202]),
        ("film_chaplin_bw.mp4", [0]),
        ("davis_bear.mp4", [0]),
        ("foreman_h264.mp4", [0]),
        ("timelapse_harbour.mp4", [0]),
        ("fmt_h264_444_cockatoo.mp4", [0]),
        ("fmt_mpeg2_ts.ts", [0]),
        ("drone_lofoten_coast.mp4", [0]),
    ],
)
def test_shots_of_real_footage(name: str, starts: list[int]) -> None:
    assert REFERENCE_DATA is not None
    clip = open_clip(REFERENCE_DATA / "video" / name, on_truncated="keep")
    assert [shot.first_frame for shot in find_shots(clip)] == starts
