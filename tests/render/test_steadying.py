"""Coherence on the way from the painter to the writer: in segments, over cuts, on twos, around a loop."""

from __future__ import annotations

import zlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rotoscope.errors import InvalidOptions
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Frame, Pixels
from rotoscope.motion.coherence.modes import MODES, Coherence
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.segments import plan
from rotoscope.render.segments.store import SegmentStore
from rotoscope.render.steadying.pictures import luma_of, with_planes
from rotoscope.render.steadying.span import Span, span_of
from rotoscope.render.steadying.steady import Seen, Steadying
from rotoscope.render.stylize import stylize

from samples import make_clip

STEADY: list[Coherence] = ["smooth", "flow", "best"]


class Restless:
    """A filter that paints other grain on every frame that differs in anything."""

    name, kind, digest = "restless", "restless", "restless"

    def apply(self, pixels: Pixels) -> Pixels:
        random = np.random.default_rng(zlib.crc32(np.ascontiguousarray(pixels).tobytes()))
        grain = cv2.GaussianBlur(random.normal(0, 40, pixels.shape[:2]), (0, 0), 1)
        return np.clip(pixels * 0.6 + 50 + grain[..., None], 0, 255).astype(np.uint8)


def pictures(count: int, *, shift: int = 2, seed: int = 1) -> list[NDArray[np.uint8]]:
    """A camera that turns over something with texture."""
    rough = np.random.default_rng(seed).integers(0, 255, (16, 200, 3)).astype(np.float32)
    wide = np.clip(cv2.resize(rough, (1600, 64), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(wide[:, shift * t : shift * t + 96]) for t in range(count)]


def seen(frames: list[NDArray[np.uint8]], first: int = 0) -> list[Seen]:
    filter = Restless()
    return [
        (Frame(one, index, index, Fraction(1, 25)), Frame(filter.apply(one), index, index, Fraction(1, 25)))
        for index, one in enumerate(frames, first)
    ]


def steadying(name: str, spans: list[Span], cuts: frozenset[int] = frozenset()) -> Steadying:
    return Steadying(MODES[name], spans, cuts, lambda index: index)


@pytest.mark.parametrize("name", STEADY)
def test_a_span_is_the_same_whatever_else_is_painted(name: str) -> None:
    frames, total = seen(pictures(90)), 90
    spans = [
        span_of(first, stop, MODES[name], frames=total, held_from=lambda index: index)
        for first, stop in ((0, 35), (35, 60), (60, 90))
    ]
    together = list(steadying(name, spans)(frames))
    assert [frame.index for frame in together] == list(range(90))
    for span in spans:
        alone = list(steadying(name, [span])(frames[span.since : span.until]))
        assert [frame.index for frame in alone] == list(range(span.first, span.stop))
        for one, other in zip(alone, together[span.first : span.stop], strict=True):
            np.testing.assert_array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("name", STEADY)
def test_borders_of_segments_flicker_no_more_than_the_rest(name: str) -> None:
    frames = seen(pictures(120))
    spans = [
        span_of(first, first + 40, MODES[name], frames=120, held_from=lambda index: index)
        for first in (0, 40, 80)
    ]
    shown = [frame.pixels.astype(float) for frame in steadying(name, spans)(frames)]
    change = [((b[:, :-2] - a[:, 2:])[8:-8, 8:-8] ** 2).mean() for a, b in pairwise(shown)]
    alone = [painted.pixels.astype(float) for _, painted in frames]
    off = np.mean([((b[:, :-2] - a[:, 2:])[8:-8, 8:-8] ** 2).mean() for a, b in pairwise(alone)])
    inside = [value for index, value in enumerate(change) if index > 20 and index not in (39, 79)]
    assert max(change[39], change[79]) < np.mean(inside) + 0.01 * off


def test_a_span_does_not_reach_over_a_cut() -> None:
    mode = MODES["best"]
    span = span_of(50, 70, mode, frames=200, cuts=(40, 75), held_from=lambda index: index)
    assert (span.since, span.until) == (40, 75)
    begins_at_cut = span_of(50, 70, mode, frames=200, cuts=(50, 70), held_from=lambda index: index)
    assert (begins_at_cut.since, begins_at_cut.until) == (50, 70)
    on_twos = span_of(50, 70, mode, frames=200, held_from=lambda index: index - index % 7)
    assert on_twos.since == (50 - mode.lead_in) // 7 * 7


@pytest.mark.parametrize("name", ["smooth", "flow"])
def test_the_first_frame_after_a_cut_is_as_it_was_painted(name: str) -> None:
    frames = seen([*pictures(8), *pictures(8, seed=77)])
    for cuts in (frozenset({8}), frozenset[int]()):  # told, and noticed
        shown = list(steadying(name, [Span(0, 16, 0, 16)], cuts)(frames))
        np.testing.assert_array_equal(shown[8].pixels, frames[8][1].pixels)
        assert (shown[7].pixels != frames[7][1].pixels).any()


@pytest.mark.parametrize("name", STEADY)
def test_held_paintings_stay_as_they_are_held(name: str) -> None:
    frames = seen(pictures(12))
    twos = [(source, frames[index - index % 2][1]) for index, (source, _) in enumerate(frames)]
    twos = [(source, painted.with_pixels(painted.pixels)) for source, painted in twos]
    held = [
        (source, Frame(painted.pixels, source.index, source.pts, source.time_base))
        for source, painted in twos
    ]
    on_twos = Steadying(MODES[name], [Span(0, 12, 0, 12)], frozenset(), lambda index: index - index % 2)
    shown = list(on_twos(held))
    assert [frame.index for frame in shown] == list(range(12))
    for even, odd in zip(shown[::2], shown[1::2], strict=True):
        np.testing.assert_array_equal(even.pixels, odd.pixels)


def test_transparency_is_left_as_it_was_painted_and_deep_luma_is_found() -> None:
    alpha = np.random.default_rng(0).integers(0, 65535, (20, 30), np.uint16)
    pixels = np.dstack([np.full((20, 30, 3), 257 * 90, np.uint16), alpha])
    frame = Frame(pixels, 0, 0, Fraction(1, 25))
    assert set(np.unique(luma_of(frame))) == {90}
    changed = with_planes(frame, (np.zeros((20, 30, 3), np.uint16),))
    np.testing.assert_array_equal(changed.pixels[..., 3], alpha)
    assert not changed.pixels[..., :3].any()


@pytest.mark.parametrize("coherence", STEADY)
def test_a_video_is_the_same_bytes_in_one_go_and_gone_on_with(
    tmp_path: Path, coherence: Coherence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_PIXELS", 1)  # segments of 24 frames
    source = make_clip(tmp_path / "turn.mp4", pictures=pictures(90))
    look = Look((Restless(),))
    whole = stylize(source, tmp_path / "whole.mp4", look, options=RenderOptions(coherence=coherence))
    store = SegmentStore(tmp_path / "store")
    options = RenderOptions(coherence=coherence, store=store)
    stylize(source, tmp_path / "again.mp4", look, options=options)
    pieces = sorted((tmp_path / "store").rglob("*.piece"))
    assert len(pieces) >= 3
    for lost in pieces[1::2]:
        lost.unlink()
    resumed = stylize(source, tmp_path / "resumed.mp4", look, options=options)
    assert "painted before" in " ".join(resumed.notes)
    assert (tmp_path / "resumed.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert whole.frames == 90


def test_every_coherence_has_pieces_of_its_own(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "turn.mp4", pictures=pictures(6))
    store = SegmentStore(tmp_path / "store")
    for count, coherence in enumerate(("off", *STEADY), 1):
        options = RenderOptions(coherence=coherence, store=store)
        stylize(source, tmp_path / f"{coherence}.mp4", Look((Restless(),)), options=options)
        assert store.usage().pieces == count


def test_a_loop_has_no_seam(tmp_path: Path) -> None:
    wide = pictures(1, seed=4)[0]
    around = [np.ascontiguousarray(np.roll(wide, -3 * t, axis=1)) for t in range(32)]  # 96 pixels round
    source = make_clip(tmp_path / "round.mp4", pictures=around)

    def seam(coherence: Coherence) -> float:
        output = tmp_path / f"{coherence}.webp"
        stylize(source, output, Look((Restless(),)), options=RenderOptions(coherence=coherence))
        shown = [frame.pixels[..., :3].astype(float) for frame in open_clip(output).frames()]
        assert len(shown) == 32
        return float(((np.roll(shown[-1], -3, axis=1) - shown[0])[8:-8, 8:-8] ** 2).mean())

    off = seam("off")
    assert seam("flow") < 0.5 * off
    assert seam("best") < 0.5 * off


def test_a_coherence_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidOptions, match="give one of: off, smooth, flow, best"):
        RenderOptions(coherence="calm")  # pyright: ignore[reportArgumentType] - as users may
