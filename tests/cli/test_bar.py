"""What stands beside the bars, and that none is drawn where nobody looks."""

from __future__ import annotations

import pytest

from rotoscope.cli.bar import facts, progress_bar, tile_facts, training_facts
from rotoscope.cli.present import human_duration, human_size
from rotoscope.render.progress import Progress, ProgressMeter
from rotoscope.training.progress import Losses, TrainingProgress


def test_facts_of_a_render() -> None:
    progress = Progress("stylize", 48, 96, 2.0, (1280, 720), 4_100_000)
    assert facts(progress) == "48/96 frames · 24.0 fps · 2 s left · 1280x720 · 4.1 MB"


def test_facts_without_an_expected_count() -> None:
    assert facts(Progress("separate", 5, None, 1.0)) == "5 frames · 5.0 fps"


def test_facts_of_a_training() -> None:
    losses = Losses(style=0.4123, content=0.8734, total_variation=0, range=0, lattice=0, stability=None)
    progress = TrainingProgress(120, 0.1, 60, 751, losses)
    assert training_facts(progress) == "step 120 · style 0.412 · content 0.873 · 12:31 left"


def test_facts_of_a_large_picture() -> None:
    assert tile_facts(12, 63) == "tile 12/63"


def test_no_bar_without_a_terminal() -> None:
    with progress_bar(shown=True) as on_progress:
        assert on_progress is None


def test_the_meter_counts_and_tells() -> None:
    told: list[Progress] = []
    meter = ProgressMeter("stylize", frames_expected=2, on_progress=told.append)
    meter.advance((64, 48))
    meter.advance((64, 48), written_bytes=10)
    assert [(p.frames_done, p.frames_expected, p.written_bytes) for p in told] == [(1, 2, None), (2, 2, 10)]
    assert told[-1].remaining_seconds == 0


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (4_100_000, "4.1 MB")]
)
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text


@pytest.mark.parametrize(("seconds", "text"), [(4.23, "4.2 s"), (62, "1:02"), (3723, "1:02:03")])
def test_human_duration(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text
