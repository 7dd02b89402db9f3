"""What is noted of painted frames beside their pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rotoscope.media.clip import open_clip
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.segments.frame_log import FrameLog, pixels_sha256, read_notes
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.stylize import stylize
from rotoscope.standard import load_filter

import samples


def notes_in(store: SegmentStore) -> dict[int, str]:
    found: dict[int, str] = {}
    for place in store.folder.glob("*/*.frames"):
        found |= read_notes(place) or {}
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_every_frame_is_noted_whoever_paints_it(tmp_path: Path, workers: int) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", size=(640, 480), frames=60)
    store = SegmentStore(tmp_path / "pieces")
    options = RenderOptions(store=store, workers=workers, coherence="off", frame_log=FrameLog())
    stylize(clip, tmp_path / "out.mp4", Look([load_filter("posterize")]), options=options)
    posterize = load_filter("posterize")
    assert notes_in(store) == {
        frame.pts: pixels_sha256(posterize.apply(frame.pixels)) for frame in open_clip(clip).frames()
    }


def test_pieces_that_were_painted_without_notes_are_painted_again_and_are_the_same(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    store, look = SegmentStore(tmp_path / "pieces"), Look([load_filter("posterize")])
    plain = stylize(clip, tmp_path / "plain.mp4", look, options=RenderOptions(store=store))
    assert notes_in(store) == {}
    logged = RenderOptions(store=store, frame_log=FrameLog())
    noted = stylize(clip, tmp_path / "noted.mp4", look, options=logged)
    assert len(notes_in(store)) == 20
    assert noted.output.read_bytes() == plain.output.read_bytes()
    assert stylize(clip, tmp_path / "again.mp4", look, options=logged).notes != noted.notes


def test_notes_go_with_their_pieces(tmp_path: Path) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4")
    store = SegmentStore(tmp_path / "pieces")
    options = RenderOptions(store=store, frame_log=FrameLog())
    stylize(clip, tmp_path / "out.mp4", Look([load_filter("posterize")]), options=options)
    store.prune(0, young_seconds=0)
    assert notes_in(store) == {}
    assert store.usage().pieces == 0


def test_a_hash_is_that_of_the_bytes_in_little_endian() -> None:
    deep = np.arange(24, dtype=np.uint16).reshape(2, 4, 3) * 1000
    assert pixels_sha256(deep) == pixels_sha256(deep.astype(">u2"))  # pyright: ignore[reportArgumentType]
    assert pixels_sha256(deep) != pixels_sha256((deep % 256).astype(np.uint8))
