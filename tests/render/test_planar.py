"""Pictures in planes are painted like pictures that go over RGB, and untouched ones stay as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from rotoscope.filters.base import Filter
from rotoscope.filters.card import Card
from rotoscope.filters.file import read_filter_file
from rotoscope.filters.neural import NeuralFilter
from rotoscope.machine import processors
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Frame
from rotoscope.media.planes import PlanarFrame, PlaneEncoding, Planes, planes_to_pixels
from rotoscope.networks.style_network import StyleNetwork
from rotoscope.render.look import Look
from rotoscope.render.planar import FramePainter, mix_planes
from rotoscope.render.stylize import stylize
from rotoscope.runtime.graph import RuntimeOptions
from rotoscope.standard import load_filter
from rotoscope.training.export import export_filter
from rotoscope.training.made_card import PADDING

import samples


@pytest.fixture(scope="module")
def filter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A style network as it is before training."""
    torch.manual_seed(5)
    path = tmp_path_factory.mktemp("filters") / "untrained.onnx"
    export_filter(StyleNetwork().state_dict(), Card(name="untrained", padding=PADDING), path)
    return path


@pytest.fixture
def neural(filter_file: Path) -> Filter:
    return NeuralFilter(read_filter_file(filter_file), options=RuntimeOptions(precision="f32"))


def _clip(tmp_path: Path, **options: object) -> Path:
    return samples.make_clip(tmp_path / "clip.mp4", frames=3, size=(96, 64), **options)  # pyright: ignore[reportArgumentType] - passed on


def test_a_plain_clip_comes_in_planes(tmp_path: Path) -> None:
    frames = list(open_clip(_clip(tmp_path, matrix="bt709")).frames(planar=True))
    assert all(isinstance(frame, PlanarFrame) for frame in frames)
    assert [samples.read_index(frame.pixels) for frame in frames] == [0, 1, 2]


def test_planes_as_pixels_are_what_the_clip_gives_as_rgb(tmp_path: Path) -> None:
    clip = open_clip(_clip(tmp_path, matrix="bt709"))
    for planar, plain in zip(clip.frames(planar=True), clip.frames(), strict=True):
        assert planar.shape == plain.pixels.shape
        assert (
            float(np.abs(planar.pixels.astype(int) - plain.pixels).mean()) < 2.5
        )  # chroma is interpolated there


@pytest.mark.parametrize(
    "options",
    [{"rotation": 90}, {"pix_fmt": "yuv444p"}, {"size": (95, 63), "pix_fmt": "yuv444p"}],
    ids=["rotated", "4:4:4", "odd"],
)
def test_other_clips_come_as_pixels(tmp_path: Path, options: dict[str, object]) -> None:
    clip = samples.make_clip(tmp_path / "clip.mp4", frames=2, **options)  # pyright: ignore[reportArgumentType] - passed on
    assert not any(isinstance(frame, PlanarFrame) for frame in open_clip(clip).frames(planar=True))


def test_both_ways_paint_alike(tmp_path: Path, neural: Filter) -> None:
    painter = FramePainter(Look([neural]))
    assert painter.wants_planes
    # Large enough for the border, where chroma is mirrored in twos, to weigh little in the statistics.
    source = samples.make_clip(tmp_path / "clip.mp4", frames=2, size=(320, 240), matrix="bt709")
    clip = open_clip(source)
    for planar in clip.frames(planar=True):
        in_planes = painter.paint(planar)
        over_rgb = painter.paint(planar.with_pixels(planar.pixels))
        assert isinstance(in_planes, PlanarFrame)
        # Luma is there for every pixel; chroma only for four at a time, so it is not compared here.
        luma = over_rgb.pixels @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255 + 16
        inside = (slice(8, -8), slice(8, -8))
        assert float(np.abs(in_planes.planes.luma[inside] - luma[inside]).mean()) < 2


@pytest.mark.parametrize("look", ["chain", "size", "classical"])
def test_everything_else_is_painted_over_rgb(tmp_path: Path, neural: Filter, look: str) -> None:
    looks = {
        "chain": Look([neural, load_filter("posterize")]),
        "size": Look([neural], size=32),
        "classical": Look([load_filter("posterize")]),
    }
    painter = FramePainter(looks[look])
    assert not painter.wants_planes
    frame = next(open_clip(_clip(tmp_path)).frames(planar=True))
    assert not isinstance(painter.paint(frame), PlanarFrame)


def test_without_paint_planes_pass_untouched(tmp_path: Path, neural: Filter) -> None:
    frame = next(open_clip(_clip(tmp_path)).frames(planar=True))
    assert isinstance(frame, PlanarFrame)
    painted = FramePainter(Look([neural], strength=0)).paint(frame)
    assert isinstance(painted, PlanarFrame)
    assert painted.planes is frame.planes


def test_strength_mixes_planes() -> None:
    dark, light = (
        Planes(*(np.full(size, level, np.uint8) for size in ((4, 4), (2, 2), (2, 2)))) for level in (40, 140)
    )
    assert mix_planes(light, dark, 0.25).luma[0, 0] == 65
    assert mix_planes(light, dark, 1) is light


def test_white_black_and_red_are_what_the_standard_says() -> None:
    # BT.709, limited range: red is Y 63, Cb 102, Cr 240 (ITU-R BT.709, rounded)
    planes = Planes(
        np.repeat(np.array([[235, 235, 16, 16, 63, 63]], np.uint8), 2, axis=0),
        np.array([[128, 128, 102]], np.uint8),
        np.array([[128, 128, 240]], np.uint8),
    )
    pixels = planes_to_pixels(planes, PlaneEncoding("bt709", False))
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[0, 2].tolist() == [0] * 3
    assert np.abs(pixels[0, 4].astype(int) - [255, 0, 0]).max() <= 2


def test_a_planar_frame_is_a_frame(tmp_path: Path) -> None:
    frame = next(open_clip(_clip(tmp_path)).frames(planar=True))
    assert isinstance(frame, PlanarFrame)
    assert frame.time_seconds == Fraction(0)
    again = frame.with_pixels(frame.pixels)
    assert type(again) is Frame
    assert (again.index, again.pts, again.duration) == (frame.index, frame.pts, frame.duration)


def test_a_clip_painted_in_planes_keeps_every_frame(tmp_path: Path, filter_file: Path) -> None:
    source = _clip(tmp_path, matrix="bt709")
    result = stylize(source, tmp_path / "out.mp4", Look([load_filter(str(filter_file))], strength=0.0))
    assert result.frames == 3
    back = list(open_clip(tmp_path / "out.mp4").frames())
    assert [samples.read_index(frame.pixels) for frame in back] == [0, 1, 2]
    for before, after in zip(open_clip(source).frames(), back, strict=True):
        assert float(np.abs(before.pixels.astype(int) - after.pixels).mean()) < 2


def test_several_pictures_at_once_are_painted_like_one_after_the_other(
    tmp_path: Path, neural: Filter
) -> None:
    painter = FramePainter(Look([neural]))
    frames = list(open_clip(_clip(tmp_path)).frames(planar=True)) * 4
    one_by_one = [painter.paint(frame) for frame in frames]
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(painter.paint, frames))
    for alone, together in zip(one_by_one, at_once, strict=True):
        assert isinstance(alone, PlanarFrame)
        assert isinstance(together, PlanarFrame)
        np.testing.assert_array_equal(alone.planes.luma, together.planes.luma)


def test_large_pictures_are_painted_one_at_a_time(neural: Filter) -> None:
    painter = FramePainter(Look([neural]))
    assert painter.workers((3840, 2160)) == 1
    assert painter.workers((1280, 720)) == min(2, processors())
    assert FramePainter(Look([load_filter("posterize")])).workers((1280, 720)) == 1
