"""How exact flow engines are: what is measured, and the page that shows it."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pytest

from bench.flow.__main__ import main, make_parser
from bench.flow.measuring import EngineFigures, Report, measure_engine
from bench.flow.page import PAGE, flow_table
from bench.flow.truths import Truth, by_scene, references
from rotoscope.motion.engines import ENGINES

from reference import MISSING, REFERENCE_DATA

HOW = "run `make docs`, and look at what changed"


def shifted(by: tuple[int, int] = (3, 0)) -> Truth:
    """A texture that goes to the right, or wherever."""
    noise = np.random.default_rng(1).integers(0, 256, (80, 120), np.uint8)
    here = np.repeat(np.kron(noise[::4, ::4], np.ones((4, 4), np.uint8))[..., None], 3, axis=2)
    there = np.roll(here, (by[1], by[0]), axis=(0, 1))
    flow = np.broadcast_to(np.array(by, np.float32), (80, 120, 2)).copy()
    flow[:, -4:] = np.nan
    return Truth("shift", here, there, flow)


def test_the_error_is_how_far_from_its_end_the_flow_ends() -> None:
    truth = shifted()
    assert truth.end_point_error(np.zeros((80, 120, 2), np.float32)) == 3
    assert truth.end_point_error(np.nan_to_num(truth.flow) + np.array((3, 4), np.float32)) == 5
    assert np.isnan(truth.distances(truth.flow)[:, -4:]).all()


def test_an_engine_is_measured_on_every_scene() -> None:
    scenes = by_scene(iter([shifted(), shifted((0, 2))]))
    figures = measure_engine(ENGINES["dis-fine"], scenes, shifted(), size=(120, 80), runs=1)
    assert list(figures.errors) == ["shift"]
    assert figures.errors["shift"] < 0.5
    assert figures.milliseconds > 0


def test_a_table_has_a_line_for_each_engine() -> None:
    row = EngineFigures(engine="dis", identity="dis 1", errors={"a": 0.234, "b": 1}, milliseconds=12.3)
    table = flow_table(Report(machine="2 cores", size=(1280, 720), rows=(row,)))
    assert table.splitlines() == [
        "| engine | `a` | `b` | ms |",
        "| --- | --- | --- | --- |",
        "| `dis` | 0.23 | 1.00 | 12 |",
    ]


def test_the_figures_of_the_page_are_those_that_were_measured() -> None:
    assert PAGE.page.read_text(encoding="utf-8") == PAGE.written(), HOW


def test_every_engine_that_comes_along_is_in_the_page() -> None:
    report = PAGE.read()
    measured = {row.engine: row.identity.split(" opencv ")[0] for row in report.rows}
    for name, engine in ENGINES.items():
        assert measured[name] == engine.identity.split(" opencv ")[0], (
            "measure again: python -m bench.flow --publish"
        )


def test_every_command_of_the_page_and_the_help_can_be_typed() -> None:
    texts = (PAGE.page.read_text(encoding="utf-8"), make_parser().description or "")
    for text in texts:
        commands = re.findall(r"^ *python -m bench\.flow(?: (.*))?$", text, re.MULTILINE)
        assert commands
        for words in commands:
            make_parser().parse_args(shlex.split(words))


def test_publishing_wants_the_reference_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ROTOSCOPE_REFERENCE_DATA", raising=False)
    assert main(["--publish"]) == 1
    assert "ROTOSCOPE_REFERENCE_DATA names no folder of reference data" in capsys.readouterr().err


@pytest.mark.reference_data
@pytest.mark.skipif(REFERENCE_DATA is None, reason=MISSING)
@pytest.mark.parametrize("name", ENGINES)
def test_engines_are_within_a_pixel_of_the_benchmarks(name: str) -> None:
    assert REFERENCE_DATA is not None
    for truth in references(REFERENCE_DATA):
        assert truth.end_point_error(ENGINES[name].find(truth.here, truth.there)) < 1.2, truth.scene
