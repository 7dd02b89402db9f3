"""Recording a training: `python -m bench.quality.minutes`, small."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.published import filled
from bench.quality import minutes, page
from bench.quality.minutes import Moment, Recorder, main
from bench.quality.page import MINUTES_PAGE, MINUTES_PICTURE
from bench.quality.places import PUBLISHED_MINUTES
from bench.quality.results import Report, read_json
from bench.quality.tables import MINUTES_GROUP, minutes_table
from rotoscope.filters.file import read_filter_file
from rotoscope.training.progress import TrainingProgress

import samples
from quality_toys import blocks, lay_out_photographs, report, row, write_weights

RECIPE = """
stem_channels = 4
trunk_channels = 8
hidden_channels = 6
trunk_blocks = 1
style_side = 64
content_side_range = [36, 48]
crop_side = 32
stability_shift_pixels = 4
"""


def progress(step: int, seconds: float) -> TrainingProgress:
    """Told after a step."""
    return TrainingProgress(step=step, fraction=0.5, seconds=seconds, seconds_left=1.0, losses=None)


def test_every_checkpoint_is_kept_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "checkpoint", tmp_path)
    recorder.look(progress(1, 1.0))
    for step, seconds, written in ((2, 60.2, b"one"), (3, 61.0, b""), (4, 120.4, b"two")):
        if written:
            recorder.checkpoint.write_bytes(written)
        recorder.look(progress(step, seconds))
    assert [moment.title for moment in recorder.moments] == ["1:00, 2 steps", "2:00, 4 steps"]
    assert [moment.checkpoint.read_bytes() for moment in recorder.moments] == [b"one", b"two"]


def test_a_moment_says_when_it_was() -> None:
    assert Moment(599.6, 2300, Path("c")).title == "10:00, 2300 steps"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A documentation of its own."""
    text = (
        "<!-- measured: conditions -->\n<!-- /measured -->\n<!-- measured: minutes -->\n<!-- /measured -->\n"
    )
    (tmp_path / "page.md").write_text(text)
    monkeypatch.setattr(page, "MINUTES_PAGE", tmp_path / "page.md")
    monkeypatch.setattr(page, "MINUTES_PICTURE", tmp_path / "picture.jpg")
    monkeypatch.setattr(page, "PUBLISHED_MINUTES", tmp_path / "minutes.json")
    return tmp_path


def test_a_training_is_recorded_measured_and_published(published: Path, tmp_path: Path) -> None:
    (tmp_path / "toy.toml").write_text(RECIPE)
    Image.fromarray(blocks(9, 72, 96)).save(tmp_path / "style.png")
    samples.make_stills(tmp_path / "content", frames=4)
    weights = write_weights(tmp_path / "vgg.safetensors")
    status = main(
        [
            *(str(tmp_path / "style.png"), "--content", str(tmp_path / "content")),
            *("--photographs", str(lay_out_photographs(tmp_path / "photos")), "--minutes", "0.03"),
            *("--recipe", str(tmp_path / "toy.toml"), "--feature-weights", str(weights)),
            *("--output", str(tmp_path / "out"), "--publish"),
        ]
    )
    assert status == 0
    kept = read_json(published / "minutes.json", Report)
    made = read_filter_file(tmp_path / "out" / "filter.onnx").card
    assert made.training is not None
    assert [one.title for one in kept.rows] == [f"0:02, {made.training.steps} steps"]
    assert minutes_table(kept) in (published / "page.md").read_text()
    with Image.open(published / "picture.jpg") as picture:
        assert np.asarray(picture).std() > 10


def test_the_table_begins_with_the_photographs() -> None:
    lines = minutes_table(report(row("1:00, 260 steps", group=MINUTES_GROUP))).splitlines()
    assert lines[0] == "| after | style | content | own |"
    assert lines[2] == "| (the photographs themselves) | 0.750 | 0.000 |  |"
    assert lines[3] == "| 1:00, 260 steps | 0.300 | 0.600 | 1.00 |"
    assert minutes_table(report()) == "(None yet.)"


def test_the_page_shows_what_is_published() -> None:
    text = MINUTES_PAGE.read_text(encoding="utf-8")
    kept = read_json(PUBLISHED_MINUTES, Report)
    assert filled(text, "minutes", minutes_table(kept)) == text
    assert MINUTES_PICTURE.exists()
    assert minutes.make_parser().prog in text


def test_every_command_of_the_page_and_of_the_help_can_be_typed() -> None:
    parser = minutes.make_parser()
    texts = (MINUTES_PAGE.read_text(encoding="utf-8"), parser.description or "")
    for text in texts:
        commands = re.findall(r"python -m bench\.quality\.minutes (\S.*)$", text, re.MULTILINE)
        assert commands
        for words in commands:
            parser.parse_args(shlex.split(words))
