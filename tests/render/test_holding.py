"""Painting on twos stays within a shot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.palette.palette import Palette
from rotoscope.render.holding import cut_frames, held_within_shots
from rotoscope.render.look import Look
from rotoscope.render.looks.building import open_look
from rotoscope.render.looks.sheet import interesting_moments, look_sheet
from rotoscope.render.stylize import stylize

from samples import make_clip

DARK, LIGHT = np.full((48, 64, 3), 20, np.uint8), np.full((48, 64, 3), 230, np.uint8)


def test_a_painting_is_not_held_over_a_cut(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pictures=[DARK] * 25 + [LIGHT] * 25)
    text = "look: 1\nhold: 2\nlayers:\n  - {filter: 'posterize:levels=4', shots: [1, 2]}\n"
    (tmp_path / "twos.yaml").write_text(text)
    palette = Palette(tmp_path / "none")
    look = open_look(tmp_path / "twos.yaml", palette.load)
    opened = open_clip(clip)
    ready = look.prepared(opened)
    assert cut_frames(opened, ready) == (25,)
    held_from = held_within_shots(opened, ready)
    assert [held_from(index) for index in (23, 24, 25, 26, 27)] == [22, 24, 25, 26, 26]
    stylize(clip, tmp_path / "out.mp4", look)
    brightness = [float(frame.pixels.mean()) for frame in open_clip(tmp_path / "out.mp4").frames()]
    assert all(value < 100 for value in brightness[:25])
    assert all(value > 150 for value in brightness[25:])


def test_without_known_cuts_the_look_alone_decides(tmp_path: Path) -> None:
    opened = open_clip(make_clip(tmp_path / "clip.mp4", frames=6))
    held_from = held_within_shots(opened, Look(hold=3))
    assert [held_from(index) for index in range(6)] == [0, 0, 0, 3, 3, 3]


def test_a_folder_with_videos_is_no_clip(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    make_clip(folder / "flight.mp4", frames=3)
    with pytest.raises(InvalidOptions, match=r"holds videos such as flight\.mp4, so its pictures"):
        stylize(folder, tmp_path / "out.mp4", Look())


def test_previews_show_every_shot_and_no_moment_after_the_end(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pictures=[DARK] * 25 + [LIGHT] * 25)
    text = "look: 1\nlayers:\n  - {filter: 'posterize:levels=4', shots: [2]}\n"
    (tmp_path / "second.yaml").write_text(text)
    look = open_look(tmp_path / "second.yaml", Palette(tmp_path / "none").load)
    ready = look.prepared(open_clip(clip))
    assert Fraction(1) in interesting_moments(ready, Fraction(2))
    with pytest.raises(InvalidOptions, match=r"to be shown at 5 s, and .*clip\.mp4 ends at 2 s"):
        look_sheet(look, clip, times=[Fraction(5)])


@pytest.mark.parametrize("name", ["out.mp4", "out.gif"])
def test_a_layer_that_is_never_seen_is_told(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=5)
    (tmp_path / "seventh.yaml").write_text(
        "look: 1\nlayers:\n  - {filter: 'posterize:levels=4', shots: [7]}\n"
    )
    look = open_look(tmp_path / "seventh.yaml", Palette(tmp_path / "none").load)
    result = stylize(clip, tmp_path / name, look)
    assert "layer 1 is never seen: it is for shot 7, and the clip has 1" in result.notes
