"""Quotes: a few frames are painted, and what all of them take is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import rotoscope
from rotoscope.economics.estimates import WIDEST
from rotoscope.economics.rates import Rates, parse_rates
from rotoscope.errors import InvalidRates, OpenError
from rotoscope.media.selection import Selection
from rotoscope.render.look import Look
from rotoscope.render.options import RenderOptions
from rotoscope.render.progress import Progress
from rotoscope.render.quoting import measure_render
from rotoscope.render.quoting_library import measure_library
from rotoscope.settings import Rate
from rotoscope.standard import load_filter, quote

from command import Run, run
from samples import make_clip, make_stills

__all__ = ["run"]
POSTERIZE = Look([load_filter("posterize")])
RATES = parse_rates(
    "rates: 1\ncurrency: EUR\ncosts: {cpu_second: 1000000}\n"
    "plans: {studio: {per_video_minute: 60000000, per_picture: 5, wholesale_discount: 25}}\n",
    name="rates",
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 400 frames."""
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=400)


def test_a_few_frames_stand_for_all(clip: Path, tmp_path: Path) -> None:
    found = measure_render(clip, tmp_path / "painted.mp4", POSTERIZE)
    assert found.frames == 400
    assert found.sampled_frames < 200
    assert found.video_seconds > 0
    assert found.pictures == 0
    took = found.cpu_seconds
    assert 0 < took.low < took.likely < took.high
    assert took.share <= WIDEST + 1e-9
    assert list(tmp_path.iterdir()) == []


def test_half_of_a_clip_has_half_of_the_frames(clip: Path) -> None:
    half = Selection(stop=measure_render(clip, "a.mp4", POSTERIZE).video_seconds / 2)
    assert measure_render(clip, "a.mp4", POSTERIZE, selection=half).frames == 200


@pytest.mark.parametrize("coherence", ["off", "flow", "best"])
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webm", "%04d.png"])
def test_every_kind_of_result_can_be_quoted(tmp_path: Path, coherence: str, name: str) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=30)
    options = RenderOptions(coherence=coherence)  # pyright: ignore[reportArgumentType]
    assert measure_render(clip, name, POSTERIZE, options=options).cpu_seconds.likely > 0


@pytest.mark.parametrize("frames", range(19, 27))
def test_short_clips_are_quoted_too(tmp_path: Path, frames: int) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=frames)
    found = measure_render(clip, "a.mp4", POSTERIZE)
    assert found.frames == frames
    assert found.cpu_seconds.likely > 0


def test_a_clip_at_another_rate_is_quoted_at_that_rate(clip: Path) -> None:
    found = measure_render(clip, "a.mp4", POSTERIZE, selection=Selection(fps=Fraction(6), stop=Fraction(8)))
    assert found.frames == 48


def test_a_bill_is_the_processor_time_of_all_threads(tmp_path: Path) -> None:
    result = rotoscope.stylize(make_clip(tmp_path / "clip.mp4"), tmp_path / "painted.mp4", POSTERIZE)
    assert result.cpu_seconds > 0
    still = rotoscope.stylize(
        make_stills(tmp_path / "s", frames=1) / "0000.png", tmp_path / "a.png", POSTERIZE
    )
    assert 0 < still.cpu_seconds < result.cpu_seconds + 60
    photographs = rotoscope.stylize(tmp_path / "s", tmp_path / "painted", POSTERIZE)
    assert photographs.cpu_seconds > 0


def test_two_workers_are_counted_with_the_process_that_started_them(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(480), time_base=None)
    alone = rotoscope.stylize(clip, tmp_path / "a.mp4", POSTERIZE)
    both = rotoscope.stylize(clip, tmp_path / "b.mp4", POSTERIZE, options=RenderOptions(workers=2))
    assert both.cpu_seconds > alone.cpu_seconds / 2


def test_prices_follow_from_what_was_measured(clip: Path) -> None:
    found = quote(clip, POSTERIZE, rates=RATES)
    assert (found.currency, found.plan) == ("EUR", "studio")
    assert found.cost.likely_micros == round(found.cpu_seconds.likely * 1e6)
    assert found.cost.low_micros < found.cost.likely_micros < found.cost.high_micros
    assert found.retail.likely_micros == found.retail.high_micros == round(found.video_seconds * 1e6)
    assert found.wholesale.likely_micros == pytest.approx(0.75 * found.retail.likely_micros, abs=1)


def test_a_picture_is_sold_as_one(tmp_path: Path) -> None:
    found = quote(make_stills(tmp_path / "s", frames=1) / "0000.png", POSTERIZE, rates=RATES)
    assert (found.frames, found.video_seconds, found.retail.likely_micros) == (1, 0.0, 5)


def test_where_nothing_has_a_price_that_is_said(tmp_path: Path) -> None:
    still = make_stills(tmp_path / "s", frames=1) / "0000.png"
    assert "nothing has a price here" in quote(still, POSTERIZE, rates=Rates()).notes[-1]
    assert quote(still, POSTERIZE, rates=Rates.of(Rate(1_000_000))).notes == ()


def test_an_unknown_plan_is_refused_before_anything_is_painted(tmp_path: Path) -> None:
    with pytest.raises(InvalidRates, match="There is no price plan 'gold'"):
        quote(tmp_path / "missing.mp4", POSTERIZE, rates=RATES, plan="gold")


def test_a_library_is_quoted_from_a_few_of_its_items(tmp_path: Path) -> None:
    library = tmp_path / "library"
    make_stills(library / "photos", frames=9)
    make_clip(library / "a.mp4", frames=30)
    (library / "broken.jpg").write_bytes(b"no picture")
    seen: list[Progress] = []
    found = measure_library(library, POSTERIZE, on_progress=seen.append)
    assert (found.frames, found.pictures) == (39, 9)
    assert found.sampled_frames < 100
    assert found.video_seconds > 0
    assert found.cpu_seconds.share <= WIDEST + 1e-9
    assert any("broken.jpg is left out" in note for note in found.notes)
    assert {progress.step for progress in seen} == {"quote"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library"]


def test_a_library_of_nothing_good_cannot_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(OpenError, match=r"can be painted: broken\.jpg is left out"):
        measure_library(tmp_path, POSTERIZE)


def test_the_command_tells_what_python_tells(run: Run, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_RATE", "3600 CHF")
    ran = run("quote", clip, "--filter", "posterize")
    assert ran.exit_code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0].startswith(f"{clip}: 400 frames, posterize; ")
    assert [line.split("  ")[0] for line in lines[1:]] == ["processor time", "on the clock", "cost"]
    assert "CHF (" in lines[-1]
    told = run("quote", clip, "loop.gif", "--filter", "posterize", "--stop", "2", "--json").json
    assert told["frames"] < 400
    assert told["cost"]["likely_micros"] == round(told["cpu_seconds"]["likely"] * 1e6)
    assert told["plan"] is None


def test_the_command_sells_by_a_plan(
    run: Run, clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rates.json").write_text(
        '{"rates": 1, "currency": "EUR", "plans": {"studio": {"per_video_minute": 6000000}}}'
    )
    monkeypatch.setenv("ROTOSCOPE_RATES", str(tmp_path / "rates.json"))
    ran = run("quote", clip, "--filter", "posterize", "--plan", "studio")
    assert ", plan studio" in ran.out
    assert "wholesale" in ran.out
    ran = run("quote", clip, "--filter", "posterize", "--plan", "gold")
    assert ran.exit_code == 1
    assert "There is no price plan 'gold'. Plans at hand: studio." in ran.err
