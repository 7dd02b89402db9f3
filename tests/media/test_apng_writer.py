"""Animated PNG: pixels, transparency, delays and plays come back exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rotoscope.errors import EncodeError
from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.fidelity import check
from rotoscope.media.writer import open_writer
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize

from samples import make_clip, make_gif


@pytest.mark.parametrize("transparent", [False, True])
def test_pictures_and_delays_come_back_exactly(tmp_path: Path, transparent: bool) -> None:
    source = make_gif(tmp_path / "a.gif", delays_ms=(100, 50, 200, 70), transparent=transparent)
    stylize(source, tmp_path / "b.apng", Look())
    report = check(source, tmp_path / "b.apng", unpainted=True)
    assert report.lost == ()
    before, after = (list(open_clip(tmp_path / name).frames()) for name in ("a.gif", "b.apng"))
    assert [frame.time_seconds for frame in before] == [frame.time_seconds for frame in after]
    assert after[-1].duration == 70
    for old, new in zip(before, after, strict=True):
        assert (np.asarray(old.pixels) == np.asarray(new.pixels)).all()


@pytest.mark.parametrize("loop", [0, 1, 3])
def test_it_is_played_as_often_as_asked(tmp_path: Path, loop: int) -> None:
    stylize(make_gif(tmp_path / "a.gif"), tmp_path / "b.apng", Look(), encoder=EncoderOptions(loop=loop))
    with Image.open(tmp_path / "b.apng") as image:
        assert image.info["loop"] == loop


def test_a_video_becomes_one_without_its_sound_and_a_note_says_so(tmp_path: Path) -> None:
    result = stylize(
        make_clip(tmp_path / "a.mp4"), tmp_path / "b.apng", Look(), encoder=EncoderOptions(width=32)
    )
    assert (result.codec, result.frames) == ("apng", 20)
    assert "sound left out: animated pictures are silent" in result.notes
    with Image.open(tmp_path / "b.apng") as image:
        assert image.size == (32, 24)


def test_no_frame_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="no frame was given"):
        open_writer(tmp_path / "b.apng", source=None).close()
    assert list(tmp_path.iterdir()) == []
