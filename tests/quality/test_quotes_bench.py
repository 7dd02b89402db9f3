"""Quotes against bills: `python -m bench.quotes`, small."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import quotes
from bench.quotes import BAR, CASES, EXAMPLE, PAGE, Case, Outcome, Report, main, summary, table

import samples


def outcome(billed: float) -> Outcome:
    return Outcome(
        clip="a.mp4",
        filter="posterize",
        size=None,
        coherence="off",
        frames=100,
        sampled_frames=50,
        low=8,
        likely=10,
        high=12,
        billed=billed,
    )


def test_at_least_twenty_different_works_are_tried() -> None:
    assert len(set(CASES)) == len(CASES) >= 20
    assert len({case.clip for case in CASES}) >= 10
    assert len({case.filter for case in CASES}) >= 10
    assert {case.coherence for case in CASES} == {"off", "smooth", "flow", "best"}


def test_bills_inside_their_range_are_counted() -> None:
    report = Report(
        machine={"cpu": "toy", "cores": 2}, outcomes=[outcome(billed) for billed in (8, 10, 12, 12.1)]
    )
    assert report.inside == 3
    assert "3 of 4 bills lie inside their quotes" in summary(report)
    assert "±20%" in summary(report)
    assert [line.split(" | ")[-1] for line in table(report).splitlines()[2:]] == ["yes |"] * 3 + ["**no** |"]


def test_the_published_figures_are_those_on_the_pages_and_meet_the_bar() -> None:
    report = PAGE.read()
    for page in (PAGE, EXAMPLE):
        assert page.written() == page.page.read_text(encoding="utf-8")
    assert len(report.outcomes) >= 20
    assert report.inside * 20 >= BAR * len(report.outcomes)
    assert max(one.high / one.likely - 1 for one in report.outcomes) <= 0.2501


def test_a_work_is_quoted_and_done_in_processes_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "video").mkdir()
    samples.make_clip(tmp_path / "video" / "clip.mp4", frames=100)
    monkeypatch.setenv("ROTOSCOPE_REFERENCE_DATA", str(tmp_path))
    monkeypatch.setattr(quotes, "_RESULTS", tmp_path)
    monkeypatch.setattr(quotes, "CASES", (Case("clip.mp4", "posterize", 32, "off", 0, 3),))
    main([])
    assert "of 1 bills lie inside" in capsys.readouterr().out
    (measured,) = Report.model_validate_json((tmp_path / "quotes.json").read_bytes()).outcomes
    assert 0 < measured.low < measured.high
    assert measured.billed > 0
    assert measured.frames < 100
