"""What is told of each coherence: measured by a command, and published from what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.coherence.measuring import COHERENCES, Footage, Report, Row, footage, measure_clip
from bench.coherence.page import PAGE, coherence_table
from rotoscope.media.selection import Selection
from rotoscope.motion.coherence.modes import MODES
from rotoscope.standard import load_filter

from samples import make_clip, picture

HOW = "write it anew with: python -m bench.coherence.page"


def test_the_page_shows_the_figures_that_are_kept() -> None:
    assert PAGE.page.read_text(encoding="utf-8") == PAGE.written(), HOW


def test_every_coherence_but_off_is_in_the_figures_and_keeps_its_word() -> None:
    report = PAGE.read()
    for filter in {row.filter for row in report.rows}:
        rows = [row for row in report.rows if row.filter == filter and row.clip == "flight"]
        assert [row.coherence for row in rows] == list(COHERENCES[1:])
        assert all(0 <= row.short_left < 1 and 0 <= row.long_left < 1 for row in rows)
        assert rows[0].long_left > rows[1].long_left > rows[2].long_left


def test_a_table_has_a_row_for_each_figure_and_a_mean() -> None:
    figures = {"short_left": 0.1, "long_left": 0.3, "sharpness_kept": 0.9, "speed": 0.5}
    first = Row(clip="a", filter="f", coherence="flow", **figures)
    second = first.model_copy(update={name: value + 0.2 for name, value in figures.items()} | {"clip": "b"})
    lines = coherence_table(Report(machine="m", frames=48, rows=(first, second))).splitlines()
    assert lines[2] == "| `f` | a | `flow` | 0.10 | 0.30 | 0.90 | 0.50 |"
    assert lines[-1] == "| `f` | **mean** | `flow` | 0.20 | 0.40 | 1.00 | 0.60 |"


def test_clips_are_those_at_hand(tmp_path: Path) -> None:
    assert list(footage(tmp_path / "flight.mp4", None)) == ["flight"]
    named = footage(tmp_path / "flight.mp4", tmp_path)
    assert list(named) == ["flight", "paragliding", "beach", "foreman", "juggle", "Sintel"]


@pytest.mark.parametrize("frames", [10, 60])
def test_a_clip_is_measured_in_every_coherence(tmp_path: Path, frames: int) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pictures=[picture(index, (96, 64)) for index in range(frames)])
    rows = measure_clip("clip", Footage(clip, Selection()), [load_filter("posterize:levels=3")])
    assert [row.coherence for row in rows] == ["smooth", "flow", "best"]
    assert all(row.clip == "clip" and row.speed > 0 for row in rows)


def test_the_page_tells_how_far_each_mode_looks() -> None:
    text = " ".join(PAGE.page.read_text(encoding="utf-8").split())
    smooth, flow, best = (MODES[name] for name in ("smooth", "flow", "best"))
    assert f"(`smooth` {smooth.lead_in}, `flow` {flow.lead_in}, `best` {best.lead_in})" in text
    assert f"for `best` it ends with {best.lead_out} frames after it" in text
    assert f"averages up to {flow.most_frames} frames" in text
