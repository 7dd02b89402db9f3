"""360° video: the projection comes along, and samples stay where the index says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rotoscope.media.clip import open_clip
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.spherical import (
    Projection,
    carry_projection,
    is_equirectangular,
    read_projection,
    whole_sphere,
    write_projection,
)
from rotoscope.render.look import Look
from rotoscope.render.stylize import stylize

from samples import make_clip, read_index

XML = b"\0\0\0\x2cuuid" + bytes.fromhex("ffcc8263f8554a938814587a02521fdd") + b"<rdf:SphericalVideo/>"[:20]


def make_sphere(path: Path) -> Path:
    """A clip that states that it goes all the way round: FFmpeg reads what is written here."""
    make_clip(path, frames=4)
    write_projection(path, Projection(in_entry=whole_sphere(), in_track=XML))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_ffmpeg_reads_the_projection_that_is_written(tmp_path: Path, suffix: str) -> None:
    plain = make_clip(tmp_path / f"plain{suffix}", frames=4)
    assert not is_equirectangular(plain)
    assert not read_projection(plain).is_stated
    assert is_equirectangular(make_sphere(tmp_path / f"a{suffix}"))


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_the_projection_of_a_source_is_in_the_result(tmp_path: Path, suffix: str) -> None:
    source = make_sphere(tmp_path / "a.mp4")
    result = tmp_path / f"b{suffix}"
    stylize(source, result, Look(), encoder=EncoderOptions(preset="ultrafast"))
    assert is_equirectangular(result)
    assert read_projection(result) == read_projection(source)
    assert read_projection(result).in_track == XML
    frames = list(open_clip(result).frames())
    assert [read_index(np.asarray(frame.pixels)) for frame in frames] == [0, 1, 2, 3]  # and can be decoded
    assert len(open_clip(result).info.audio) == 1


def test_where_it_cannot_be_stated_a_note_says_so(tmp_path: Path) -> None:
    source = make_sphere(tmp_path / "a.mp4")
    result = stylize(source, tmp_path / "b.mkv", Look())
    assert "360° projection not stated: it is written into mp4 and mov, not into matroska" in result.notes


def test_a_projection_without_boxes_gets_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Matroska states it in elements of its own, which PyAV cannot write: here FFmpeg's reading is assumed.
    source = make_clip(tmp_path / "a.mkv", frames=2)
    result = make_clip(tmp_path / "b.mp4", frames=2)
    monkeypatch.setattr("rotoscope.media.spherical.is_equirectangular", bool)  # a path is true
    assert carry_projection(source, result, "mp4") is None
    monkeypatch.undo()
    assert is_equirectangular(result)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\0\0\0\0nothing of the kind, but long enough")
    write_projection(path, Projection(in_track=XML))
    assert path.read_bytes().startswith(b"\0\0\0\0nothing")
    assert not read_projection(path).is_stated
